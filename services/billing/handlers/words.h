// Between the words of the contracts and those of the domain.
#pragma once

#include "domain/ledger.h"
#include "handlers/handlers.h"

namespace waybill::billing {

Money money_in(const ::common::v1::Money& money);
Bill bill_in(const ::fulfilment::v1::BillingRequested& request);

::billing::v1::TaxRequested tax_requested(const Invoice& invoice, const ::fulfilment::v1::BillingRequested& request);
::billing::v1::NumberRequested number_request(const Invoice& invoice);
::billing::v1::InvoiceIssued invoice_issued(const Invoice& invoice);
::billing::v1::PaymentRequested payment_requested(const Invoice& invoice);
::billing::v1::InvoicePaid invoice_paid(const Invoice& invoice);
::billing::v1::BillingStopped billing_stopped(const Invoice& invoice, const std::string& why);

// An entry as the rows of the table "posting".
Decision booking(Decision decision, const Entry& entry);

}  // namespace waybill::billing
