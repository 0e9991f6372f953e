#include "handlers/words.h"

#include <google/protobuf/util/time_util.h>

namespace waybill::operations {

Instant instant_in(const google::protobuf::Timestamp& timestamp) {
    return Instant(std::chrono::milliseconds(google::protobuf::util::TimeUtil::TimestampToMilliseconds(timestamp)));
}

Stop stop_in(const ::common::v1::Stop& stop) { return {stop.place(), stop.country(), stop.postal_code(), stop.date(), stop.time_from(), stop.time_to()}; }

std::string amount_in(const ::common::v1::Money& money) { return amount_text(Money{money.minor(), money.currency()}); }

std::optional<std::string> said(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

}  // namespace waybill::operations
