#include "domain/window.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string_view>

namespace waybill::fulfilment {
namespace {

using namespace std::chrono;

// Hours ahead of UTC in winter; countries that are not listed keep Central European Time. A country has one zone here (the
// Canaries and the Azores are an hour out, Russia is Moscow): an hour at a pick-up decides nothing that fleet plans. Own code
// because the time zone library of this compiler's age reads files, and a domain reads none.
struct Zone { std::string_view country; int hours; bool summer_time; };
constexpr std::array zones{
    Zone{"GB", 0, true}, Zone{"IE", 0, true}, Zone{"PT", 0, true}, Zone{"IS", 0, false},
    Zone{"FI", 2, true}, Zone{"EE", 2, true}, Zone{"LV", 2, true}, Zone{"LT", 2, true}, Zone{"RO", 2, true}, Zone{"BG", 2, true},
    Zone{"GR", 2, true}, Zone{"CY", 2, true}, Zone{"UA", 2, true}, Zone{"MD", 2, true},
    Zone{"TR", 3, false}, Zone{"BY", 3, false}, Zone{"RU", 3, false},
};

// Directive 2000/84/EC: from the last Sunday of March to the last Sunday of October, at 01:00 UTC.
bool in_summer_time(Instant utc) {
    const auto year = year_month_day(floor<days>(utc)).year();
    return utc >= sys_days(year / March / Sunday[last]) + 1h && utc < sys_days(year / October / Sunday[last]) + 1h;
}

Instant utc_of(Instant local, std::string_view country) {
    const auto found = std::find_if(zones.begin(), zones.end(), [&](const Zone& zone) { return zone.country == country; });
    const Zone zone = found == zones.end() ? Zone{country, 1, true} : *found;
    const Instant winter = local - hours(zone.hours);
    return zone.summer_time && in_summer_time(winter - 1h) ? winter - 1h : winter;
}

bool read(std::string_view text, int& into) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && end == text.data() + text.size() && text.front() != '-';
}

Result<sys_days> parse_date(std::string_view text) {
    int y = 0, m = 0, d = 0;
    const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-' && read(text.substr(0, 4), y) && read(text.substr(5, 2), m) && read(text.substr(8, 2), d);
    const year_month_day date{year(y), month(m), day(d)};
    if (!shaped || !date.ok()) return Refusal{"pickup.date", "'" + std::string(text.substr(0, 20)) + "' is not a date", "write it like 2026-10-05"};
    return sys_days(date);
}

Result<minutes> parse_time(std::string_view text, std::string_view field, minutes latest) {
    int h = 0, m = 0;
    const bool shaped = text.size() == 5 && text[2] == ':' && read(text.substr(0, 2), h) && read(text.substr(3, 2), m);
    if (!shaped || m > 59 || hours(h) + minutes(m) > latest)
        return Refusal{std::string(field), "'" + std::string(text.substr(0, 20)) + "' is not a time of day", "write it like 07:30"};
    return hours(h) + minutes(m);
}

}  // namespace

Result<Window> pickup_window(const Stop& pickup, Instant received_at) {
    if (pickup.date.empty()) return Window{received_at, received_at + days(3)};

    const auto date = parse_date(pickup.date);
    if (!date) return date.refusal();
    const auto from = parse_time(pickup.time_from.empty() ? "00:00" : pickup.time_from, "pickup.time_from", 23h + 59min);
    if (!from) return from.refusal();
    const auto to = parse_time(pickup.time_to.empty() ? "23:59" : pickup.time_to, "pickup.time_to", 24h);
    if (!to) return to.refusal();

    const auto night = !pickup.time_to.empty() && !pickup.time_from.empty() && *to < *from ? days(1) : days(0);
    const Window window{utc_of(*date + *from, pickup.country), utc_of(*date + night + *to, pickup.country)};
    return Window{std::max(window.from, std::min(received_at, window.until)), window.until};
}

}  // namespace waybill::fulfilment
