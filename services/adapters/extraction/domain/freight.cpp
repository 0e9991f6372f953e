#include "domain/freight.h"

#include <waybill/gazetteer.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace waybill::extraction::rules {
namespace {

using gazetteer::fold;

bool tight(const Reading& r, int i) { return i < r.size() && !r.tokens[i].space_before; }
bool same_line(const Reading& r, int a, int b) { return a >= 0 && b < r.size() && r.tokens[a].line == r.tokens[b].line; }

// Does a language that is spoken here mean this by the word, and not only some language?
bool spoken_so(const Reading& r, int token, Meaning meaning) {
    const auto tags = r.tags_at(token);
    return std::any_of(tags.begin(), tags.end(), [&](const Tag& tag) { return tag.meaning == meaning && (tag.languages & r.languages); });
}

struct Measured {
    double value;
    int first, last;
    bool gross = false, net = false, total = false, each = false;
};

// Is one of these words near the figure, in its own clause?
bool beside(const Reading& r, int first, int last, Meaning meaning, int before, int after) {
    for (int k = first - 1; k >= 0 && k >= first - before && same_line(r, k, first); --k) {
        if (r.mark(k, ',') || r.mark(k, ';') || r.mark(k, '/') || r.mark(k, '|')) break;
        if (r.is(k, meaning)) return true;
    }
    for (int k = last + 1; k < r.size() && k <= last + after && same_line(r, last, k); ++k) {
        if (r.mark(k, ',') || r.mark(k, ';') || r.mark(k, '/') || r.mark(k, '|')) break;
        if (r.is(k, meaning)) return true;
    }
    return false;
}

Figure one_value(std::vector<Measured> all, const char* unit) {
    if (all.empty()) return {};
    const auto only = [&](bool Measured::*what) {
        if (std::any_of(all.begin(), all.end(), [&](const Measured& m) { return m.*what; })) std::erase_if(all, [&](const Measured& m) { return !(m.*what); });
    };
    const auto gross = std::find_if(all.begin(), all.end(), [](const Measured& m) { return m.gross; });
    if (gross != all.end())  // nothing weighs more than with all that is around it
        for (const Measured& m : all)
            if (!m.gross && !m.each && m.value > 1.01 * gross->value) return {{}, fmt::format("{:g} {} and {:g} {} are both told", gross->value, unit, m.value, unit)};
    only(&Measured::gross);
    if (std::any_of(all.begin(), all.end(), [](const Measured& m) { return !m.net; })) std::erase_if(all, [](const Measured& m) { return m.net; });
    std::vector<double> values;
    for (const Measured& m : all)
        if (std::find(values.begin(), values.end(), m.value) == values.end()) values.push_back(m.value);
    if (values.size() == 1) return {values[0], ""};
    // "26 pallets: 14 for A and 12 for B": one is the sum of the others
    for (const double value : values) {
        double others = 0;
        for (const Measured& m : all) others += m.value;
        if (std::abs(others - 2 * value) < 0.01 * value && values.size() > 2) return {value, ""};
    }
    only(&Measured::total);
    if (all.size() == 1) return {all[0].value, ""};
    return {{}, fmt::format("{:g} {} and {:g} {} are both told", values[0], unit, values[1], unit)};
}

Figure one_of(const std::vector<Measured>& all, const char* unit) {
    Figure figure = one_value(all, unit);
    for (const Measured& m : all)
        if (figure.value && (m.value == *figure.value || figure.first < 0)) {
            figure.first = m.first;
            figure.last = m.last;
            if (m.value == *figure.value) break;
        }
    return figure;
}

int small_number(const Reading& r, int i, int& last) {
    last = i;
    if (r.number(i) && r.tokens[i].folded.size() <= 2) return std::stoi(r.tokens[i].folded);
    if (const Tag* tag = r.tag(i, Meaning::number)) {
        last = tag->last;
        return tag->value;
    }
    return 0;
}

}  // namespace

