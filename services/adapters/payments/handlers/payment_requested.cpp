#include "handlers/words.h"

namespace waybill::payments {

// An invoice is issued: have the bank collect it.
Decision payment_requested(const ::billing::v1::PaymentRequested& request, Instant) {
    Collection collection;
    collection.shipment_id = request.shipment_id();
    collection.invoice_number = request.invoice_number();
    collection.amount = {request.amount().minor(), request.amount().currency()};
    const Collect call{collection.shipment_id, collection.invoice_number, collection.amount};
    return Decision::becomes(collection).calling(call);
}

}  // namespace waybill::payments
