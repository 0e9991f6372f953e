// What notices reacts to: one file a message.
#pragma once

#include "domain/notice.h"

#include <waybill/contracts/billing.h>
#include <waybill/contracts/fulfilment.h>
#include <waybill/contracts/intake.h>
#include <waybill/contracts/notices.h>
#include <waybill/runtime.h>

namespace waybill::notices {

using Decision = runtime::Decision<Notices, ::notices::v1::Emits>;

Decision assignment_offered(const Notices* sent, const ::fulfilment::v1::AssignmentOffered& offered, Instant now);
Decision assignment_confirmed(const Notices* sent, const ::fulfilment::v1::AssignmentConfirmed& confirmed, Instant now);
Decision assignment_withdrawn(const Notices* sent, const ::fulfilment::v1::AssignmentWithdrawn& withdrawn, Instant now);
Decision offer_needs_review(const Notices* sent, const ::intake::v1::OfferNeedsReview& review, Instant now);
Decision offer_refused(const Notices* sent, const ::intake::v1::OfferRefused& refused, Instant now);
Decision invoice_issued(const Notices* sent, const ::billing::v1::InvoiceIssued& invoice, Instant now);
Decision delivered(const Notices& sent, const runtime::Answered<Deliver>& answered, Instant now);

}  // namespace waybill::notices
