#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::fleet {

// Asks the depot whose turn it is, or tells that none is left.
SearchDecision asks_on(Search search, Instant now) {
    const auto& shipment = search.request.shipment;
    if (every_depot_asked(search)) {
        search.stage = Stage::nothing_found;
        ::fleet::v1::NoVehicleFound nothing;
        nothing.set_shipment_id(shipment);
        nothing.set_attempt(search.request.attempt);
        for (auto& reason : told_reasons(search)) nothing.add_reasons(std::move(reason));
        return SearchDecision::becomes(std::move(search)).no_longer_expecting("depot").announcing(std::move(nothing));
    }
    search.stage = Stage::asking;
    ::fleet::v1::DepotAsked asked;
    asked.set_depot_id(asked_depot(search));
    asked.set_shipment_id(shipment);
    *asked.mutable_request() = contract_words(search.request);
    return SearchDecision::becomes(std::move(search)).expecting("depot", now + depot_answers_within).announcing(std::move(asked));
}

// A load needs a vehicle: ask the depots near it, beginning with the one that may still hold what it proposed before.
SearchDecision vehicle_requested(const Search* search, const ::fulfilment::v1::VehicleRequested& event, Instant now) {
    if (search && event.attempt() < search->request.attempt) return SearchDecision::ignored("a later attempt is under way");
    const bool again = search && event.attempt() == search->request.attempt;
    if (again && search->stage == Stage::asking) return SearchDecision::ignored(asked_depot(*search) + " is being asked");

    auto request = request_in(event);
    if (!request) {
        Search refused;
        refused.request.shipment = event.shipment_id();
        refused.request.attempt = event.attempt();
        refused.reasons = {to_text(request.refusal())};
        return asks_on(std::move(refused), now);
    }
    return asks_on(begun(*std::move(request), again && search->stage == Stage::proposed ? asked_depot(*search) : ""), now);
}

}  // namespace waybill::fleet
