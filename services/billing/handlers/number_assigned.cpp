#include "handlers/words.h"

namespace waybill::billing {

// The invoice has its number: issue it, book it and have it collected.
Decision number_assigned(const Invoice& invoice, const ::billing::v1::NumberAssigned& assigned, Instant) {
    // Ignoring it would leave a gap in the series that nobody sees.
    if (invoice.stage != Stage::numbering || assigned.series_id() != invoice.series_id) {
        return Decision::never("number " + number_text(assigned.series_id(), assigned.number()) + " for an invoice that did not ask for it");
    }
    const auto issued = with_number(invoice, assigned.number());
    auto decision = Decision::becomes(issued)
        .announcing(invoice_issued(issued))
        .announcing(payment_requested(issued))
        .no_longer_expecting("issuing")
        .expecting("payment", issued.due_at.value());
    return booking(std::move(decision), issuing(issued));
}

}  // namespace waybill::billing
