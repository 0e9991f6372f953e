#include <waybill/runtime.h>

namespace waybill::runtime {

std::string Envelope::id() const {
    return topic + "/" + std::to_string(partition) + "/" + std::to_string(lane) + "/" + std::to_string(incarnation) + "/" + std::to_string(seq);
}

std::string answer_text(std::string_view request, const CallResult<std::string>& result, int attempts) {
    std::string text = "{\"request\":" + std::string(request) + ",\"attempts\":" + std::to_string(attempts);
    if (const auto* answer = std::get_if<std::string>(&result)) return text + ",\"failure\":\"\",\"answer\":" + *answer + "}";
    const auto& why = std::get<CallFailed>(result).why;
    return text + ",\"failure\":" + json::to_json(why.empty() ? std::string("failed without a reason") : why) + "}";
}

}  // namespace waybill::runtime
