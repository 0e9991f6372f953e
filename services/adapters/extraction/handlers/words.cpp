#include "handlers/words.h"

namespace waybill::extraction::adapter {
namespace {

namespace wire = ::extraction::v1;
namespace common = ::common::v1;

void put(common::Stop& into, const Stop& stop) {
    into.set_place(stop.place.value_or(""));
    into.set_country(stop.country.value_or(""));
    into.set_postal_code(stop.postal_code.value_or(""));
    into.set_date(stop.date.value_or(""));
    into.set_time_from(stop.time_from.value_or(""));
    into.set_time_to(stop.time_to.value_or(""));
}

void put(common::Load& into, const Fields& fields) {
    into.set_goods(fields.goods.value_or(""));
    into.set_weight_kg(fields.weight_kg.value_or(0));
    into.set_pallets(fields.pallets.value_or(0));
    into.set_loading_metres(fields.loading_metres.value_or(0));
    into.set_equipment(fields.equipment.value_or(""));
    if (fields.temperature_c && fields.temperature_c->min) into.set_temperature_min_c(*fields.temperature_c->min);
    if (fields.temperature_c && fields.temperature_c->max) into.set_temperature_max_c(*fields.temperature_c->max);
    const std::string adr = fields.adr.value_or("false");
    into.set_adr(adr != "false");
    if (adr.starts_with("UN")) into.set_un_number(adr);
}

void put(wire::ModelUse& into, const ModelUse& use) {
    into.set_name(use.name);
    into.set_without(use.without);
    into.set_claimed(use.claimed);
    into.set_dropped(use.dropped);
    into.set_tokens_in(use.tokens_in);
    into.set_tokens_out(use.tokens_out);
    into.set_cost_micro(use.cost_micro);
    into.set_estimated(use.estimated);
}

common::Price::Kind kind_of(const Price& price) {
    const std::string kind = price.kind.value_or("");
    return kind == "offered" ? common::Price::KIND_OFFERED : kind == "maximum" ? common::Price::KIND_MAXIMUM : kind == "per_km" ? common::Price::KIND_PER_KM
         : kind == "negotiable" ? common::Price::KIND_NEGOTIABLE : common::Price::KIND_UNSPECIFIED;
}

wire::OfferExtracted::Decision decision_of(const std::string& word) {
    return word == "accept" ? wire::OfferExtracted::DECISION_ACCEPT : word == "reject" ? wire::OfferExtracted::DECISION_REJECT : wire::OfferExtracted::DECISION_REVIEW;
}

}  // namespace

wire::OfferExtracted extracted(const std::string& offer, const Extracted& answer) {
    wire::OfferExtracted event;
    event.set_offer_id(offer);
    event.set_decision(decision_of(answer.decision));
    event.set_provider(answer.provider);
    event.set_language(answer.language);
    event.set_rules_version(answer.rules_version);
    if (answer.model) put(*event.mutable_model(), *answer.model);
    for (const auto& [field, what] : answer.reasons) event.add_reasons(field.empty() ? what : field + ": " + what);
    if (event.decision() == wire::OfferExtracted::DECISION_REJECT) return event;

    for (const FieldRead& one : answer.read) {
        auto& read = *event.add_read();
        read.set_field(one.field);
        read.set_value(one.value);
        read.set_begin(static_cast<int>(one.begin));
        read.set_end(static_cast<int>(one.end));
        read.set_confidence(one.confidence);
    }
    const Fields& fields = answer.fields;
    put(*event.mutable_pickup(), fields.pickup);
    put(*event.mutable_delivery(), fields.delivery);
    put(*event.mutable_load(), fields);
    event.set_reference(fields.reference.value_or(""));
    event.set_vehicles_needed(static_cast<int>(fields.vehicles_needed.value_or(0)));
    if (fields.price) {
        event.mutable_price()->set_kind(kind_of(*fields.price));
        if (fields.price->amount) {
            const auto money = Money::parse(*fields.price->amount, fields.price->currency.value_or(""), "price.amount");
            if (money) {
                event.mutable_price()->mutable_amount()->set_minor(money->minor);
                event.mutable_price()->mutable_amount()->set_currency(money->currency);
            } else {  // a sum that was said and cannot be written down is no negotiable price: a person looks
                if (event.decision() == wire::OfferExtracted::DECISION_ACCEPT) event.set_decision(wire::OfferExtracted::DECISION_REVIEW);
                event.add_reasons("price.amount: it is not an amount of a known currency");
            }
        }
    }
    if (event.decision() == wire::OfferExtracted::DECISION_REVIEW) {
        for (const auto& field : missing_in(fields)) event.add_missing(field);
    }
    return event;
}

std::vector<std::string> missing_in(const Fields& fields) {
    std::vector<std::string> missing;
    const auto need = [&](bool there, const char* field) { if (!there) missing.emplace_back(field); };
    need(fields.pickup.place.has_value(), "pickup.place");
    need(fields.pickup.country.has_value(), "pickup.country");
    need(fields.pickup.date.has_value(), "pickup.date");
    need(fields.delivery.place.has_value(), "delivery.place");
    need(fields.delivery.country.has_value(), "delivery.country");
    need(fields.weight_kg || fields.pallets || fields.loading_metres, "load.weight_kg");
    return missing;
}

}  // namespace waybill::extraction::adapter
