// What operations writes down: one function an event, each in the file of its name. Rows only; it announces nothing.
#pragma once

#include "domain/columns.h"

#include <waybill/contracts/billing.h>
#include <waybill/contracts/fleet.h>
#include <waybill/contracts/fulfilment.h>
#include <waybill/contracts/intake.h>
#include <waybill/contracts/operations.h>
#include <waybill/runtime.h>

namespace waybill::operations {

using Decision = runtime::Decision<runtime::NoState, ::operations::v1::Emits>;
using runtime::Envelope;

Decision every_event(const Envelope& envelope, Instant now);

Decision offer_registered(const ::intake::v1::OfferRegistered& event, const Envelope& envelope, Instant now);
Decision offer_needs_review(const ::intake::v1::OfferNeedsReview& event, const Envelope& envelope, Instant now);
Decision offer_normalised(const ::intake::v1::OfferNormalised& event, const Envelope& envelope, Instant now);
Decision offer_refused(const ::intake::v1::OfferRefused& event, const Envelope& envelope, Instant now);

Decision shipment_advanced(const ::fulfilment::v1::ShipmentAdvanced& event, const Envelope& envelope, Instant now);
Decision person_needed(const ::fulfilment::v1::PersonNeeded& event, const Envelope& envelope, Instant now);
Decision assignment_offered(const ::fulfilment::v1::AssignmentOffered& event, const Envelope& envelope, Instant now);
Decision assignment_confirmed(const ::fulfilment::v1::AssignmentConfirmed& event, const Envelope& envelope, Instant now);
Decision assignment_withdrawn(const ::fulfilment::v1::AssignmentWithdrawn& event, const Envelope& envelope, Instant now);

Decision vehicle_seen(const ::fleet::v1::VehicleSeen& event, const Envelope& envelope, Instant now);

Decision invoice_issued(const ::billing::v1::InvoiceIssued& event, const Envelope& envelope, Instant now);
Decision invoice_paid(const ::billing::v1::InvoicePaid& event, const Envelope& envelope, Instant now);

}  // namespace waybill::operations