Amounts amounts_in(Reading& r) {
    Amounts out;
    std::vector<Measured> weights, pallets, metres;
    const auto take = [&](std::vector<Measured>& where, Measured m) {
        m.gross = beside(r, m.first, m.last, Meaning::gross, 3, 2);
        m.net = !m.gross && beside(r, m.first, m.last, Meaning::net, 3, 2);
        m.total = beside(r, m.first, m.last, Meaning::total, 4, 3);
        out.begins.push_back(m.first);
        out.ends.push_back(m.last);
        r.use(m.first, m.last);
        where.push_back(m);
    };
    for (int i = 0; i < r.size(); ++i) {
        if (!r.free(i) || !r.number(i)) continue;
        auto n = number_at(r, i);
        if (!n) continue;
        int first = i, k = n->last + 1;
        if ((r.mark(k, '-') || (r.is(k, Meaning::to_range) && !r.is(k, Meaning::tonne))) && r.number(k + 1) && same_line(r, i, k + 1))
            if (const auto upper = number_at(r, k + 1); upper && upper->value >= (n->otherwise ? 0 : n->value)) {
                const int unit = upper->last + 1;
                if (r.is(unit, Meaning::tonne) || r.is(unit, Meaning::kilogram) || r.is(unit, Meaning::metres) || r.is(unit, Meaning::pallet)) {
                    n = upper;
                    k = unit;
                }
            }
        if (k >= r.size() || !same_line(r, i, k)) k = -1;
        const auto label = [&](Meaning unit) {  // "LDM: 13,2", "Gross kg: 23 750"
            int c = first - 1;
            if (!r.mark(c, ':')) return false;
            --c;
            while (r.mark(c, ')') || r.mark(c, '.')) --c;
            const bool has_unit = k >= 0 && (r.is(k, Meaning::tonne) || r.is(k, Meaning::kilogram) || r.is(k, Meaning::pound) || r.is(k, Meaning::metres) || r.is(k, Meaning::pallet) || r.is(k, Meaning::piece));
            return c >= 0 && same_line(r, c, first) && r.is(c, unit) && !has_unit;
        };

        if (k >= 0 && (r.is(k, Meaning::tonne) || r.is(k, Meaning::kilogram) || r.is(k, Meaning::pound)) && r.tokens[k].kind == Token::Kind::word) {
            const bool tonne = r.is(k, Meaning::tonne) && !r.is(k, Meaning::kilogram);
            // "12 to Kaunas", "т.е.": not tonnes
            if (tonne && r.is(k, Meaning::to_word) && r.word(k + 1) && same_line(r, k, k + 1) && r.tokens[k + 1].capital && !spoken_so(r, k, Meaning::tonne)) continue;
            if (tonne && r.mark(k + 1, '.') && tight(r, k + 1) && r.word(k + 2) && tight(r, k + 2)) continue;
            double value = tonne && n->otherwise ? *n->otherwise : n->value;
            value *= tonne ? 1000 : r.is(k, Meaning::pound) ? 0.45359237 : 1;
            int last = k;
            if (tonne && r.number(k + 1) && same_line(r, k, k + 1) && r.free(k + 1)) {  // "14 T 800", "21 t 400 kg"
                const auto rest = number_at(r, k + 1);
                const bool kilos = rest && r.is(rest->last + 1, Meaning::kilogram);
                if (rest && rest->value < 1000 && (kilos || (r.tokens[k + 1].folded.size() == 3 && rest->last == k + 1 && !r.word(rest->last + 1)))) {
                    value += rest->value;
                    last = kilos ? rest->last + 1 : rest->last;
                }
            }
            Measured m{value, first, last};
            const bool each_before = r.is(first - 1, Meaning::per_piece) || (r.word(first - 1) && r.tokens[first - 1].folded == "x");
            bool pallets_before = false;
            for (int b = first - 2; b >= std::max(0, first - 6) && same_line(r, b, first); --b) pallets_before |= r.is(b, Meaning::pallet) || (r.tokens[first - 1].folded == "x" && r.number(b));
            const bool each_after = r.is(last + 1, Meaning::per_piece) && !r.is(last + 1, Meaning::to_word) && (r.is(last + 2, Meaning::pallet) || r.tag(last + 1, Meaning::per_piece)->last > last + 1 || r.tag(last + 1, Meaning::per_piece)->value == 1) && !r.is(last + 1, Meaning::per_vehicle);
            const bool slash_pallet = r.mark(last + 1, '/') && r.is(last + 2, Meaning::pallet);
            m.each = (each_before && pallets_before && !r.is(first - 2, Meaning::total)) || each_after || slash_pallet;
            take(weights, m);
            i = last;
            continue;
        }
        if (label(Meaning::kilogram) || label(Meaning::tonne)) {
            const bool tonne = label(Meaning::tonne) && !label(Meaning::kilogram);
            take(weights, {tonne ? (n->otherwise ? *n->otherwise : n->value) * 1000 : n->value, first, n->last});
            i = n->last;
            continue;
        }
        if (k >= 0 && r.is(k, Meaning::metre) && tight(r, k) && r.number(k + 1) && tight(r, k + 1) && r.tokens[k + 1].folded.size() == 2 && n->value < 20) {  // "13M60"
            take(metres, {n->value + std::stod(r.tokens[k + 1].folded) / 100, first, k + 1});
            i = k + 1;
            continue;
        }
        if (k >= 0 && r.is(k, Meaning::metre) && std::abs((n->otherwise ? *n->otherwise : n->value) - 13.6) < 0.01) {  // the length of a trailer is meant as its loading metres
            take(metres, {13.6, first, k});
            i = k;
            continue;
        }
        if (k >= 0 && r.is(k, Meaning::metres)) {
            const Tag* unit = r.tag(k, Meaning::metres);
            if (unit) {
                take(metres, {n->otherwise ? *n->otherwise : n->value, first, unit->last});
                i = unit->last;
                continue;
            }
        }
        if (label(Meaning::metres)) {
            take(metres, {n->value, first, n->last});
            i = n->last;
            continue;
        }
        int unit = k;
        for (int skipped = 0; unit >= 0 && skipped < 4 && unit < r.size() && same_line(r, i, unit) && !r.is(unit, Meaning::pallet) && (r.is(unit, Meaning::piece) || r.mark(unit, '.') || r.mark(unit, '-')); ++skipped) ++unit;
        if (unit >= 0 && unit < r.size() && same_line(r, i, unit) && r.is(unit, Meaning::pallet) && n->value == std::floor(n->value) && n->value < 1000 && n->value > 0) {
            const Tag* tag = r.tag_at(unit, Meaning::pallet);
            int last = tag ? tag->last : unit;
            if (r.is(last + 1, Meaning::pallet_kind) && same_line(r, last, last + 1) && !r.number(last + 2)) ++last;
            if (r.mark(last + 1, '.') && tight(r, last + 1)) ++last;
            take(pallets, {n->value, first, last});
            i = last;
            continue;
        }
        if (label(Meaning::pallet)) {
            take(pallets, {n->value, first, n->last});
            i = n->last;
            continue;
        }
    }
    out.pallets = one_of(pallets, "pallets");
    if (out.pallets.doubt.size() && pallets.size() == 2 && r.text.find('+') != r.text.npos) {  // "8 pallets + 5 pallets"
        for (int k = pallets[0].last; k < pallets[1].first; ++k)
            if (r.mark(k, '+')) out.pallets = {pallets[0].value + pallets[1].value, "", pallets[0].first, pallets[1].last};
    }
    for (Measured& m : weights)
        if (m.each) {
            if (out.pallets.value) m.value *= *out.pallets.value;
            else m.net = true;  // nothing to multiply it with
        }
    if (std::any_of(weights.begin(), weights.end(), [](const Measured& m) { return m.each && m.net; }) && weights.size() == 1) out.weight_kg = {{}, "only the weight of one piece is told"};
    else out.weight_kg = one_of(weights, "kg");
    out.loading_metres = one_of(metres, "m");
    for (const auto& [field, figure] : {std::pair{"weight_kg", &out.weight_kg}, std::pair{"pallets", &out.pallets}, std::pair{"loading_metres", &out.loading_metres}})
        if (figure->value && figure->first >= 0) r.saw(field, figure->first, figure->last);

    for (int i = 0; i < r.size(); ++i) {
        out.per_vehicle |= r.is(i, Meaning::per_vehicle);
        out.stacked |= r.is(i, Meaning::stacked) && !r.is(i - 1, Meaning::negation);
        if (out.vehicles || !(r.number(i) ? r.free(i) : r.is(i, Meaning::number) && !r.gone[i])) continue;
        int last = i;
        const int count = small_number(r, i, last);
        if (count < 1 || count > 30) continue;
        if (r.is(i, Meaning::equipment)) continue;  // "40 ft"
        if (!r.number(i)) {  // an indefinite article counts nothing
            if (count == 1 && r.is(i, Meaning::article)) continue;
        }
        int k = last + 1;
        if (r.is(k, Meaning::piece)) ++k;
        if (r.mark(k, '.')) ++k;
        if (same_line(r, i, k) && r.tokens[k].sentence == r.tokens[i].sentence && (r.is(k, Meaning::truck) || (r.is(k, Meaning::equipment) && !r.is(k, Meaning::pallet))) && !r.is(k, Meaning::hour) && !r.is(k, Meaning::pallet) && r.word(k)) {
            out.vehicles = count;
            r.saw("vehicles_needed", i, k);
        }
    }
    return out;
}

