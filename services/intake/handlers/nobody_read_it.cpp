#include "domain/rules.h"
#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::intake {

// Ten minutes without an answer: ask again, and after the last time let a person read it.
Decision nobody_read_it(const Offer& offer, Instant now) {
    if (offer.stage != Stage::extracting) return Decision::ignored("the offer moved on");

    if (offer.asked < most_times_asked) {
        const Offer again = asked_again(offer);
        return Decision::becomes(again).announcing(extraction_requested(again)).expecting("extraction", now + reading_deadline);
    }
    const Offer unread = put_in_review(offer, {"text: it could not be read in time"}, missing_in(check({}, offer.received_at, Reader::machine)));
    return Decision::becomes(unread).announcing(needs_review(unread));
}

}  // namespace waybill::intake
