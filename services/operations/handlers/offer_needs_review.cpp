#include "handlers/handlers.h"

namespace waybill::operations {

// A person must look at it.
Decision offer_needs_review(const ::intake::v1::OfferNeedsReview& event, const Envelope& envelope, Instant) {
    return Decision::stays().writing(runtime::row("shipment", {"id"}, OfferDecided{event.offer_id(), "in_review", envelope.time, {},
        {event.reasons().begin(), event.reasons().end()}, {event.missing().begin(), event.missing().end()}}));
}

}  // namespace waybill::operations
