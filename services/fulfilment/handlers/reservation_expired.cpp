#include "handlers/moves.h"

namespace waybill::fulfilment {

// The vehicle is gone before its driver answered: ask another. After the answer it is confirmed, and this came late.
Decision reservation_expired(const Shipment& shipment, const ::fleet::v1::ReservationExpired& expired, Instant now) {
    const bool current = shipment.candidate && shipment.candidate->vehicle.text() == expired.vehicle_id();
    if (!current || shipment.stage != Stage::offered) return moved_on(shipment);
    return asks_another_driver(shipment, "expired", "the reservation of vehicle " + expired.vehicle_id() + " ended before its driver answered", now);
}

}  // namespace waybill::fulfilment
