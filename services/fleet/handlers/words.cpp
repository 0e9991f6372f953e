#include "handlers/words.h"

#include <algorithm>
#include <cmath>

namespace waybill::fleet {
namespace {

constexpr int longest_journey_minutes = 30 * 24 * 60;

bool quantity(double value) { return std::isfinite(value) && value >= 0; }

void put(::common::v1::Position& into, const Position& position) {
    into.set_latitude(position.latitude);
    into.set_longitude(position.longitude);
}

}  // namespace

Instant instant_in(const google::protobuf::Timestamp& time) {
    return Instant(std::chrono::seconds(time.seconds())) + std::chrono::milliseconds(time.nanos() / 1'000'000);
}

void put(google::protobuf::Timestamp& into, Instant instant) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
    into.set_seconds(seconds.time_since_epoch().count());
    into.set_nanos(static_cast<int>((instant - seconds).count() * 1'000'000));
}

bool on_the_map(const ::common::v1::Position& position) { return std::abs(position.latitude()) <= 90 && std::abs(position.longitude()) <= 180; }

Position position_in(const ::common::v1::Position& position) { return {position.latitude(), position.longitude()}; }

Result<Request> request_in(const ::fulfilment::v1::VehicleRequested& event) {
    const auto& load = event.load();
    if (event.attempt() < 1) return Refusal{"attempt", "is not a positive number", "count attempts from 1"};
    if (!event.has_pickup() || !on_the_map(event.pickup())) return Refusal{"pickup", "is not a point on the map", "give latitude and longitude in degrees"};
    if (!event.has_delivery() || !on_the_map(event.delivery())) return Refusal{"delivery", "is not a point on the map", "give latitude and longitude in degrees"};
    if (!event.has_planned_at()) return Refusal{"planned_at", "is not said", "give the moment the plan counts from"};
    if (!event.has_pickup_from() || !event.has_pickup_until()) return Refusal{"pickup_from", "the window of the pick-up is not said", "give both its ends"};
    if (instant_in(event.pickup_until()) < instant_in(event.pickup_from())) return Refusal{"pickup_until", "is before pickup_from", "give the later end of the window"};
    if (!quantity(load.weight_kg())) return Refusal{"load.weight_kg", "is no quantity", "give kilograms, or 0 when not known"};
    if (!quantity(load.pallets())) return Refusal{"load.pallets", "is no quantity", "give a number of pallets, or 0 when not known"};
    if (!quantity(load.loading_metres())) return Refusal{"load.loading_metres", "is no quantity", "give metres, or 0 when not known"};
    for (const auto& [said, degrees] : {std::pair(load.has_temperature_min_c(), load.temperature_min_c()), std::pair(load.has_temperature_max_c(), load.temperature_max_c())}) {
        if (said && !(std::abs(degrees) <= 300)) return Refusal{"load.temperature", "is no temperature", "give degrees Celsius"};
    }

    Request request;
    request.shipment = event.shipment_id();
    request.attempt = event.attempt();
    request.load = {load.goods(), load.weight_kg(), load.pallets(), load.loading_metres(), load.equipment(), {}, {}, load.adr(), load.un_number()};
    if (load.has_temperature_min_c()) request.load.temperature_min_c = load.temperature_min_c();
    if (load.has_temperature_max_c()) request.load.temperature_max_c = load.temperature_max_c();
    request.pickup = position_in(event.pickup());
    request.delivery = position_in(event.delivery());
    request.pickup_from = instant_in(event.pickup_from());
    request.pickup_until = instant_in(event.pickup_until());
    request.planned_at = instant_in(event.planned_at());
    request.kilometres = event.kilometres() > 0 ? event.kilometres() : road_kilometres(request.pickup, request.delivery);
    const auto driving = event.driving_minutes() > 0 ? std::chrono::minutes(event.driving_minutes()) : driving_time(request.kilometres);
    const auto total = event.total_minutes() > 0 ? std::chrono::minutes(event.total_minutes()) : with_rests(driving);
    if (total < driving) return Refusal{"total_minutes", "is less than driving_minutes", "give the time with breaks and rests"};
    if (total.count() > longest_journey_minutes) return Refusal{"total_minutes", "is more than 30 days", "split the journey"};
    request.driving_minutes = static_cast<int>(driving.count());
    request.total_minutes = static_cast<int>(total.count());
    request.excluded_drivers.assign(event.excluded_driver_ids().begin(), event.excluded_driver_ids().end());
    return request;
}

::fulfilment::v1::VehicleRequested contract_words(const Request& request) {
    ::fulfilment::v1::VehicleRequested event;
    event.set_shipment_id(request.shipment);
    event.set_attempt(request.attempt);
    auto& load = *event.mutable_load();
    load.set_goods(request.load.goods);
    load.set_weight_kg(request.load.weight_kg);
    load.set_pallets(request.load.pallets);
    load.set_loading_metres(request.load.loading_metres);
    load.set_equipment(request.load.equipment);
    if (request.load.temperature_min_c) load.set_temperature_min_c(*request.load.temperature_min_c);
    if (request.load.temperature_max_c) load.set_temperature_max_c(*request.load.temperature_max_c);
    load.set_adr(request.load.adr);
    load.set_un_number(request.load.un_number);
    put(*event.mutable_pickup(), request.pickup);
    put(*event.mutable_delivery(), request.delivery);
    put(*event.mutable_pickup_from(), request.pickup_from);
    put(*event.mutable_pickup_until(), request.pickup_until);
    put(*event.mutable_planned_at(), request.planned_at);
    event.set_kilometres(request.kilometres);
    event.set_driving_minutes(request.driving_minutes);
    event.set_total_minutes(request.total_minutes);
    for (const auto& driver : request.excluded_drivers) event.add_excluded_driver_ids(driver);
    return event;
}

}  // namespace waybill::fleet
