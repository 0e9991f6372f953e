#include "domain/answers.h"
#include "domain/stages.h"
#include "handlers/moves.h"
#include "handlers/words.h"

namespace waybill::fulfilment {

// The driver takes it: the vehicle stays reserved, and the driver may go.
Decision assignment_accepted(const Shipment& shipment, const ::edge::v1::AssignmentAccepted& answer, Instant now) {
    const Verdict verdict = hear_answer(shipment, answer.assignment_id(), answer.driver_id());
    if (verdict.hearing != Hearing::counts) return Decision::stays().announcing(report_refused(shipment, answer.driver_id(), "accepted", verdict.why));

    const Shipment next = entering(Stage::assigned, shipment, now);
    return reaches(next, "driver " + answer.driver_id() + " accepted",
                   Decision::stays().announcing(vehicle_confirmed(next)).announcing(assignment_confirmed(next)));
}

}  // namespace waybill::fulfilment
