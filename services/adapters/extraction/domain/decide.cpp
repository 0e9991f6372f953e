#include "domain/decide.h"

#include "domain/calendar.h"
#include "domain/extract.h"
#include "domain/places.h"
#include "domain/reading.h"
#include "domain/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace waybill::extraction {
namespace rules {
namespace {

using gazetteer::fold;

constexpr std::size_t longest_quote = 400;
constexpr double of_another = 0.5;  // nothing is known of who read it

// What the rules can find in a few words, to hold a foreign value against.
struct Support {
    Reading plain, again;  // `again` is marked as used while days and places are taken from it
    std::vector<DayFound> days;
    std::vector<ClockFound> clocks;
    std::vector<PlaceFound> places;
    std::vector<Number> numbers;

    Support(const std::string& words, std::uint32_t languages, Day received) : plain(read(words, languages)), again(plain) {
        for (int i = 0; i < plain.size(); ++i)
            if (const auto n = number_at(plain, i)) numbers.push_back(*n);
        days = days_in(again, received);
        clocks = clocks_in(again, days);
        Reading once_more = plain;
        places = places_in(once_more);
    }

    bool means(Meaning meaning) const {
        for (int i = 0; i < plain.size(); ++i)
            if (plain.is(i, meaning)) return true;
        return false;
    }
    bool number(double wanted, std::initializer_list<double> factors = {1.0}) const {
        const auto close = [&](double value) { return std::abs(value - wanted) <= 0.002 * std::abs(wanted); };
        for (const Number& n : numbers)
            for (const double factor : factors)
                if (close(n.value * factor) || (n.otherwise && close(*n.otherwise * factor))) return true;
        return false;
    }
    // "20 pallets of 600 kg", "8 + 5 pallets"
    bool joint_number(double wanted) const {
        for (const Number& a : numbers)
            for (const Number& b : numbers)
                if (std::abs(a.value * b.value - wanted) <= 0.002 * wanted || std::abs(a.value + b.value - wanted) <= 0.002 * wanted) return true;
        return false;
    }
    // Every town that a run of the words can name, likely or not.
    template <class Says>
    bool town(const Says& says) const {
        for (const PlaceFound& place : places)
            for (const auto& found : gazetteer::europe().find(place.name))
                if (says(found.town->name, found.spelling, found.town->country)) return true;
        for (int i = 0; i < plain.size(); ++i)
            for (int last = i; last < std::min(plain.size(), i + 5); ++last)
                for (const auto& found : gazetteer::europe().find(plain.raw(i, last)))
                    if (says(found.town->name, found.spelling, found.town->country)) return true;
        return false;
    }
    bool contains(const std::string& value) const {
        const std::string wanted = fold(value);
        return !wanted.empty() && (" " + fold(plain.text) + " ").find(" " + wanted + " ") != std::string::npos;
    }
    bool digits(const std::string& value) const {
        const auto only = [](std::string_view text) {
            std::string out;
            for (const char c : text)
                if (c >= '0' && c <= '9') out += c;
            return out;
        };
        const std::string wanted = only(value);
        return wanted.size() >= 6 && only(plain.text).find(wanted) != std::string::npos;
    }
};

bool day_said(const Support& words, const std::string& value) {
    for (const DayFound& day : words.days) {
        if (day_text(day.day) == value || (day.until && day_text(*day.until) == value)) return true;
        if (day.kind == DayFound::Kind::weekday && (day_text(day.day + std::chrono::days(7)) == value)) return true;
    }
    return false;
}

bool hour_said(const Support& words, const std::string& value) {
    for (const ClockFound& clock : words.clocks)
        if ((clock.from && clock_text(*clock.from) == value) || (clock.to && clock_text(*clock.to) == value)) return true;
    if (value.size() != 5) return false;
    const int hour = std::atoi(value.c_str()), minute = std::atoi(value.c_str() + 3);
    return words.number(hour) && (minute == 0 || words.number(minute));
}

// Is this value to be found in these words?
bool supported(const Support& words, const std::string& field, const std::string& value) {
    const auto ends = [&](std::string_view end) { return field.ends_with(end); };
    double number = 0;
    try {
        number = std::stod(value);
    } catch (const std::exception&) {
    }
    if (ends(".place")) {
        const std::string wanted = fold(value);
        return words.contains(value) || words.town([&](std::string_view name, std::string_view spelling, std::string_view) { return fold(name) == wanted || fold(spelling) == wanted; });
    }
    if (ends(".country"))
        return words.town([&](std::string_view, std::string_view, std::string_view country) { return country == value; }) || words.contains(value) || [&] {
            for (int i = 0; i < words.plain.size(); ++i)
                if (const auto code = gazetteer::europe().country_named(words.plain.raw(i, i)); code && *code == value) return true;
            return false;
        }();
    if (ends(".date")) return day_said(words, value);
    if (ends(".time_from") || ends(".time_to")) return hour_said(words, value);
    if (field == "weight_kg")
        return (words.means(Meaning::kilogram) && words.number(number)) || (words.means(Meaning::tonne) && words.number(number, {1000.0})) ||
               (words.means(Meaning::pound) && words.number(number, {0.45359237})) || (words.means(Meaning::pallet) && words.means(Meaning::kilogram) && words.joint_number(number));
    if (field == "pallets") return words.means(Meaning::pallet) && (words.number(number) || words.joint_number(number));
    if (field == "loading_metres") return (words.means(Meaning::metres) || words.means(Meaning::metre)) && words.number(number);
    if (field.starts_with("temperature_c")) return words.number(std::abs(number)) && (words.means(Meaning::degree) || words.means(Meaning::temperature) || words.means(Meaning::minus) || words.means(Meaning::plus));
    if (field == "adr") return value.starts_with("UN") ? words.number(std::atoi(value.c_str() + 2)) : value == "true" ? words.means(Meaning::adr) : words.means(Meaning::harmless) || (words.means(Meaning::adr) && words.means(Meaning::negation));
    if (field == "equipment") {
        if (value == "reefer" && words.means(Meaning::degree) && !words.numbers.empty()) return true;
        return std::any_of(words.plain.tags.begin(), words.plain.tags.end(), [&](const Tag& t) { return t.meaning == Meaning::equipment && equipment_kinds[std::size_t(t.value)] == value; });
    }
    if (field == "price.amount") return words.number(number);
    if (field == "price.currency")
        return std::any_of(words.plain.tags.begin(), words.plain.tags.end(), [&](const Tag& t) { return t.meaning == Meaning::currency && (currencies[std::size_t(t.value)] == value || (currencies[std::size_t(t.value)] == "kr" && (value == "NOK" || value == "SEK" || value == "DKK"))); });
    if (field == "price.kind")
        return value == "offered" ? !words.numbers.empty() : value == "maximum" ? words.means(Meaning::maximum) : value == "per_km" ? words.means(Meaning::per_km) : value == "negotiable" && (words.means(Meaning::negotiable) || words.means(Meaning::quote));
    if (field == "contact_phone") return words.digits(value);
    if (field == "vehicles_needed")
        return words.number(number) || std::any_of(words.plain.tags.begin(), words.plain.tags.end(), [&](const Tag& t) { return t.meaning == Meaning::number && t.value == number; });
    if (field == "contact_email") return fold(words.plain.text).find(fold(value)) != std::string::npos;
    return words.contains(value);  // goods, reference, shipper, postal codes
}

// The decision hangs on these: others cannot set them, only ask.
bool decides(const std::string& field) {
    static constexpr std::string_view fields[] = {"pickup.place", "pickup.country", "pickup.date", "delivery.place", "delivery.country", "delivery.date", "weight_kg", "pallets", "loading_metres", "vehicles_needed", "adr"};
    return std::find(std::begin(fields), std::end(fields), field) != std::end(fields);
}

bool same(const std::string& field, const std::string& a, const std::string& b) {
    if (a == b) return true;
    if (fold(a) == fold(b)) return true;
    if (field.ends_with(".place")) {
        const auto first = gazetteer::europe().find(a), second = gazetteer::europe().find(b);
        for (const auto& x : first)
            for (const auto& y : second)
                if (x.town == y.town) return true;
    }
    return false;
}

}  // namespace
}  // namespace rules

