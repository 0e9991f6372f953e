#include "domain/depot.h"

#include <algorithm>

namespace waybill::fleet {
namespace {

// Where a shipment is booked on a vehicle, as an index; bookings.size(): it is not.
std::size_t where(const Calendar& calendar, const std::string& shipment) {
    const auto found = std::find_if(calendar.bookings.begin(), calendar.bookings.end(),
        [&](const Booking& one) { return one.shipment == shipment && one.hold != Hold::empty_run; });
    return static_cast<std::size_t>(found - calendar.bookings.begin());
}

// Takes a booking out of the calendar and remembers it.
void lapse(Depot& depot, const Yard& yard, const std::string& vehicle, std::size_t which) {
    auto& calendar = depot.calendars[vehicle];
    depot.lapsed.push_back({vehicle, calendar.bookings[which]});
    if (depot.lapsed.size() > most_lapsed) depot.lapsed.erase(depot.lapsed.begin());
    calendar = without(yard.position, std::move(calendar), which);
}

std::optional<Booking> recalled(const Depot& depot, const std::string& shipment, const std::string& vehicle) {
    const auto found = std::find_if(depot.lapsed.rbegin(), depot.lapsed.rend(),
        [&](const Lapsed& one) { return one.booking.shipment == shipment && one.vehicle == vehicle; });
    if (found == depot.lapsed.rend()) return {};
    return found->booking;
}

void forget(Depot& depot, const std::string& shipment) {
    std::erase_if(depot.lapsed, [&](const Lapsed& one) { return one.booking.shipment == shipment; });
}

}  // namespace

Reserved reserve(Depot depot, const Yard& yard, const Request& request, Instant now) {
    const auto until = now + reservation_lasts;
    depot.newest_planned_at = std::max(depot.newest_planned_at, request.planned_at);
    for (auto& [id, calendar] : depot.calendars) calendar = cleared(std::move(calendar), depot.newest_planned_at);

    for (auto& [id, calendar] : depot.calendars) {
        const auto which = where(calendar, request.shipment);
        if (which == calendar.bookings.size()) continue;
        auto& booking = calendar.bookings[which];
        const auto* vehicle = vehicle_of(yard, id);
        std::optional<Answer> answer;
        if (booking.hold == Hold::delivered) {
            answer.emplace().reasons = {id + ": delivered this shipment already"};
        } else if (booking.attempt > request.attempt) {
            answer.emplace().reasons = {id + ": reserved for a later attempt"};
        } else if (booking.attempt == request.attempt && vehicle) {
            booking.reserved_until = until;
            answer = Answer{id, vehicle->driver, {id + ": reserved since it was asked for the first time"}, {}, until};
        }
        if (answer) return {std::move(depot), *std::move(answer)};
        if (booking.hold == Hold::reserved) calendar = without(yard.position, std::move(calendar), which);
    }

    auto judgement = judge(yard, depot.calendars, request);
    Answer answer;
    answer.reasons = std::move(judgement.reasons);
    for (const auto& fit : judgement.ranking) answer.ranking.push_back(fit.why);
    if (judgement.ranking.empty()) return {std::move(depot), std::move(answer)};

    auto& best = judgement.ranking.front();
    best.placed.calendar.bookings[best.placed.which].reserved_until = until;
    depot.calendars[best.vehicle->id] = std::move(best.placed.calendar);
    forget(depot, request.shipment);
    answer.vehicle = best.vehicle->id;
    answer.driver = best.vehicle->driver;
    answer.reserved_until = until;
    return {std::move(depot), std::move(answer)};
}

Change confirm(Depot depot, const Yard& yard, const std::string& shipment, const std::string& vehicle) {
    if (const auto booked = depot.calendars.find(vehicle); booked != depot.calendars.end()) {
        auto& bookings = booked->second.bookings;
        if (const auto which = where(booked->second, shipment); which < bookings.size()) {
            if (bookings[which].hold != Hold::reserved) return {std::move(depot), {}, vehicle + " is confirmed for " + shipment + " already"};
            bookings[which].hold = Hold::confirmed;
            return {std::move(depot)};
        }
    }
    auto booking = recalled(depot, shipment, vehicle);
    if (!booking) return {std::move(depot), {{shipment, vehicle}}};

    // The yes came after the reservation's end. It goes before whatever else is only reserved.
    booking->hold = Hold::confirmed;
    forget(depot, shipment);
    auto& calendar = depot.calendars[vehicle];
    if (auto again = place(yard.position, calendar, *booking)) {
        calendar = std::move(again->calendar);
        return {std::move(depot)};
    }
    auto firm = calendar;
    std::vector<Booking> reserved;
    std::copy_if(firm.bookings.begin(), firm.bookings.end(), std::back_inserter(reserved), [](const Booking& one) { return one.hold == Hold::reserved; });
    std::erase_if(firm.bookings, [](const Booking& one) { return one.hold == Hold::reserved; });
    auto again = place(yard.position, firm, *booking);
    if (!again) return {std::move(depot), {{shipment, vehicle}}};
    calendar = std::move(again->calendar);
    Change change{std::move(depot)};
    for (const auto& other : reserved) {
        auto& kept = change.depot.calendars[vehicle];
        if (auto still = place(yard.position, kept, other)) {
            kept = std::move(still->calendar);
        } else {
            change.lost.push_back({other.shipment, vehicle});
        }
    }
    return change;
}

Change release(Depot depot, const Yard& yard, const std::string& shipment, const std::string& vehicle, bool delivered) {
    const auto booked = depot.calendars.find(vehicle);
    if (booked != depot.calendars.end()) {
        if (const auto which = where(booked->second, shipment); which < booked->second.bookings.size()) {
            auto& hold = booked->second.bookings[which].hold;
            if (hold == Hold::delivered) return {std::move(depot), {}, shipment + " was delivered by " + vehicle + " already"};
            if (delivered) hold = Hold::delivered; else lapse(depot, yard, vehicle, which);
            return {std::move(depot)};
        }
    }
    return {std::move(depot), {}, vehicle + " is not booked for " + shipment};
}

Change expire(Depot depot, const Yard& yard, Instant now) {
    Change change{std::move(depot)};
    for (auto& [vehicle, calendar] : change.depot.calendars) {
        for (std::size_t which = 0; which < calendar.bookings.size();) {
            const auto& booking = calendar.bookings[which];
            if (booking.hold != Hold::reserved || booking.reserved_until > now) {
                ++which;
                continue;
            }
            change.lost.push_back({booking.shipment, vehicle});
            lapse(change.depot, yard, vehicle, which);
        }
    }
    return change;
}

Change sight(Depot depot, const std::string& vehicle, const Sighting& sighting) {
    auto& last = depot.calendars[vehicle].last_seen;
    if (last && last->seen_at >= sighting.seen_at) return {std::move(depot), {}, vehicle + " was seen later than that already"};
    last = sighting;
    return {std::move(depot)};
}

std::optional<Instant> next_expiry(const Depot& depot) {
    std::optional<Instant> next;
    for (const auto& [vehicle, calendar] : depot.calendars) {
        for (const auto& booking : calendar.bookings) {
            if (booking.hold == Hold::reserved) next = next ? std::min(*next, booking.reserved_until) : booking.reserved_until;
        }
    }
    return next;
}

std::string carried_by(const Depot& depot, const std::string& vehicle, Instant at) {
    const auto found = depot.calendars.find(vehicle);
    if (found == depot.calendars.end()) return {};
    std::string first;
    for (const auto& booking : found->second.bookings) {
        if (booking.hold != Hold::confirmed) continue;
        if (booking.loading <= at && at <= booking.until) return booking.shipment;
        if (first.empty()) first = booking.shipment;
    }
    return first;
}

}  // namespace waybill::fleet
