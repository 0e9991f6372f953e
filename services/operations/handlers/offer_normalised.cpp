#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::operations {

// It will be carried.
Decision offer_normalised(const ::intake::v1::OfferNormalised& event, const Envelope& envelope, Instant) {
    return Decision::stays()
        .writing(runtime::row("shipment", {"id"}, OfferDecided{event.shipment_id(), "accepted", envelope.time, event.decided_by(), {}, {}}))
        .writing(runtime::row("shipment", {"id"}, Normalised{event.shipment_id(), stop_in(event.pickup()), stop_in(event.delivery()), event.load().goods(),
            event.load().weight_kg(), event.load().equipment(), event.reference()}));
}

}  // namespace waybill::operations
