#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::operations {

// The customer owes this.
Decision invoice_issued(const ::billing::v1::InvoiceIssued& event, const Envelope&, Instant) {
    return Decision::stays().writing(runtime::row("invoice", {"shipment"}, Issued{event.shipment_id(), event.customer_id(), event.invoice_number(),
        amount_in(event.net()), amount_in(event.vat()), amount_in(event.gross()), event.gross().currency(), event.vat_rate_permille(), said(event.vat_note()),
        instant_in(event.issued_at()), instant_in(event.due_at())}));
}

}  // namespace waybill::operations
