// What tax reacts to.
#pragma once

#include "domain/assess.h"

#include <waybill/contracts/billing.h>
#include <waybill/contracts/tax.h>
#include <waybill/runtime.h>

namespace waybill::tax {

using Decision = runtime::Decision<Assessment, ::tax::v1::Emits>;

Decision tax_requested(const Assessment* assessment, const ::billing::v1::TaxRequested& request, Instant now);
Decision assessed(const Assessment& assessment, const runtime::Answered<Assess>& answered, Instant now);

}  // namespace waybill::tax
