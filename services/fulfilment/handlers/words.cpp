#include "handlers/words.h"

#include "domain/stages.h"
#include "domain/window.h"

#include <stdexcept>

namespace waybill::fulfilment {
namespace {

using namespace ::fulfilment::v1;

// A service that announces an id that is none broke its contract: the event is parked with these words.
template <class Kind>
Kind id_in(const std::string& text, std::string_view field) {
    auto id = Kind::parse(text, field);
    return id ? *std::move(id) : throw std::invalid_argument(to_text(id.refusal()));
}

Stop stop_in(const ::common::v1::Stop& stop) {
    return {stop.place(), stop.country(), stop.postal_code(), stop.date(), stop.time_from(), stop.time_to()};
}

Load load_in(const ::common::v1::Load& load) {
    Load made{load.goods(), load.weight_kg(), load.pallets(), load.loading_metres(), load.equipment(), {}, {}, load.adr(), load.un_number()};
    if (load.has_temperature_min_c()) made.temperature_min_c = load.temperature_min_c();
    if (load.has_temperature_max_c()) made.temperature_max_c = load.temperature_max_c();
    return made;
}

Result<Price> price_in(const ::common::v1::Price& price) {
    using Words = ::common::v1::Price;
    const Money amount{price.amount().minor(), price.amount().currency()};
    switch (price.kind()) {
        case Words::KIND_OFFERED: return Price{PriceKind::offered, amount};
        case Words::KIND_MAXIMUM: return Price{PriceKind::maximum, amount};
        case Words::KIND_PER_KM: return Price{PriceKind::per_km, amount};
        case Words::KIND_NEGOTIABLE: return Price{PriceKind::negotiable, {}};
        default: return Refusal{"price.kind", "it is not said what the price is for", "set offered, maximum, per_km or negotiable"};
    }
}

void put(::common::v1::Stop& words, const Stop& stop) {
    words.set_place(stop.place);
    words.set_country(stop.country);
    words.set_postal_code(stop.postal_code);
    words.set_date(stop.date);
    words.set_time_from(stop.time_from);
    words.set_time_to(stop.time_to);
}

void put(::common::v1::Load& words, const Load& load) {
    words.set_goods(load.goods);
    words.set_weight_kg(load.weight_kg);
    words.set_pallets(load.pallets);
    words.set_loading_metres(load.loading_metres);
    words.set_equipment(load.equipment);
    if (load.temperature_min_c) words.set_temperature_min_c(*load.temperature_min_c);
    if (load.temperature_max_c) words.set_temperature_max_c(*load.temperature_max_c);
    words.set_adr(load.adr);
    words.set_un_number(load.un_number);
}

void put(::common::v1::Position& words, const Position& position) {
    words.set_latitude(position.latitude);
    words.set_longitude(position.longitude);
}

void put(::common::v1::Money& words, const Money& money) {
    words.set_minor(money.minor);
    words.set_currency(money.currency);
}

void put(google::protobuf::Timestamp& words, Instant instant) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
    words.set_seconds(seconds.time_since_epoch().count());
    words.set_nanos(static_cast<int>(std::chrono::nanoseconds(instant - seconds).count()));
}

}  // namespace

Result<Shipment> shipment_in(const ::intake::v1::OfferNormalised& offer) {
    if (!offer.has_received_at()) return Refusal{"received_at", "missing", "say when the offer came: every business date counts from it"};
    const auto id = ShipmentId::parse(offer.shipment_id(), "shipment_id");
    if (!id) return id.refusal();
    const auto customer = CustomerId::parse(offer.customer_id(), "customer_id");
    if (!customer) return customer.refusal();
    const auto price = price_in(offer.price());
    if (!price) return price.refusal();

    Shipment shipment;
    shipment.id = *id;
    shipment.customer = *customer;
    shipment.reference = offer.reference();
    shipment.pickup = stop_in(offer.pickup());
    shipment.delivery = stop_in(offer.delivery());
    shipment.load = load_in(offer.load());
    shipment.price = *price;
    shipment.received_at = instant_in(offer.received_at());
    const auto window = pickup_window(shipment.pickup, shipment.received_at);
    if (!window) return window.refusal();
    shipment.pickup_window = *window;
    return shipment;
}

Candidate candidate_in(const ::fleet::v1::VehicleProposed& proposal) {
    return {id_in<DepotId>(proposal.depot_id(), "depot_id"), id_in<VehicleId>(proposal.vehicle_id(), "vehicle_id"), id_in<DriverId>(proposal.driver_id(), "driver_id")};
}

Position position_in(const ::common::v1::Position& position) { return {position.latitude(), position.longitude()}; }

Road road_in(const ::routes::v1::RouteFound& found) { return {found.kilometres(), found.driving_minutes(), found.total_minutes()}; }

Instant instant_in(const google::protobuf::Timestamp& timestamp) {
    return Instant(std::chrono::seconds(timestamp.seconds()) + std::chrono::milliseconds(timestamp.nanos() / 1'000'000));
}

PlacesRequested places_requested(const Shipment& shipment) {
    PlacesRequested words;
    words.set_shipment_id(shipment.id.text());
    put(*words.mutable_pickup(), shipment.pickup);
    put(*words.mutable_delivery(), shipment.delivery);
    return words;
}

RouteRequested route_requested(const Shipment& shipment) {
    RouteRequested words;
    words.set_shipment_id(shipment.id.text());
    put(*words.mutable_from(), shipment.pickup_at.value());
    put(*words.mutable_to(), shipment.delivery_at.value());
    words.set_equipment(shipment.load.equipment);
    return words;
}

