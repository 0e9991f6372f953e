#include "handlers/sending.h"

namespace waybill::notices {

namespace {

struct Offered { std::string assignment_id, shipment_id; StopTold pickup, delivery; int kilometres; Instant answer_until; };
BOOST_DESCRIBE_STRUCT(Offered, (), (assignment_id, shipment_id, pickup, delivery, kilometres, answer_until))

}  // namespace

// Ask the driver, with all that is needed to say yes or no.
Decision assignment_offered(const Notices* sent, const ::fulfilment::v1::AssignmentOffered& offered, Instant now) {
    return Sending(sent, offered.shipment_id(), now)
        .tell(Receiver::driver, offered.driver_id(), "assignment.offered", offered.assignment_id(),
              Offered{offered.assignment_id(), offered.shipment_id(), told(offered.pickup()), told(offered.delivery()), offered.kilometres(), told(offered.answer_until())});
}

}  // namespace waybill::notices
