// What fleet reacts to: one function a message, each in a file of its name.
#pragma once

#include "domain/depot.h"
#include "domain/search.h"

#include <waybill/contracts/edge.h>
#include <waybill/contracts/fleet.h>
#include <waybill/contracts/fulfilment.h>
#include <waybill/runtime.h>

namespace waybill::fleet {

using SearchDecision = runtime::Decision<Search, ::fleet::v1::Emits>;
using DepotDecision = runtime::Decision<Depot, ::fleet::v1::Emits>;

// Of a search, key: the shipment.
SearchDecision vehicle_requested(const Search* search, const ::fulfilment::v1::VehicleRequested& event, Instant now);
SearchDecision depot_answered(const Search& search, const ::fleet::v1::DepotAnswered& answer, Instant now);
SearchDecision depot_silent(const Search& search, Instant now);

// Of a depot.
DepotDecision depot_asked(const Depot* depot, const ::fleet::v1::DepotAsked& asked, Instant now);
DepotDecision vehicle_confirmed(const Depot& depot, const ::fulfilment::v1::VehicleConfirmed& confirmed, Instant now);
DepotDecision vehicle_released(const Depot& depot, const ::fulfilment::v1::VehicleReleased& released, Instant now);
DepotDecision vehicle_position_reported(const Depot* depot, const ::edge::v1::VehiclePositionReported& report, Instant now);
DepotDecision reservations_due(const Depot& depot, Instant now);

// What most of them end in.
SearchDecision asks_on(Search search, Instant now);
DepotDecision keeps_promises(Change change);

}  // namespace waybill::fleet
