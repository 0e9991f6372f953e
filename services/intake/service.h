#pragma once

#include <waybill/host.h>

namespace waybill::intake {

host::Unit unit();

}  // namespace waybill::intake
