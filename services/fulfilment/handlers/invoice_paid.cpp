#include "domain/stages.h"
#include "handlers/moves.h"
#include "handlers/words.h"

namespace waybill::fulfilment {

// Paid: the end of the story.
Decision invoice_paid(const Shipment& shipment, const ::billing::v1::InvoicePaid& paid, Instant now) {
    if (shipment.stage != Stage::billing) return moved_on(shipment);

    const Shipment next = entering(Stage::closed, shipment, now);
    return reaches(next, "invoice " + paid.invoice_number() + " is paid", Decision::stays().announcing(shipment_closed(next)));
}

}  // namespace waybill::fulfilment
