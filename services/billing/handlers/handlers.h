// What billing reacts to: one file a message.
#pragma once

#include "domain/invoice.h"
#include "domain/series.h"

#include <waybill/contracts/billing.h>
#include <waybill/contracts/fulfilment.h>
#include <waybill/contracts/payments.h>
#include <waybill/contracts/tax.h>
#include <waybill/runtime.h>

namespace waybill::billing {

using Decision = runtime::Decision<Invoice, ::billing::v1::Emits>;
using SeriesDecision = runtime::Decision<Series, ::billing::v1::Emits>;

Decision billing_requested(const ::fulfilment::v1::BillingRequested& request, Instant now);
Decision tax_determined(const Invoice& invoice, const ::tax::v1::TaxDetermined& tax, Instant now);
Decision tax_not_determined(const Invoice& invoice, const ::tax::v1::TaxNotDetermined& tax, Instant now);
SeriesDecision number_requested(const Series* series, const ::billing::v1::NumberRequested& request, Instant now);
Decision number_assigned(const Invoice& invoice, const ::billing::v1::NumberAssigned& assigned, Instant now);
Decision payment_settled(const Invoice& invoice, const ::payments::v1::PaymentSettled& settled, Instant now);
Decision payment_failed(const Invoice& invoice, const ::payments::v1::PaymentFailed& failed, Instant now);

Decision not_issued_in_time(const Invoice& invoice, Instant now);
Decision not_paid_in_time(const Invoice& invoice, Instant now);

}  // namespace waybill::billing
