#include "domain/stages.h"
#include "handlers/moves.h"
#include "handlers/words.h"

namespace waybill::fulfilment {
namespace {

// The question of a step that asks another service.
Decision asking(const Shipment& shipment) {
    switch (shipment.stage) {
        case Stage::placing: return Decision::stays().announcing(places_requested(shipment));
        case Stage::routing: return Decision::stays().announcing(route_requested(shipment));
        case Stage::finding_vehicle: return Decision::stays().announcing(vehicle_requested(shipment));
        default: throw std::logic_error("the step '" + name_of(shipment.stage) + "' asks nobody");
    }
}

Decision asks_again(const Shipment& shipment, Instant now) {
    const Step& here = step(shipment.stage);
    const std::string silence = std::string(here.from) + " did not answer within " + in_words(here.within);
    if (shipment.asked >= most_asks) return stops(shipment, silence + ", asked " + std::to_string(most_asks) + " times: what is wrong there?");

    const Shipment next = waiting_again(shipment, now);
    return reaches(next, silence + ": asked again, " + std::to_string(next.asked) + " of " + std::to_string(most_asks), asking(next));
}

}  // namespace

// What was awaited did not come: do what the table of stages says.
Decision deadline_passed(const Shipment& shipment, Instant now) {
    if (!shipment.awaited_until || now < *shipment.awaited_until) return moved_on(shipment);

    switch (step(shipment.stage).when_due) {
        case WhenDue::nothing: return moved_on(shipment);
        case WhenDue::ask_again: return asks_again(shipment, now);
        case WhenDue::ask_another_driver:
            return asks_another_driver(shipment, "silent", "driver " + shipment.candidate->driver.text() + " did not answer in time", now);
        case WhenDue::say_late: return reaches(waiting_again(shipment, now), "late: still waiting for " + std::string(step(shipment.stage).awaited));
    }
    return moved_on(shipment);
}

}  // namespace waybill::fulfilment
