// The languages as data: what a word or phrase can mean in an offer, and what endings do to a town's name. All of it is in
// languages/*.tsv (languages/README.md says how to add one) and travels inside the program; nothing of it is in code.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::extraction::rules {

// Stops, calendar, clock, quantities, temperature, vehicle, kind of message, what else a sentence can be about, money, the rest.
#define WAYBILL_MEANINGS(X) \
    X(pickup) X(delivery) X(from_word) X(to_word) X(in_word) X(near) X(exactly) X(negation) X(either) X(also) X(region) X(today) \
    X(tomorrow) X(after_tomorrow) X(weekday) X(weekday_short) X(month) X(same_day) X(next_day) X(next) X(vague_day) X(day_unit) \
    X(clock) X(hour) X(pm) X(by) X(since) X(between) X(noon) X(to_range) X(latest) X(tonne) X(kilogram) X(pound) X(gross) X(net) \
    X(per_piece) X(pallet) X(piece) X(metres) X(metre) X(total) X(stacked) X(degree) X(temperature) X(minus) X(plus) X(colder) \
    X(warmer) X(equipment) X(truck) X(per_vehicle) X(number) X(cancelled) X(instead) X(truck_free) X(wants_freight) X(reminder) \
    X(invoice) X(spam) X(attack) X(closed) X(round_trip) X(shipment) X(several) X(answer_by) X(payment) X(past) X(person) X(doubt) \
    X(currency) X(per_km) X(maximum) X(negotiable) X(quote) X(price) X(reference) X(shipper) X(goods) X(phone) X(fax) X(adr) X(hazard) \
    X(harmless) X(sign_off) X(greeting) X(legal_form) X(trade_word) X(stop_goods) X(joint) X(stop) X(older_message) X(wrote) \
    X(mail_head) X(mail_date) X(ordinal) X(year_word) X(before_day) X(article) X(unfit) X(per) X(other_sum) X(per_month) X(number_word) \
    X(pallet_kind) X(under_way) X(papers) X(in_or_to) X(trade_part)
#define X(name) name,
enum class Meaning : std::uint8_t { WAYBILL_MEANINGS(X) };
#undef X

struct Phrase {
    Meaning meaning;
    int value;                       // weekday 1-7, month 1-12, index into equipment_kinds or currencies, a number
    std::uint32_t languages;         // bits; 0: any
    bool strict;                     // only where its language is spoken: too short or too common to be trusted elsewhere
    std::vector<std::string> words;  // folded; a trailing '*' matches any ending
};

inline constexpr std::string_view equipment_kinds[] = {"tautliner", "reefer", "box", "flatbed", "mega", "tanker", "container", "van"};
inline constexpr std::string_view currencies[] = {"EUR", "NOK", "SEK", "DKK", "PLN", "GBP", "USD", "CHF", "CZK", "HUF", "RON", "BGN", "kr"};

// "Kauno" is "Kaunas": what stands at the end of an inflected name, and of the plain one.
struct Ending {
    std::uint32_t languages;
    std::string ending, plain;
    Meaning role;  // pickup or delivery where the ending itself tells ("Tartust"), stop where not
};

// What a language does, beyond its words.
enum class Habit : std::uint8_t {
    month_first,       // 10/09 can be the 9th of October
    bare_destination,  // a town straight after the one of pickup is where it goes: "Valgast Riiga"
    cyrillic,          // its letters; no line of a file, read off its words
};

const std::vector<Phrase>& phrases();
const std::vector<Ending>& endings();
const std::vector<std::string>& mail_words(Meaning which);  // older_message, wrote, mail_head or mail_date; folded
const std::vector<std::string>& trade_parts();              // pieces of a company's name: "logisti"; folded
const std::vector<std::string>& language_codes();           // of every file, in the order of the bits
std::uint32_t languages_with(Habit habit);                  // bits
std::uint32_t home_of(std::string_view country);            // bits of the languages spoken there

}  // namespace waybill::extraction::rules
