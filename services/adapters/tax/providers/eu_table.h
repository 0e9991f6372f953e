// VAT from the table in this repository: no third party, no network, the same answer for ever.
#pragma once

#include "domain/assess.h"

#include <waybill/runtime.h>

namespace waybill::tax {

runtime::CallResult<Assess::Answer> eu_table(const Assess& supply, const runtime::Attempt& attempt);

}  // namespace waybill::tax