std::optional<Temperature> temperature_in(Reading& r) {
    struct Signed {
        double value;
        int first, last;
        bool has_sign;
    };
    const auto signed_at = [&](int i) -> std::optional<Signed> {
        int first = i;
        double sign = 1;
        bool has = false;
        if (r.mark(i, '+') || (r.mark(i, '-') && r.number(i + 1) && tight(r, i + 1)) || r.is(i, Meaning::minus) || r.is(i, Meaning::plus)) {
            sign = r.mark(i, '-') || r.is(i, Meaning::minus) ? -1 : 1;
            has = true;
            ++i;
            if (r.mark(i, '/') && r.mark(i + 1, '-')) return {};
        }
        if (!r.number(i) || !r.free(i)) return {};
        const auto n = number_at(r, i);
        if (!n || n->value > 45 || n->last > i + 2) return {};
        return Signed{sign * n->value, first, n->last, has};
    };
    for (int i = 0; i < r.size(); ++i) {
        const bool dash_is_range = r.mark(i, '-') && i > 0 && !r.tokens[i].space_before && (r.number(i - 1) || r.word(i - 1));
        if (r.gone[i] || r.used[i] || dash_is_range) continue;
        const auto one = signed_at(i);
        if (!one || (one->first > 0 && r.number(one->first - 1) && !r.tokens[one->first].space_before)) continue;
        double low = one->value, high = one->value;
        int last = one->last;
        bool has_sign = one->has_sign, degree = false;
        int k = last + 1;
        if (r.is(k, Meaning::degree) && same_line(r, i, k)) {
            const Tag* tag = r.tag(k, Meaning::degree);
            degree = true;
            last = tag ? tag->last : k;
            if (r.is(last + 1, Meaning::degree) && tight(r, last + 1)) ++last;
            k = last + 1;
        }
        int steps = 0;
        while (k < r.size() && steps < 3 && same_line(r, i, k) && (r.mark(k, '/') || r.mark(k, '.') || (r.mark(k, '-') && !(steps > 0)) || r.is(k, Meaning::to_range))) {
            ++k;
            ++steps;
        }
        std::optional<Signed> two;
        if (steps > 0 && same_line(r, i, k)) two = signed_at(k);
        if (!two && steps == 1 && r.mark(k - 1, '-')) two = signed_at(k);
        if (two) {
            int after = two->last + 1;
            bool degree_after = false;
            if (r.is(after, Meaning::degree) && same_line(r, i, after)) {
                const Tag* tag = r.tag(after, Meaning::degree);
                degree_after = true;
                after = (tag ? tag->last : after) + 1;
                if (r.is(after, Meaning::degree) && tight(r, after)) ++after;
            }
            const bool other_unit = r.is(after, Meaning::pallet) || r.is(after, Meaning::hour) || r.is(after, Meaning::kilogram) || (r.is(after, Meaning::tonne) && !degree_after) || r.mark(after, ':') || r.is(after, Meaning::metres);
            if ((degree_after || degree || two->has_sign || has_sign) && !other_unit) {
                has_sign |= two->has_sign;
                degree |= degree_after;
                low = std::min(one->value, two->value);
                high = std::max(one->value, two->value);
                if (one->has_sign && one->value < 0 && !two->has_sign && two->value > 0 && two->value >= 10) low = -two->value, high = one->value;  // "-18-20"
                last = after - 1;
            }
        }
        bool context = false;
        for (int b = one->first - 1; b >= std::max(0, one->first - 4) && same_line(r, b, i); --b) context |= r.is(b, Meaning::temperature) || r.is(b, Meaning::degree);
        if (one->value < 0 && (r.mark(one->first - 1, ',') || r.mark(one->first - 1, '/')) && !r.number(last + 1))  // "frozen fish, 33 pallets, -20"
            for (int b = one->first - 1; b >= 0 && r.tokens[b].sentence == r.tokens[one->first].sentence; --b) context |= r.is(b, Meaning::temperature);
        const bool certain_degree = degree && (has_sign || context || !r.tag_at(last, Meaning::degree) || r.tag_at(last, Meaning::degree)->value != 1) && !(r.tokens[one->last + 1 < r.size() ? one->last + 1 : one->last].folded == "c" && !has_sign && !r.tokens[one->last + 1].capital);
        if (!certain_degree && !(context && (has_sign || r.is(last + 1, Meaning::degree)))) continue;
        if (low < -45 || high > 45) continue;
        Temperature out{low, high};
        if (low == high) {
            const auto near = [&](Meaning meaning) {
                for (int c = last + 1; c < std::min(r.size(), last + 5) && same_line(r, i, c) && !r.number(c); ++c)
                    if (const Tag* tag = r.tag(c, meaning)) return !(tag->first == tag->last && r.is(c, Meaning::maximum) && r.number(c + 1));
                for (int c = one->first - 1; c >= std::max(0, one->first - 2) && same_line(r, c, i); --c)
                    if (r.is(c, meaning)) return true;
                return false;
            };
            if (near(Meaning::colder)) out.min.reset();
            else if (near(Meaning::warmer)) out.max.reset();
        }
        r.use(one->first, last);
        for (const char* field : {"temperature_c.min", "temperature_c.max"}) r.saw(field, one->first, last);
        return out;
    }
    return {};
}

