#include "handlers/handlers.h"

namespace waybill::notices {

namespace {

::notices::v1::NoticeDelivered notice_delivered(const std::string& shipment_id, const Notice& notice) {
    ::notices::v1::NoticeDelivered made;
    made.set_shipment_id(shipment_id);
    made.set_notice_id(notice.id);
    made.set_receiver(boost::describe::enum_to_string(notice.receiver, ""));
    made.set_attempts(notice.attempts);
    return made;
}

::notices::v1::NoticeFailed notice_failed(const std::string& shipment_id, const Notice& notice) {
    ::notices::v1::NoticeFailed made;
    made.set_shipment_id(shipment_id);
    made.set_notice_id(notice.id);
    made.set_receiver(boost::describe::enum_to_string(notice.receiver, ""));
    made.set_why(notice.why);
    made.set_attempts(notice.attempts);
    return made;
}

}  // namespace

// The receiver's server took the notice, or never will. Without an address there is nothing to announce.
Decision delivered(const Notices& sent, const runtime::Answered<Deliver>& answered, Instant) {
    const auto* found = find(sent, answered.request.notice_id);
    if (!found || found->stage != Stage::sending) return Decision::ignored("no such notice is under way");

    auto notice = *found;
    notice.attempts = answered.attempts;
    notice.why = answered.failure;
    notice.stage = !answered.answer ? Stage::failed : answered.answer->delivered ? Stage::delivered : Stage::no_address;
    auto decision = Decision::becomes(with(sent, notice));
    if (notice.stage == Stage::delivered) return std::move(decision).announcing(notice_delivered(sent.shipment_id, notice));
    if (notice.stage == Stage::failed) return std::move(decision).announcing(notice_failed(sent.shipment_id, notice));
    return decision;
}

}  // namespace waybill::notices
