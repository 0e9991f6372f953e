#include "handlers/words.h"

namespace waybill::billing {

// The invoice is complete but for its number: only now ask the series for one.
Decision tax_determined(const Invoice& invoice, const ::tax::v1::TaxDetermined& tax, Instant now) {
    if (invoice.stage != Stage::assessing) return Decision::ignored("the VAT of this invoice is settled");
    const auto complete = with_vat(invoice, {tax.rate_permille(), tax.treatment(), tax.note()}, now);
    return Decision::becomes(complete).announcing(number_request(complete));
}

}  // namespace waybill::billing
