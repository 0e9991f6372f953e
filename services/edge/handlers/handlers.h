// What edge does with a request, whatever it tells.
#pragma once

#include "domain/request.h"

#include <waybill/contracts/edge.h>
#include <waybill/runtime.h>

namespace waybill::edge {

using Decision = runtime::Decision<Request, ::edge::v1::Emits>;

constexpr const char* another_body = "another body";  // why a request is ignored

Decision told(const Request* before, const Told& fresh, Instant now);

}  // namespace waybill::edge
