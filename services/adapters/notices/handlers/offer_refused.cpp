#include "handlers/sending.h"

namespace waybill::notices {

namespace {

struct Refused { std::string offer_id, reason; };
BOOST_DESCRIBE_STRUCT(Refused, (), (offer_id, reason))

}  // namespace

// The customer must find another carrier.
Decision offer_refused(const Notices* sent, const ::intake::v1::OfferRefused& refused, Instant now) {
    return Sending(sent, refused.offer_id(), now)
        .tell(Receiver::customer, refused.customer_id(), "offer.refused", refused.offer_id(), Refused{refused.offer_id(), refused.reason()});
}

}  // namespace waybill::notices
