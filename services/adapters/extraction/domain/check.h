// The last stages: is it an offer at all, and can what was read be true?
#pragma once

#include "domain/said.h"

#include <string>

namespace waybill::extraction::rules {

// Why it is no offer, or empty.
std::string no_offer(const Said& said, const std::string& channel);

// Says what a transport needs and is not told, and what cannot be: days out of order, more than one vehicle
// carries, a post code of another country, a price that no transport of that way has.
void check(Said& said, Day received);

}  // namespace waybill::extraction::rules
