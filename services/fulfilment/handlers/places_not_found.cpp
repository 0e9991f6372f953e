#include "handlers/moves.h"

namespace waybill::fulfilment {

// A place is not on the map: a person must say where it is.
Decision places_not_found(const Shipment& shipment, const ::places::v1::PlacesNotFound& answer, Instant) {
    if (shipment.stage != Stage::placing) return moved_on(shipment);
    return stops(shipment, "where is the place of " + answer.which() + "? " + answer.why());
}

}  // namespace waybill::fulfilment
