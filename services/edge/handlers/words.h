// Between our facts and the words of the contracts.
#pragma once

#include "handlers/handlers.h"

namespace waybill::edge {

Decision announcing(Decision decision, const Fact& fact);

}  // namespace waybill::edge
