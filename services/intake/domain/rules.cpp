#include "domain/rules.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace waybill::intake {
namespace {

using namespace std::chrono;

// Where we carry: the EU, EFTA, the United Kingdom, the Balkans, Ukraine, Moldova and Turkey.
constexpr std::string_view countries[] = {"AD", "AL", "AT", "BA", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB",
                                          "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL",
                                          "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "SM", "TR", "UA", "XK"};
constexpr std::string_view equipment[] = {"", "tautliner", "reefer", "box", "flatbed", "mega", "tanker", "container", "van"};
constexpr std::string_view without_cooling[] = {"tautliner", "box", "flatbed", "mega"};

template <std::size_t N>
bool listed(const std::string_view (&list)[N], std::string_view text) { return std::find(std::begin(list), std::end(list), text) != std::end(list); }

std::optional<int> number(std::string_view digits) {
    int value = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return end.ec == std::errc() && end.ptr == digits.data() + digits.size() && digits[0] != '-' ? std::optional(value) : std::nullopt;
}

std::optional<sys_days> day(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return {};
    const auto y = number(text.substr(0, 4)), m = number(text.substr(5, 2)), d = number(text.substr(8, 2));
    if (!y || !m || !d) return {};
    const year_month_day date{year(*y), month(*m), std::chrono::day(*d)};
    return date.ok() ? std::optional(sys_days(date)) : std::nullopt;
}

bool is_day(const std::string& text) { return text.empty() || day(text); }
bool is_time(const std::string& text) {
    if (text.empty()) return true;
    if (text.size() != 5 || text[2] != ':') return false;
    const auto h = number(std::string_view(text).substr(0, 2)), m = number(std::string_view(text).substr(3));
    return h && m && *h <= 24 && *m <= 59 && (*h < 24 || *m == 0);
}
bool is_un_number(const std::string& text) {
    return text.size() == 6 && text.compare(0, 2, "UN") == 0 && std::all_of(text.begin() + 2, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

struct Rule {
    const char* field;
    const char* why;
    enum Kind { missing, wrong, doubtful } kind;  // doubtful: a person may let it pass
    bool (*broken)(const Fields& offer, sys_days written);
};

constexpr Rule rules[] = {
    {"pickup.place", "it is not said where the goods are", Rule::missing, [](const Fields& o, sys_days) { return o.pickup.place.empty(); }},
    {"pickup.country", "the country of the pick-up is not known", Rule::missing, [](const Fields& o, sys_days) { return o.pickup.country.empty(); }},
    {"pickup.country", "we do not carry from this country", Rule::wrong, [](const Fields& o, sys_days) { return !o.pickup.country.empty() && !listed(countries, o.pickup.country); }},
    {"pickup.date", "it is not said when the goods are ready", Rule::missing, [](const Fields& o, sys_days) { return o.pickup.date.empty(); }},
    {"pickup.date", "it is not a day of the calendar, written like 2026-10-05", Rule::wrong, [](const Fields& o, sys_days) { return !is_day(o.pickup.date); }},
    // A day of grace: the customer's midnight is not ours.
    {"pickup.date", "it lies before the day the offer was written", Rule::doubtful, [](const Fields& o, sys_days written) { const auto d = day(o.pickup.date); return d && *d < written - days(1); }},
    {"pickup.date", "it lies more than a year ahead", Rule::doubtful, [](const Fields& o, sys_days written) { const auto d = day(o.pickup.date); return d && *d > written + days(366); }},
    {"pickup.time_from", "it is not a time of day, written like 08:00", Rule::wrong, [](const Fields& o, sys_days) { return !is_time(o.pickup.time_from); }},
    {"pickup.time_to", "it is not a time of day, written like 16:00", Rule::wrong, [](const Fields& o, sys_days) { return !is_time(o.pickup.time_to); }},
    {"delivery.place", "it is not said where the goods go", Rule::missing, [](const Fields& o, sys_days) { return o.delivery.place.empty(); }},
    {"delivery.country", "the country of the delivery is not known", Rule::missing, [](const Fields& o, sys_days) { return o.delivery.country.empty(); }},
    {"delivery.country", "we do not carry to this country", Rule::wrong, [](const Fields& o, sys_days) { return !o.delivery.country.empty() && !listed(countries, o.delivery.country); }},
    {"delivery.date", "it is not a day of the calendar, written like 2026-10-05", Rule::wrong, [](const Fields& o, sys_days) { return !is_day(o.delivery.date); }},
    {"delivery.date", "the delivery lies before the pick-up", Rule::wrong, [](const Fields& o, sys_days) { const auto from = day(o.pickup.date), to = day(o.delivery.date); return from && to && *to < *from; }},
    {"delivery.time_to", "the delivery ends before the pick-up begins", Rule::wrong, [](const Fields& o, sys_days) {
        return !o.delivery.date.empty() && o.delivery.date == o.pickup.date && is_time(o.delivery.time_to) && is_time(o.pickup.time_from) &&
               !o.delivery.time_to.empty() && !o.pickup.time_from.empty() && o.delivery.time_to <= o.pickup.time_from;
    }},
    {"delivery.time_from", "it is not a time of day, written like 08:00", Rule::wrong, [](const Fields& o, sys_days) { return !is_time(o.delivery.time_from); }},
    {"delivery.time_to", "it is not a time of day, written like 16:00", Rule::wrong, [](const Fields& o, sys_days) { return !is_time(o.delivery.time_to); }},
    {"load.weight_kg", "neither weight nor pallets nor loading metres are said", Rule::missing, [](const Fields& o, sys_days) { return o.load.weight_kg == 0 && o.load.pallets == 0 && o.load.loading_metres == 0; }},
    {"load.weight_kg", "it must be more than nothing", Rule::wrong, [](const Fields& o, sys_days) { return !(o.load.weight_kg >= 0); }},
    {"load.weight_kg", "more than 26 t do not go on one vehicle", Rule::wrong, [](const Fields& o, sys_days) { return o.load.weight_kg > 26000; }},
    {"load.pallets", "it must be more than nothing", Rule::wrong, [](const Fields& o, sys_days) { return !(o.load.pallets >= 0); }},
    {"load.pallets", "more than 34 pallets must be stacked", Rule::doubtful, [](const Fields& o, sys_days) { return o.load.pallets > 34; }},
    {"load.pallets", "more than 68 pallets do not go on one vehicle, even stacked", Rule::wrong, [](const Fields& o, sys_days) { return o.load.pallets > 68; }},
    {"load.loading_metres", "it must be more than nothing", Rule::wrong, [](const Fields& o, sys_days) { return !(o.load.loading_metres >= 0); }},
    {"load.loading_metres", "more than 13.6 m do not go on one vehicle", Rule::wrong, [](const Fields& o, sys_days) { return o.load.loading_metres > 13.6; }},
    {"load.equipment", "we have no such vehicles; use tautliner, reefer, box, flatbed, mega, tanker, container or van", Rule::wrong, [](const Fields& o, sys_days) { return !listed(equipment, o.load.equipment); }},
    {"load.temperature_min_c", "the lower temperature is above the upper one", Rule::wrong, [](const Fields& o, sys_days) { return o.load.temperature_min_c && o.load.temperature_max_c && *o.load.temperature_min_c > *o.load.temperature_max_c; }},
    {"load.equipment", "goods that need a temperature do not go on this vehicle", Rule::wrong, [](const Fields& o, sys_days) { return (o.load.temperature_min_c || o.load.temperature_max_c) && listed(without_cooling, o.load.equipment); }},
    {"load.un_number", "it is not a UN number, written like UN1263", Rule::wrong, [](const Fields& o, sys_days) { return !o.load.un_number.empty() && !is_un_number(o.load.un_number); }},
    {"load.adr", "goods with a UN number are dangerous goods", Rule::wrong, [](const Fields& o, sys_days) { return !o.load.un_number.empty() && !o.load.adr; }},
    {"price.amount", "a price needs an amount and a currency", Rule::missing, [](const Fields& o, sys_days) { return o.price.kind != PriceKind::negotiable && !o.price.amount; }},
    {"price.amount", "it must be more than nothing", Rule::wrong, [](const Fields& o, sys_days) { return o.price.kind != PriceKind::negotiable && o.price.amount && o.price.amount->minor <= 0; }},
    {"price.amount", "its currency is not written like EUR", Rule::wrong, [](const Fields& o, sys_days) {
        const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
        return o.price.amount && (o.price.amount->currency.size() != 3 || !std::all_of(o.price.amount->currency.begin(), o.price.amount->currency.end(), capital));
    }},
    // One waybill is one vehicle: a person takes one of them with this offer and has the others sent as offers of their own.
    {"vehicles_needed", "several vehicles need a waybill each", Rule::doubtful, [](const Fields& o, sys_days) { return o.vehicles_needed > 1; }},
};

}  // namespace

std::vector<Finding> check(const Fields& fields, Instant received_at, Reader reader) {
    std::vector<Finding> findings;
    const auto written = floor<days>(received_at);
    for (const Rule& rule : rules) {
        if (rule.kind == Rule::doubtful && reader == Reader::person) continue;
        if (rule.broken(fields, written)) findings.push_back({rule.field, rule.why, rule.kind == Rule::missing});
    }
    return findings;
}

std::vector<std::string> reasons_of(const std::vector<Finding>& findings) {
    std::vector<std::string> reasons;
    for (const auto& finding : findings) reasons.push_back(finding.field + ": " + finding.why);
    return reasons;
}

std::vector<std::string> missing_in(const std::vector<Finding>& findings) {
    std::vector<std::string> missing;
    for (const auto& finding : findings) {
        if (finding.missing) missing.push_back(finding.field);
    }
    return missing;
}

}  // namespace waybill::intake
