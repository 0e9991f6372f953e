#include "domain/stages.h"
#include "handlers/moves.h"
#include "handlers/words.h"

namespace waybill::fulfilment {

// Both places are on the map: ask for the road between them.
Decision places_found(const Shipment& shipment, const ::places::v1::PlacesFound& found, Instant now) {
    if (shipment.stage != Stage::placing) return moved_on(shipment);

    Shipment next = entering(Stage::routing, shipment, now);
    next.pickup_at = position_in(found.pickup().position());
    next.delivery_at = position_in(found.delivery().position());
    return reaches(next, "both places are on the map: " + found.pickup().name() + " and " + found.delivery().name(),
                   Decision::stays().announcing(route_requested(next)));
}

}  // namespace waybill::fulfilment
