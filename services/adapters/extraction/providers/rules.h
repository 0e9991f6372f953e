// Reading by rules, on this machine: no network, never away, the same answer every time.
#pragma once

#include "handlers/reading.h"

#include <waybill/runtime.h>

namespace waybill::extraction::adapter {

runtime::CallResult<Extracted> read_by_rules(const ReadText& request, const runtime::Attempt& attempt);

// The answer as it may be kept and told: shipper and contacts are gone.
Extracted without_people(const Message& message, Answer answer);

}  // namespace waybill::extraction::adapter
