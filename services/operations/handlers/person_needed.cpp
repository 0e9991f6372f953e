#include "handlers/handlers.h"

namespace waybill::operations {

// Nothing moves until a person decides.
Decision person_needed(const ::fulfilment::v1::PersonNeeded& event, const Envelope&, Instant) {
    return Decision::stays().writing(runtime::row("shipment", {"id"}, Asked{event.shipment_id(), event.question()}));
}

}  // namespace waybill::operations