std::optional<std::string> equipment_in(Reading& r) {
    std::vector<int> kinds, at;
    int depth = 0;
    bool first_in_brackets = false;
    for (int i = 0; i < r.size(); ++i) {
        if (r.mark(i, '(')) ++depth;
        if (r.mark(i, ')')) depth = std::max(0, depth - 1);
        if (r.gone[i]) continue;
        const Tag* tag = nullptr;
        for (const Tag& t : r.tags_at(i))
            if (t.meaning == Meaning::equipment && (!tag || t.last > tag->last)) tag = &t;
        if (!tag) continue;
        bool negated = false;
        for (int b = i - 1; b >= std::max(0, i - 2) && same_line(r, b, i) && !r.mark(b, ',') && !r.mark(b, '.'); --b) negated |= r.is(b, Meaning::negation);
        negated |= r.is(tag->last + 1, Meaning::unfit);
        if (negated || r.is(i, Meaning::goods)) continue;
        if (depth > 0 && !kinds.empty() && !first_in_brackets) {
            i = tag->last;
            continue;  // a gloss
        }
        if (kinds.empty()) first_in_brackets = depth > 0;
        kinds.push_back(tag->value);
        at.push_back(i);
        i = tag->last;
    }
    if (kinds.empty()) return {};
    int chosen = kinds[0];
    r.saw("equipment", at[0], at[0]);
    for (std::size_t k = 1; k < kinds.size(); ++k) {
        if (kinds[k] == chosen) continue;
        bool choice = false;
        for (int t = at[k - 1]; t < at[k] && at[k] - at[k - 1] < 5; ++t) choice |= r.mark(t, '/') || r.is(t, Meaning::either);
        if (kinds[k] == 4 || chosen == 4) {
            chosen = 4;  // a mega is a tautliner too
            r.saw("equipment", at[k], at[k]);
            continue;
        }
        if (choice) return {};
    }
    return std::string(equipment_kinds[std::size_t(chosen)]);
}

std::optional<std::string> adr_in(Reading& r) {
    bool yes = false, no = false;
    for (int i = 0; i < r.size(); ++i) {
        if (r.gone[i]) continue;
        if (r.word(i) && r.tokens[i].folded == "un" && r.tokens[i].capitals) {
            const int k = r.mark(i + 1, '-') || r.mark(i + 1, ':') ? i + 2 : r.is(i + 1, Meaning::number_word) ? (r.mark(i + 2, '.') ? i + 3 : i + 2) : i + 1;
            if (r.number(k) && r.tokens[k].folded.size() == 4) {
                r.use(i, k);
                r.saw("adr", i, k);
                return "UN" + r.tokens[k].folded;
            }
        }
        if (!yes && !no && (r.is(i, Meaning::harmless) || r.is(i, Meaning::adr))) r.saw("adr", i, i);
        if (r.is(i, Meaning::harmless)) no = true;
        else if (r.is(i, Meaning::adr)) (r.is(i - 1, Meaning::negation) || r.is(i - 2, Meaning::negation) || (r.is(i + 1, Meaning::negation) && r.mark(i + 2, ','))) ? no = true : yes = true;
    }
    if (yes) return "true";
    if (no) return "false";
    return {};
}

