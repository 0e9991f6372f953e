#pragma once

#include <waybill/host.h>

namespace waybill::tax {

host::Unit unit();

}  // namespace waybill::tax
