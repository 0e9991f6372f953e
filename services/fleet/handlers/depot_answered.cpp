#include "handlers/handlers.h"

namespace waybill::fleet {

// A depot has a vehicle, or it has none and the next is asked. What came too late stays reserved until it expires by itself.
SearchDecision depot_answered(const Search& search, const ::fleet::v1::DepotAnswered& answer, Instant now) {
    if (search.stage != Stage::asking) return SearchDecision::ignored("no depot is being asked");
    if (answer.attempt() != search.request.attempt) return SearchDecision::ignored("the answer is for attempt " + std::to_string(answer.attempt()));
    if (answer.depot_id() != asked_depot(search)) return SearchDecision::ignored(asked_depot(search) + " is being asked now");
    if (answer.vehicle_id().empty()) return asks_on(next_depot(search, {answer.reasons().begin(), answer.reasons().end()}), now);

    auto next = search;
    next.stage = Stage::proposed;
    ::fleet::v1::VehicleProposed proposed;
    proposed.set_shipment_id(search.request.shipment);
    proposed.set_attempt(answer.attempt());
    proposed.set_depot_id(answer.depot_id());
    proposed.set_vehicle_id(answer.vehicle_id());
    proposed.set_driver_id(answer.driver_id());
    *proposed.mutable_ranking() = answer.ranking();
    *proposed.mutable_reserved_until() = answer.reserved_until();
    return SearchDecision::becomes(std::move(next)).no_longer_expecting("depot").announcing(std::move(proposed));
}

}  // namespace waybill::fleet
