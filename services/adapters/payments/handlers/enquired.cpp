#include "handlers/words.h"

namespace waybill::payments {

// How it stands at the bank. A bank that does not answer is asked again like one that says "pending".
Decision enquired(const Collection& collection, const runtime::Answered<Enquire>& answered, Instant now) {
    if (collection.stage != Stage::pending) return Decision::ignored("the collection moved on");
    const auto standing = answered.answer ? answered.answer->standing : Standing::pending;

    if (standing == Standing::settled) {
        const auto settled = settled_by(collection, collection.bank_reference);
        return Decision::becomes(settled).announcing(payment_settled(settled, answered.answer->amount));
    }
    if (standing == Standing::failed) {
        const auto failed = failed_because(collection, "the bank could not collect it: " + answered.answer->why);
        return Decision::becomes(failed).announcing(payment_failed(failed));
    }
    if (const auto next = next_enquiry(collection, now)) return Decision::stays().expecting("enquiry", *next);
    const auto failed = failed_because(collection, "not settled after " + std::to_string(collection.enquiries) + " enquiries");
    return Decision::becomes(failed).announcing(payment_failed(failed));
}

}  // namespace waybill::payments
