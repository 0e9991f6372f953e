#include "handlers/handlers.h"

namespace waybill::tax {

// Ask the provider; asked again after an answer, ask again: the supply may have been corrected.
Decision tax_requested(const Assessment* assessment, const ::billing::v1::TaxRequested& request, Instant) {
    if (assessment && assessment->stage == Stage::asking) return Decision::ignored("the provider is being asked");
    const Assess supply{request.seller_country(), request.customer_country(), request.customer_vat_number(),
                        request.pickup_country(), request.delivery_country(), request.date()};
    return Decision::becomes({request.shipment_id(), Stage::asking, supply, {}}).calling(supply);
}

}  // namespace waybill::tax
