// Between the words of the contracts and our own.
#pragma once

#include "handlers/handlers.h"

namespace waybill::places {

Locate locate_in(const ::fulfilment::v1::PlacesRequested& requested);
Decision telling(Decision decision, const std::string& shipment, const Located& answer);  // PlacesFound or PlacesNotFound

}  // namespace waybill::places
