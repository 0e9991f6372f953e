#include "domain/stages.h"
#include "handlers/moves.h"

namespace waybill::fulfilment {

// The customer has the invoice: now it must be paid.
Decision invoice_issued(const Shipment& shipment, const ::billing::v1::InvoiceIssued& invoice, Instant now) {
    if (shipment.stage != Stage::delivered) return moved_on(shipment);

    Shipment next = entering(Stage::billing, shipment, now);
    next.invoice_number = invoice.invoice_number();
    return reaches(next, "invoice " + invoice.invoice_number() + " is issued");
}

}  // namespace waybill::fulfilment
