// What fulfilment reacts to: one function a message, each in the file of its name.
#pragma once

#include "domain/shipment.h"

#include <waybill/contracts/billing.h>
#include <waybill/contracts/edge.h>
#include <waybill/contracts/fleet.h>
#include <waybill/contracts/fulfilment.h>
#include <waybill/contracts/intake.h>
#include <waybill/contracts/places.h>
#include <waybill/contracts/routes.h>
#include <waybill/runtime.h>

namespace waybill::fulfilment {

using Emits = ::fulfilment::v1::Emits;
using Decision = runtime::Decision<Shipment, Emits>;

Decision offer_normalised(const ::intake::v1::OfferNormalised& offer, Instant now);
Decision places_found(const Shipment& shipment, const ::places::v1::PlacesFound& found, Instant now);
Decision places_not_found(const Shipment& shipment, const ::places::v1::PlacesNotFound& answer, Instant now);
Decision route_found(const Shipment& shipment, const ::routes::v1::RouteFound& found, Instant now);
Decision route_not_found(const Shipment& shipment, const ::routes::v1::RouteNotFound& answer, Instant now);
Decision vehicle_proposed(const Shipment& shipment, const ::fleet::v1::VehicleProposed& proposal, Instant now);
Decision no_vehicle_found(const Shipment& shipment, const ::fleet::v1::NoVehicleFound& answer, Instant now);
Decision reservation_expired(const Shipment& shipment, const ::fleet::v1::ReservationExpired& expired, Instant now);
Decision assignment_accepted(const Shipment& shipment, const ::edge::v1::AssignmentAccepted& answer, Instant now);
Decision assignment_declined(const Shipment& shipment, const ::edge::v1::AssignmentDeclined& answer, Instant now);
Decision goods_picked_up(const Shipment& shipment, const ::edge::v1::GoodsPickedUp& report, Instant now);
Decision goods_delivered(const Shipment& shipment, const ::edge::v1::GoodsDelivered& report, Instant now);
Decision invoice_issued(const Shipment& shipment, const ::billing::v1::InvoiceIssued& invoice, Instant now);
Decision invoice_paid(const Shipment& shipment, const ::billing::v1::InvoicePaid& paid, Instant now);
Decision billing_stopped(const Shipment& shipment, const ::billing::v1::BillingStopped& answer, Instant now);

inline constexpr auto deadline = "deadline";  // the one timer of a shipment: it stands at awaited_until
Decision deadline_passed(const Shipment& shipment, Instant now);

}  // namespace waybill::fulfilment
