// One vehicle's calendar: what it is booked for, in the business time of the offers, and whether one more journey fits in.
//
// What holds for every calendar made with these functions: a vehicle can drive from each journey to the next in time, and
// still can if any journey that is only reserved falls away. So a decline never makes a promise to somebody else untrue.
// How a vehicle comes to its next pick-up is not stored but follows from the journey before it: straight from that delivery,
// or from its depot if it has been home meanwhile. Pure functions of values.
#pragma once

#include "domain/request.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace waybill::fleet {

inline constexpr std::chrono::hours week_limit{56};       // at the wheel in an ISO week, Regulation (EC) 561/2006
inline constexpr std::chrono::hours fortnight_limit{90};  // and in two consecutive ones
inline constexpr std::chrono::minutes handling{60};       // to load, and to unload
inline constexpr std::chrono::hours waits_for_a_load{24};  // after a delivery, before it drives home
inline constexpr std::chrono::days kept_after_its_end{14};
inline constexpr std::size_t most_bookings = 32;

enum class Hold {
    reserved,   // proposed: falls away unless it is confirmed in time
    confirmed,  // a driver took it
    delivered,  // history
    empty_run,  // called off, but driven all the same because the vehicle's next load waits at its end
};
BOOST_DESCRIBE_ENUM(Hold, reserved, confirmed, delivered, empty_run)

struct Booking {
    std::string shipment;
    int attempt = 0;
    Hold hold = Hold::reserved;
    Position pickup, delivery;
    Instant planned_at{};      // it does not leave for the pick-up before this
    Instant loading{};         // stands at the pick-up
    Instant until{};           // unloaded
    int driving_minutes = 0;   // from pick-up to delivery
    Instant reserved_until{};  // on the machine's clock; of no meaning once confirmed
    bool operator==(const Booking&) const = default;
};
BOOST_DESCRIBE_STRUCT(Booking, (), (shipment, attempt, hold, pickup, delivery, planned_at, loading, until, driving_minutes, reserved_until))

struct Sighting {
    Position position;
    Instant seen_at{};
    bool operator==(const Sighting&) const = default;
};
BOOST_DESCRIBE_STRUCT(Sighting, (), (position, seen_at))

struct Calendar {
    std::optional<Booking> before;   // the last of what was cleared away: nothing is planned before its end
    std::vector<Booking> bookings;   // by time of loading
    std::optional<Sighting> last_seen;
    bool operator==(const Calendar&) const = default;
};
BOOST_DESCRIBE_STRUCT(Calendar, (), (before, bookings, last_seen))

// The empty way to a pick-up.
struct Approach {
    Instant from;
    int kilometres = 0;
    std::chrono::minutes driving{};
};

// How the vehicle comes to booking number `which`. Nothing: it cannot.
std::optional<Approach> approach(const Position& home, const Calendar& calendar, std::size_t which);

// The calendar with the booking in it, and where it is. Nothing: it does not fit.
struct Placed {
    Calendar calendar;
    std::size_t which;
};
std::optional<Placed> place(const Position& home, const Calendar& calendar, const Request& request);    // as early as its window allows
std::optional<Placed> place(const Position& home, const Calendar& calendar, const Booking& as_it_was);  // at the time it has

// Without booking number `which`, or with an empty run in its place if somebody relies on where it ends.
Calendar without(const Position& home, Calendar calendar, std::size_t which);

// Minutes at the wheel in the ISO week (Monday to Sunday, UTC) that holds the instant; a journey counts in each week by its share.
std::chrono::minutes driven_in_week_of(const Position& home, const Calendar& calendar, Instant instant);
Instant monday_of(Instant instant);

// What remains when the past is cleared away: journeys that are over and ended long before the newest request was planned, and
// the oldest ones beyond the bound. Never a reservation.
Calendar cleared(Calendar calendar, Instant newest_planned_at);

}  // namespace waybill::fleet
