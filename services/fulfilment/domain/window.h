// When a vehicle must stand at the pick-up, in UTC, from the local date and times that an offer says.
#pragma once

#include "domain/shipment.h"

namespace waybill::fulfilment {

// No date: any time within three days of the offer. No time_from: from midnight; no time_to: until 23:59; a time_to
// before time_from is the next day's. A window never opens before the offer was received. Refused: a date or time that is none.
Result<Window> pickup_window(const Stop& pickup, Instant received_at);

}  // namespace waybill::fulfilment
