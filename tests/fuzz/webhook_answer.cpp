#include "providers/webhook.h"

namespace waybill::fuzz {

void webhook_answered(const std::string& url) {
    static const notices::Webhook hook({url + "/{id}", url + "/{id}", "twenty-four bytes of key", ""});
    notices::Deliver notice;
    notice.notice_id = "n-1";
    notice.receiver_id = "KUN-D03";
    notice.body = "{}";
    hook.deliver(notice, {.idempotency_key = "k", .number = 1, .timeout = std::chrono::seconds(2)});
}

}  // namespace waybill::fuzz
