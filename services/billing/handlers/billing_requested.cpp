#include "handlers/words.h"

namespace waybill::billing {

// Delivered, and so to be paid: first ask which VAT applies.
Decision billing_requested(const ::fulfilment::v1::BillingRequested& request, Instant now) {
    const auto bill = bill_in(request);
    const auto begun = begin_invoice(bill);
    if (!begun) {
        const auto stopped = stopped_invoice(bill, to_text(begun.refusal()));
        return Decision::becomes(stopped).announcing(billing_stopped(stopped, stopped.why));
    }
    return Decision::becomes(*begun).announcing(tax_requested(*begun, request)).expecting("issuing", now + time_to_issue);
}

}  // namespace waybill::billing