std::optional<Price> price_in(Reading& r) {
    struct Offer {
        Price price;
        int score, first, last;
    };
    std::vector<Offer> offers;
    // Which crown a bare "kr" is: that of the language; nothing when none that is spoken has one.
    const auto currency_of = [&](const Tag& tag) -> std::optional<std::string> {
        std::optional<std::string> one;
        for (const Tag& other : r.tags_at(tag.first))
            if (other.meaning == Meaning::currency && currencies[std::size_t(other.value)] != "kr" && (!one || other.languages & r.language)) one = std::string(currencies[std::size_t(other.value)]);
        return one;
    };
    const auto near = [&](int first, int last, Meaning meaning, int before, int after) {
        for (int k = first - 1; k >= std::max(0, first - before) && r.tokens[k].sentence == r.tokens[first].sentence; --k)
            if (r.is(k, meaning)) return first - k;
        for (int k = last + 1; k <= std::min(r.size() - 1, last + after) && r.tokens[k].sentence == r.tokens[last].sentence; ++k)
            if (r.is(k, meaning)) return k - last;
        return 0;
    };
    const auto add = [&](const Number& n, std::optional<std::string> currency, int first, int last) {
        Offer offer{{n.text, std::move(currency), "offered"}, 10, first, last};
        int k = last + 1;
        if (r.mark(k, ',') && r.mark(k + 1, '-')) k += 2;
        const bool joint = r.mark(k, '/') || r.is(k, Meaning::per_piece) || r.is(k, Meaning::per);
        if ((joint && r.is(k + 1, Meaning::per_km)) || (r.is(k, Meaning::per_km) && tight(r, k))) {
            offer.price.kind = "per_km";
            if (n.otherwise) offer.price.amount = fmt::format("{:g}", *n.otherwise);
        } else if (near(first, last, Meaning::maximum, 4, 4)) {
            offer.price.kind = "maximum";
        }
        const int cue = near(first, last, Meaning::price, 6, 3), else_about = near(first, last, Meaning::payment, 5, 1), past = near(first, last, Meaning::past, 8, 2), invoice = near(first, last, Meaning::invoice, 5, 0);
        if (cue) offer.score += 10;
        if ((else_about && (!cue || else_about < cue)) || (invoice && (!cue || invoice < cue)) || past) offer.score -= 15;
        for (int w = last + 1; w < std::min(r.size(), last + 4); ++w)
            if (r.is(w, Meaning::per_month) || r.is(w, Meaning::other_sum)) offer.score -= 15;
        for (int w = first - 1; w >= std::max(0, first - 4) && same_line(r, w, first); --w)
            if (r.is(w, Meaning::other_sum)) offer.score -= 15;
        offers.push_back(offer);
    };
    for (int i = 0; i < r.size(); ++i) {
        if (!r.free(i)) continue;
        if (r.number(i)) {
            const auto n = number_at(r, i);
            if (!n) continue;
            int k = n->last + 1;
            if (r.mark(k, ',') && r.mark(k + 1, '-')) k += 2;
            else if (r.mark(k, '.') && r.mark(k + 1, '-')) k += 2;
            else if (r.mark(k, '-') && r.is(k + 1, Meaning::currency)) k += 1;
            const Tag* currency = r.tag(k, Meaning::currency);
            if (currency && same_line(r, i, k) && !(r.is(k, Meaning::piece) && r.is(currency->last + 1, Meaning::pallet)) && !(r.is(currency->last + 1, Meaning::pallet))) {
                add(*n, currency_of(*currency), i, currency->last);
                i = currency->last;
                continue;
            }
            int before = i - 1;
            while (r.mark(before, '.') || r.mark(before, ':')) --before;
            if (const Tag* in_front = r.tag_at(before, Meaning::currency); in_front && same_line(r, before, i) && !r.is(k, Meaning::pallet) && !r.number(in_front->first - 1)) {
                add(*n, currency_of(*in_front), in_front->first, n->last);
                i = n->last;
                continue;
            }
            // "Price 1150 all-in": the currency goes without saying, and so stays unsaid
            if (r.is(before, Meaning::price) && !r.is(before, Meaning::goods) && n->value >= 50 && same_line(r, before, i) && !r.is(k, Meaning::kilogram) && !r.is(k, Meaning::tonne) && !r.is(k, Meaning::pallet) && !r.mark(k, ':') && !r.is(k, Meaning::hour)) {
                add(*n, {}, i, n->last);
                offers.back().score -= 4;
                i = n->last;
            }
        }
    }
    std::stable_sort(offers.begin(), offers.end(), [](const Offer& a, const Offer& b) { return a.score > b.score; });
    // "Payment: 900 EUR, 14 days", "Оплата 800 евро"
    if (offers.size() == 1 && offers[0].score <= 0 && (r.is(offers[0].first - 1, Meaning::payment) || (r.mark(offers[0].first - 1, ':') && r.is(offers[0].first - 2, Meaning::payment)))) offers[0].score = 1;
    if (!offers.empty() && offers[0].score > 0) {
        for (const Offer& offer : offers) r.use(offer.first, offer.last);
        for (const char* field : {"price.amount", "price.currency", "price.kind"}) r.saw(field, offers[0].first, offers[0].last);
        return offers[0].price;
    }
    for (const Tag& tag : r.tags)
        if ((tag.meaning == Meaning::negotiable || tag.meaning == Meaning::quote) && !r.gone[tag.first]) {
            r.saw("price.kind", tag.first, tag.last);
            return Price{{}, {}, "negotiable"};
        }
    return {};
}

std::optional<std::string> reference_in(Reading& r) {
    std::optional<std::string> best;
    int best_rank = 0, best_first = 0, best_last = 0;
    for (const Tag& tag : r.tags) {
        if (tag.meaning != Meaning::reference || r.gone[tag.first]) continue;
        int k = tag.last + 1;
        bool marked = false;
        while (k < r.size() && same_line(r, tag.last, k) && k < tag.last + 5 &&
               (r.mark(k, '.') || r.mark(k, ':') || r.mark(k, '#') || r.is(k, Meaning::number_word))) {
            marked |= !r.word(k) || r.tag_at(k, Meaning::number_word)->value != 1;
            ++k;
        }
        if (k >= r.size() || !same_line(r, tag.last, k) || r.gone[k]) continue;
        int last = k - 1;
        bool digits = false;
        const auto run = [&](int from) {
            int e = from;
            while (e < r.size() && same_line(r, from, e) && (e == from || !r.tokens[e].space_before) && (r.word(e) || r.number(e) || r.mark(e, '-') || r.mark(e, '/') || r.mark(e, '_') || r.mark(e, '.') || r.mark(e, '#'))) {
                digits |= r.number(e);
                ++e;
            }
            --e;
            while (e > from && r.tokens[e].kind == Token::Kind::mark) --e;
            return e;
        };
        if (!r.word(k) && !r.number(k)) continue;
        last = run(k);
        if (!digits && r.tokens[k].capitals && last == k && r.number(k + 1) && same_line(r, k, k + 1)) last = run(k + 1);  // "ORD 55-201"
        if (!digits || last < k) continue;
        if (r.number(k) && last == k && r.tokens[k].folded.size() < 3) continue;
        bool invoice = false;
        for (int b = tag.first - 1; b >= std::max(0, tag.first - 3) && same_line(r, b, tag.first); --b) invoice |= r.is(b, Meaning::invoice) || r.is(b, Meaning::phone) || r.is(b, Meaning::past);
        if (invoice || r.is(tag.first, Meaning::invoice) || r.is(last + 1, Meaning::kilogram) || r.is(last + 1, Meaning::currency)) continue;
        const int rank = 2 + (tag.last > tag.first) + marked - 2 * (tag.value == 1);
        if (rank > best_rank) {
            best_rank = rank;
            best = std::string(r.raw(k, last));
            best_first = k;
            best_last = last;
        }
    }
    if (best) {
        r.use(best_first, best_last);
        r.saw("reference", best_first, best_last);
    }
    return best;
}

