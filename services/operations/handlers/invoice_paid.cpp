#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::operations {

// The customer paid.
Decision invoice_paid(const ::billing::v1::InvoicePaid& event, const Envelope& envelope, Instant) {
    return Decision::stays().writing(runtime::row("invoice", {"shipment"}, Paid{event.shipment_id(), envelope.time, event.bank_reference()}));
}

}  // namespace waybill::operations
