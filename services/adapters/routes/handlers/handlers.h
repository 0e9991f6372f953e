// What routes reacts to: one function a message, each in the file of its name.
#pragma once

#include "domain/lookup.h"

#include <waybill/contracts/fulfilment.h>
#include <waybill/contracts/routes.h>
#include <waybill/runtime.h>

namespace waybill::routes {

using Decision = runtime::Decision<Lookup, ::routes::v1::Emits>;

Decision route_requested(const Lookup* lookup, const ::fulfilment::v1::RouteRequested& requested, Instant now);
Decision travelled(const Lookup& lookup, const runtime::Answered<Travel>& answered, Instant now);

}  // namespace waybill::routes
