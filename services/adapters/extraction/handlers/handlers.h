// What extraction reacts to: one function a message, each in the file of its name.
#pragma once

#include "handlers/reading.h"

#include <waybill/contracts/extraction.h>
#include <waybill/contracts/intake.h>
#include <waybill/runtime.h>

namespace waybill::extraction::adapter {

using Decision = runtime::Decision<Reading, ::extraction::v1::Emits>;

Decision extraction_requested(const Reading* reading, const ::intake::v1::ExtractionRequested& requested, Instant now);
Decision text_read(const Reading& reading, const runtime::Answered<ReadText>& answered, Instant now);

}  // namespace waybill::extraction::adapter