Joined decide(const Message& message, const Candidates& others) {
    using namespace rules;
    Joined joined{extract(message), {}};
    Answer& answer = joined.answer;
    if (answer.decision == Decision::reject) {
        if (others.decision && *others.decision != Decision::reject) {  // they see an offer where the rules see none: a person looks
            answer.decision = Decision::review;
            answer.reasons = {{"offer", fmt::format("{}, but {} sees an offer in it", answer.reasons.empty() ? "the rules see no offer" : answer.reasons[0].what, others.by)}};
        } else {
            return joined;
        }
    }
    const std::string text = plain(message.text).text;
    const std::uint32_t languages = read(text).languages;
    const Day received = std::chrono::floor<std::chrono::days>(message.received_at);
    std::map<std::string, std::string> mine;
    for (auto& [field, value] : told(answer.fields)) mine.emplace(field, value);

    const auto ask = [&](const std::string& field, std::string what) {
        answer.reasons.push_back({field, std::move(what)});
        answer.decision = Decision::review;
    };
    for (const auto& [field, value] : told(others.fields)) {
        const auto known = mine.find(field);
        if (known != mine.end() && same(field, known->second, value)) continue;
        const auto quote = std::find_if(others.quotes.begin(), others.quotes.end(), [&](const Quote& q) { return q.field == field; });
        if (quote == others.quotes.end() || quote->words.empty()) {
            joined.dropped.push_back({field, fmt::format("{} shows no words for it", others.by)});
            continue;
        }
        const std::string words = plain(quote->words).text;
        const auto at = quote->words.size() > longest_quote ? std::string::npos : message.text.find(quote->words);
        if (at == std::string::npos && (quote->words.size() > longest_quote || text.find(words) == std::string::npos)) {
            joined.dropped.push_back({field, fmt::format("the words that {} shows are not in the message", others.by)});
            continue;
        }
        if (!supported(Support(words, languages, received), field, value)) {
            joined.dropped.push_back({field, fmt::format("the words that {} shows do not say it", others.by)});
            continue;
        }
        if (known != mine.end()) {
            if (decides(field)) ask(field, fmt::format("the rules read '{}', {} reads '{}'", known->second, others.by, value));
            continue;  // in the rest the rules are believed
        }
        const bool half_a_price = field.starts_with("price.") && answer.fields.price;
        if (half_a_price) continue;
        put(answer.fields, field, value);
        if (at != std::string::npos) answer.evidence.push_back({field, std::uint32_t(at), std::uint32_t(at + quote->words.size()), of_another});
        if (decides(field)) ask(field, fmt::format("only {} reads '{}' there", others.by, value));
    }
    if (answer.decision == Decision::accept && others.decision && *others.decision != Decision::accept)
        ask("offer", fmt::format("{} would not accept it", others.by));
    return joined;
}

}  // namespace waybill::extraction
