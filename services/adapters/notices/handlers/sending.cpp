#include "handlers/sending.h"

#include <google/protobuf/util/time_util.h>

namespace waybill::notices {

StopTold told(const ::common::v1::Stop& stop) {
    return {stop.place(), stop.country(), stop.postal_code(), stop.date(), stop.time_from(), stop.time_to()};
}

Instant told(const google::protobuf::Timestamp& time) {
    return Instant(std::chrono::milliseconds(google::protobuf::util::TimeUtil::TimestampToMilliseconds(time)));
}

void Sending::add(Receiver receiver, const std::string& receiver_id, const std::string& type, const std::string& id, const std::string& data) {
    if (find(all_, id)) return;
    if (receiver_id.empty()) throw std::invalid_argument(type + " without a receiver");
    const auto body = R"({"type":)" + json::to_json(type) + R"(,"timestamp":)" + json::to_json(now_) + R"(,"data":)" + data + "}";
    all_ = with(std::move(all_), {id, type, receiver, receiver_id, Stage::sending, 0, ""});
    calls_.push_back({id, receiver, receiver_id, body});
}

Sending::operator Decision() && {
    if (calls_.empty()) return Decision::ignored("this notice was sent");
    auto decision = Decision::becomes(std::move(all_));
    for (const auto& call : calls_) decision = std::move(decision).calling(call);
    return decision;
}

}  // namespace waybill::notices
