// Towns from the gazetteer that lies inside this program: no network, never away, the same answer every time.
#pragma once

#include "domain/lookup.h"

#include <waybill/runtime.h>

namespace waybill::places {

runtime::CallResult<Located> ask_gazetteer(const Locate& request, const runtime::Attempt& attempt);

}  // namespace waybill::places
