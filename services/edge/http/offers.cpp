#include "http/routes.h"

namespace waybill::edge {
namespace {

constexpr std::size_t longest_offer = 64 * 1024;

Stop stop_in(Body& body) {
    Stop stop;
    stop.place = body.line("place", Need::optional, 100);
    stop.country = body.line("country", Need::optional, 2);
    stop.postal_code = body.line("postal_code", Need::optional, 16);
    stop.date = body.line("date", Need::optional, 10);
    stop.time_from = body.line("time_from", Need::optional, 5);
    stop.time_to = body.line("time_to", Need::optional, 5);
    return stop;
}

Load load_in(Body& body) {
    Load load;
    load.goods = body.line("goods", Need::optional, 200);
    load.weight_kg = body.number("weight_kg", Need::optional, 0, 1'000'000);
    load.pallets = body.number("pallets", Need::optional, 0, 1000);
    load.loading_metres = body.number("loading_metres", Need::optional, 0, 1000);
    load.equipment = body.choice("equipment", Need::optional, {"tautliner", "reefer", "box", "flatbed", "mega", "tanker", "container", "van"});
    load.temperature_min_c = body.number("temperature_min_c", Need::optional, -100, 100);
    load.temperature_max_c = body.number("temperature_max_c", Need::optional, -100, 100);
    load.adr = body.truth("adr");
    load.un_number = body.line("un_number", Need::optional, 6);
    return load;
}

Price price_in(Body& body) {
    Price price;
    price.kind = body.choice("kind", Need::required, {"offered", "maximum", "per_km", "negotiable"});
    price.amount = body.money("amount", price.kind == "negotiable" ? Need::optional : Need::required);
    return price;
}

}  // namespace

// The id is derived from who sent it under which key: two edges that take the same request at once name the same offer.
Result<Taking> offer(const Asking& asking, Body& body) {
    OfferReceived fact;
    fact.offer = access::derived_id("wb-", {asking.caller.id, asking.idempotency_key}, 16);
    fact.customer = asking.caller.id;
    fact.channel = body.choice("channel", Need::required, {"email", "chat", "loadboard", "portal", "edi-note"});
    fact.text = body.text("text", Need::required, longest_offer);
    fact.received_at = body.instant("received_at", Need::optional).value_or(asking.now);
    return Taking{fact, fact.offer, "/v1/offers/" + fact.offer};
}

Result<Taking> review(const Asking& asking, Body& body) {
    OfferReviewed fact;
    fact.offer = asking.id;
    fact.operator_id = asking.caller.id;
    fact.accepted = body.choice("verdict", Need::required, {"accept", "refuse"}) == "accept";
    fact.reason = body.line("reason", fact.accepted ? Need::optional : Need::required, 500);
    if (Body* inner = body.object("pickup")) fact.pickup = stop_in(*inner);
    if (Body* inner = body.object("delivery")) fact.delivery = stop_in(*inner);
    if (Body* inner = body.object("load")) fact.load = load_in(*inner);
    if (Body* inner = body.object("price")) fact.price = price_in(*inner);
    if (fact.accepted && !fact.reason.empty()) body.refuse("reason", "an accepted offer has none", "leave it out");
    return Taking{fact, fact.offer, "/v1/offers/" + fact.offer};
}

Result<Taking> withdrawal(const Asking& asking, Body&) {
    return Taking{OfferWithdrawn{asking.id, asking.caller.id}, asking.id, "/v1/offers/" + asking.id};
}

}  // namespace waybill::edge
