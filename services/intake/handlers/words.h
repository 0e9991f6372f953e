// Between the words of the contracts and our own.
#pragma once

#include "domain/offer.h"

#include <waybill/contracts/edge.h>
#include <waybill/contracts/extraction.h>
#include <waybill/contracts/intake.h>

namespace waybill::intake {

Fields fields_in(const ::extraction::v1::OfferExtracted& extracted);
Corrections corrections_in(const ::edge::v1::OfferReviewed& reviewed);

::intake::v1::OfferRegistered registered(const Offer& offer);
::intake::v1::ExtractionRequested extraction_requested(const Offer& offer);
::intake::v1::OfferNeedsReview needs_review(const Offer& offer);
::intake::v1::OfferNormalised normalised(const Offer& offer);
::intake::v1::OfferRefused refused(const Offer& offer, const std::string& reason);

}  // namespace waybill::intake
