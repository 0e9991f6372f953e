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

}  // namespace waybill::intake
