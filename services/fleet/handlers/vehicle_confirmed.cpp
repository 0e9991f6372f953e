#include "handlers/handlers.h"

namespace waybill::fleet {

// The driver took it: the reservation no longer expires. If it has, the journey is booked again, or its shipment is told that it cannot be.
DepotDecision vehicle_confirmed(const Depot& depot, const ::fulfilment::v1::VehicleConfirmed& confirmed, Instant) {
    const auto* here = yard(depot.id);
    if (!here) return DepotDecision::never("depot " + depot.id + " is in no roster");
    return keeps_promises(confirm(depot, *here, confirmed.shipment_id(), confirmed.vehicle_id()));
}

}  // namespace waybill::fleet
