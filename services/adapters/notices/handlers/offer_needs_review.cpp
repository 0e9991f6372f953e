#include "handlers/sending.h"

namespace waybill::notices {

namespace {

struct InReview { std::string offer_id; std::vector<std::string> missing; };
BOOST_DESCRIBE_STRUCT(InReview, (), (offer_id, missing))

}  // namespace

// The customer learns that a person looks at the offer, and which fields it does not give.
Decision offer_needs_review(const Notices* sent, const ::intake::v1::OfferNeedsReview& review, Instant now) {
    return Sending(sent, review.offer_id(), now)
        .tell(Receiver::customer, review.customer_id(), "offer.in_review", review.offer_id(), InReview{review.offer_id(), {review.missing().begin(), review.missing().end()}});
}

}  // namespace waybill::notices
