#include "handlers/words.h"

namespace waybill::payments {

::payments::v1::PaymentPending payment_pending(const Collection& collection) {
    ::payments::v1::PaymentPending made;
    made.set_shipment_id(collection.shipment_id);
    made.set_bank_reference(collection.bank_reference);
    return made;
}

::payments::v1::PaymentSettled payment_settled(const Collection& collection, const Money& amount) {
    ::payments::v1::PaymentSettled made;
    made.set_shipment_id(collection.shipment_id);
    made.set_bank_reference(collection.bank_reference);
    made.mutable_amount()->set_minor(amount.minor);
    made.mutable_amount()->set_currency(amount.currency);
    return made;
}

::payments::v1::PaymentFailed payment_failed(const Collection& collection) {
    ::payments::v1::PaymentFailed made;
    made.set_shipment_id(collection.shipment_id);
    made.set_why(collection.why);
    return made;
}

}  // namespace waybill::payments
