// What intake reacts to: one function a message, each in the file of its name.
#pragma once

#include "domain/offer.h"

#include <waybill/contracts/edge.h>
#include <waybill/contracts/extraction.h>
#include <waybill/contracts/intake.h>
#include <waybill/runtime.h>

namespace waybill::intake {

using Decision = runtime::Decision<Offer, ::intake::v1::Emits>;

Decision offer_received(const ::edge::v1::OfferReceived& received, Instant now);
Decision offer_extracted(const Offer& offer, const ::extraction::v1::OfferExtracted& extracted, Instant now);
Decision extraction_failed(const Offer& offer, const ::extraction::v1::ExtractionFailed& failed, Instant now);
Decision nobody_read_it(const Offer& offer, Instant now);
Decision offer_reviewed(const Offer* offer, const ::edge::v1::OfferReviewed& reviewed, Instant now);
Decision offer_withdrawn(const Offer& offer, const ::edge::v1::OfferWithdrawn& withdrawn, Instant now);

}  // namespace waybill::intake
