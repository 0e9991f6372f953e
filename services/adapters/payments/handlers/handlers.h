// What payments reacts to: one file a message.
#pragma once

#include "domain/collection.h"

#include <waybill/contracts/billing.h>
#include <waybill/contracts/edge.h>
#include <waybill/contracts/payments.h>
#include <waybill/runtime.h>

namespace waybill::payments {

using Decision = runtime::Decision<Collection, ::payments::v1::Emits>;

Decision payment_requested(const ::billing::v1::PaymentRequested& request, Instant now);
Decision payment_notified(const Collection& collection, const ::edge::v1::PaymentNotified& notice, Instant now);
Decision collected(const Collection& collection, const runtime::Answered<Collect>& answered, Instant now);
Decision enquired(const Collection& collection, const runtime::Answered<Enquire>& answered, Instant now);
Decision enquiry_due(const Collection& collection, Instant now);

}  // namespace waybill::payments
