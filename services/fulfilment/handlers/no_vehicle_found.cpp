#include "domain/stages.h"
#include "handlers/moves.h"

namespace waybill::fulfilment {

// Nobody of the fleet can carry it: a person must find someone who does.
Decision no_vehicle_found(const Shipment& shipment, const ::fleet::v1::NoVehicleFound& answer, Instant) {
    if (shipment.stage != Stage::finding_vehicle || answer.attempt() != shipment.attempt) return moved_on(shipment);

    constexpr int most_reasons = 5;
    std::string question = "who carries it? no vehicle of the fleet fits";
    for (int i = 0; i < answer.reasons_size() && i < most_reasons; ++i) question += (i == 0 ? ": " : "; ") + answer.reasons(i);
    if (answer.reasons_size() > most_reasons) question += "; and " + std::to_string(answer.reasons_size() - most_reasons) + " more";
    return stops(shipment, question);
}

}  // namespace waybill::fulfilment
