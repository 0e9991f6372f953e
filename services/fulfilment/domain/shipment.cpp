#include "domain/shipment.h"

namespace waybill::fulfilment {

std::string assignment_id(const ShipmentId& shipment, int attempt) { return shipment.text() + "." + std::to_string(attempt); }

std::string assignment_id(const Shipment& shipment) { return assignment_id(shipment.id, shipment.attempt); }

Shipment without_candidate(Shipment shipment) {
    if (shipment.candidate) shipment.passed_over.push_back(shipment.candidate->driver);
    shipment.candidate.reset();
    return shipment;
}

}  // namespace waybill::fulfilment
