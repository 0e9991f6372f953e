#include "handlers/words.h"

namespace waybill::places {
namespace {

Stop stop_in(const ::common::v1::Stop& stop) { return {stop.place(), stop.country(), stop.postal_code()}; }

void put(::places::v1::Place& into, const Place& place) {
    into.set_name(place.name);
    into.set_country(place.country);
    into.mutable_position()->set_latitude(place.latitude);
    into.mutable_position()->set_longitude(place.longitude);
}

}  // namespace

Locate locate_in(const ::fulfilment::v1::PlacesRequested& requested) { return {stop_in(requested.pickup()), stop_in(requested.delivery())}; }

Decision telling(Decision decision, const std::string& shipment, const Located& answer) {
    if (answer.pickup && answer.delivery) {
        ::places::v1::PlacesFound found;
        found.set_shipment_id(shipment);
        put(*found.mutable_pickup(), *answer.pickup);
        put(*found.mutable_delivery(), *answer.delivery);
        found.set_provider(answer.provider);
        return std::move(decision).announcing(std::move(found));
    }
    ::places::v1::PlacesNotFound missing;
    missing.set_shipment_id(shipment);
    missing.set_which(answer.which);
    missing.set_why(answer.why);
    return std::move(decision).announcing(std::move(missing));
}

}  // namespace waybill::places
