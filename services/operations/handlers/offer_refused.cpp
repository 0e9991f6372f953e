#include "handlers/handlers.h"

namespace waybill::operations {

// It will not be carried.
Decision offer_refused(const ::intake::v1::OfferRefused& event, const Envelope& envelope, Instant) {
    return Decision::stays().writing(runtime::row("shipment", {"id"}, OfferDecided{event.offer_id(), "refused", envelope.time, event.decided_by(), {event.reason()}, {}}));
}

}  // namespace waybill::operations
