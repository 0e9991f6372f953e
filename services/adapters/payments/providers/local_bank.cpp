#include "providers/local_bank.h"

#include <cstdio>

namespace waybill::payments {

namespace {

// FNV-1a with a final mix: not for secrets, and, unlike std::hash, the same on every machine.
std::uint64_t hash(std::uint64_t seed, std::string_view purpose, std::string_view text) {
    std::uint64_t made = 14695981039346656037ull ^ seed * 0x9e3779b97f4a7c15ull;
    for (const auto part : {purpose, std::string_view("/"), text}) {
        for (const unsigned char c : part) made = (made ^ c) * 1099511628211ull;
    }
    made = (made ^ (made >> 30)) * 0xbf58476d1ce4e5b9ull;
    made = (made ^ (made >> 27)) * 0x94d049bb133111ebull;
    return made ^ (made >> 31);
}

}  // namespace

runtime::CallResult<Collect::Answer> LocalBank::collect(const Collect&, const runtime::Attempt& attempt) const {
    Collect::Answer answer;
    char reference[24];
    std::snprintf(reference, sizeof reference, "LB-%016llX", static_cast<unsigned long long>(hash(seed, "reference", attempt.idempotency_key)));
    answer.bank_reference = reference;
    answer.accepted = hash(seed, "refused", attempt.idempotency_key) % 1000 >= static_cast<std::uint64_t>(refused_permille);
    if (answer.accepted) answer.ask_again_ms = settle_after.count();
    else answer.why = "the account is closed";
    return answer;
}

runtime::CallResult<Enquire::Answer> LocalBank::enquire(const Enquire& call, const runtime::Attempt&) const {
    const auto permille = 500 + static_cast<std::int64_t>(hash(seed, "settles", call.bank_reference) % 1001);
    Enquire::Answer answer;
    if (call.asked_at < call.pending_since + settle_after * permille / 1000) return answer;
    answer.standing = Standing::settled;
    answer.amount = call.amount;
    return answer;
}

}  // namespace waybill::payments
