// Between the words of the contracts and our own.
#pragma once

#include "handlers/handlers.h"

namespace waybill::routes {

Travel travel_in(const ::fulfilment::v1::RouteRequested& requested);
Decision telling(Decision decision, const std::string& shipment, const Road& road);  // RouteFound or RouteNotFound

}  // namespace waybill::routes
