#include "handlers/words.h"

#include <google/protobuf/util/time_util.h>

namespace waybill::intake {
namespace {

namespace common = ::common::v1;

void put(google::protobuf::Timestamp* into, Instant instant) {
    *into = google::protobuf::util::TimeUtil::MillisecondsToTimestamp(instant.time_since_epoch().count());
}

Stop stop_in(const common::Stop& stop) { return {stop.place(), stop.country(), stop.postal_code(), stop.date(), stop.time_from(), stop.time_to()}; }

Load load_in(const common::Load& load) {
    Load made{load.goods(), load.weight_kg(), load.pallets(), load.loading_metres(), load.equipment(), {}, {}, load.adr(), load.un_number()};
    if (load.has_temperature_min_c()) made.temperature_min_c = load.temperature_min_c();
    if (load.has_temperature_max_c()) made.temperature_max_c = load.temperature_max_c();
    return made;
}

// A sum that is named without a word about its kind is what the customer offers; no sum is one to agree upon.
Price price_in(const common::Price& price) {
    Price made;
    if (price.has_amount()) made.amount = Money{price.amount().minor(), price.amount().currency()};
    switch (price.kind()) {
        case common::Price::KIND_OFFERED: made.kind = PriceKind::offered; break;
        case common::Price::KIND_MAXIMUM: made.kind = PriceKind::maximum; break;
        case common::Price::KIND_PER_KM: made.kind = PriceKind::per_km; break;
        case common::Price::KIND_NEGOTIABLE: made.kind = PriceKind::negotiable; break;
        default: made.kind = made.amount ? PriceKind::offered : PriceKind::negotiable;
    }
    return made;
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
    into.set_weight_kg(load.weight_kg);
    into.set_pallets(load.pallets);
    into.set_loading_metres(load.loading_metres);
    into.set_equipment(load.equipment);
    if (load.temperature_min_c) into.set_temperature_min_c(*load.temperature_min_c);
    if (load.temperature_max_c) into.set_temperature_max_c(*load.temperature_max_c);
    into.set_adr(load.adr);
    into.set_un_number(load.un_number);
}

void put(common::Price& into, const Price& price) {
    switch (price.kind) {
        case PriceKind::offered: into.set_kind(common::Price::KIND_OFFERED); break;
        case PriceKind::maximum: into.set_kind(common::Price::KIND_MAXIMUM); break;
        case PriceKind::per_km: into.set_kind(common::Price::KIND_PER_KM); break;
        case PriceKind::negotiable: into.set_kind(common::Price::KIND_NEGOTIABLE); break;
    }
    if (price.amount) {
        into.mutable_amount()->set_minor(price.amount->minor);
        into.mutable_amount()->set_currency(price.amount->currency);
    }
}

}  // namespace

Fields fields_in(const ::extraction::v1::OfferExtracted& extracted) {
    return {stop_in(extracted.pickup()), stop_in(extracted.delivery()), load_in(extracted.load()), price_in(extracted.price()),
            extracted.reference(), extracted.vehicles_needed()};
}

Corrections corrections_in(const ::edge::v1::OfferReviewed& reviewed) {
    Corrections made;
    if (reviewed.has_pickup()) made.pickup = stop_in(reviewed.pickup());
    if (reviewed.has_delivery()) made.delivery = stop_in(reviewed.delivery());
    if (reviewed.has_load()) made.load = load_in(reviewed.load());
    if (reviewed.has_price()) made.price = price_in(reviewed.price());
    return made;
}

::intake::v1::OfferRegistered registered(const Offer& offer) {
    ::intake::v1::OfferRegistered event;
    event.set_offer_id(offer.id);
    event.set_customer_id(offer.customer);
    event.set_channel(offer.channel);
    put(event.mutable_received_at(), offer.received_at);
    return event;
}

::intake::v1::ExtractionRequested extraction_requested(const Offer& offer) {
    ::intake::v1::ExtractionRequested event;
    event.set_offer_id(offer.id);
    event.set_channel(offer.channel);
    event.set_text(offer.text);
    put(event.mutable_received_at(), offer.received_at);
    return event;
}

::intake::v1::OfferNeedsReview needs_review(const Offer& offer) {
    ::intake::v1::OfferNeedsReview event;
    event.set_offer_id(offer.id);
    event.set_customer_id(offer.customer);
    for (const auto& reason : offer.reasons) event.add_reasons(reason);
    for (const auto& field : offer.missing) event.add_missing(field);
    if (offer.machine)
        for (const FieldRead& one : offer.machine->read) {
            auto& read = *event.add_read();
            read.set_field(one.field);
            read.set_value(one.value);
            read.set_begin(one.begin);
            read.set_end(one.end);
            read.set_confidence(one.confidence);
        }
    return event;
}

::intake::v1::OfferNormalised normalised(const Offer& offer) {
    ::intake::v1::OfferNormalised event;
    event.set_shipment_id(offer.id);
    event.set_customer_id(offer.customer);
    put(*event.mutable_pickup(), offer.fields.pickup);
    put(*event.mutable_delivery(), offer.fields.delivery);
    put(*event.mutable_load(), offer.fields.load);
    put(*event.mutable_price(), offer.fields.price);
    event.set_reference(offer.fields.reference);
    put(event.mutable_received_at(), offer.received_at);
    event.set_decided_by(offer.decided_by);
    return event;
}

::intake::v1::OfferRefused refused(const Offer& offer, const std::string& reason) {
    ::intake::v1::OfferRefused event;
    event.set_offer_id(offer.id);
    event.set_customer_id(offer.customer);
    event.set_reason(reason);
    event.set_decided_by(offer.decided_by);
    return event;
}

}  // namespace waybill::intake
