#include "handlers/handlers.h"

namespace waybill::operations {

// A person must look at it.
Decision offer_needs_review(const ::intake::v1::OfferNeedsReview& event, const Envelope& envelope, Instant) {
    std::vector<FieldRead> read;
    for (const auto& one : event.read()) read.push_back({one.field(), one.value(), one.begin(), one.end(), one.confidence()});
    return Decision::stays().writing(runtime::row("shipment", {"id"}, OfferDecided{event.offer_id(), "in_review", envelope.time, {},
        {event.reasons().begin(), event.reasons().end()}, {event.missing().begin(), event.missing().end()}, std::move(read)}));
}

}  // namespace waybill::operations
