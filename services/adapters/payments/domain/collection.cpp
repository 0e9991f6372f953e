#include "domain/collection.h"

#include <algorithm>

namespace waybill::payments {

Collection pending_at_the_bank(Collection collection, const Collect::Answer& answer, Instant now) {
    collection.stage = Stage::pending;
    collection.bank_reference = answer.bank_reference;
    collection.pending_since = now;
    collection.first_wait_ms = std::clamp<std::int64_t>(answer.ask_again_ms, 1'000, longest_wait.count());
    return collection;
}

Collection settled_by(Collection collection, std::string bank_reference) {
    collection.stage = Stage::settled;
    collection.bank_reference = std::move(bank_reference);
    collection.why.clear();
    return collection;
}

Collection failed_because(Collection collection, std::string why) {
    collection.stage = Stage::failed;
    collection.why = std::move(why);
    return collection;
}

std::optional<Instant> next_enquiry(const Collection& collection, Instant now) {
    if (collection.enquiries >= most_enquiries) return {};
    auto wait = std::chrono::milliseconds(collection.first_wait_ms);
    for (int i = 0; i < collection.enquiries && wait < longest_wait; ++i) wait *= 2;
    return now + std::min(wait, longest_wait);
}

}  // namespace waybill::payments
