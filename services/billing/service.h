#pragma once

#include <waybill/host.h>

namespace waybill::billing {

host::Unit unit();

}  // namespace waybill::billing
