#include "handlers/moves.h"

namespace waybill::fulfilment {

// The vehicle is promised to nobody any more, or to somebody else because the driver's yes came too late: ask another. Once
// the goods are on it, the promise no longer matters.
Decision reservation_expired(const Shipment& shipment, const ::fleet::v1::ReservationExpired& expired, Instant now) {
    const bool current = shipment.candidate && shipment.candidate->vehicle.text() == expired.vehicle_id();
    const bool not_loaded = shipment.stage == Stage::offered || shipment.stage == Stage::assigned;
    if (!current || !not_loaded) return moved_on(shipment);
    return asks_another_driver(shipment, "expired", "the reservation of vehicle " + expired.vehicle_id() + " ended before its driver's yes arrived", now);
}

}  // namespace waybill::fulfilment
