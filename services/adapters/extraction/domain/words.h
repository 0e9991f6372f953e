// The languages as data: what a word or phrase can mean in an offer. All of it is in words.cpp, nothing of it in code.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::extraction::rules {

enum class Meaning : std::uint8_t {
    // stops
    pickup, delivery, from_word, to_word, in_word, near, exactly, negation, either, also, region,
    // calendar
    today, tomorrow, after_tomorrow, weekday, weekday_short, month, same_day, next_day, next, vague_day, day_unit,
    // clock
    clock, hour, pm, by, since, between, noon, to_range, latest,
    // quantities
    tonne, kilogram, pound, gross, net, per_piece, pallet, piece, metres, metre, total, stacked,
    // temperature
    degree, temperature, minus, plus, colder, warmer,
    // vehicle
    equipment, truck, per_vehicle, number,
    // kind of message
    cancelled, instead, truck_free, wants_freight, reminder, invoice, spam, attack, closed, round_trip, shipment, several,
    // sentences that are about something else
    answer_by, payment, past, person, doubt,
    // money
    currency, per_km, maximum, negotiable, quote, price,
    // the rest
    reference, shipper, goods, phone, fax, adr, hazard, harmless, sign_off, greeting, legal_form, trade_word, stop_goods, joint, stop,
};

struct Phrase {
    Meaning meaning;
    int value;                       // weekday 1-7, month 1-12, index into equipment_kinds or currencies, a number
    std::uint32_t languages;         // bits; 0: any
    bool strict;                     // only where its language is spoken: too short or too common to be trusted elsewhere
    std::vector<std::string> words;  // folded; a trailing '*' matches any ending
};

inline constexpr std::string_view equipment_kinds[] = {"tautliner", "reefer", "box", "flatbed", "mega", "tanker", "container", "van"};
inline constexpr std::string_view currencies[] = {"EUR", "NOK", "SEK", "DKK", "PLN", "GBP", "USD", "CHF", "CZK", "HUF", "RON", "BGN", "kr"};

const std::vector<Phrase>& phrases();
std::uint32_t language_bit(std::string_view code);  // of en de lt pl no lv et ru fr nl sv

}  // namespace waybill::extraction::rules
