#include "handlers/handlers.h"

namespace waybill::operations {

// The driver has it.
Decision assignment_confirmed(const ::fulfilment::v1::AssignmentConfirmed& event, const Envelope& envelope, Instant) {
    return Decision::stays().writing(runtime::row("assignment", {"id"}, Answered{event.assignment_id(), "confirmed", {}, envelope.time}));
}

}  // namespace waybill::operations
