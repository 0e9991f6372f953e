#include "handlers/handlers.h"
#include "handlers/words.h"

#include <google/protobuf/util/time_util.h>

namespace waybill::intake {

// An offer came in: put it in the books and have its text read.
Decision offer_received(const ::edge::v1::OfferReceived& received, Instant now) {
    Offer offer;
    offer.id = received.offer_id();
    offer.customer = received.customer_id();
    offer.channel = received.channel();
    offer.text = received.text();
    offer.received_at = Instant(std::chrono::milliseconds(google::protobuf::util::TimeUtil::TimestampToMilliseconds(received.received_at())));
    offer.asked = 1;

    return Decision::becomes(offer)
        .announcing(registered(offer))
        .announcing(extraction_requested(offer))
        .expecting("extraction", now + reading_deadline);
}

}  // namespace waybill::intake
