#include "handlers/sending.h"

namespace waybill::notices {

namespace {

struct Issued { std::string shipment_id, number, gross, currency; Instant due_at; };
BOOST_DESCRIBE_STRUCT(Issued, (), (shipment_id, number, gross, currency, due_at))

}  // namespace

// The customer is to pay.
Decision invoice_issued(const Notices* sent, const ::billing::v1::InvoiceIssued& invoice, Instant now) {
    const Money gross{invoice.gross().minor(), invoice.gross().currency()};
    return Sending(sent, invoice.shipment_id(), now)
        .tell(Receiver::customer, invoice.customer_id(), "invoice.issued", invoice.shipment_id(),
              Issued{invoice.shipment_id(), invoice.invoice_number(), amount_text(gross), gross.currency, told(invoice.due_at())});
}

}  // namespace waybill::notices
