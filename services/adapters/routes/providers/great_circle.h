// Roads without a road network: the great circle times what roads wind, and the pace of the vehicle. No network, never
// away. Good enough to plan and price a first version; a sea in between is driven over as if there were a bridge.
#pragma once

#include "domain/lookup.h"

#include <waybill/runtime.h>

namespace waybill::routes {

runtime::CallResult<Road> ask_great_circle(const Travel& request, const runtime::Attempt& attempt);

}  // namespace waybill::routes
