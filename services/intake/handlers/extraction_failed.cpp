#include "domain/rules.h"
#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::intake {

// No machine can read this text: a person does. The provider's own words may quote the text, so they stay where they are.
Decision extraction_failed(const Offer& offer, const ::extraction::v1::ExtractionFailed&, Instant) {
    if (offer.stage != Stage::extracting) return Decision::ignored("the offer moved on");

    const Offer unread = put_in_review(offer, {"text: it could not be read"}, missing_in(check({}, offer.received_at, Reader::machine)));
    return Decision::becomes(unread).no_longer_expecting("extraction").announcing(needs_review(unread));
}

}  // namespace waybill::intake