int signature_of(const Reading& r) {
    for (int i = 0; i < r.size(); ++i) {
        if (!r.is(i, Meaning::sign_off) || i * 10 < r.size() * 3) continue;
        const bool begins = i == 0 || r.tokens[i - 1].line != r.tokens[i].line || r.tokens[i - 1].sentence != r.tokens[i].sentence;
        if (!begins || !r.tag(i, Meaning::sign_off)) continue;
        // "Thanks for ..." goes on
        bool offer_follows = false;
        for (int k = i; k < r.size() && !offer_follows; ++k) offer_follows = r.is(k, Meaning::kilogram) || (r.is(k, Meaning::tonne) && r.number(k - 1) && r.tokens[k].folded != "to") || (r.is(k, Meaning::pallet) && r.number(k - 1)) || (r.is(k, Meaning::currency) && r.number(k - 1));
        if (!offer_follows) return i;
    }
    return r.size();
}

std::optional<std::string> email_in(Reading& r) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '+'; };
    std::optional<std::string> found;
    for (int i = 0; i < r.size(); ++i) {
        if (!r.mark(i, '@')) continue;
        std::size_t begin = r.tokens[i].begin, end = r.tokens[i].end;
        while (begin > 0 && allowed(r.text[begin - 1])) --begin;
        while (end < r.text.size() && allowed(r.text[end])) ++end;
        while (end > begin && (r.text[end - 1] == '.' || r.text[end - 1] == '-')) --end;
        const std::string_view all = std::string_view(r.text).substr(begin, end - begin);
        const bool whole = begin < r.tokens[i].begin && end > r.tokens[i].end && all.find('.', r.tokens[i].end - begin) != all.npos;
        const bool wanted = whole && !r.gone[i] && !found;
        if (wanted) found = std::string(all);
        int first = i, last = i;
        for (int k = std::max(0, i - 12); k < std::min(r.size(), i + 12); ++k)
            if (r.tokens[k].begin >= begin && r.tokens[k].end <= end) {
                r.used[k] = true;
                first = std::min(first, k);
                last = std::max(last, k);
            }
        if (wanted) r.saw("contact_email", first, last);
    }
    return found;
}

std::optional<std::string> phone_in(Reading& r, bool marked, int signature) {
    std::optional<std::string> found;
    for (int i = 0; i < r.size(); ++i) {
        if (!r.free(i)) continue;
        const bool plus = r.mark(i, '+') && r.number(i + 1) && tight(r, i + 1);
        if (!plus && !r.number(i) && !(r.mark(i, '(') && r.number(i + 1))) continue;
        if (i > 0 && r.number(i - 1) && same_line(r, i - 1, i)) continue;
        int before = i - 1;
        while (before >= 0 && same_line(r, before, i) && (r.mark(before, ':') || r.mark(before, '.') || r.mark(before, '/') || r.mark(before, '('))) --before;
        const bool fax = same_line(r, before, i) && r.is(before, Meaning::fax);
        const bool told = same_line(r, before, i) && r.is(before, Meaning::phone) && (r.tokens[before].folded.size() > 1 || i >= signature || plus);
        int last = i, digits = 0, end = i;
        std::size_t shortest = 9;
        while (digits <= 15 && end < r.size() && same_line(r, i, end) && (r.number(end) || ((r.mark(end, '-') || r.mark(end, '(') || r.mark(end, ')') || r.mark(end, '/') || r.mark(end, '.') || r.mark(end, '+')) && (end == i || r.number(end + 1) || r.mark(end + 1, ')') || r.mark(end, ')'))))) {
            if ((r.mark(end, '-') || r.mark(end, '/')) && r.tokens[end].space_before && end > i) break;
            if (r.mark(end, '+') && end > i) break;
            if (r.number(end)) {
                digits += int(r.tokens[end].folded.size());
                shortest = std::min(shortest, r.tokens[end].folded.size());
                last = end;
            }
            ++end;
        }
        if (digits < 7 || digits > 15) continue;
        const bool certain = fax || told || plus;
        if (marked ? !certain : certain) continue;
        if (!marked) {
            const bool tail = i >= signature || i > r.size() - 14;
            const bool unit = r.is(last + 1, Meaning::kilogram) || r.is(last + 1, Meaning::currency) || r.is(last + 1, Meaning::tonne) || r.is(before, Meaning::reference) || r.is(before, Meaning::currency);
            if (!tail || unit || (last == i && digits > 9)) continue;
            if (r.is(before, Meaning::reference) || r.mark(i - 1, '#')) continue;
        }
        r.use(i, last);
        if (!fax && !found) {
            found = std::string(r.raw(i, last));
            r.saw("contact_phone", i, last);
        }
        i = last;
    }
    return found;
}

