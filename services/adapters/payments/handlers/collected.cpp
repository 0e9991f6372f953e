#include "handlers/words.h"

namespace waybill::payments {

// The bank took the collection, or did not. A notice may have been faster.
Decision collected(const Collection& collection, const runtime::Answered<Collect>& answered, Instant now) {
    if (collection.stage != Stage::asking) return Decision::ignored("the collection moved on");
    if (!answered.answer) {
        const auto failed = failed_because(collection, "the bank did not answer after " + std::to_string(answered.attempts) + " attempts: " + answered.failure);
        return Decision::becomes(failed).announcing(payment_failed(failed));
    }
    if (!answered.answer->accepted) {
        const auto failed = failed_because(collection, "the bank did not accept it: " + answered.answer->why);
        return Decision::becomes(failed).announcing(payment_failed(failed));
    }
    const auto pending = pending_at_the_bank(collection, *answered.answer, now);
    return Decision::becomes(pending).announcing(payment_pending(pending)).expecting("enquiry", next_enquiry(pending, now).value());
}

}  // namespace waybill::payments
