#include "handlers/words.h"

namespace waybill::billing {

// Due, and no money: a person takes over. Money that still comes pays the invoice.
Decision not_paid_in_time(const Invoice& invoice, Instant) {
    if (invoice.stage != Stage::open) return Decision::ignored("the invoice is not waiting for money");
    const auto unpaid = unpaid_because(invoice, "invoice " + invoice.number + " was due on " + to_text(invoice.due_at.value()).substr(0, 10) + " and is not paid");
    return Decision::becomes(unpaid).announcing(billing_stopped(unpaid, unpaid.why));
}

}  // namespace waybill::billing
