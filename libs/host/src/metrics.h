// The runtime's figures as Prometheus text.
#pragma once

#include <waybill/runtime/worker.h>

#include <string>
#include <vector>

namespace waybill::host {

std::string exposition(const std::vector<std::pair<std::string, const runtime::Figures*>>& services);

}  // namespace waybill::host
