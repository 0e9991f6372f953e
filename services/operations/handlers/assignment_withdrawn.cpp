#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::operations {

// It is no longer that driver's.
Decision assignment_withdrawn(const ::fulfilment::v1::AssignmentWithdrawn& event, const Envelope& envelope, Instant) {
    return Decision::stays().writing(runtime::row("assignment", {"id"}, Answered{event.assignment_id(), "withdrawn", said(event.reason()), envelope.time}));
}

}  // namespace waybill::operations
