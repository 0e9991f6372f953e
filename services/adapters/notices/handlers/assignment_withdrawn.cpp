#include "handlers/sending.h"

namespace waybill::notices {

namespace {

struct Withdrawn { std::string assignment_id, shipment_id, reason; };
BOOST_DESCRIBE_STRUCT(Withdrawn, (), (assignment_id, shipment_id, reason))

}  // namespace

// The driver need not answer, or go, any more.
Decision assignment_withdrawn(const Notices* sent, const ::fulfilment::v1::AssignmentWithdrawn& withdrawn, Instant now) {
    return Sending(sent, withdrawn.shipment_id(), now)
        .tell(Receiver::driver, withdrawn.driver_id(), "assignment.withdrawn", withdrawn.assignment_id(),
              Withdrawn{withdrawn.assignment_id(), withdrawn.shipment_id(), withdrawn.reason()});
}

}  // namespace waybill::notices
