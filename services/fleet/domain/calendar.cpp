#include "domain/calendar.h"

#include <algorithm>

namespace waybill::fleet {

using std::chrono::minutes;

namespace {

bool firm(const Booking& booking) { return booking.hold != Hold::reserved; }

struct Start {
    Position place;
    Instant ready;
};

// Where the vehicle may set out from after a booking, or when it has none.
std::vector<Start> starts(const Position& home, const Booking* before, Instant planned_at) {
    if (!before) return {{home, planned_at}};
    const auto way_home = with_rests(driving_time(road_kilometres(before->delivery, home)));
    return {{before->delivery, std::max(planned_at, before->until)}, {home, std::max(planned_at, before->until + waits_for_a_load + way_home)}};
}

Instant arrival(const Start& start, const Position& pickup) {
    return start.ready + with_rests(driving_time(road_kilometres(start.place, pickup)));
}

std::optional<Approach> approach_from(const Position& home, const Booking* before, const Booking& booking) {
    std::optional<Approach> best;
    for (const auto& start : starts(home, before, booking.planned_at)) {
        if (arrival(start, booking.pickup) > booking.loading) continue;
        const int kilometres = road_kilometres(start.place, booking.pickup);
        if (best && best->kilometres <= kilometres) continue;
        const auto driving = driving_time(kilometres);
        best = Approach{booking.loading - with_rests(driving), kilometres, driving};
    }
    return best;
}

const Booking* just_before(const Calendar& calendar, std::size_t which) {
    return which > 0 ? &calendar.bookings[which - 1] : calendar.before ? &*calendar.before : nullptr;
}

// Every booking that may turn out to be the one before number `which`, as reservations fall away: back to the first firm one.
std::vector<const Booking*> maybe_before(const Calendar& calendar, std::size_t which) {
    std::vector<const Booking*> all;
    for (;; --which) {
        all.push_back(just_before(calendar, which));
        if (which == 0 || firm(*all.back())) return all;
    }
}

bool reachable(const Position& home, const Calendar& calendar, std::size_t which) {
    const auto before = maybe_before(calendar, which);
    return std::all_of(before.begin(), before.end(), [&](const Booking* one) { return approach_from(home, one, calendar.bookings[which]).has_value(); });
}

// Whether number `which` and everything after it that may depend on it can be reached.
bool reachable_from(const Position& home, const Calendar& calendar, std::size_t which) {
    for (std::size_t each = which; each < calendar.bookings.size(); ++each) {
        if (!reachable(home, calendar, each)) return false;
        if (each > which && firm(calendar.bookings[each])) break;
    }
    return true;
}

std::optional<Placed> placed(const Position& home, Calendar calendar, std::size_t which, const Booking& booking) {
    calendar.bookings.insert(calendar.bookings.begin() + static_cast<std::ptrdiff_t>(which), booking);
    if (!reachable_from(home, calendar, which)) return {};
    return Placed{std::move(calendar), which};
}

}  // namespace

std::optional<Approach> approach(const Position& home, const Calendar& calendar, std::size_t which) {
    return approach_from(home, just_before(calendar, which), calendar.bookings[which]);
}

std::optional<Placed> place(const Position& home, const Calendar& calendar, const Request& request) {
    Booking booking{request.shipment, request.attempt, Hold::reserved, request.pickup, request.delivery,
        request.planned_at, {}, {}, request.driving_minutes, {}};
    for (std::size_t which = 0; which <= calendar.bookings.size(); ++which) {
        booking.loading = request.pickup_from;
        for (const auto* before : maybe_before(calendar, which)) {
            std::optional<Instant> earliest;
            for (const auto& start : starts(home, before, request.planned_at)) {
                const auto there = arrival(start, request.pickup);
                earliest = earliest ? std::min(*earliest, there) : there;
            }
            booking.loading = std::max(booking.loading, *earliest);
        }
        if (booking.loading > request.pickup_until) continue;
        booking.until = booking.loading + handling + minutes(request.total_minutes) + handling;
        if (auto found = placed(home, calendar, which, booking)) return found;
    }
    return {};
}

std::optional<Placed> place(const Position& home, const Calendar& calendar, const Booking& as_it_was) {
    const auto after = std::upper_bound(calendar.bookings.begin(), calendar.bookings.end(), as_it_was,
        [](const Booking& a, const Booking& b) { return a.loading < b.loading; });
    return placed(home, calendar, static_cast<std::size_t>(after - calendar.bookings.begin()), as_it_was);
}

Calendar without(const Position& home, Calendar calendar, std::size_t which) {
    Calendar less = calendar;
    less.bookings.erase(less.bookings.begin() + static_cast<std::ptrdiff_t>(which));
    if (!firm(calendar.bookings[which]) || reachable_from(home, less, which)) return less;
    calendar.bookings[which].hold = Hold::empty_run;
    return calendar;
}

Instant monday_of(Instant instant) {
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    return day - (std::chrono::weekday(day) - std::chrono::Monday);
}

minutes driven_in_week_of(const Position& home, const Calendar& calendar, Instant instant) {
    const auto monday = monday_of(instant);
    const auto next_monday = monday + std::chrono::days(7);
    std::chrono::milliseconds driven{};
    const auto count = [&](Instant from, Instant until, minutes driving) {
        const auto shared = std::min(until, next_monday) - std::max(from, monday);
        if (shared.count() > 0) driven += std::chrono::milliseconds(driving) * shared.count() / std::max<std::int64_t>(1, (until - from).count());
    };
    if (calendar.before) count(calendar.before->loading, calendar.before->until, minutes(calendar.before->driving_minutes));
    for (std::size_t which = 0; which < calendar.bookings.size(); ++which) {
        const auto& booking = calendar.bookings[which];
        const auto way = approach(home, calendar, which).value_or(Approach{booking.loading, 0, {}});
        count(way.from, booking.until, way.driving + minutes(booking.driving_minutes));
    }
    return std::chrono::ceil<minutes>(driven);
}

Calendar cleared(Calendar calendar, Instant newest_planned_at) {
    auto& bookings = calendar.bookings;
    auto first_kept = bookings.begin();
    while (first_kept != bookings.end() && firm(*first_kept)) {
        const bool over = first_kept->hold != Hold::confirmed && first_kept->until < newest_planned_at - kept_after_its_end;
        if (!over && static_cast<std::size_t>(bookings.end() - first_kept) <= most_bookings) break;
        calendar.before = *first_kept++;
    }
    bookings.erase(bookings.begin(), first_kept);
    return calendar;
}

}  // namespace waybill::fleet
