#pragma once

#include <waybill/host.h>

namespace waybill::operations {

host::Unit unit();

}  // namespace waybill::operations
