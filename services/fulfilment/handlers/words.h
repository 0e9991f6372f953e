// Contract words to domain words and back. What comes from another service and cannot be true is refused with its field.
#pragma once

#include "domain/shipment.h"
#include "handlers/handlers.h"

#include <string>
#include <string_view>

namespace waybill::fulfilment {

// ---- in -------------------------------------------------------------------------------------------------------------

Result<Shipment> shipment_in(const ::intake::v1::OfferNormalised& offer);
Candidate candidate_in(const ::fleet::v1::VehicleProposed& proposal);  // throws std::invalid_argument naming the field
Position position_in(const ::common::v1::Position& position);
Road road_in(const ::routes::v1::RouteFound& found);
Instant instant_in(const google::protobuf::Timestamp& timestamp);

// ---- out ------------------------------------------------------------------------------------------------------------

::fulfilment::v1::PlacesRequested places_requested(const Shipment& shipment);
::fulfilment::v1::RouteRequested route_requested(const Shipment& shipment);
::fulfilment::v1::VehicleRequested vehicle_requested(const Shipment& shipment);
::fulfilment::v1::VehicleReleased vehicle_released(const Candidate& candidate, const ShipmentId& shipment, std::string_view reason);
::fulfilment::v1::VehicleConfirmed vehicle_confirmed(const Shipment& shipment);
::fulfilment::v1::AssignmentOffered assignment_offered(const Shipment& shipment);
::fulfilment::v1::AssignmentConfirmed assignment_confirmed(const Shipment& shipment);
::fulfilment::v1::AssignmentWithdrawn assignment_withdrawn(const Shipment& shipment, std::string_view reason);
::fulfilment::v1::ReportRefused report_refused(const Shipment& shipment, std::string_view driver, std::string_view report, std::string_view why);
::fulfilment::v1::BillingRequested billing_requested(const Shipment& shipment);
::fulfilment::v1::PersonNeeded person_needed(const Shipment& shipment, std::string_view question);
::fulfilment::v1::ShipmentClosed shipment_closed(const Shipment& shipment);

// Where the shipment is, from the table of stages, and in one sentence why.
::fulfilment::v1::ShipmentAdvanced advanced(const Shipment& shipment, std::string_view why);

// "10 minutes", "3 days"
std::string in_words(std::chrono::minutes wait);

}  // namespace waybill::fulfilment
