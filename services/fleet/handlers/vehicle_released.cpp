#include "handlers/handlers.h"

namespace waybill::fleet {

// The shipment needs the vehicle no longer. Delivered, the journey is history and the vehicle stands at its end; else it is free again.
DepotDecision vehicle_released(const Depot& depot, const ::fulfilment::v1::VehicleReleased& released, Instant) {
    const auto* here = yard(depot.id);
    if (!here) return DepotDecision::never("depot " + depot.id + " is in no roster");
    return keeps_promises(release(depot, *here, released.shipment_id(), released.vehicle_id(), released.reason() == "delivered"));
}

}  // namespace waybill::fleet
