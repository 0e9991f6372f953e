#include "choices.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace waybill::world {

using namespace std::chrono_literals;

std::uint64_t draw(std::uint64_t seed, std::initializer_list<std::string_view> words) {
    std::uint64_t hash = 14695981039346656037ULL ^ seed;  // FNV-1a
    for (const auto word : words) {
        for (const unsigned char byte : word) hash = (hash ^ byte) * 1099511628211ULL;
        hash = (hash ^ 0xff) * 1099511628211ULL;  // "ab","c" is not "a","bc"
    }
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;  // the finish of SplitMix64: FNV leaves the high bits poor
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
    return hash ^ (hash >> 31);
}

double share(std::uint64_t seed, std::initializer_list<std::string_view> words) { return static_cast<double>(draw(seed, words) >> 11) * 0x1.0p-53; }

std::chrono::milliseconds between(std::chrono::milliseconds least, std::chrono::milliseconds most, std::uint64_t seed, std::initializer_list<std::string_view> words) {
    return least + std::chrono::milliseconds(draw(seed, words) % static_cast<std::uint64_t>((most - least).count() + 1));
}

std::string_view name(Answer answer) {
    switch (answer) {
        case Answer::accepts: return "accepts";
        case Answer::accepts_twice: return "accepts twice";
        case Answer::declines: return "declines";
        case Answer::keeps_silent: return "keeps silent";
        case Answer::answers_late: return "answers late";
    }
    return "?";
}

Answer answer_of(std::uint64_t seed, std::string_view shipment, int attempt) {
    if (attempt >= most_attempts) return Answer::accepts;
    int silences = 0;
    for (int earlier = 1;; ++earlier) {
        const double drawn = share(seed, {"answer", shipment, std::to_string(earlier)});
        auto answer = drawn < 0.05 ? Answer::accepts_twice : drawn < 0.75 ? Answer::accepts : drawn < 0.90 ? Answer::declines : drawn < 0.95 ? Answer::keeps_silent : Answer::answers_late;
        if (answer == Answer::keeps_silent || answer == Answer::answers_late) {
            if (silences == most_silences) answer = Answer::declines;
            else ++silences;
        }
        if (earlier >= attempt) return answer;
    }
}

Result<Assignment> parse_assignment(std::string_view id) {
    const Refusal refusal{"assignment_id", "\"" + std::string(id.substr(0, 80)) + "\" is not <shipment>.<attempt>", "use the id of the assignment as it was offered"};
    const auto dot = id.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return refusal;
    Assignment made{std::string(id.substr(0, dot)), 0};
    const auto* end = id.data() + id.size();
    const auto [stopped, error] = std::from_chars(id.data() + dot + 1, end, made.attempt);
    if (error != std::errc() || stopped != end || made.attempt < 1) return refusal;
    return made;
}

Review review_of(std::uint64_t seed, std::string_view offer, bool truth_is_complete) {
    if (share(seed, {"review", offer}) < 1.0 / 3) return Review::leaves;
    return truth_is_complete ? Review::accepts : Review::refuses;
}

bool sends_twice(std::uint64_t seed, std::string_view offer_key) { return share(seed, {"sends twice", offer_key}) < 0.05; }
bool pays_by_notice(std::uint64_t seed, std::string_view shipment) { return share(seed, {"pays", shipment}) < 0.80; }
bool fails_once(std::uint64_t seed, std::string_view webhook) { return share(seed, {"fails once", webhook}) < 0.03; }

std::vector<double> reports_of(std::uint64_t seed, std::string_view shipment) {
    std::vector<double> kept;
    for (int number = 0; number < 4; ++number) {
        const double luck = share(seed, {"report", shipment, std::to_string(number)});
        if (luck < 0.15) continue;  // lost
        kept.push_back(0.05 + 0.3 * number);
        if (luck > 0.85 && kept.size() > 1) std::swap(kept[kept.size() - 2], kept.back());  // the one before came late
    }
    return kept;
}

Instant picked_up_at(std::uint64_t seed, std::string_view shipment, Instant offered) { return offered + 20h + between(0ms, 6h, seed, {"picked up", shipment}); }

Instant delivered_at(std::uint64_t seed, std::string_view shipment, Instant offered) {
    return picked_up_at(seed, shipment, offered) + 18h + between(0ms, 30h, seed, {"delivered", shipment});
}

namespace {

std::string numbered(const char* prefix, std::uint64_t number) {
    char text[40];
    std::snprintf(text, sizeof text, "%s-%08llu", prefix, static_cast<unsigned long long>(number % 100'000'000));
    return text;
}

}  // namespace

std::string proof_of_delivery(std::uint64_t seed, std::string_view shipment) { return numbered("POD", draw(seed, {"proof", shipment})); }
std::string bank_reference(std::uint64_t seed, std::string_view shipment) { return numbered("BR", draw(seed, {"bank", shipment})); }

}  // namespace waybill::world
