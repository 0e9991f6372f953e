#include "http/routes.h"

namespace waybill::edge {

Result<Taking> pick_up(const Asking& asking, Body& body) {
    const auto happened_at = body.instant("happened_at", Need::required).value_or(Instant{});
    return Taking{GoodsPickedUp{asking.id, asking.caller.id, happened_at}, asking.id, "/v1/shipments/" + asking.id};
}

Result<Taking> delivery(const Asking& asking, Body& body) {
    const auto happened_at = body.instant("happened_at", Need::required).value_or(Instant{});
    const auto proof = body.id("proof_of_delivery", Need::required);  // the number of a document: an id has no room for a name
    return Taking{GoodsDelivered{asking.id, asking.caller.id, happened_at, proof}, asking.id, "/v1/shipments/" + asking.id};
}

}  // namespace waybill::edge
