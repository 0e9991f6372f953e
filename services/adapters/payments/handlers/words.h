// From the words of the domain to those of the contracts.
#pragma once

#include "handlers/handlers.h"

namespace waybill::payments {

::payments::v1::PaymentPending payment_pending(const Collection& collection);
::payments::v1::PaymentSettled payment_settled(const Collection& collection, const Money& amount);
::payments::v1::PaymentFailed payment_failed(const Collection& collection);

}  // namespace waybill::payments
