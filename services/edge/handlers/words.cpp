#include "handlers/words.h"

#include <google/protobuf/util/time_util.h>

namespace waybill::edge {
namespace {

namespace wire = ::edge::v1;
namespace common = ::common::v1;

void put(google::protobuf::Timestamp* into, Instant instant) {
    *into = google::protobuf::util::TimeUtil::MillisecondsToTimestamp(instant.time_since_epoch().count());
}

void put(common::Money& into, const Money& money) {
    into.set_minor(money.minor);
    into.set_currency(money.currency);
}

void put(common::Stop& into, const Stop& stop) {
    into.set_place(stop.place);
    into.set_country(stop.country);
    into.set_postal_code(stop.postal_code);
    into.set_date(stop.date);
    into.set_time_from(stop.time_from);
    into.set_time_to(stop.time_to);
}

void put(common::Load& into, const Load& load) {
    into.set_goods(load.goods);
    into.set_weight_kg(load.weight_kg.value_or(0));
    into.set_pallets(load.pallets.value_or(0));
    into.set_loading_metres(load.loading_metres.value_or(0));
    into.set_equipment(load.equipment);
    if (load.temperature_min_c) into.set_temperature_min_c(*load.temperature_min_c);
    if (load.temperature_max_c) into.set_temperature_max_c(*load.temperature_max_c);
    into.set_adr(load.adr);
    into.set_un_number(load.un_number);
}

void put(common::Price& into, const Price& price) {
    into.set_kind(price.kind == "offered" ? common::Price::KIND_OFFERED : price.kind == "maximum" ? common::Price::KIND_MAXIMUM
                : price.kind == "per_km" ? common::Price::KIND_PER_KM : common::Price::KIND_NEGOTIABLE);
    if (price.amount) put(*into.mutable_amount(), *price.amount);
}

wire::OfferReceived event(const OfferReceived& fact) {
    wire::OfferReceived made;
    made.set_offer_id(fact.offer);
    made.set_customer_id(fact.customer);
    made.set_channel(fact.channel);
    made.set_text(fact.text);
    put(made.mutable_received_at(), fact.received_at);
    return made;
}

wire::OfferReviewed event(const OfferReviewed& fact) {
    wire::OfferReviewed made;
    made.set_offer_id(fact.offer);
    made.set_operator_id(fact.operator_id);
    made.set_verdict(fact.accepted ? wire::OfferReviewed::VERDICT_ACCEPT : wire::OfferReviewed::VERDICT_REFUSE);
    made.set_reason(fact.reason);
    if (fact.pickup) put(*made.mutable_pickup(), *fact.pickup);
    if (fact.delivery) put(*made.mutable_delivery(), *fact.delivery);
    if (fact.load) put(*made.mutable_load(), *fact.load);
    if (fact.price) put(*made.mutable_price(), *fact.price);
    return made;
}

wire::OfferWithdrawn event(const OfferWithdrawn& fact) {
    wire::OfferWithdrawn made;
    made.set_offer_id(fact.offer);
    made.set_customer_id(fact.customer);
    return made;
}

wire::AssignmentAccepted event(const AssignmentAccepted& fact) {
    wire::AssignmentAccepted made;
    made.set_shipment_id(fact.shipment);
    made.set_assignment_id(fact.assignment);
    made.set_driver_id(fact.driver);
    return made;
}

wire::AssignmentDeclined event(const AssignmentDeclined& fact) {
    wire::AssignmentDeclined made;
    made.set_shipment_id(fact.shipment);
    made.set_assignment_id(fact.assignment);
    made.set_driver_id(fact.driver);
    made.set_reason(fact.reason);
    return made;
}

wire::VehiclePositionReported event(const VehicleSeen& fact) {
    wire::VehiclePositionReported made;
    made.set_depot_id(fact.depot);
    made.set_vehicle_id(fact.vehicle);
    made.set_driver_id(fact.driver);
    made.mutable_position()->set_latitude(fact.latitude);
    made.mutable_position()->set_longitude(fact.longitude);
    put(made.mutable_seen_at(), fact.seen_at);
    return made;
}

wire::GoodsPickedUp event(const GoodsPickedUp& fact) {
    wire::GoodsPickedUp made;
    made.set_shipment_id(fact.shipment);
    made.set_driver_id(fact.driver);
    put(made.mutable_happened_at(), fact.happened_at);
    return made;
}

wire::GoodsDelivered event(const GoodsDelivered& fact) {
    wire::GoodsDelivered made;
    made.set_shipment_id(fact.shipment);
    made.set_driver_id(fact.driver);
    put(made.mutable_happened_at(), fact.happened_at);
    made.set_proof_of_delivery(fact.proof_of_delivery);
    return made;
}

wire::PaymentNotified event(const PaymentNotified& fact) {
    wire::PaymentNotified made;
    made.set_shipment_id(fact.shipment);
    made.set_bank_reference(fact.bank_reference);
    put(*made.mutable_amount(), fact.amount);
    return made;
}

}  // namespace

Decision announcing(Decision decision, const Fact& fact) {
    return std::visit([&](const auto& one) { return std::move(decision).announcing(event(one)); }, fact);
}

}  // namespace waybill::edge
