#include "http/routes.h"

namespace waybill::edge {

Result<Taking> payment(const Asking&, Body& body) {
    PaymentNotified fact;
    fact.shipment = body.id("shipment_id", Need::required);
    fact.bank_reference = body.id("bank_reference", Need::required);
    fact.amount = body.money("amount", Need::required).value_or(Money{});
    return Taking{fact, fact.shipment, "/v1/invoices/" + fact.shipment};
}

}  // namespace waybill::edge
