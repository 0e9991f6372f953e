#include "domain/rules.h"
#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::intake {
namespace {

// What a person decided is kept as truth, to measure against it what machines read.
Decision with_truth(Decision decision, Instant now) {
    const auto truth = truth_of(*decision.state, now);
    return truth ? std::move(decision).writing(runtime::row("truth", {"offer_id"}, *truth)) : decision;
}

}  // namespace

// A person decided. Accepted with corrections, the offer is checked once more; what is still missing goes back to review.
// An offer is in the books before anyone can see it in review, so a review of an unknown one is a slip of the pen.
Decision offer_reviewed(const Offer* before, const ::edge::v1::OfferReviewed& reviewed, Instant now) {
    if (!before) return Decision::ignored("there is no such offer");
    if (before->stage != Stage::in_review) return Decision::ignored("the offer is not in review");

    if (reviewed.verdict() == ::edge::v1::OfferReviewed::VERDICT_REFUSE) {
        const Offer no = decided(*before, Stage::refused, reviewed.operator_id());
        return with_truth(Decision::becomes(no).announcing(refused(no, reviewed.reason())), now);
    }
    if (reviewed.verdict() != ::edge::v1::OfferReviewed::VERDICT_ACCEPT) return Decision::never("a review without a verdict");

    const Offer offer = read_as(*before, merged(before->fields, corrections_in(reviewed)));
    const auto findings = check(offer.fields, offer.received_at, Reader::person);
    if (!findings.empty()) {
        const Offer still = put_in_review(offer, reasons_of(findings), missing_in(findings));
        return Decision::becomes(still).announcing(needs_review(still));
    }
    const Offer yes = decided(offer, Stage::accepted, reviewed.operator_id());
    return with_truth(Decision::becomes(yes).announcing(normalised(yes)), now);
}

}  // namespace waybill::intake
