#include "domain/offer.h"

namespace waybill::intake {

Fields merged(Fields extracted, Corrections by_hand) {
    if (by_hand.pickup) extracted.pickup = *std::move(by_hand.pickup);
    if (by_hand.delivery) extracted.delivery = *std::move(by_hand.delivery);
    if (by_hand.load) extracted.load = *std::move(by_hand.load);
    if (by_hand.price) extracted.price = *std::move(by_hand.price);
    return extracted;
}

Offer asked_again(Offer offer) {
    ++offer.asked;
    return offer;
}

Offer read_as(Offer offer, Fields fields) {
    offer.fields = std::move(fields);
    return offer;
}

Offer put_in_review(Offer offer, std::vector<std::string> reasons, std::vector<std::string> missing) {
    offer.stage = Stage::in_review;
    offer.reasons = std::move(reasons);
    offer.missing = std::move(missing);
    return offer;
}

Offer decided(Offer offer, Stage stage, std::string by) {
    offer.stage = stage;
    offer.decided_by = std::move(by);
    offer.reasons.clear();
    offer.missing.clear();
    return offer;
}

std::optional<Truth> truth_of(const Offer& judged, Instant reviewed_at) {
    if (!judged.machine) return {};
    // FNV-1a: tells one text from another; it guards nothing.
    std::uint64_t digest = 14695981039346656037u;
    for (const unsigned char c : judged.text) digest = (digest ^ c) * 1099511628211u;
    std::string hex(16, '0');
    for (std::size_t i = hex.size(); i-- > 0; digest >>= 4) hex[i] = "0123456789abcdef"[digest & 15];
    const bool accepted = judged.stage == Stage::accepted;
    return Truth{judged.id, hex, judged.machine->language, judged.customer, judged.received_at, reviewed_at, accepted ? "accept" : "reject",
                 judged.machine->decision, judged.machine->provider, judged.machine->rules_version, judged.machine->fields, accepted ? judged.fields : Fields{}};
}

}  // namespace waybill::intake
