#include "handlers/sending.h"

namespace waybill::notices {

namespace {

struct Confirmed { std::string assignment_id, shipment_id; };
BOOST_DESCRIBE_STRUCT(Confirmed, (), (assignment_id, shipment_id))

struct Assigned { std::string shipment_id; };
BOOST_DESCRIBE_STRUCT(Assigned, (), (shipment_id))

}  // namespace

// The driver may go; the customer learns that somebody comes, and not who.
Decision assignment_confirmed(const Notices* sent, const ::fulfilment::v1::AssignmentConfirmed& confirmed, Instant now) {
    return Sending(sent, confirmed.shipment_id(), now)
        .tell(Receiver::driver, confirmed.driver_id(), "assignment.confirmed", confirmed.assignment_id(), Confirmed{confirmed.assignment_id(), confirmed.shipment_id()})
        .tell(Receiver::customer, confirmed.customer_id(), "shipment.assigned", confirmed.assignment_id(), Assigned{confirmed.shipment_id()});
}

}  // namespace waybill::notices
