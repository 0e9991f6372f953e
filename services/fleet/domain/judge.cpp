#include "domain/judge.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <tuple>

namespace waybill::fleet {

using namespace std::chrono_literals;
using Why = std::optional<std::string>;  // nothing: the vehicle passes

namespace {

std::string number(double value) {
    char digits[40];
    const bool readable = std::abs(value) < 1e15;  // beyond, it fits neither a long nor the digits
    const auto end = readable ? std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed, value == static_cast<double>(static_cast<long>(value)) ? 0 : 1)
                              : std::to_chars(digits, digits + sizeof digits, value);
    return {digits, end.ptr};
}

std::string hours(std::chrono::minutes time) { return std::to_string(time / 1h) + " h"; }

struct Case {
    const Yard& yard;
    const Vehicle& vehicle;
    const Calendar& calendar;
    const Request& request;
    std::optional<Placed> placed = {};      // from the check "calendar" on
    std::optional<Approach> approach = {};
};

Why more_than_it_carries(double asked, double has, const std::string& what) {
    if (asked <= has) return {};
    return number(asked) + " " + what + " more than its " + number(has);
}

Why weight(Case& one) {
    if (one.request.load.weight_kg <= one.vehicle.capacity_kg) return {};
    return number(one.request.load.weight_kg) + " kg is more than its " + std::to_string(one.vehicle.capacity_kg) + " kg";
}

Why pallets(Case& one) { return more_than_it_carries(one.request.load.pallets, one.vehicle.pallets, "pallets are"); }

Why loading_metres(Case& one) { return more_than_it_carries(one.request.load.loading_metres, one.vehicle.loading_metres, "loading metres are"); }

Why equipment(Case& one) {
    const auto kinds = kinds_for(one.request.load);
    if (std::find(kinds.begin(), kinds.end(), one.vehicle.kind) != kinds.end()) return {};
    const auto& asked = one.request.load.equipment;
    const bool cooled = one.request.load.temperature_min_c || one.request.load.temperature_max_c;
    const auto wanted = cooled ? "the load needs a reefer" : asked.empty() ? "the load needs a covered vehicle" : asked + " is asked for";
    return "it is a " + std::string(name(one.vehicle.kind)) + ", " + wanted;
}

Why temperature(Case& one) {
    const auto& load = one.request.load;
    if (load.temperature_min_c && load.temperature_max_c && *load.temperature_min_c > *load.temperature_max_c) {
        return "nothing is at least " + number(*load.temperature_min_c) + " and at most " + number(*load.temperature_max_c) + " °C";
    }
    for (const auto& bound : {load.temperature_min_c, load.temperature_max_c}) {
        if (bound && (*bound < coldest_c || *bound > warmest_c)) {
            return number(*bound) + " °C is outside its " + number(coldest_c) + " to +" + number(warmest_c) + " °C";
        }
    }
    return {};
}

Why adr(Case& one) {
    if (!one.request.load.adr || one.vehicle.adr) return {};
    return one.vehicle.driver + " has no ADR licence";
}

Why asked_before(Case& one) {
    const auto& excluded = one.request.excluded_drivers;
    if (std::find(excluded.begin(), excluded.end(), one.vehicle.driver) == excluded.end()) return {};
    return one.vehicle.driver + " was asked before";
}

Why calendar(Case& one) {
    if (one.calendar.bookings.size() >= 2 * most_bookings) return "its calendar is full";
    one.placed = place(one.yard.position, one.calendar, one.request);
    if (!one.placed) return "cannot stand at the pick-up by " + to_text(one.request.pickup_until) + " and keep what it is booked for";
    one.approach = approach(one.yard.position, one.placed->calendar, one.placed->which);
    return {};
}

std::chrono::minutes in_week(const Case& one, Instant instant) { return driven_in_week_of(one.yard.position, one.placed->calendar, instant); }

// What a driver may still drive in the week that begins on this Monday, by both limits; negative: beyond one.
std::chrono::minutes left_in(const Case& one, Instant monday) {
    const auto this_week = in_week(one, monday);
    const auto neighbour = std::max(in_week(one, monday - std::chrono::days(7)), in_week(one, monday + std::chrono::days(7)));
    return std::min<std::chrono::minutes>(week_limit - this_week, fortnight_limit - this_week - neighbour);
}

Why driving_hours(Case& one) {
    const auto& booking = one.placed->calendar.bookings[one.placed->which];
    for (auto monday = monday_of(one.approach->from); monday < booking.until; monday += std::chrono::days(7)) {
        const auto week = to_text(monday).substr(0, 10);
        if (const auto driven = in_week(one, monday); driven > week_limit) {
            return one.vehicle.driver + " would drive " + hours(driven) + " in the week of " + week + ", at most " + hours(week_limit) + " are allowed";
        }
        if (left_in(one, monday) < 0min) {
            return one.vehicle.driver + " would drive more than " + hours(fortnight_limit) + " in two weeks around " + week;
        }
    }
    return {};
}

Why distance(Case& one) {
    if (one.approach->kilometres <= most_empty_kilometres) return {};
    return std::to_string(one.approach->kilometres) + " km to the pick-up are more than " + std::to_string(most_empty_kilometres) + " km";
}

// The hard constraints, in the order in which they are told. A vehicle fits when all pass.
constexpr struct {
    const char* constraint;
    Why (*why_not)(Case&);
} checks[] = {
    {"weight", weight},
    {"pallets", pallets},
    {"loading metres", loading_metres},
    {"equipment", equipment},
    {"temperature", temperature},
    {"ADR", adr},
    {"driver", asked_before},
    {"calendar", calendar},
    {"driving hours", driving_hours},
    {"distance", distance},
};

// What may stand in for what. A reefer is not sent for dry goods: it is needed elsewhere.
const struct {
    const char* asked;
    std::vector<Kind> serve;
} substitutes[] = {
    {"", {Kind::van, Kind::box, Kind::tautliner, Kind::mega}},
    {"tautliner", {Kind::tautliner, Kind::mega}},
    {"mega", {Kind::mega}},
    {"reefer", {Kind::reefer}},
    {"box", {Kind::box}},
    {"flatbed", {Kind::flatbed}},
    {"tanker", {Kind::tanker}},
    {"container", {Kind::container}},
    {"van", {Kind::van}},
};

}  // namespace

