#include "handlers/moves.h"

#include "domain/stages.h"
#include "handlers/words.h"

namespace waybill::fulfilment {

Decision reaches(Shipment next, const std::string& why, Decision so_far) {
    auto decision = std::move(so_far).announcing(advanced(next, why));
    decision = next.awaited_until ? std::move(decision).expecting(deadline, *next.awaited_until) : std::move(decision).no_longer_expecting(deadline);
    decision.state = std::move(next);
    return decision;
}

Decision stops(const Shipment& shipment, const std::string& question, Decision so_far) {
    return reaches(stopped(shipment), question, std::move(so_far).announcing(person_needed(shipment, question)));
}

Decision seeks_vehicle(Shipment shipment, const std::string& why, Instant now, Decision so_far) {
    ++shipment.attempt;
    const Shipment next = entering(Stage::finding_vehicle, std::move(shipment), now);
    return reaches(next, why, std::move(so_far).announcing(vehicle_requested(next)));
}

Decision asks_another_driver(const Shipment& shipment, std::string_view reason, const std::string& why, Instant now) {
    auto let_go = Decision::stays().announcing(assignment_withdrawn(shipment, reason)).announcing(vehicle_released(*shipment.candidate, shipment.id, reason));
    Shipment next = without_candidate(shipment);
    if (next.attempt >= most_drivers)
        return stops(next, why + "; " + std::to_string(most_drivers) + " drivers were asked: who carries it?", std::move(let_go));
    return seeks_vehicle(std::move(next), why, now, std::move(let_go));
}

Decision moved_on(const Shipment& shipment) { return Decision::ignored("the shipment moved on: it is " + name_of(shipment.stage)); }

}  // namespace waybill::fulfilment
