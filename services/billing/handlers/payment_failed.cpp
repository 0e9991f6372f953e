#include "handlers/words.h"

namespace waybill::billing {

// The bank could not collect. A dunning run would begin here, and in not_paid_in_time: today a person takes over.
Decision payment_failed(const Invoice& invoice, const ::payments::v1::PaymentFailed& failed, Instant) {
    if (invoice.stage != Stage::open) return Decision::ignored("the invoice is not waiting for money");
    const auto unpaid = unpaid_because(invoice, "invoice " + invoice.number + " is not paid: " + failed.why());
    return Decision::becomes(unpaid).announcing(billing_stopped(unpaid, unpaid.why)).no_longer_expecting("payment");
}

}  // namespace waybill::billing
