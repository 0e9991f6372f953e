// The OpenAPI 3.1 document of edge's writes and operations' reads, as JSON; constant.
#pragma once

#include <string_view>

namespace waybill::edge {

std::string_view openapi_json();

}  // namespace waybill::edge
