// What places reacts to: one function a message, each in the file of its name.
#pragma once

#include "domain/lookup.h"

#include <waybill/contracts/fulfilment.h>
#include <waybill/contracts/places.h>
#include <waybill/runtime.h>

namespace waybill::places {

using Decision = runtime::Decision<Lookup, ::places::v1::Emits>;

Decision places_requested(const Lookup* lookup, const ::fulfilment::v1::PlacesRequested& requested, Instant now);
Decision located(const Lookup& lookup, const runtime::Answered<Locate>& answered, Instant now);

}  // namespace waybill::places
