#include "handlers/words.h"

namespace waybill::payments {

// Time to ask the bank how it stands.
Decision enquiry_due(const Collection& collection, Instant now) {
    if (collection.stage != Stage::pending) return Decision::ignored("the collection moved on");
    auto asking = collection;
    ++asking.enquiries;
    return Decision::becomes(asking).calling(Enquire{asking.bank_reference, asking.amount, asking.pending_since.value(), now});
}

}  // namespace waybill::payments