std::optional<std::string> shipper_in(Reading& r, int signature, const std::optional<std::string>& email) {
    const auto legal_at = [&](int i, int& last) {
        const Tag* tag = r.tag(i, Meaning::legal_form);
        if (!tag || !(r.tokens[i].capital || tag->last > tag->first) || (r.is(i, Meaning::kilogram) && r.number(i - 1))) return false;
        last = tag->last;
        return true;
    };
    std::string domain;
    if (email) {
        domain = email->substr(email->find('@') + 1);
        domain = fold(domain.substr(0, domain.find('.')));
        std::erase(domain, ' ');
    }
    struct Segment {
        int first, last, score;
    };
    std::vector<Segment> segments;
    int last_line = r.size() ? r.tokens[r.size() - 1].line : 0;
    const auto close = [&](int first, int last) {
        while (first <= last && (r.tokens[first].kind == Token::Kind::mark && !r.mark(first, '"'))) ++first;
        while (last >= first && r.tokens[last].kind == Token::Kind::mark && !r.mark(last, '"') && !(r.mark(last, '.') && r.tokens[last - 1].end - r.tokens[last - 1].begin < 4)) --last;
        if (first > last || last - first > 12 || (r.is(first, Meaning::kilogram) && r.number(first - 1))) return;
        int words = 0, score = 0, trade = 0, person = 0, lower = 0;
        bool legal = false, lower_start = !r.tokens[first].capital && !r.mark(first, '"');
        for (int k = first; k <= last; ++k) {
            int end = k;
            if (legal_at(k, end)) {
                legal = true;
                k = end;
                continue;
            }
            if (r.gone[k] || r.mark(k, '+') || ((r.is(k, Meaning::pickup) || r.is(k, Meaning::delivery)) && r.tokens[k].folded.size() > 2)) return;
            if (r.word(k) && r.tokens[k].folded.size() > 1) ++words;
            lower += r.word(k) && !r.tokens[k].capital && !r.is(k, Meaning::joint) && !r.is(k, Meaning::also);
            trade += r.is(k, Meaning::trade_word);
            person += r.is(k, Meaning::phone) || r.number(k);
            if (!domain.empty() && r.word(k) && r.tokens[k].folded.size() >= 4 && domain.find(r.tokens[k].folded.substr(0, std::min<std::size_t>(7, r.tokens[k].folded.size()))) != domain.npos) score += 9;
        }
        // part of a word: "Sørlandstrykk", "Meblostar Logistyka", "Trøndelast"
        for (int k = first; k <= last; ++k) {
            trade += r.word(k) && r.tokens[k].capital && std::any_of(trade_parts().begin(), trade_parts().end(), [&](const std::string& part) { return r.tokens[k].folded.find(part) != std::string::npos; });
        }
        if (legal && words >= 1) score += 20;
        if (trade && words >= 2) score += 10;
        if (person) score -= 8;
        if (lower_start && !legal) score -= 12;
        const bool in_signature = first >= signature, tail = r.tokens[first].line == last_line;
        score += in_signature ? 5 : tail ? 3 : 0;
        if (!in_signature && !tail && !legal) return;
        if (words > 7 || 2 * lower > words) return;
        if (score >= 11) segments.push_back({first, last, score});
    };
    for (const Tag& tag : r.tags) {
        if (tag.meaning != Meaning::shipper || r.gone[tag.first]) continue;
        int k = tag.last + 1;
        const bool colon = r.mark(k, ':');
        if (colon || r.mark(k, '.')) ++k;
        if (k >= r.size() || !same_line(r, tag.last, k) || !(r.tokens[k].capital || r.mark(k, '"'))) continue;
        int last = k;
        while (last + 1 < r.size() && same_line(r, k, last + 1) && !r.mark(last + 1, ',') && !r.mark(last + 1, ';') && !r.mark(last + 1, '|') && !r.mark(last + 1, '/') && !r.mark(last + 1, '(') && !(r.mark(last + 1, '.') && r.tokens[last].end - r.tokens[last].begin > 2)) ++last;
        if (last - k > 8) continue;
        int end = 0;
        bool legal = false;
        for (int j = k; j <= last; ++j) legal |= legal_at(j, end);
        if (colon || legal) segments.push_back({k, last, legal ? 40 : 25});
    }
    int first = 0;
    for (int i = 0; i < r.size(); ++i) {
        const bool spaced_dash = r.mark(i, '-') && r.tokens[i].space_before && i + 1 < r.size() && r.tokens[i + 1].space_before;
        const bool ends_sentence = i > 0 && r.tokens[i].sentence != r.tokens[i - 1].sentence;
        if (ends_sentence && first < i) {
            close(first, i - 1);
            first = i;
        }
        if (r.mark(i, ',') || r.mark(i, '|') || r.mark(i, ';') || r.mark(i, '(') || r.mark(i, ')') || spaced_dash || (r.mark(i, '/') && r.tokens[i].space_before) || r.mark(i, ':') || (r.is(i, Meaning::sign_off) && !r.is(i, Meaning::legal_form)) || (r.used[i] && !r.is(i, Meaning::legal_form) && (r.number(i) || r.mark(i, '@') || r.mark(i, '+')))) {
            if (first < i) close(first, i - 1);
            first = i + 1;
        }
    }
    if (first < r.size()) close(first, r.size() - 1);
    if (segments.empty()) return {};
    const auto best = std::max_element(segments.begin(), segments.end(), [](const Segment& a, const Segment& b) { return a.score < b.score; });
    r.saw("shipper", best->first, best->last);
    return std::string(r.raw(best->first, best->last));
}

