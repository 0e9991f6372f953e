// Every service of this checkout: who they are is told here alone.
#pragma once

#include <waybill/host.h>

#include <vector>

namespace waybill::cli {

std::vector<host::Unit> units();

}  // namespace waybill::cli
