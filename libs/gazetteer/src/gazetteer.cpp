#include "waybill/gazetteer.h"

#include "data.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <numeric>

namespace waybill::gazetteer {
namespace {

std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 1469598103934665603u;
    for (const unsigned char c : text) hash = (hash ^ c) * 1099511628211u;
    return hash;
}

constexpr int name_bits = 16, first_word_bits = 20;
std::size_t first_bits(std::uint64_t hash, int bits) { return std::size_t(hash >> (64 - bits)); }

// "Malmö" is also written "Malmoe".
std::string spelled_out(std::string_view text) {
    static constexpr std::pair<std::string_view, std::string_view> letters[] = {
        {"ö", "oe"}, {"Ö", "Oe"}, {"ø", "oe"}, {"Ø", "Oe"}, {"ü", "ue"}, {"Ü", "Ue"}, {"ä", "ae"}, {"Ä", "Ae"}, {"å", "aa"}, {"Å", "Aa"}};
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (static_cast<unsigned char>(text[i]) < 0x80) {
            out += text[i++];
            continue;
        }
        const auto letter = std::find_if(std::begin(letters), std::end(letters), [&](const auto& l) { return text.substr(i, 2) == l.first; });
        if (letter != std::end(letters)) out += letter->second;
        else out += text[i];
        i += letter != std::end(letters) ? 2 : 1;
    }
    return out;
}

// Where the name proper ends and what tells namesakes apart begins: "Frankfurt| (Oder)", "Neustadt| an der Aisch".
std::size_t name_proper(std::string_view name) {
    static constexpr std::string_view joints[] = {" (",     "/",       " am ",  " an ",   " bei ",  " im ",    " in ",  " ob ",     " vor ",
                                                  " unter ", " auf ",  " nad ", " pod ",  " pri ",  " upon ",  "-upon-", " under ", "-under-", "-on-",    " on ",
                                                  " sur ",  "-sur-",   "-sous-", "-lès-", "-en-",   " aan ",   " op ",  " bij ",    " de la ", " del "};
    std::size_t end = std::string_view::npos;
    for (const auto joint : joints) end = std::min(end, name.find(joint));
    return end == std::string_view::npos || end < 4 ? 0 : end;
}

std::string_view next_field(std::string_view& rest, char end) {
    const auto at = std::min(rest.find(end), rest.size());
    const auto field = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return field;
}

template <class Number>
Number number(std::string_view text) {
    Number value{};
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

constexpr double sureness[] = {1.0, 1.0, 0.8, 0.08};  // by Via

}  // namespace

