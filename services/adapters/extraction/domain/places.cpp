#include "domain/places.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

namespace waybill::extraction::rules {
namespace {

using gazetteer::Found;
using gazetteer::Town;
using gazetteer::Via;
using gazetteer::europe;
using gazetteer::fold;

// Digits a post code has, to tell it from other numbers; two texts where two lengths exist.
struct PostalShape {
    const char* country;
    int least, most;
};
constexpr PostalShape shapes[] = {{"AT", 4, 4}, {"BE", 4, 4}, {"BG", 4, 4}, {"CH", 4, 4}, {"DK", 4, 4}, {"HU", 4, 4}, {"LU", 4, 4}, {"LV", 4, 4}, {"NL", 4, 4}, {"NO", 4, 4}, {"SI", 4, 4}, {"DE", 5, 5}, {"EE", 5, 5}, {"ES", 5, 5}, {"FI", 5, 5}, {"FR", 5, 5}, {"HR", 5, 5}, {"IT", 5, 5}, {"LT", 5, 5}, {"UA", 5, 5}, {"RS", 5, 5}, {"TR", 5, 5}, {"MK", 4, 4}, {"BA", 5, 5}, {"ME", 5, 5}, {"RO", 6, 6}, {"BY", 6, 6}, {"RU", 6, 6}, {"PT", 4, 4}};

struct CarCode {
    const char *code, *country;
};
constexpr CarCode car_codes[] = {{"a", "AT"}, {"d", "DE"}, {"f", "FR"}, {"i", "IT"}, {"e", "ES"}, {"h", "HU"}, {"s", "SE"}, {"n", "NO"}, {"b", "BE"}, {"l", "LU"}, {"p", "PT"}, {"uk", "GB"}, {"fin", "FI"}, {"est", "EE"}, {"rus", "RU"}, {"slo", "SI"}, {"srb", "RS"}, {"ua", "UA"}, {"cro", "HR"}, {"gb", "GB"}, {"fl", "LI"}, {"irl", "IE"}};

bool known_country(const std::string& code) {
    static const std::set<std::string, std::less<>> all = [] {
        std::set<std::string, std::less<>> codes;
        for (const Town& town : europe().towns())
            if (!codes.contains(town.country)) codes.emplace(town.country);
        return codes;
    }();
    return all.contains(code);
}

// Two letters are a country only in capitals; `prefix` allows the car codes of "D-20457".
std::string country_code(const Reading& r, int i, bool prefix) {
    if (!r.word(i)) return {};
    const Token& token = r.tokens[i];
    const bool capitals = token.capitals || (token.end - token.begin == 1 && token.capital);
    if (!capitals || token.folded.size() > 3) return {};
    std::string upper = token.folded;
    for (char& c : upper) c = char(c >= 'a' && c <= 'z' ? c - 32 : c);
    if (upper.size() == 2 && upper != "UK" && known_country(upper)) return upper;
    if (prefix || upper == "UK" || token.folded.size() == 3)
        for (const auto& car : car_codes)
            if (token.folded == car.code) return car.country;
    return {};
}

struct CountryName {
    std::string code;
    int last;
};
std::optional<CountryName> country_name(const Reading& r, int i) {
    if (!r.word(i) || !r.tokens[i].capital) return {};
    for (int last = std::min(i + 2, r.size() - 1); last >= i; --last) {
        if (!r.word(last) || r.tokens[last].line != r.tokens[i].line) continue;
        if (const auto code = europe().country_named(r.raw(i, last))) return CountryName{std::string(*code), last};
    }
    return {};
}

bool joined(const Reading& r, int i, char c) { return r.mark(i, c) && !r.tokens[i].space_before && i + 1 < r.size() && !r.tokens[i + 1].space_before; }

bool is_quantity_after(const Reading& r, int i) {
    for (const auto unit : {Meaning::tonne, Meaning::kilogram, Meaning::pound, Meaning::pallet, Meaning::metres, Meaning::metre, Meaning::degree, Meaning::currency, Meaning::hour, Meaning::month, Meaning::piece})
        if (r.is(i, unit) && !(r.tokens[i].capitals && r.tokens[i].folded.size() < 3 && unit == Meaning::tonne)) return true;
    return (r.mark(i, ':') || r.mark(i, ',')) && r.number(i + 1) && !r.tokens[i + 1].space_before;
}

struct Postal {
    std::string code, country;
    int first, last;
};

// A post code that begins at `i`, with its country in front if it is there.
std::optional<Postal> postal_at(const Reading& r, int i, const std::string& wanted) {
    int k = i;
    Postal out{"", "", i, i};
    if (r.word(k)) {
        out.country = country_code(r, k, joined(r, k + 1, '-') || (r.number(k + 1) && r.tokens[k].end - r.tokens[k].begin == 1));
        if (out.country.empty()) {
            // British: "SN3 4TN", "PE1"
            const auto& area = r.tokens[k];
            if ((wanted == "GB") && area.capitals + (area.end - area.begin == 1 && area.capital) && area.folded.size() <= 2 && r.number(k + 1) && !r.tokens[k + 1].space_before && r.tokens[k + 1].folded.size() <= 2) {
                int last = k + 1;
                if (r.number(k + 2) && r.tokens[k + 2].folded.size() == 1 && r.word(k + 3) && !r.tokens[k + 3].space_before && r.tokens[k + 3].folded.size() == 2) last = k + 3;
                return Postal{std::string(r.raw(k, last)), "GB", k, last};
            }
            return {};
        }
        ++k;
        if (r.mark(k, '-')) ++k;
        if (!r.number(k)) return {};
        if (r.tokens[k].space_before && !r.mark(k - 1, '-') && r.tokens[k].line != r.tokens[i].line) return {};
    }
    if (!r.number(k) || r.gone[k]) return {};
    const std::string country = out.country.empty() ? wanted : out.country;
    const std::string& digits = r.tokens[k].folded;
    out.last = k;
    out.code = digits;
    const bool pair = country == "PL" || country == "PT" ? joined(r, k + 1, '-') && r.number(k + 2) && r.tokens[k + 2].folded.size() == 3 : false;
    if (pair) {
        out.last = k + 2;
        out.code = digits + "-" + r.tokens[k + 2].folded;
    } else if ((country == "SE" || country == "CZ" || country == "SK" || country == "GR") && digits.size() == 3 && r.number(k + 1) && r.tokens[k + 1].folded.size() == 2 && r.tokens[k + 1].begin == r.tokens[k].end + 1 && !is_quantity_after(r, k + 2)) {
        out.last = k + 1;
        out.code = digits + " " + r.tokens[k + 1].folded;
    } else if (out.country.empty()) {
        if ((country == "SE" || country == "CZ" || country == "SK" || country == "GR") && digits.size() == 5) {
        } else {
            const auto shape = std::find_if(std::begin(shapes), std::end(shapes), [&](const auto& s) { return s.country == country; });
            if (shape == std::end(shapes) || int(digits.size()) < shape->least || int(digits.size()) > shape->most) return {};
        }
    } else if (digits.size() > 6) {
        return {};
    }
    if (country == "NL" && digits.size() == 4 && r.word(out.last + 1) && r.tokens[out.last + 1].capitals && r.tokens[out.last + 1].folded.size() == 2 && country_code(r, out.last + 1, false).empty()) {
        ++out.last;
        out.code += " " + std::string(r.raw(out.last, out.last));
    }
    if (is_quantity_after(r, out.last + 1) && out.country.empty()) return {};
    if (r.is(out.last + 1, Meaning::month) && !r.tokens[out.last + 1].space_before) return {};  // "PL 18MAY27"
    if (r.mark(out.last + 1, '.') && r.number(out.last + 2) && !r.tokens[out.last + 2].space_before) return {};
    return out;
}

struct Named {
    std::vector<Found> found;
    int last = 0;
    bool inflected = false;
    Role role = Role::none;
    std::string folded;
};

std::optional<Named> named_at(const Reading& r, int i) {
    std::optional<Named> best;
    const auto common = [&](int k) {
        static const Meanings said_of_towns = meanings({Meaning::legal_form, Meaning::stop, Meaning::shipper, Meaning::trade_word, Meaning::near});
        return (r.means[k] & ~said_of_towns).any();
    };
    // "Saldus" begins like a word for frozen goods, and is a town.
    const auto town_for_all_that = [&](int k) {
        if (!r.tokens[k].capital || r.tokens[k].folded.size() < 5) return false;
        for (int m = std::max(0, k - 6); m <= k; ++m)
            for (const Tag& tag : r.tags_at(m))
                if (tag.last >= k && !(tag.first == k && tag.last == k && tag.open)) return false;
        const auto found = europe().find_folded(r.tokens[k].folded);
        return !found.empty() && found[0].via == Via::name && found[0].town->population >= 5'000;
    };
    const std::string& first_word = r.tokens[i].folded;
    const bool saint = first_word == "st" || first_word == "sankt";
    const bool several_words = europe().begins_folded(first_word) || saint;
    for (int last = several_words ? std::min(i + 5, r.size() - 1) : i; last >= i; --last) {
        bool whole = true;
        for (int k = i + 1; k <= last && whole; ++k)
            whole = r.tokens[k].line == r.tokens[i].line && r.free(k) &&
                    (r.word(k) || ((r.mark(k, '-') || r.mark(k, '\'') || r.mark(k, '/')) && !r.tokens[k].space_before && k < last && !r.tokens[k + 1].space_before) || (r.mark(k, '.') && k < last) ||
                     ((r.mark(k, '(') || r.mark(k, ')'))));
        if (!whole || (!r.word(last) && !r.mark(last, ')')) || (r.mark(last, ')') && last - i < 3)) continue;
        if (last > i && r.mark(i + 1, '(') && !r.mark(last, ')')) continue;
        if (last == i && common(i) && !town_for_all_that(i)) continue;
        const std::string folded = last == i ? first_word : fold(r.raw(i, last));
        if (folded.size() < 3 && !(folded.size() == 2 && r.tokens[i].capital && !r.tokens[i].capitals)) continue;
        auto found = europe().find_folded(folded);
        if (found.empty() && folded.find("sankt ") == 0) found = europe().find_folded("st " + folded.substr(6));
        if (found.empty() && folded.find("st ") == 0) found = europe().find_folded("sankt " + folded.substr(3));
        if (!found.empty() && (last > i || found[0].weight >= 300)) {
            best = Named{std::move(found), last, false, Role::none, folded};
            break;
        }
    }
    // The plain name may still be hidden behind an ending.
    if ((!best || best->found[0].via == Via::alternate) && !common(i)) {
        for (int last = std::min(i + 2, r.size() - 1); last >= i; --last) {
            if (last > i && (r.tokens[last].line != r.tokens[i].line || !(r.tokens[last].capital && r.word(last) && (r.mark(last - 1, '-') || r.word(last - 1))) || !r.free(last))) continue;
            const std::string folded = last == i ? first_word : fold(r.raw(i, last));
            for (const Ending& e : endings()) {
                if (!(e.languages & r.languages)) continue;
                const std::string_view ending = e.ending;
                if (folded.size() < std::max<std::size_t>(4, ending.size() + 2) || !folded.ends_with(ending)) continue;
                const std::string plain = folded.substr(0, folded.size() - ending.size()) + e.plain;
                auto found = europe().find_folded(plain);
                std::erase_if(found, [](const Found& f) { return f.weight < 1500; });
                if (found.empty()) continue;
                const double weight = found[0].weight * (found[0].via == Via::alternate ? 0.3 : 1);
                if (!best || best->found[0].weight * (best->inflected ? 1 : 3) < weight) best = Named{std::move(found), last, true, e.role == Meaning::pickup ? Role::pickup : e.role == Meaning::delivery ? Role::delivery : Role::none, plain};
            }
            if (best && best->inflected) break;
        }
    }
    return best;
}

std::string shown_name(const Found& f) {
    // "Hull" is shown as it is written, not as Kingston upon Hull; what neighbours call a town is shown as its people do.
    const bool short_form = f.via == Via::part || (f.via == Via::alternate && (" " + fold(f.town->name) + " ").find(" " + fold(f.spelling) + " ") != std::string::npos);
    return short_form ? std::string(f.spelling) : std::string(f.town->name);
}

// One town out of namesakes, or the reason why not. Who speaks a country's language means the town there rather than a small one elsewhere.
void choose(PlaceFound& place, std::vector<Found> found, const std::string& wanted_country, std::uint32_t language) {
    if (!wanted_country.empty()) {
        std::vector<Found> there;
        for (const Found& f : found)
            if (f.town->country == wanted_country) there.push_back(f);
        if (there.empty()) {
            place.doubt = fmt::format("no {} is known in {}", found[0].spelling, wanted_country);
            place.country = wanted_country;
            place.name = shown_name(found[0]);
            return;
        }
        found = std::move(there);
    }
    const Found& top = found[0];
    place.town = top.town;
    place.name = shown_name(top);
    place.country = top.town->country;
    if (found.size() < 2) return;
    for (std::size_t k = 1; k < found.size(); ++k) {
        if (gazetteer::kilometres(*top.town, *found[k].town) < 15) continue;
        // A part of a name ("Frankfurt") belongs to several towns alike, unless the others are far smaller.
        const bool at_home = (home_of(top.town->country) & language) && !(home_of(found[k].town->country) & language);
        const double factor = at_home && top.via == Via::name ? 1.5 : top.via == Via::part ? (found[k].via == Via::part ? 25 : 8) : top.via == Via::alternate || top.town->population < 200'000 ? 8 : 4;
        if (found[k].weight * factor > top.weight) {
            place.doubt = fmt::format("it can be {} ({}) or {} ({})", top.town->name, top.town->country, found[k].town->name, found[k].town->country);
            place.name = std::string(top.spelling);
            bool one_country = true;
            double mine = 0, all = 0;
            for (const Found& f : found) {
                all += f.weight;
                mine += f.town->country == top.town->country ? f.weight : 0;
                one_country &= f.town->country == top.town->country;
            }
            if (!one_country && mine < 0.6 * all) place.country = wanted_country;
            break;
        }
    }
}

}  // namespace

std::vector<PlaceFound> places_in(Reading& r) {
    std::vector<PlaceFound> places;
    int lower_words = 0, words = 0;
    for (const Token& t : r.tokens) {
        if (t.kind != Token::Kind::word) continue;
        ++words;
        lower_words += !t.capital;
    }
    const bool careless = words > 0 && words - lower_words <= 1;  // a chat that writes no capitals
    for (int i = 0; i < r.size(); ++i) {
        if (!r.word(i) || !r.free(i) || r.tokens[i].folded.size() < 2) continue;
        const bool prep = r.is(i - 1, Meaning::from_word) || r.is(i - 1, Meaning::to_word) || r.is(i - 1, Meaning::in_word);
        const bool dash = r.mark(i - 1, '-') || r.mark(i + 1, '-') || r.mark(i - 1, '>') || r.mark(i + 1, '>');
        if (!r.tokens[i].capital && !(careless && (prep || dash)) && !(r.tokens[i].folded == "s" && r.mark(i - 1, '\''))) continue;
        auto named = named_at(r, i);
        if (!named) continue;
        PlaceFound place{i, named->last, "", "", ""};
        place.evidence = named->inflected ? 5 : named->found[0].via == Via::alternate ? 10 : 25;
        if (named->found[0].town->population > 20'000) place.evidence += 5;
        if (named->role != Role::none) {
            place.role = named->role;
            place.sure = 58;
        }
        // What stands in front: "D-20457 Hamburg", "33602 Bielefeld", "PL-61 Poznań", "NL 5651 EINDHOVEN"
        std::string country;
        for (int back = 1; back <= 4 && i - back >= 0; ++back) {
            const int k = i - back;
            if (r.tokens[k].line != r.tokens[i].line || !r.free(k) || r.mark(k, '|')) break;
            const std::string likely(named->found[0].town->country);
            const auto code = postal_at(r, k, likely);
            if (code && code->last == i - 1) {
                place.postal_code = code->code;
                if (!code->country.empty()) country = code->country;
                place.first = k;
                place.evidence += 30;
                // "33602" alone fits the likeliest town; a country in front of it is found in the next step back
            } else if (code && code->last == i - 2 && r.mark(i - 1, ',')) {
                place.postal_code = code->code;
                if (!code->country.empty()) country = code->country;
                place.first = k;
                place.evidence += 20;
            }
        }
        if (place.first == i && r.mark(i - 1, '-') && !r.tokens[i].space_before && !country_code(r, i - 2, true).empty() && !r.tokens[i - 1].space_before) {
            country = country_code(r, i - 2, true);
            place.first = i - 2;
        }
        if (place.first == i && country.empty() && !country_code(r, i - 1, false).empty() && r.free(i - 1) && !r.is(i - 1, Meaning::in_word) && r.tokens[i - 1].line == r.tokens[i].line && r.tokens[i - 1].folded.size() == 2 && !r.is(i - 1, Meaning::legal_form) && !(i >= 2 && r.word(i - 2) && r.tokens[i - 2].capitals)) {
            country = country_code(r, i - 1, false);  // "GB PETERBOROUGH"
            place.first = i - 1;
        }
        if (place.postal_code.empty() && r.number(i - 1) && r.free(i - 1) && r.tokens[i - 1].line == r.tokens[i].line) {
            for (const Found& f : named->found) {  // "4600 Wels": a code of another of the namesakes' countries
                const auto code = postal_at(r, i - 1, std::string(f.town->country));
                if (code && code->last == i - 1) {
                    place.postal_code = code->code;
                    place.first = i - 1;
                    place.evidence += 20;
                    break;
                }
            }
        }
        // What follows: "(LT-52104)", ", Belgium", "NL 5928", "IT 34147", "(Maasvlakte, 3199)", ", UK SN3 4TN"
        int k = named->last + 1;
        bool open = false;
        for (int steps = 0; steps < 8 && k < r.size() && r.tokens[k].line == r.tokens[i].line && r.free(k); ++steps) {
            if (!open && r.mark(k, '(')) {
                open = true;
                ++k;
                continue;
            }
            if (r.mark(k, ')')) {
                if (!open) break;
                place.last = k;
                open = false;
                ++k;
                if (place.country.size()) break;
                continue;
            }
            if (r.mark(k, ',')) {
                // a comma goes on only to a country or a code
                const bool goes_on = open || country_name(r, k + 1) || !country_code(r, k + 1, false).empty() || (r.number(k + 1) && r.tokens[k + 1].folded.size() >= 4);
                if (!goes_on) break;
                ++k;
                continue;
            }
            const std::string likely = !country.empty() ? country : std::string(named->found[0].town->country);
            const auto code = postal_at(r, k, likely);
            if (code && (place.postal_code.empty())) {
                if (!code->country.empty() && country.empty()) country = code->country;
                place.postal_code = code->code;
                k = code->last + 1;
                if (!open) place.last = code->last;
                place.evidence += 30;
                continue;
            }
            if (country.empty() || open) {
                if (const std::string two = country_code(r, k, false); !two.empty() && !r.is(k, Meaning::legal_form)) {
                    if (country.empty()) country = two;
                    if (!open) place.last = k;
                    place.evidence += 20;
                    ++k;
                    continue;
                }
                if (const auto named_country = country_name(r, k); named_country && (open || r.mark(k - 1, ',') || k == named->last + 1)) {
                    if (country.empty()) country = named_country->code;
                    if (!open) place.last = named_country->last;
                    place.evidence += 20;
                    k = named_country->last + 1;
                    continue;
                }
            }
            if (open) {
                ++k;  // "(Ulbroka)": a quarter of the town
                continue;
            }
            break;
        }
        if (open) {  // up to the closing bracket
            for (int end = k; end < std::min(k + 12, r.size()) && r.tokens[end].line == r.tokens[i].line; ++end)
                if (r.mark(end, ')')) {
                    place.last = end;
                    break;
                }
        }
        choose(place, named->found, country, r.language);
        if (!place.postal_code.empty() && !place.doubt.empty() && country.empty()) {
            // A code tells namesakes apart by country, when its shape fits one of them alone.
            std::vector<std::string> fits;
            for (const Found& f : named->found)
                if (postal_at(r, place.first < i ? place.first : named->last + 1, std::string(f.town->country)) && std::find(fits.begin(), fits.end(), f.town->country) == fits.end()) fits.emplace_back(f.town->country);
            if (fits.size() == 1) {
                place.doubt.clear();
                choose(place, named->found, fits[0], r.language);
            }
        }
        // With its post code a town is told from its namesakes in the same country.
        if (!place.postal_code.empty() && place.doubt.starts_with("it can be") && place.country == std::string(named->found[0].town->country)) {
            const bool elsewhere = std::any_of(named->found.begin(), named->found.end(), [&](const Found& f) { return f.town->country != place.country && f.weight * 3 > named->found[0].weight; });
            if (!elsewhere || !country.empty()) place.doubt.clear();
        }
        int before = place.first - 1;
        while (r.mark(before, '(') || r.mark(before, '"') || r.is(before, Meaning::region)) --before;
        place.near = r.is(before, Meaning::near) || r.is(place.first - 1, Meaning::region) || r.is(place.last + 1, Meaning::region);
        if (place.near && r.is(before, Meaning::exactly)) place.near = false;
        r.use(place.first, place.last);
        i = place.last;
        places.push_back(std::move(place));
    }
    return places;
}

std::vector<PostalFound> postal_codes_in(Reading& r) {
    std::vector<PostalFound> found;
    for (int i = 0; i < r.size(); ++i) {
        if (!r.free(i) || !r.word(i) || !joined(r, i + 1, '-')) continue;
        const auto code = postal_at(r, i, "");
        if (!code || code->country.empty() || code->code.size() < 4 || r.tokens[i].folded.size() != 2) continue;
        found.push_back({code->first, code->last, code->country, code->code});
        r.use(code->first, code->last);
        i = code->last;
    }
    return found;
}

bool postal_code_fits(const std::string& code, const std::string& country) {
    static constexpr PostalShape whole[] = {{"PL", 5, 5}, {"PT", 7, 7}, {"SE", 5, 5}, {"CZ", 5, 5}, {"SK", 5, 5}, {"GR", 5, 5}};
    const auto digits = std::count_if(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
    for (const auto& known : {std::span<const PostalShape>(whole), std::span<const PostalShape>(shapes)})
        for (const PostalShape& shape : known)
            if (shape.country == country) return digits <= shape.most;
    return true;
}

About about(const Reading& r, const std::vector<PlaceFound>& places, int first, int last, const std::set<int>& taken) {
    About best;
    const auto consider = [&](int anchor_first, int anchor_last, Role role, bool something_else, int extra, bool is_place = false, bool route = false) {
        const bool before = anchor_last < first;
        const int from = before ? anchor_last + 1 : last + 1, to = before ? first : anchor_first;
        int cost = extra;
        for (int k = from; k <= to && k < r.size() && cost < std::min(200, best.cost); ++k) {
            if (k > 0 && r.tokens[k].sentence != r.tokens[k - 1].sentence) cost += before ? 30 : 70;
            if (k == to) break;
            if (r.mark(k, ',') || r.mark(k, ';') || r.mark(k, '|') || r.is(k, Meaning::also) || r.mark(k, '/')) cost += before ? 10 : 25;
            else cost += 1;
        }
        if (!before) cost += 8;
        if (something_else && r.tokens[anchor_first].sentence != r.tokens[first].sentence) return;
        if (is_place && cost > 28) return;  // a town so far away says nothing of this
        if (cost < best.cost) best = {role, something_else, cost, route, is_place};
    };
    const int low = std::max(0, first - 60), high = std::min(r.size() - 1, last + 30);
    for (auto tag = std::lower_bound(r.tags.begin(), r.tags.end(), low, [](const Tag& t, int f) { return t.first < f; }); tag != r.tags.end() && tag->first <= high; ++tag) {
        if (tag->first >= first && tag->first <= last) continue;
        if (r.gone[tag->first] || taken.contains(tag->first)) continue;
        if (r.is(tag->first, Meaning::metres) || r.is(tag->first, Meaning::reference) || r.is(tag->first, Meaning::per_vehicle)) {
            if (tag->meaning == Meaning::pickup) continue;
        }
        if (tag->meaning == Meaning::pickup) {
            if (r.is(tag->first, Meaning::delivery) && r.tag(tag->first, Meaning::delivery) && r.tag(tag->first, Meaning::delivery)->last > tag->last) continue;
            consider(tag->first, tag->last, Role::pickup, false, tag->value ? 12 : 0);
        } else if (tag->meaning == Meaning::delivery) {
            consider(tag->first, tag->last, Role::delivery, false, 0);
        } else if (tag->meaning == Meaning::answer_by || tag->meaning == Meaning::payment || tag->meaning == Meaning::past) {
            consider(tag->first, tag->last, Role::none, true, 2);
        }
    }
    for (const PlaceFound& place : places)
        if (place.role != Role::none && place.sure >= 25 && place.last >= low && place.first <= high && !(place.first >= first && place.last <= last)) consider(place.first, place.last, place.role, false, 4, true, place.sure == 100);
    return best;
}

void give_roles(const Reading& r, std::vector<PlaceFound>& places) {
    const auto give = [](PlaceFound& place, Role role, int sure) {
        if (sure > place.sure) {
            place.role = role;
            place.sure = sure;
        }
    };
    // "not to Munich but to Zürich", "near"
    std::erase_if(places, [&](const PlaceFound& place) {
        int k = place.first - 1;
        while (k >= 0 && (r.is(k, Meaning::to_word) || r.is(k, Meaning::from_word) || r.is(k, Meaning::in_word)) && r.tokens[k].sentence == r.tokens[place.first].sentence) --k;
        return k >= 0 && r.is(k, Meaning::negation) && r.tokens[k].sentence == r.tokens[place.first].sentence;
    });
    // what is said of a trip long past is no place of this one
    std::erase_if(places, [&](const PlaceFound& place) {
        for (int k = place.first - 1; k >= 0 && k > place.first - 5; --k) {
            if (r.tokens[k].sentence != r.tokens[place.first].sentence || r.mark(k, ':') || r.mark(k, ',')) return false;
            if (r.is(k, Meaning::past)) return true;
        }
        for (int k = place.last + 1; k < r.size() && k <= place.last + 3 && r.tokens[k].sentence == r.tokens[place.first].sentence && !r.mark(k, ':') && !r.mark(k, ',') && !r.number(k); ++k)
            if (r.is(k, Meaning::past)) return true;  // "the delivery in Lyon last week"
        return false;
    });
    // "A - B", "A > B": only marks between the two
    for (std::size_t i = 0; i + 1 < places.size(); ++i) {
        PlaceFound &a = places[i], &b = places[i + 1];
        int dashes = 0, others = 0;
        for (int k = a.last + 1; k < b.first; ++k) (r.mark(k, '-') || r.mark(k, '>')) ? ++dashes : ++others;
        // "F-59000 Lille / D-50667 Köln": with their codes or countries two towns are a lane
        if (b.first > a.last && others == 1 && dashes == 0 && r.mark(b.first - 1, '/') && a.evidence >= 45 && b.evidence >= 45 && r.tokens[a.last].line == r.tokens[b.first].line) {
            give(a, Role::pickup, 100);
            give(b, Role::delivery, 100);
        }
        if (b.first > a.last && dashes == 1 && others == 0 && r.tokens[a.last].line == r.tokens[b.first].line) {
            give(a, Role::pickup, 100);
            give(b, Role::delivery, 100);
        }
    }
    for (PlaceFound& place : places) {
        int k = place.first - 1;
        int in_or_to = 0;
        while (k >= 0 && r.tokens[k].sentence == r.tokens[place.first].sentence &&
               (r.mark(k, '"') || r.mark(k, '(') || r.is(k, Meaning::region) || (r.is(k, Meaning::in_word) && !r.is(k, Meaning::to_word) && !r.is(k, Meaning::from_word)))) {
            in_or_to += r.is(k, Meaning::in_or_to);
            --k;
        }
        const bool same = k >= 0 && r.tokens[k].sentence == r.tokens[place.first].sentence;
        if (same && r.is(k, Meaning::from_word)) give(place, Role::pickup, 60);
        if (same && r.is(k, Meaning::to_word) && !r.is(k, Meaning::from_word)) give(place, Role::delivery, 60);
        // "From: Gent", a label at the begin of a line
        const bool label = same && r.mark(k, ':') && k > 0 && r.tokens[k - 1].line == r.tokens[place.first].line && (k == 1 || r.tokens[k - 2].line != r.tokens[k - 1].line);
        if (label && r.is(k - 1, Meaning::from_word)) give(place, Role::pickup, 80);
        if (label && r.is(k - 1, Meaning::to_word) && !r.is(k - 1, Meaning::from_word)) give(place, Role::delivery, 80);
        int cue = k;
        while (cue >= 0 && (r.mark(cue, ':') || r.mark(cue, '-') || r.mark(cue, '.') || r.mark(cue, ','))) --cue;
        const bool line = cue >= 0 && r.tokens[cue].line == r.tokens[place.first].line;
        if (line && r.is(cue, Meaning::delivery)) give(place, Role::delivery, 75);
        else if (line && r.is(cue, Meaning::pickup) && !r.is(cue, Meaning::metres)) give(place, Role::pickup, 75);
        const PlaceFound* previous = &place == places.data() ? nullptr : &place - 1;
        const bool follows_pickup = previous && previous->role == Role::pickup && previous->sure >= 55 && r.tokens[previous->last].sentence == r.tokens[place.first].sentence;
        if (in_or_to && follows_pickup && place.first - previous->last <= 4) give(place, Role::delivery, 58);
        if (follows_pickup && place.first == previous->last + 1 && (r.languages & languages_with(Habit::bare_destination))) give(place, Role::delivery, 56);
        if (in_or_to && same && place.sure == 0) give(place, Role::delivery, 12);
    }
    // "in Passau laden, ...": the verb after a town is that town's
    std::set<int> taken;
    for (PlaceFound& place : places) {
        const int verb = place.last + 1;
        if (!r.is(place.first - 1, Meaning::in_word) || verb >= r.size() || r.tokens[verb].sentence != r.tokens[place.first].sentence) continue;
        const bool pickup = r.is(verb, Meaning::pickup), delivery = r.is(verb, Meaning::delivery);
        if (pickup == delivery || !(verb + 1 == r.size() || r.mark(verb + 1, ',') || r.mark(verb + 1, ';') || r.mark(verb + 1, '.') || r.is(verb + 1, Meaning::also))) continue;
        give(place, pickup ? Role::pickup : Role::delivery, 70);
        taken.insert(verb);
    }
    // cue words further away
    std::vector<PlaceFound> none;
    for (PlaceFound& place : places) {
        const About a = about(r, none, place.first, place.last, taken);
        const bool introduced = r.is(place.first - 1, Meaning::in_word) || r.mark(place.first - 1, ',') || r.mark(place.first - 1, '-') || r.mark(place.first - 1, ':') || r.mark(place.first - 1, '|');
        const bool certain_name = place.evidence >= (introduced ? 25 : 30) || (r.tokens[place.first].sentence == r.tokens[std::max(0, place.first - 1)].sentence && place.evidence >= 10 && place.evidence < 25 && !r.tokens[place.first].capitals);
        if (a.role != Role::none && a.cost < 30 && certain_name) give(place, a.role, 45 - a.cost);
        if (a.something_else && a.cost < 6 && place.sure < 60) place.evidence -= 30;
    }
    // A town before one that goods go to, where no other can be the beginning: "tomorrow Jelgava, to Šiauliai".
    const bool any_pickup = std::any_of(places.begin(), places.end(), [](const auto& p) { return p.role == Role::pickup && p.sure >= 15; });
    const bool any_delivery = std::any_of(places.begin(), places.end(), [](const auto& p) { return p.role == Role::delivery && p.sure >= 15; });
    std::vector<PlaceFound*> open;
    for (PlaceFound& p : places)
        if (p.role == Role::none && p.evidence >= 25) open.push_back(&p);
    if (!any_pickup && any_delivery && open.size() == 1 && open[0]->first < std::find_if(places.begin(), places.end(), [](const auto& p) { return p.role == Role::delivery; })->first) give(*open[0], Role::pickup, 26);
    const auto beside_a_day = [&](const PlaceFound& p) { return p.first > 0 && r.used[p.first - 1] && !r.number(p.first - 1) && r.tokens[p.first - 1].sentence == r.tokens[p.first].sentence; };
    if (any_pickup && !any_delivery && open.size() == 1 && (open[0]->evidence >= 45 || (!taken.empty() && beside_a_day(*open[0])))) give(*open[0], Role::delivery, 26);
    // "L: PL-43300 Bielsko-Biala ... / E: DE-70173 Stuttgart ...": nothing says which is which, but two towns with their codes in one line
    if (!any_pickup && !any_delivery && open.size() == 2 && open[0]->evidence >= 45 && open[1]->evidence >= 45 && !open[0]->postal_code.empty() && !open[1]->postal_code.empty() && r.tokens[open[0]->first].line == r.tokens[open[1]->first].line) {
        give(*open[0], Role::pickup, 26);
        give(*open[1], Role::delivery, 26);
    }
}

}  // namespace waybill::extraction::rules
