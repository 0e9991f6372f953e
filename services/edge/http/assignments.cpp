#include "http/routes.h"

namespace waybill::edge {
namespace {

Result<std::string> shipment_of(const Asking& asking) {
    if (auto shipment = shipment_of_assignment(asking.id)) return *shipment;
    return Refusal{"id", "'" + asking.id + "' is not the id of an assignment", "use the id from the notice: <shipment>.<number>"};
}

std::string location(const Asking& asking) { return "/v1/assignments/" + asking.id; }

}  // namespace

Result<Taking> acceptance(const Asking& asking, Body&) {
    const auto shipment = shipment_of(asking);
    if (!shipment) return shipment.refusal();
    return Taking{AssignmentAccepted{*shipment, asking.id, asking.caller.id}, asking.id, location(asking)};
}

Result<Taking> decline(const Asking& asking, Body& body) {
    const auto shipment = shipment_of(asking);
    if (!shipment) return shipment.refusal();
    return Taking{AssignmentDeclined{*shipment, asking.id, asking.caller.id, body.line("reason", Need::optional, 200)}, asking.id, location(asking)};
}

}  // namespace waybill::edge
