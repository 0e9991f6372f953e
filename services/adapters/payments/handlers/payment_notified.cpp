#include "handlers/words.h"

namespace waybill::payments {

// The bank tells that money came, before we asked or after we gave up. What came is announced as it is: whether it pays
// the invoice is billing's to judge.
Decision payment_notified(const Collection& collection, const ::edge::v1::PaymentNotified& notice, Instant) {
    if (collection.stage == Stage::settled) return Decision::ignored("the payment is settled");
    const Money amount{notice.amount().minor(), notice.amount().currency()};
    const auto settled = settled_by(collection, notice.bank_reference());
    return Decision::becomes(settled).announcing(payment_settled(settled, amount)).no_longer_expecting("enquiry");
}

}  // namespace waybill::payments
