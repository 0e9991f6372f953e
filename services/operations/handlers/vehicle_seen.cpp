#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::operations {

// Where a vehicle was last seen; fleet tells only what is newer than before.
Decision vehicle_seen(const ::fleet::v1::VehicleSeen& event, const Envelope&, Instant) {
    return Decision::stays().writing(runtime::row("vehicle", {"id"}, Seen{event.vehicle_id(), event.depot_id(), said(event.shipment_id()),
        event.position().latitude(), event.position().longitude(), instant_in(event.seen_at())}));
}

}  // namespace waybill::operations
