#include "handlers/moves.h"

namespace waybill::fulfilment {

// No road leads there: a person must look.
Decision route_not_found(const Shipment& shipment, const ::routes::v1::RouteNotFound& answer, Instant) {
    if (shipment.stage != Stage::routing) return moved_on(shipment);
    return stops(shipment, "which way? no road was found: " + answer.why());
}

}  // namespace waybill::fulfilment
