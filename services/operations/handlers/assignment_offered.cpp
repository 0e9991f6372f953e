#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::operations {

// A driver is asked to take it.
Decision assignment_offered(const ::fulfilment::v1::AssignmentOffered& event, const Envelope& envelope, Instant) {
    return Decision::stays()
        .writing(runtime::row("assignment", {"id"}, Offered{event.assignment_id(), event.shipment_id(), event.driver_id(), event.vehicle_id(), event.kilometres(),
            stop_in(event.pickup()), stop_in(event.delivery()), envelope.time, instant_in(event.answer_until())}))
        .writing(runtime::row("assignment", {"id"}, Answered{event.assignment_id(), "offered", {}, envelope.time}));
}

}  // namespace waybill::operations
