// What the customer is billed, without VAT.
#pragma once

#include "domain/shipment.h"

#include <string>

namespace waybill::fulfilment {

// As offered, at the customer's ceiling, for each kilometre, or, where the customer asks for a quote, by our own tariff in EUR.
Result<Money> net_price(const Price& price, const Load& load, int kilometres);

std::string in_words(PriceKind kind);  // "as offered"

}  // namespace waybill::fulfilment