std::optional<std::string> goods_in(Reading& r, const Amounts& amounts, int end) {
    struct Candidate {
        int first, last, score;
    };
    std::optional<Candidate> best;
    const auto ends_figure = [&](int k) { return std::find(amounts.ends.begin(), amounts.ends.end(), k) != amounts.ends.end(); };
    const auto begins_figure = [&](int k) { return std::find(amounts.begins.begin(), amounts.begins.end(), k) != amounts.begins.end(); };
    const auto separator = [&](int k) { return r.mark(k, ',') || r.mark(k, '/') || r.mark(k, '(') || r.mark(k, ')') || r.mark(k, ';') || r.mark(k, '|') || r.mark(k, '.') || (r.mark(k, '-') && r.tokens[k].space_before && k + 1 < r.size() && r.tokens[k + 1].space_before); };
    const auto breaks = [&](int k) {
        if (r.used[k] || r.gone[k]) return true;
        if (r.number(k)) return !(k + 1 < r.size() && r.tokens[k + 1].folded == "%");
        if (r.tokens[k].kind == Token::Kind::mark) return !((r.mark(k, '-') && !(r.tokens[k].space_before && r.tokens[std::min(k + 1, r.size() - 1)].space_before)) || r.mark(k, '\''));
        static constexpr Meaning stops[] = {Meaning::pickup, Meaning::delivery, Meaning::equipment, Meaning::price, Meaning::currency, Meaning::total, Meaning::gross, Meaning::net, Meaning::stop_goods, Meaning::negation, Meaning::harmless, Meaning::adr, Meaning::weekday, Meaning::quote, Meaning::negotiable, Meaning::sign_off, Meaning::reference, Meaning::phone, Meaning::maximum, Meaning::kilogram, Meaning::metres, Meaning::stacked, Meaning::shipper, Meaning::per_vehicle, Meaning::vague_day, Meaning::answer_by};
        static const Meanings any_stop = [] {
            Meanings all;
            for (const Meaning stop : stops) all.set(std::size_t(stop));
            return all;
        }();
        if ((r.means[k] & any_stop).any())
            for (const Meaning stop : stops)
                if (r.is(k, stop) && !(stop == Meaning::equipment && r.is(k, Meaning::goods)) && !(stop == Meaning::reference && r.tokens[k].folded.size() > 5) && !(stop == Meaning::phone && r.tokens[k].folded.size() > 5 )) {
                    if (stop == Meaning::pickup && r.tag_at(k, Meaning::pickup) && r.tag_at(k, Meaning::pickup)->value) continue;
                    return true;
                }
        if (r.is(k, Meaning::pallet) && !r.mark(k + 1, '-')) return true;
        const bool preposition = r.is(k, Meaning::from_word) || r.is(k, Meaning::to_word) || r.is(k, Meaning::by) || r.is(k, Meaning::since) || r.is(k, Meaning::in_word);
        if (preposition) return !(r.is(k, Meaning::joint) && k + 1 < r.size() && !r.used[k + 1] && r.word(k + 1) && r.tokens[k + 1].folded.size() > 2);
        return false;
    };
    for (int i = 0; i < std::min(end, r.size());) {
        if (breaks(i) || !r.word(i)) {
            ++i;
            continue;
        }
        int last = i;
        while (last + 1 < std::min(end, r.size()) && r.tokens[last + 1].sentence == r.tokens[i].sentence && !breaks(last + 1)) ++last;
        const int after = last + 1;
        int first = i;
        int score = 0;
        bool label = false;
        // a label in the text itself: "Cargo: ...", "Krovinys - ..."
        if (const Tag* tag = r.tag(first, Meaning::goods)) {
            if (tag->last >= last && (r.mark(after, ':') || r.mark(after, '-'))) {
                i = after;
                continue;  // the next piece sees it in front
            }
            if (tag->last < last && tag->last - first < 2) {
                score += 10;
                first = tag->last + 1;
            }
        }
        int before = first - 1;
        if (r.mark(before, ':') || (r.mark(before, '-') && r.tokens[before].space_before)) {
            if (r.is(before - 1, Meaning::goods)) {
                label = true;
                score += 50;
            }
        }
        while (first <= last && (r.is(first, Meaning::joint) || r.is(first, Meaning::also) || ((r.is(first, Meaning::piece) || r.is(first, Meaning::per_piece)) && r.tokens[first].folded.size() <= 4) || r.mark(first, '-'))) ++first;
        while (last >= first && (r.is(last, Meaning::joint) || r.is(last, Meaning::also) || r.tokens[last].kind == Token::Kind::mark)) --last;
        if (first > last) {
            i = after;
            continue;
        }
        if (r.tokens[first].sentence == r.tokens[std::max(0, before)].sentence || r.tokens[first].line == r.tokens[std::max(0, before)].line) {
            int b = before;
            if (b >= 0 && ends_figure(b)) score += 40;
            else {
                while (b >= 0 && (separator(b) || r.is(b, Meaning::gross) || r.is(b, Meaning::net)) && same_line(r, b, first)) --b;
                if (b >= 0 && b != before && same_line(r, b, first) && ends_figure(b) && r.tokens[b].sentence == r.tokens[first].sentence) score += 26;
            }
        }
        int a = after;
        while (a < r.size() && (separator(a) || r.is(a, Meaning::total) || r.is(a, Meaning::gross) || r.mark(a, ':') || (r.is(a, Meaning::stop_goods) && a < after + 3)) && a < after + 4) ++a;
        if (a < r.size() && a > after && begins_figure(a)) score += 25;
        else if (begins_figure(after)) score += separator(before) || before < 0 || r.tokens[before].sentence != r.tokens[first].sentence ? 21 : 12;
        if (before >= 0 && separator(before) && separator(after) && r.tokens[before].sentence == r.tokens[first].sentence && (r.used[std::min(after + 1, r.size() - 1)] || r.used[std::max(0, before - 1)])) score += 14;
        int words = 0, cut = last;
        for (int k = first; k <= last; ++k)
            if (r.word(k) && ++words == 6) {
                cut = k - 1;
                break;
            }
        while (cut > first && (r.is(cut, Meaning::joint) || r.tokens[cut].kind == Token::Kind::mark)) --cut;
        if (words > 6 && !label) score -= 10;
        if (r.is(first, Meaning::greeting) || r.is(first, Meaning::truck) || r.is(first, Meaning::month)) score -= 30;
        if (words == 1 && (r.tokens[first].folded.size() < 4 || r.is(first, Meaning::piece) || r.is(first, Meaning::goods) || r.is(first, Meaning::shipment))) score -= 20;
        if (score >= 14 && (score >= 20 || (separator(before) && separator(after))) && (!best || score > best->score)) best = Candidate{first, cut, score};
        i = std::max(after, i + 1);
    }
    if (!best) return {};
    r.saw("goods", best->first, best->last);
    return std::string(r.raw(best->first, best->last));
}

}  // namespace waybill::extraction::rules
