#include "domain/price.h"
#include "domain/stages.h"
#include "handlers/moves.h"
#include "handlers/words.h"

namespace waybill::fulfilment {

// The road is known, and so the price: ask the fleet for a vehicle.
Decision route_found(const Shipment& shipment, const ::routes::v1::RouteFound& found, Instant now) {
    if (shipment.stage != Stage::routing) return moved_on(shipment);

    Shipment next = entering(Stage::pricing, shipment, now);
    next.road = road_in(found);
    auto pricing = Decision::stays().announcing(advanced(next, "the road is " + std::to_string(next.road.kilometres) + " km"));

    const auto net = net_price(next.price, next.load, next.road.kilometres);
    if (!net) return stops(next, "what is the price? " + to_text(net.refusal()), std::move(pricing));
    next.net = *net;
    return seeks_vehicle(next, "the price is " + to_text(*net) + ", " + in_words(next.price.kind), now, std::move(pricing));
}

}  // namespace waybill::fulfilment
