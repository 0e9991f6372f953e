#pragma once

#include <waybill/host.h>

namespace waybill::payments {

host::Unit unit();

}  // namespace waybill::payments
