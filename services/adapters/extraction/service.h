#pragma once

#include <waybill/host.h>

namespace waybill::extraction {

host::Unit unit();

}  // namespace waybill::extraction