std::vector<Kind> kinds_for(const Load& load) {
    if (load.temperature_min_c || load.temperature_max_c) return {Kind::reefer};
    for (const auto& row : substitutes) {
        if (load.equipment == row.asked) return row.serve;
    }
    return {};
}

Judgement judge(const Yard& yard, const std::map<std::string, Calendar>& calendars, const Request& request) {
    static const Calendar empty;
    const auto kinds = kinds_for(request.load);
    Judgement judgement;
    std::vector<std::pair<std::size_t, std::string>> refused;  // with how many checks were passed
    for (const auto& vehicle : yard.vehicles) {
        const auto found = calendars.find(vehicle.id);
        Case one{yard, vehicle, found == calendars.end() ? empty : found->second, request};
        Why why_not;
        std::size_t passed = 0;
        while (passed < std::size(checks) && !(why_not = checks[passed].why_not(one))) ++passed;
        if (why_not) {
            refused.emplace_back(passed, vehicle.id + ": " + *why_not);
            continue;
        }
        const auto left = std::max<std::chrono::minutes>(0min, left_in(one, monday_of(one.placed->calendar.bookings[one.placed->which].loading)));
        const auto choice = static_cast<std::size_t>(std::find(kinds.begin(), kinds.end(), vehicle.kind) - kinds.begin());
        const auto tonnes = std::to_string(vehicle.capacity_kg / 1000) + "." + std::to_string(vehicle.capacity_kg / 100 % 10) + " t";
        judgement.ranking.push_back({&vehicle, *std::move(one.placed), one.approach->kilometres, choice, left,
            vehicle.id + " " + std::string(name(vehicle.kind)) + " " + tonnes + ": " + std::to_string(one.approach->kilometres) + " km to the pick-up, " +
                hours(left) + " left this week"});
    }
    // A licensed driver is kept for dangerous goods where an equal vehicle has one without.
    const auto rank = [](const Fit& fit) {
        return std::tuple(fit.empty_kilometres, fit.second_choice, fit.vehicle->capacity_kg, fit.vehicle->adr, -fit.left.count());
    };
    std::stable_sort(judgement.ranking.begin(), judgement.ranking.end(), [&](const Fit& a, const Fit& b) { return rank(a) < rank(b); });
    std::stable_sort(refused.begin(), refused.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (auto& [passed, reason] : refused) judgement.reasons.push_back(std::move(reason));
    return judgement;
}

}  // namespace waybill::fleet
