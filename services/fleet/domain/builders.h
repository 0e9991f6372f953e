// For the tests of this service: requests that say only what matters to a test.
#pragma once

#include "domain/depot.h"

namespace waybill::fleet {

using namespace std::chrono_literals;

inline const Position kaunas{54.90, 23.90}, vilnius{54.69, 25.28}, warszawa{52.23, 21.01}, venlo{51.37, 6.17}, riga{56.95, 24.11}, madrid{40.42, -3.70};
inline const Instant monday = *parse_instant("2026-10-05T06:00:00Z");

// 12 t in a tautliner from Kaunas to Warszawa: on the road from Tuesday noon until late.
inline Request load_of(std::string shipment, Instant pickup_from = monday + 30h) {
    Request request;
    request.shipment = std::move(shipment);
    request.load.weight_kg = 12000;
    request.load.equipment = "tautliner";
    request.pickup = kaunas;
    request.delivery = warszawa;
    request.planned_at = monday;
    request.pickup_from = pickup_from;
    request.pickup_until = pickup_from + 4h;
    request.kilometres = 500;
    request.driving_minutes = 460;
    request.total_minutes = 505;
    return request;
}

inline Yard yard_of(std::vector<Vehicle> vehicles) { return {"KUN", "Kaunas", "LT", kaunas, std::move(vehicles)}; }
inline Vehicle tautliner(const std::string& number, bool adr = false) { return {"KUN-" + number, "KUN-D" + number, Kind::tautliner, 26000, 34, 13.6, adr}; }
inline Vehicle van(const std::string& number) { return {"KUN-" + number, "KUN-D" + number, Kind::van, 1200, 5, 4.2, false}; }
inline Vehicle reefer(const std::string& number) { return {"KUN-" + number, "KUN-D" + number, Kind::reefer, 24000, 33, 13.6, false}; }

}  // namespace waybill::fleet