Gazetteer::Gazetteer(std::string_view towns, std::string_view countries) : text_(towns) {
    towns_.reserve(64'000);
    names_.reserve(350'000);
    first_words_.resize(std::size_t(1) << first_word_bits);
    const auto add = [&](std::string_view spelling, std::string_view key, Via via) {
        if (const auto end = key.find(' '); end != key.npos) first_words_[first_bits(hash_of(std::string_view(key).substr(0, end)), first_word_bits)] = true;
        names_.push_back({hash_of(key), std::uint32_t(towns_.size() - 1), std::uint32_t(spelling.data() - text_.data()),
                          std::uint16_t(spelling.size()), via});
    };
    const auto add_all = [&](std::string_view spelling, Via via) {
        const std::string key = fold(spelling);
        add(spelling, key, via);
        if (const std::string other = fold(spelled_out(spelling)); other != key) add(spelling, other, via);
    };
    for (std::string_view rest = towns; !rest.empty();) {
        std::string_view line = next_field(rest, '\n');
        Town town{};
        town.id = number<std::uint32_t>(next_field(line, '\t'));
        town.name = next_field(line, '\t');
        town.country = next_field(line, '\t');
        town.latitude = number<double>(next_field(line, '\t'));
        town.longitude = number<double>(next_field(line, '\t'));
        town.population = number<std::uint32_t>(next_field(line, '\t'));
        towns_.push_back(town);
        add_all(town.name, Via::name);
        if (const auto end = name_proper(town.name)) add_all(town.name.substr(0, end), Via::part);
        for (const Via via : {Via::exonym, Via::alternate})
            for (std::string_view names = next_field(line, '\t'); !names.empty();) add_all(next_field(names, '|'), via);
    }
    std::sort(names_.begin(), names_.end(), [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
    names_from_.resize((std::size_t(1) << name_bits) + 1);
    for (const Entry& entry : names_) ++names_from_[first_bits(entry.hash, name_bits) + 1];
    std::partial_sum(names_from_.begin(), names_from_.end(), names_from_.begin());

    for (std::string_view rest = countries; !rest.empty();) {
        std::string_view line = next_field(rest, '\n');
        const std::string_view code = next_field(line, '\t');
        while (!line.empty()) countries_.emplace_back(fold(next_field(line, '|')), code);
    }
    std::sort(countries_.begin(), countries_.end());
}

const Gazetteer& europe() {
    static const Gazetteer all(towns_text(), countries_text());
    return all;
}

std::size_t Gazetteer::first_with(std::uint64_t hash) const {
    const std::size_t bits = first_bits(hash, name_bits);
    const auto from = names_.begin() + names_from_[bits], to = names_.begin() + names_from_[bits + 1];
    return std::size_t(std::lower_bound(from, to, hash, [](const Entry& e, std::uint64_t h) { return e.hash < h; }) - names_.begin());
}

std::vector<Found> Gazetteer::find(std::string_view text, std::string_view country) const { return find_folded(fold(text), country); }

std::vector<Found> Gazetteer::find_folded(std::string_view folded, std::string_view country) const {
    std::vector<Found> found;
    if (folded.empty()) return found;
    const std::uint64_t hash = hash_of(folded);
    for (auto entry = names_.begin() + std::ptrdiff_t(first_with(hash)); entry != names_.end() && entry->hash == hash; ++entry) {
        const Town& town = towns_[entry->town];
        if (!country.empty() && town.country != country) continue;
        const auto name = spelling(*entry);
        if (fold(name) != folded && fold(spelled_out(name)) != folded) continue;  // another name with the same hash
        const double weight = town.population * sureness[std::size_t(entry->via)];
        const auto same = std::find_if(found.begin(), found.end(), [&](const Found& f) { return f.town == &town; });
        if (same == found.end()) found.push_back({&town, entry->via, name, weight});
        else if (entry->via < same->via) *same = {&town, entry->via, name, weight};
    }
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return a.weight != b.weight ? a.weight > b.weight : a.town->id < b.town->id;
    });
    return found;
}

bool Gazetteer::knows_folded(std::string_view folded) const {
    const std::uint64_t hash = hash_of(folded);
    const std::size_t first = first_with(hash);
    return first < names_.size() && names_[first].hash == hash;
}

bool Gazetteer::begins_folded(std::string_view word) const { return first_words_[first_bits(hash_of(word), first_word_bits)]; }

std::optional<std::string_view> Gazetteer::country_named(std::string_view text) const {
    const std::string folded = fold(text);
    const auto found = std::lower_bound(countries_.begin(), countries_.end(), folded, [](const auto& c, const std::string& f) { return c.first < f; });
    if (found == countries_.end() || found->first != folded) return {};
    return found->second;
}

double kilometres(const Town& from, const Town& to) {
    constexpr double degree = std::numbers::pi / 180, earth_radius = 6371.0088;
    const double north = std::sin((to.latitude - from.latitude) * degree / 2), east = std::sin((to.longitude - from.longitude) * degree / 2);
    const double h = north * north + std::cos(from.latitude * degree) * std::cos(to.latitude * degree) * east * east;
    return 2 * earth_radius * std::asin(std::min(1.0, std::sqrt(h)));
}

std::string_view attribution() { return "Town names, populations and coordinates: GeoNames (https://www.geonames.org), CC BY 4.0"; }

}  // namespace waybill::gazetteer
