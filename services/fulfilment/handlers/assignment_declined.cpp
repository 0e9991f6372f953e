#include "domain/answers.h"
#include "handlers/moves.h"
#include "handlers/words.h"

namespace waybill::fulfilment {

// The driver does not take it: ask another.
Decision assignment_declined(const Shipment& shipment, const ::edge::v1::AssignmentDeclined& answer, Instant now) {
    const Verdict verdict = hear_answer(shipment, answer.assignment_id(), answer.driver_id());
    if (verdict.hearing != Hearing::counts) return Decision::stays().announcing(report_refused(shipment, answer.driver_id(), "declined", verdict.why));

    const std::string said = answer.reason().empty() ? "" : ": " + answer.reason();
    return asks_another_driver(shipment, "declined", "driver " + answer.driver_id() + " declined" + said, now);
}

}  // namespace waybill::fulfilment
