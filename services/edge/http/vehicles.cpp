#include "http/routes.h"

namespace waybill::edge {

Result<Taking> position(const Asking& asking, Body& body) {
    const auto depot = depot_of_vehicle(asking.id);
    if (!depot) return Refusal{"id", "'" + asking.id + "' is not the id of a vehicle", "write it like KUN-03: depot and number"};

    VehicleSeen fact{*depot, asking.id, asking.caller.id, 0, 0, {}};
    fact.latitude = body.number("latitude", Need::required, -90, 90).value_or(0);
    fact.longitude = body.number("longitude", Need::required, -180, 180).value_or(0);
    fact.seen_at = body.instant("seen_at", Need::required).value_or(Instant{});
    return Taking{fact, asking.id, "/v1/vehicles/" + asking.id};
}

}  // namespace waybill::edge
