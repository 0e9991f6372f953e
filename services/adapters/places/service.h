#pragma once

#include <waybill/host.h>

namespace waybill::places {

host::Unit unit();

}  // namespace waybill::places
