#include "domain/answers.h"

#include "domain/stages.h"

#include <optional>

namespace waybill::fulfilment {
namespace {

Verdict refused(std::string why) { return {Hearing::refused, std::move(why)}; }
Verdict early(std::string why) { return {Hearing::early, std::move(why)}; }
std::string where(const Shipment& shipment) { return "the shipment is " + name_of(shipment.stage); }

bool was_withdrawn(const Shipment& shipment, std::string_view assignment) {
    for (std::size_t n = 1; n <= shipment.passed_over.size(); ++n)
        if (assignment == assignment_id(shipment.id, static_cast<int>(n))) return true;
    return false;
}

std::optional<Verdict> not_this_driver(const Shipment& shipment, std::string_view driver) {
    if (!shipment.candidate) return refused("no driver has this shipment: " + where(shipment));
    if (shipment.candidate->driver.text() != driver) return refused("this shipment is another driver's");
    return {};
}

}  // namespace

Verdict hear_answer(const Shipment& shipment, std::string_view assignment, std::string_view driver) {
    const std::string name = "assignment " + std::string(assignment);

    if (was_withdrawn(shipment, assignment)) return refused(name + " was withdrawn before this answer came: " + where(shipment));
    if (!shipment.candidate || assignment != assignment_id(shipment)) return refused(name + " does not exist: " + where(shipment));
    if (shipment.candidate->driver.text() != driver) return refused(name + " was offered to another driver");
    if (shipment.stage != Stage::offered) return refused(name + " was accepted already: " + where(shipment));
    return {};
}

Verdict hear_pickup(const Shipment& shipment, std::string_view driver) {
    if (const auto verdict = not_this_driver(shipment, driver)) return *verdict;
    if (shipment.stage == Stage::offered) return early("the driver's acceptance is not here yet");
    if (shipment.stage != Stage::assigned) return refused("the goods were picked up already: " + where(shipment));
    return {};
}

Verdict hear_delivery(const Shipment& shipment, std::string_view driver) {
    if (const auto verdict = not_this_driver(shipment, driver)) return *verdict;
    if (shipment.stage == Stage::offered || shipment.stage == Stage::assigned) return early("the pick-up is not reported yet");
    if (shipment.stage != Stage::in_transit) return refused("the goods were delivered already: " + where(shipment));
    return {};
}

}  // namespace waybill::fulfilment
