// A depot's promises: which of its vehicles is booked for what. It alone decides, so no vehicle is promised twice.
//
// Functions from a depot to the depot as it is afterwards. `now` is the machine's clock and only reservations end by it;
// calendars are in the business time of the offers. A reservation that fell away is remembered for a while, because a driver's
// yes may reach the depot after the reservation's end: then the journey is booked again, unless somebody firm has the vehicle.
#pragma once

#include "domain/judge.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waybill::fleet {

inline constexpr std::chrono::minutes reservation_lasts{20};
inline constexpr std::size_t most_lapsed = 32;

struct Lapsed {
    std::string vehicle;
    Booking booking;
    bool operator==(const Lapsed&) const = default;
};
BOOST_DESCRIBE_STRUCT(Lapsed, (), (vehicle, booking))

struct Depot {
    std::string id;
    std::map<std::string, Calendar> calendars;  // by vehicle; absent: nothing booked or seen yet
    std::vector<Lapsed> lapsed;                 // the newest last
    Instant newest_planned_at{};
    bool operator==(const Depot&) const = default;
};
BOOST_DESCRIBE_STRUCT(Depot, (), (id, calendars, lapsed, newest_planned_at))

struct Answer {
    std::string vehicle, driver;  // empty: none fits
    std::vector<std::string> ranking, reasons;
    Instant reserved_until{};
};

// The best vehicle is reserved. Asked again for the same attempt: the same one, for as long again.
struct Reserved {
    Depot depot;
    Answer answer;
};
Reserved reserve(Depot depot, const Yard& yard, const Request& request, Instant now);

// A booking that is over without the shipment's asking: its shipment must be told.
struct Lost {
    std::string shipment, vehicle;
    bool operator==(const Lost&) const = default;
};

struct Change {
    Depot depot;
    std::vector<Lost> lost = {};
    std::string nothing_because = {};  // set: nothing changed, and why
};
Change confirm(Depot depot, const Yard& yard, const std::string& shipment, const std::string& vehicle);
Change release(Depot depot, const Yard& yard, const std::string& shipment, const std::string& vehicle, bool delivered);
Change expire(Depot depot, const Yard& yard, Instant now);
Change sight(Depot depot, const std::string& vehicle, const Sighting& sighting);

// When the next reservation ends.
std::optional<Instant> next_expiry(const Depot& depot);

// The confirmed journey a vehicle is on at that time, or else its first; empty: none.
std::string carried_by(const Depot& depot, const std::string& vehicle, Instant at);

}  // namespace waybill::fleet
