#include "domain/stages.h"

#include <algorithm>

namespace waybill::fulfilment {

std::string name_of(Stage stage) { return boost::describe::enum_to_string(stage, "?"); }

Shipment entering(Stage stage, Shipment shipment, Instant now) {
    shipment.stage = stage;
    shipment.asked = 1;
    shipment.awaited_until = step(stage).when_due == WhenDue::nothing ? std::nullopt : std::optional<Instant>(now + step(stage).within);
    return shipment;
}

Shipment waiting_again(Shipment shipment, Instant now) {
    constexpr int most_doublings = 5;
    const Step& here = step(shipment.stage);
    const int times = here.when_due == WhenDue::say_late ? 1 << std::min(shipment.asked, most_doublings) : 1;
    ++shipment.asked;
    shipment.awaited_until = now + here.within * times;
    return shipment;
}

Shipment stopped(Shipment shipment) {
    shipment.stopped_at = shipment.stage;
    return entering(Stage::needs_person, std::move(shipment), {});
}

}  // namespace waybill::fulfilment
