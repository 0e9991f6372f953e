#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::intake {

// The customer takes the offer back. Before a shipment began that ends it; afterwards it is a cancellation, which is
// fulfilment's to decide: intake's part is over.
Decision offer_withdrawn(const Offer& offer, const ::edge::v1::OfferWithdrawn& withdrawn, Instant) {
    if (withdrawn.customer_id() != offer.customer) return Decision::ignored("it is another customer's offer");
    if (offer.stage == Stage::accepted) return Decision::ignored("the shipment has begun: only a cancellation could end it");
    if (offer.stage != Stage::extracting && offer.stage != Stage::in_review) return Decision::ignored("the offer has ended already");

    const Offer gone = decided(offer, Stage::withdrawn, "customer");
    return Decision::becomes(gone).no_longer_expecting("extraction").announcing(refused(gone, "the customer took the offer back"));
}

}  // namespace waybill::intake
