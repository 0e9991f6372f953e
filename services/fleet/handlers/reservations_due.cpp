#include "handlers/handlers.h"

namespace waybill::fleet {

// Reservations that nobody confirmed in time end, and their shipments are told.
DepotDecision reservations_due(const Depot& depot, Instant now) {
    const auto* here = yard(depot.id);
    if (!here) return DepotDecision::never("depot " + depot.id + " is in no roster");
    return keeps_promises(expire(depot, *here, now));
}

}  // namespace waybill::fleet
