#pragma once

#include <waybill/host.h>

namespace waybill::edge {

host::Unit unit();

}  // namespace waybill::edge
