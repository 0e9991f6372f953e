// From the words of the contracts to columns.
#pragma once

#include "domain/columns.h"

#include <google/protobuf/timestamp.pb.h>

#include "common/v1/common.pb.h"

namespace waybill::operations {

Instant instant_in(const google::protobuf::Timestamp& timestamp);
Stop stop_in(const ::common::v1::Stop& stop);
std::string amount_in(const ::common::v1::Money& money);  // "1380.00"
std::optional<std::string> said(const std::string& text); // nothing for ""

}  // namespace waybill::operations
