#include "domain/stages.h"
#include "handlers/moves.h"

namespace waybill::fulfilment {

// Billing cannot go on by itself: a person must.
Decision billing_stopped(const Shipment& shipment, const ::billing::v1::BillingStopped& answer, Instant) {
    if (shipment.stage != Stage::delivered && shipment.stage != Stage::billing) return moved_on(shipment);
    return stops(shipment, "how is it billed? " + answer.why());
}

}  // namespace waybill::fulfilment
