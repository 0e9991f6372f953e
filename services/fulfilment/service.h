#pragma once

#include <waybill/host.h>

namespace waybill::fulfilment {

host::Unit unit();

}  // namespace waybill::fulfilment
