// One shipment for tests: what everybody else says about it, and where it then stands.
#pragma once

#include "domain/stages.h"
#include "handlers/handlers.h"
#include "handlers/words.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace waybill::fulfilment::story {

inline const Instant noon = *parse_instant("2027-01-15T12:00:00Z");
inline const std::string id = "wb-1";

inline ::intake::v1::OfferNormalised offer() {
    ::intake::v1::OfferNormalised made;
    made.set_shipment_id(id);
    made.set_customer_id("cust-lt");
    made.mutable_pickup()->set_place("Kaunas");
    made.mutable_pickup()->set_country("LT");
    made.mutable_pickup()->set_date("2026-10-06");
    made.mutable_pickup()->set_time_from("08:00");
    made.mutable_pickup()->set_time_to("12:00");
    made.mutable_delivery()->set_place("Venlo");
    made.mutable_delivery()->set_country("NL");
    made.mutable_load()->set_weight_kg(8450);
    made.mutable_load()->set_equipment("tautliner");
    made.mutable_price()->set_kind(::common::v1::Price::KIND_OFFERED);
    made.mutable_price()->mutable_amount()->set_minor(1380'00);
    made.mutable_price()->mutable_amount()->set_currency("EUR");
    made.set_reference("GF-26-1187");
    made.mutable_received_at()->set_seconds(parse_instant("2026-10-05T07:42:00Z")->time_since_epoch().count() / 1000);
    return made;
}
inline ::places::v1::PlacesFound places() {
    ::places::v1::PlacesFound made;
    made.set_shipment_id(id);
    made.mutable_pickup()->set_name("Kaunas");
    made.mutable_pickup()->mutable_position()->set_latitude(54.9);
    made.mutable_pickup()->mutable_position()->set_longitude(23.9);
    made.mutable_delivery()->set_name("Venlo");
    made.mutable_delivery()->mutable_position()->set_latitude(51.4);
    made.mutable_delivery()->mutable_position()->set_longitude(6.2);
    return made;
}
inline ::routes::v1::RouteFound road(int kilometres = 1612) {
    ::routes::v1::RouteFound made;
    made.set_shipment_id(id);
    made.set_kilometres(kilometres);
    made.set_driving_minutes(1380);
    made.set_total_minutes(2910);
    return made;
}
// The n-th attempt proposes vehicle KUN-0n with driver KUN-D0n.
inline std::string vehicle(int n) { return "KUN-0" + std::to_string(n); }
inline std::string driver(int n) { return "KUN-D0" + std::to_string(n); }
inline std::string assignment(int n) { return id + "." + std::to_string(n); }
inline ::fleet::v1::VehicleProposed proposal(int attempt, int n) {
    ::fleet::v1::VehicleProposed made;
    made.set_shipment_id(id);
    made.set_attempt(attempt);
    made.set_depot_id("KUN");
    made.set_vehicle_id(vehicle(n));
    made.set_driver_id(driver(n));
    return made;
}
inline ::fleet::v1::VehicleProposed proposal(int n) { return proposal(n, n); }
inline ::fleet::v1::NoVehicleFound no_vehicle(int attempt) {
    ::fleet::v1::NoVehicleFound made;
    made.set_shipment_id(id);
    made.set_attempt(attempt);
    made.add_reasons("KUN-03: no ADR licence");
    return made;
}
inline ::fleet::v1::ReservationExpired expired(int n) {
    ::fleet::v1::ReservationExpired made;
    made.set_shipment_id(id);
    made.set_depot_id("KUN");
    made.set_vehicle_id(vehicle(n));
    return made;
}
template <class Answer>
Answer answer(int n) {
    Answer made;
    made.set_shipment_id(id);
    made.set_assignment_id(assignment(n));
    made.set_driver_id(driver(n));
    return made;
}
inline auto accepted(int n) { return answer<::edge::v1::AssignmentAccepted>(n); }
inline auto declined(int n) { return answer<::edge::v1::AssignmentDeclined>(n); }
inline ::edge::v1::GoodsPickedUp picked_up(int n) {
    ::edge::v1::GoodsPickedUp made;
    made.set_shipment_id(id);
    made.set_driver_id(driver(n));
    return made;
}
inline ::edge::v1::GoodsDelivered delivered(int n) {
    ::edge::v1::GoodsDelivered made;
    made.set_shipment_id(id);
    made.set_driver_id(driver(n));
    made.set_proof_of_delivery("CMR-77");
    return made;
}
template <class Event>
Event of_billing() {
    Event made;
    made.set_shipment_id(id);
    if constexpr (requires { made.set_invoice_number(""); }) made.set_invoice_number("WB-2027-000017");
    return made;
}

// "RouteRequested ShipmentAdvanced": what a decision announces, in order.
inline std::string announced(const Decision& decision) {
    std::string names;
    for (const auto& event : decision.events) {
        const std::string_view type = std::visit([]<class Event>(const Event&) { return runtime::Contract<Event>::type; }, event);
        names += (names.empty() ? "" : " ") + std::string(type.substr(type.rfind('.') + 1));
    }
    return names;
}

// The last event of a kind that a decision announces.
template <class Event>
Event last(const Decision& decision) {
    for (auto event = decision.events.rbegin(); event != decision.events.rend(); ++event)
        if (const auto* found = std::get_if<Event>(&*event)) return *found;
    ADD_FAILURE() << "not announced; announced are: " << announced(decision);
    return {};
}

// The state after a decision that must change it.
inline Shipment after(const Decision& decision) {
    if (!decision.state) throw std::logic_error("nothing changed: " + decision.why + announced(decision));
    return *decision.state;
}

// The first shipment of the story at a stage; one that is offered or later has attempt `n`'s driver, the ones before declined.
inline Shipment at(Stage stage, int n = 1) {
    Shipment shipment = after(offer_normalised(offer(), noon));
    if (stage == Stage::placing) return shipment;
    shipment = after(places_found(shipment, places(), noon));
    if (stage == Stage::routing) return shipment;
    shipment = after(route_found(shipment, road(), noon));
    for (int passed = 1; passed < n; ++passed)
        shipment = after(assignment_declined(after(vehicle_proposed(shipment, proposal(passed), noon)), declined(passed), noon));
    if (stage == Stage::finding_vehicle) return shipment;
    shipment = after(vehicle_proposed(shipment, proposal(n), noon));
    if (stage == Stage::offered) return shipment;
    shipment = after(assignment_accepted(shipment, accepted(n), noon));
    if (stage == Stage::assigned) return shipment;
    shipment = after(goods_picked_up(shipment, picked_up(n), noon));
    if (stage == Stage::in_transit) return shipment;
    shipment = after(goods_delivered(shipment, delivered(n), noon));
    if (stage == Stage::delivered) return shipment;
    if (stage == Stage::needs_person) return after(billing_stopped(shipment, of_billing<::billing::v1::BillingStopped>(), noon));
    shipment = after(invoice_issued(shipment, of_billing<::billing::v1::InvoiceIssued>(), noon));
    if (stage == Stage::billing) return shipment;
    return after(invoice_paid(shipment, of_billing<::billing::v1::InvoicePaid>(), noon));
}

}  // namespace waybill::fulfilment::story
