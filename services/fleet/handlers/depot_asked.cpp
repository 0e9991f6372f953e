#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::fleet {

// The depot as it is now, with the one timer by which its reservations end, and a word to every shipment that lost its vehicle.
DepotDecision keeps_promises(Change change) {
    if (!change.nothing_because.empty()) return DepotDecision::ignored(std::move(change.nothing_because));
    const auto id = change.depot.id;
    const auto next = next_expiry(change.depot);
    auto decision = DepotDecision::becomes(std::move(change.depot));
    decision = next ? std::move(decision).expecting("reservations", *next) : std::move(decision).no_longer_expecting("reservations");
    for (const auto& lost : change.lost) {
        ::fleet::v1::ReservationExpired expired;
        expired.set_shipment_id(lost.shipment);
        expired.set_depot_id(id);
        expired.set_vehicle_id(lost.vehicle);
        decision = std::move(decision).announcing(std::move(expired));
    }
    return decision;
}

// A load is offered to this depot: the best vehicle that fits is reserved, and the answer goes back to the search.
DepotDecision depot_asked(const Depot* depot, const ::fleet::v1::DepotAsked& asked, Instant now) {
    ::fleet::v1::DepotAnswered answered;
    answered.set_shipment_id(asked.shipment_id());
    answered.set_depot_id(asked.depot_id());
    answered.set_attempt(asked.request().attempt());

    const auto* here = yard(asked.depot_id());
    const auto request = request_in(asked.request());
    if (!here || !request) {
        answered.add_reasons(asked.depot_id() + ": " + (here ? to_text(request.refusal()) : "is in no roster"));
        return DepotDecision::stays().announcing(std::move(answered));
    }

    auto reserved = reserve(depot ? *depot : Depot{asked.depot_id(), {}, {}, {}}, *here, *request, now);
    answered.set_vehicle_id(reserved.answer.vehicle);
    answered.set_driver_id(reserved.answer.driver);
    for (auto& line : reserved.answer.ranking) answered.add_ranking(std::move(line));
    for (auto& reason : reserved.answer.reasons) answered.add_reasons(std::move(reason));
    if (!reserved.answer.vehicle.empty()) put(*answered.mutable_reserved_until(), reserved.answer.reserved_until);
    return keeps_promises({std::move(reserved.depot)}).announcing(std::move(answered));
}

}  // namespace waybill::fleet
