#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::operations {

// A new offer is in the books, and is being read.
Decision offer_registered(const ::intake::v1::OfferRegistered& event, const Envelope& envelope, Instant) {
    return Decision::stays()
        .writing(runtime::row("shipment", {"id"}, Registered{event.offer_id(), event.customer_id(), event.channel(), instant_in(event.received_at()), envelope.time}))
        .writing(runtime::row("shipment", {"id"}, OfferDecided{event.offer_id(), "extracting", envelope.time, {}, {}, {}}));
}

}  // namespace waybill::operations
