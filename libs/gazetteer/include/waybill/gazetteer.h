// Towns of Europe with their many names, without a network: 63,000 places of 1,000 people and more.
//
// The data lies inside the program and is read once, at the first call of europe() (under half a second, under 40 MB);
// after that everything is constant and may be used from any thread. Nothing here fails: what is not known is an empty
// answer. Coordinates are degrees (WGS 84), distances kilometres, populations people.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::gazetteer {

struct Town {
    std::uint32_t id;          // GeoNames
    std::string_view name;     // as its people write it, in Latin letters
    std::string_view country;  // ISO 3166-1 alpha-2
    double latitude;
    double longitude;
    std::uint32_t population;
};

// How a text named a town, the surest first.
enum class Via : std::uint8_t {
    name,       // its own name
    exonym,     // what its neighbours call it, kept by hand
    part,       // its name without what tells it from its namesakes: "Frankfurt" of "Frankfurt am Main"
    alternate,  // any other name that GeoNames knows, old and rare ones too
};

struct Found {
    const Town* town;
    Via via;
    std::string_view spelling;  // the name it was found by, well spelt
    double weight;              // people, fewer the less sure the name is: what the candidates are ordered by
};

class Gazetteer {
public:
    // Every town that goes by this name, the likeliest first; letter case, diacritics and punctuation do not matter, and
    // "Malmoe" is found as well as "Malmo". With a country only the towns there. Inflected forms are the caller's business.
    std::vector<Found> find(std::string_view text, std::string_view country = {}) const;

    // The same for a text that is folded already; the cheap way to ask often.
    std::vector<Found> find_folded(std::string_view folded, std::string_view country = {}) const;
    bool knows_folded(std::string_view folded) const;

    // Can a name of several words begin with this one? Never false when one does; seldom true when none does.
    bool begins_folded(std::string_view word) const;

    // "AT" for Austria, Österreich, Австрия, Itävalta; codes are not names.
    std::optional<std::string_view> country_named(std::string_view text) const;

    std::span<const Town> towns() const { return towns_; }

private:
    friend const Gazetteer& europe();
    Gazetteer(std::string_view towns, std::string_view countries);

    struct Entry {
        std::uint64_t hash;  // of the folded name
        std::uint32_t town;
        std::uint32_t spelling_at;
        std::uint16_t spelling_size;
        Via via;
    };
    std::size_t first_with(std::uint64_t hash) const;  // where its names begin, if there are any
    std::string_view spelling(const Entry& entry) const { return text_.substr(entry.spelling_at, entry.spelling_size); }

    std::string_view text_;
    std::vector<Town> towns_;
    std::vector<Entry> names_;  // by hash
    std::vector<std::uint32_t> names_from_;  // by the first bits of the hash
    std::vector<bool> first_words_;          // by the first bits of their hash
    std::vector<std::pair<std::string, std::string_view>> countries_;  // folded name, code; sorted
};

const Gazetteer& europe();

// One form for the many spellings of one thing: lower case, no diacritics, punctuation as single spaces.
std::string fold(std::string_view text);

// Along the great circle.
double kilometres(const Town& from, const Town& to);

// What has to be said wherever the data is shown.
std::string_view attribution();

}  // namespace waybill::gazetteer
