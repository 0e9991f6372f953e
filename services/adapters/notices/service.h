#pragma once

#include <waybill/host.h>

namespace waybill::notices {

host::Unit unit();

}  // namespace waybill::notices
