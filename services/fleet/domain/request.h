// What a vehicle is wanted for.
#pragma once

#include "domain/road.h"

#include <optional>
#include <string>
#include <vector>

namespace waybill::fleet {

// Zero or empty: not said.
struct Load {
    std::string goods;
    double weight_kg = 0;
    double pallets = 0;
    double loading_metres = 0;
    std::string equipment;
    std::optional<double> temperature_min_c;
    std::optional<double> temperature_max_c;
    bool adr = false;
    std::string un_number;
    bool operator==(const Load&) const = default;
};
BOOST_DESCRIBE_STRUCT(Load, (), (goods, weight_kg, pallets, loading_metres, equipment, temperature_min_c, temperature_max_c, adr, un_number))

struct Request {
    std::string shipment;
    int attempt = 1;  // 1 for the first driver that is asked
    Load load;
    Position pickup, delivery;
    Instant pickup_from{}, pickup_until{};  // the vehicle stands at the pick-up between these two
    Instant planned_at{};                   // nobody drives off before it; like every instant here but reserved_until, in business time
    int kilometres = 0;
    int driving_minutes = 0;  // without breaks
    int total_minutes = 0;    // with the breaks and rests the law asks for
    std::vector<std::string> excluded_drivers;
    bool operator==(const Request&) const = default;
};
BOOST_DESCRIBE_STRUCT(Request, (), (shipment, attempt, load, pickup, delivery, pickup_from, pickup_until, planned_at, kilometres, driving_minutes,
    total_minutes, excluded_drivers))

}  // namespace waybill::fleet
