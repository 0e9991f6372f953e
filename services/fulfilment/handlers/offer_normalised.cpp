#include "domain/stages.h"
#include "handlers/moves.h"
#include "handlers/words.h"

namespace waybill::fulfilment {

// A clean offer begins a shipment: first find its places on the map.
Decision offer_normalised(const ::intake::v1::OfferNormalised& offer, Instant now) {
    const auto shipment = shipment_in(offer);
    if (!shipment) return Decision::never(to_text(shipment.refusal()));

    const Shipment next = entering(Stage::placing, *shipment, now);
    return reaches(next, "the offer is complete", Decision::stays().announcing(places_requested(next)));
}

}  // namespace waybill::fulfilment
