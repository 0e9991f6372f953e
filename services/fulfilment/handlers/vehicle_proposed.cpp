#include "domain/stages.h"
#include "handlers/moves.h"
#include "handlers/words.h"

#include <algorithm>

namespace waybill::fulfilment {

// A vehicle is reserved: ask its driver, or let it go at once if it is not wanted any more, so that none stays reserved for nothing.
Decision vehicle_proposed(const Shipment& shipment, const ::fleet::v1::VehicleProposed& proposal, Instant now) {
    const Candidate candidate = candidate_in(proposal);
    if (shipment.candidate && shipment.candidate->vehicle == candidate.vehicle) return Decision::ignored("this vehicle was proposed already");
    if (shipment.stage != Stage::finding_vehicle || proposal.attempt() != shipment.attempt)
        return Decision::stays().announcing(vehicle_released(candidate, shipment.id, "late"));

    Shipment next = entering(Stage::offered, shipment, now);
    next.candidate = candidate;
    if (proposal.has_reserved_until()) {
        const Instant reserved_until = instant_in(proposal.reserved_until());
        if (reserved_until <= now) return Decision::ignored("the reservation ended on its way here: the vehicle is asked for again when it is due");
        next.awaited_until = std::min(*next.awaited_until, reserved_until);
    }
    return reaches(next, "driver " + candidate.driver.text() + " with vehicle " + candidate.vehicle.text() + " is asked",
                   Decision::stays().announcing(assignment_offered(next)));
}

}  // namespace waybill::fulfilment
