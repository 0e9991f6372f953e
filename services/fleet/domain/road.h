// Distances and driving times between points on the map, when no route was asked for: the empty way to a pick-up.
//
// Great circle times a road factor, and a lorry's average speed; the time with rests follows Regulation (EC) 561/2006:
// 45 minutes after 4.5 hours at the wheel, 11 hours after 9. Plain functions of values.
#pragma once

#include <waybill/core.h>

#include <chrono>

namespace waybill::fleet {

struct Position {  // WGS 84, decimal degrees
    double latitude = 0;
    double longitude = 0;
    bool operator==(const Position&) const = default;
};
BOOST_DESCRIBE_STRUCT(Position, (), (latitude, longitude))

inline constexpr double road_factor = 1.3;
inline constexpr int average_kmh = 65;

int road_kilometres(const Position& from, const Position& to);
std::chrono::minutes driving_time(int kilometres);
std::chrono::minutes with_rests(std::chrono::minutes driving);

}  // namespace waybill::fleet
