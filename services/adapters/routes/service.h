#pragma once

#include <waybill/host.h>

namespace waybill::routes {

host::Unit unit();

}  // namespace waybill::routes
