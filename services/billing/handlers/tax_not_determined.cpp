#include "handlers/words.h"

namespace waybill::billing {

// Without VAT there is no invoice, and no number is spent.
Decision tax_not_determined(const Invoice& invoice, const ::tax::v1::TaxNotDetermined& tax, Instant) {
    if (invoice.stage != Stage::assessing) return Decision::ignored("the VAT of this invoice is settled");
    const auto stopped = stopped_because(invoice, "VAT: " + tax.field() + ": " + tax.why());
    return Decision::becomes(stopped).announcing(billing_stopped(stopped, stopped.why)).no_longer_expecting("issuing");
}

}  // namespace waybill::billing
