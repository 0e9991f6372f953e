#include "domain/resolve.h"

#include <fmt/format.h>

#include <algorithm>

namespace waybill::extraction::rules {
namespace {

bool same_town(const PlaceFound& a, const PlaceFound& b) { return a.town ? a.town == b.town : a.name == b.name && a.country == b.country; }

// "Please let me have your best rate by noon today": the day is the answer's.
bool when_to_answer(const Reading& r, const std::vector<PlaceFound>& places, const DayFound& day) {
    bool by = false;
    for (int k = day.first - 1; k >= 0 && k > day.first - 10 && r.tokens[k].sentence == r.tokens[day.first].sentence; --k) {
        if (r.is(k, Meaning::pickup) || r.is(k, Meaning::delivery) || std::any_of(places.begin(), places.end(), [&](const PlaceFound& p) { return p.first <= k && k <= p.last; })) return false;
        if (by && (r.is(k, Meaning::quote) || r.is(k, Meaning::answer_by))) return true;
        by |= r.is(k, Meaning::by);
    }
    return false;
}

}  // namespace

void read_stop(Reading& r, const std::vector<PlaceFound>& places, Role role, const char* name, Stop& stop, Said& said) {
    std::vector<PlaceFound> mine;
    int surest = 0;
    for (const PlaceFound& place : places)
        if (place.role == role && place.sure >= 15) surest = std::max(surest, place.sure);
    for (const PlaceFound& place : places)
        if (place.role == role && place.sure >= 15 && (place.sure >= 40 || place.sure >= surest - 20)) mine.push_back(place);
    if (std::any_of(mine.begin(), mine.end(), [](const PlaceFound& p) { return !p.near; })) std::erase_if(mine, [](const PlaceFound& p) { return p.near; });
    std::stable_sort(mine.begin(), mine.end(), [](const PlaceFound& a, const PlaceFound& b) { return a.sure > b.sure; });
    std::vector<PlaceFound> towns;
    for (const PlaceFound& place : mine) {
        const auto known = std::find_if(towns.begin(), towns.end(), [&](const PlaceFound& t) { return same_town(t, place); });
        if (known == towns.end()) {
            towns.push_back(place);
        } else {
            if (known->postal_code.empty() && !place.postal_code.empty()) {
                known->postal_code = place.postal_code;
                r.saw(std::string(name) + ".postal_code", place.first, place.last);
            }
            if (place.doubt.empty()) known->doubt.clear();
        }
    }
    if (towns.empty()) return;
    if (towns.size() > 1) {
        said.several = true;
        stop = {};
        doubt(said, std::string(name) + ".place", fmt::format("several places are told: {}, {}", towns[0].name, towns[1].name));
        return;
    }
    for (const PlaceFound& place : places)  // weaker, but there all the same
        if (place.role == role && place.sure >= 15 && !place.near && place.evidence >= 30 && !same_town(place, towns[0]))
            doubt(said, std::string(name) + ".place", fmt::format("it is not clear what {} is", place.name));
    const PlaceFound& town = towns[0];
    stop.place = town.name;
    for (const char* part : {".place", ".country", ".postal_code"}) r.saw(std::string(name) + part, town.first, town.last);
    if (!town.country.empty()) stop.country = town.country;
    if (!town.postal_code.empty()) stop.postal_code = town.postal_code;
    (role == Role::pickup ? said.from : said.to) = town.doubt.empty() && !town.near ? town.town : nullptr;
    if (!town.doubt.empty()) doubt(said, std::string(name) + ".place", town.doubt);
    if (town.near) doubt(said, std::string(name) + ".place", fmt::format("only the neighbourhood of {} is told", town.name));
}

void read_days(Reading& r, const std::vector<PlaceFound>& places, const std::vector<DayFound>& days, int signature, bool older, Said& said, std::vector<DayTold>& told) {
    for (const DayFound& day : days) {
        if (day.first >= signature || when_to_answer(r, places, day)) continue;
        const About a = about(r, places, day.first, day.last);
        if (a.something_else && a.cost < 60) continue;
        told.push_back({&day, a.cost < 60 && !a.route ? a.role : Role::none, a.cost, a.place});
    }
    const bool all_of_delivery = std::all_of(told.begin(), told.end(), [](const DayTold& t) { return t.role == Role::delivery; });
    const auto after_a_pickup = [&](const DayFound& day) {
        return std::any_of(places.begin(), places.end(), [&](const PlaceFound& p) { return p.role == Role::pickup && p.first < day.first && r.tokens[p.first].sentence == r.tokens[day.first].sentence; });
    };
    const auto by_then = [&](const DayFound& day) { return r.is(day.first - 1, Meaning::by) || r.is(day.first - 2, Meaning::by); };
    // "From Gent to Brno on Friday": a day that only stands beside the town of delivery is when it begins; so is one of two, where
    // the other is the delivery's by a word: "... on Friday. Delivery Monday".
    if (all_of_delivery && (told.size() == 1 || (told.size() == 2 && !told[1].beside_place)) && told[0].beside_place) {
        const DayFound& day = *told[0].found;
        bool cue = by_then(day);
        if (told.size() == 1) {
            cue |= day.until.has_value();
            for (int k = 0; k < r.size(); ++k) cue |= r.is(k, Meaning::delivery);
        }
        if (after_a_pickup(day) && !cue) told[0].role = Role::pickup;
    }
    // A day that nothing claims is the pickup's when that has none: "tomorrow, 24 t, Kaunas - Riga".
    const auto has = [&](Role role) { return std::any_of(told.begin(), told.end(), [&](const DayTold& t) { return t.role == role; }); };
    if (!has(Role::pickup)) {
        const auto open = std::find_if(told.begin(), told.end(), [](const DayTold& t) { return t.role == Role::none; });
        if (open != told.end()) open->role = Role::pickup;
    }
    for (const DayTold& t : told)
        if (t.role == Role::none) doubt(said, "pickup.date", fmt::format("'{}' belongs to neither stop", r.raw(t.found->first, t.found->last)));

    for (const Role role : {Role::pickup, Role::delivery}) {
        const char* field = role == Role::pickup ? "pickup.date" : "delivery.date";
        std::vector<Day> distinct;
        std::string why;
        for (const DayTold& t : told) {
            if (t.role != role) continue;
            DayFound d = *t.found;
            // "6/5" after the 4th of May is the 6th: of two readings one follows the pickup closely.
            if (role == Role::delivery && d.day_or_month && said.pickup_day) {
                const auto soon = [&](Day day) { return day >= *said.pickup_day && day <= *said.pickup_day + std::chrono::days(10); };
                if (soon(d.day) != soon(*d.until)) {
                    if (!soon(d.day)) d.day = *d.until;
                    d.until.reset();
                    d.doubt.clear();
                }
            }
            if (!d.doubt.empty()) why = d.doubt;
            if (older && d.relative && d.kind == DayFound::Kind::exact) why = fmt::format("'{}' was written on another day", r.raw(d.first, d.last));
            Day day = role == Role::delivery && d.until ? *d.until : d.day;
            if (d.kind == DayFound::Kind::same_day || d.kind == DayFound::Kind::next_day) {
                if (role == Role::pickup || !said.pickup_day) {
                    if (role == Role::delivery) why = fmt::format("'{}' counts from an unknown day", r.raw(d.first, d.last));
                    continue;
                }
                day = *said.pickup_day + std::chrono::days(d.kind == DayFound::Kind::next_day ? 1 : 0);
            }
            if (role == Role::delivery && d.kind == DayFound::Kind::weekday && said.pickup_day)
                while (day < *said.pickup_day) day += std::chrono::days(7);
            r.saw(field, d.first, d.last);
            if (std::find(distinct.begin(), distinct.end(), day) == distinct.end()) distinct.push_back(day);
        }
        if (distinct.size() > 1 && why.empty()) why = fmt::format("two days are told: {} and {}", day_text(distinct[0]), day_text(distinct[1]));
        if (!why.empty()) doubt(said, field, why);
        else if (distinct.size() == 1) (role == Role::pickup ? said.pickup_day : said.delivery_day) = distinct[0];
    }
    if (said.pickup_day) said.fields.pickup.date = day_text(*said.pickup_day);
    if (said.delivery_day) said.fields.delivery.date = day_text(*said.delivery_day);
}

void read_clocks(Reading& r, const std::vector<PlaceFound>& places, const std::vector<DayTold>& days, const std::vector<ClockFound>& clocks, int signature, Said& said) {
    for (const ClockFound& clock : clocks) {
        if (clock.first >= signature) continue;
        About a = about(r, places, clock.first, clock.last);
        if (a.something_else) continue;
        for (const DayTold& day : days) {  // "Friday 9 October, 16:00" are one
            const bool beside = (day.found->last < clock.first && clock.first - day.found->last <= 4) || (clock.last < day.found->first && day.found->first - clock.last <= 1);
            if (!beside) continue;
            bool parted = r.tokens[day.found->first].sentence != r.tokens[clock.first].sentence;
            for (int k = std::min(day.found->last, clock.last) + 1; k < std::max(day.found->first, clock.first); ++k) parted |= r.is(k, Meaning::pickup) || r.is(k, Meaning::delivery) || r.mark(k, ';');
            if (!parted && day.role != Role::none) a = {day.role, false, 1, false, false};
        }
        if (a.role == Role::none || a.cost > 60) continue;
        if (a.route) a.role = Role::pickup;
        Stop& stop = a.role == Role::pickup ? said.fields.pickup : said.fields.delivery;
        const std::string name = a.role == Role::pickup ? "pickup" : "delivery";
        const auto put = [&](std::optional<std::string>& where, const char* field, std::optional<int> minutes) {
            if (!minutes || where) return;
            where = clock_text(*minutes);
            r.saw(name + field, clock.first, clock.last);
        };
        const bool had_from = stop.time_from.has_value(), had_to = stop.time_to.has_value();
        if (clock.at && (had_from || had_to)) continue;
        if (!clock.at && clock.to && !clock.from && had_from && had_to && stop.time_from == stop.time_to) stop.time_to.reset();  // "at 9:00, until 12:00"
        if (clock.from && clock.to && (had_from || had_to)) continue;
        put(stop.time_from, ".time_from", clock.from);
        put(stop.time_to, ".time_to", clock.to);
    }
}

}  // namespace waybill::extraction::rules
