#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::operations {

// The one event from which everyone knows where a shipment is.
Decision shipment_advanced(const ::fulfilment::v1::ShipmentAdvanced& event, const Envelope& envelope, Instant) {
    Advanced columns{event.shipment_id(), event.stage(), said(event.awaited()), said(event.awaited_from()), {}, event.why(), event.attempt(),
                     said(event.driver_id()), said(event.vehicle_id()), {}, envelope.time};
    if (event.has_awaited_until()) columns.awaited_until = instant_in(event.awaited_until());
    if (event.kilometres() > 0) columns.kilometres = event.kilometres();
    return Decision::stays().writing(runtime::row("shipment", {"id"}, columns));
}

}  // namespace waybill::operations