VehicleRequested vehicle_requested(const Shipment& shipment) {
    VehicleRequested words;
    words.set_shipment_id(shipment.id.text());
    words.set_attempt(shipment.attempt);
    put(*words.mutable_load(), shipment.load);
    put(*words.mutable_pickup(), shipment.pickup_at.value());
    put(*words.mutable_delivery(), shipment.delivery_at.value());
    put(*words.mutable_pickup_from(), shipment.pickup_window.from);
    put(*words.mutable_pickup_until(), shipment.pickup_window.until);
    put(*words.mutable_planned_at(), shipment.received_at);
    words.set_kilometres(shipment.road.kilometres);
    words.set_driving_minutes(shipment.road.driving_minutes);
    words.set_total_minutes(shipment.road.total_minutes);
    for (const DriverId& driver : shipment.passed_over) words.add_excluded_driver_ids(driver.text());
    return words;
}

VehicleReleased vehicle_released(const Candidate& candidate, const ShipmentId& shipment, std::string_view reason) {
    VehicleReleased words;
    words.set_depot_id(candidate.depot.text());
    words.set_vehicle_id(candidate.vehicle.text());
    words.set_shipment_id(shipment.text());
    words.set_reason(std::string(reason));
    return words;
}

VehicleConfirmed vehicle_confirmed(const Shipment& shipment) {
    VehicleConfirmed words;
    words.set_depot_id(shipment.candidate.value().depot.text());
    words.set_vehicle_id(shipment.candidate->vehicle.text());
    words.set_shipment_id(shipment.id.text());
    return words;
}

AssignmentOffered assignment_offered(const Shipment& shipment) {
    AssignmentOffered words;
    words.set_shipment_id(shipment.id.text());
    words.set_assignment_id(assignment_id(shipment));
    words.set_driver_id(shipment.candidate.value().driver.text());
    words.set_vehicle_id(shipment.candidate->vehicle.text());
    put(*words.mutable_pickup(), shipment.pickup);
    put(*words.mutable_delivery(), shipment.delivery);
    words.set_kilometres(shipment.road.kilometres);
    put(*words.mutable_answer_until(), shipment.awaited_until.value());
    return words;
}

AssignmentConfirmed assignment_confirmed(const Shipment& shipment) {
    AssignmentConfirmed words;
    words.set_shipment_id(shipment.id.text());
    words.set_assignment_id(assignment_id(shipment));
    words.set_driver_id(shipment.candidate.value().driver.text());
    words.set_vehicle_id(shipment.candidate->vehicle.text());
    words.set_customer_id(shipment.customer.text());
    return words;
}

AssignmentWithdrawn assignment_withdrawn(const Shipment& shipment, std::string_view reason) {
    AssignmentWithdrawn words;
    words.set_shipment_id(shipment.id.text());
    words.set_assignment_id(assignment_id(shipment));
    words.set_driver_id(shipment.candidate.value().driver.text());
    words.set_reason(std::string(reason));
    return words;
}

ReportRefused report_refused(const Shipment& shipment, std::string_view driver, std::string_view report, std::string_view why) {
    ReportRefused words;
    words.set_shipment_id(shipment.id.text());
    words.set_driver_id(std::string(driver));
    words.set_report(std::string(report));
    words.set_why(std::string(why));
    return words;
}

BillingRequested billing_requested(const Shipment& shipment) {
    BillingRequested words;
    words.set_shipment_id(shipment.id.text());
    words.set_customer_id(shipment.customer.text());
    put(*words.mutable_net(), shipment.net.value());
    words.set_pickup_country(shipment.pickup.country);
    words.set_delivery_country(shipment.delivery.country);
    put(*words.mutable_delivered_at(), shipment.delivered_at.value());
    words.set_reference(shipment.reference);
    return words;
}

PersonNeeded person_needed(const Shipment& shipment, std::string_view question) {
    PersonNeeded words;
    words.set_shipment_id(shipment.id.text());
    words.set_stage(name_of(shipment.stage));
    words.set_question(std::string(question));
    return words;
}

ShipmentClosed shipment_closed(const Shipment& shipment) {
    ShipmentClosed words;
    words.set_shipment_id(shipment.id.text());
    words.set_customer_id(shipment.customer.text());
    words.set_attempts(shipment.attempt);
    return words;
}

ShipmentAdvanced advanced(const Shipment& shipment, std::string_view why) {
    const Step& here = step(shipment.stage);
    ShipmentAdvanced words;
    words.set_shipment_id(shipment.id.text());
    words.set_customer_id(shipment.customer.text());
    words.set_stage(name_of(shipment.stage));
    words.set_awaited(std::string(here.awaited));
    words.set_awaited_from(std::string(here.from));
    if (shipment.awaited_until) put(*words.mutable_awaited_until(), *shipment.awaited_until);
    words.set_why(std::string(why));
    words.set_attempt(shipment.attempt);
    if (shipment.candidate) {
        words.set_driver_id(shipment.candidate->driver.text());
        words.set_vehicle_id(shipment.candidate->vehicle.text());
    }
    words.set_kilometres(shipment.road.kilometres);
    return words;
}

std::string in_words(std::chrono::minutes wait) {
    const bool in_days = wait >= 48h && wait % 24h == 0min;
    return in_days ? std::to_string(wait / 24h) + " days" : std::to_string(wait.count()) + " minutes";
}

}  // namespace waybill::fulfilment
