// fleet: depots, vehicles and drivers; proposes a vehicle for a load. See README.md.
#pragma once

#include <waybill/host.h>

namespace waybill::fleet {

host::Unit unit();

}  // namespace waybill::fleet
