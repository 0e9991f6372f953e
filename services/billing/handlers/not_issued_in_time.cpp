#include "handlers/words.h"

namespace waybill::billing {

// Somebody should look why; the invoice goes on by itself when the answer comes.
Decision not_issued_in_time(const Invoice& invoice, Instant) {
    if (invoice.stage != Stage::assessing && invoice.stage != Stage::numbering) return Decision::ignored("the invoice was issued or stopped");
    const std::string missing = invoice.stage == Stage::assessing ? "the VAT" : "its number";
    return Decision::stays().announcing(billing_stopped(invoice, "not issued within a day: " + missing + " is missing"));
}

}  // namespace waybill::billing
