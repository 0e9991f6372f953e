// Between the words of the contracts and our own.
#pragma once

#include "handlers/reading.h"

#include <waybill/contracts/extraction.h>

namespace waybill::extraction::adapter {

::extraction::v1::OfferExtracted extracted(const std::string& offer, const Extracted& answer);

// Fields that a transport needs and the answer does not have: "pickup.date".
std::vector<std::string> missing_in(const Fields& fields);

}  // namespace waybill::extraction::adapter
