#include "handlers/words.h"

namespace waybill::routes {

Travel travel_in(const ::fulfilment::v1::RouteRequested& requested) {
    return {{requested.from().latitude(), requested.from().longitude()}, {requested.to().latitude(), requested.to().longitude()}, requested.equipment()};
}

Decision telling(Decision decision, const std::string& shipment, const Road& road) {
    if (road.kilometres > 0) {
        ::routes::v1::RouteFound found;
        found.set_shipment_id(shipment);
        found.set_kilometres(road.kilometres);
        found.set_driving_minutes(road.driving_minutes);
        found.set_total_minutes(road.total_minutes);
        found.set_provider(road.provider);
        return std::move(decision).announcing(std::move(found));
    }
    ::routes::v1::RouteNotFound missing;
    missing.set_shipment_id(shipment);
    missing.set_why(road.why);
    return std::move(decision).announcing(std::move(missing));
}

}  // namespace waybill::routes
