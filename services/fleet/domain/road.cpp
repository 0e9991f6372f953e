#include "domain/road.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace waybill::fleet {

using namespace std::chrono_literals;

int road_kilometres(const Position& from, const Position& to) {
    constexpr double radian = std::numbers::pi / 180;
    constexpr double earth_radius_km = 6371;
    const double north = std::sin((to.latitude - from.latitude) * radian / 2);
    const double east = std::sin((to.longitude - from.longitude) * radian / 2);
    const double chord = north * north + std::cos(from.latitude * radian) * std::cos(to.latitude * radian) * east * east;
    return static_cast<int>(std::lround(road_factor * 2 * earth_radius_km * std::asin(std::sqrt(std::min(1.0, chord)))));
}

std::chrono::minutes driving_time(int kilometres) { return std::chrono::minutes((kilometres * 60 + average_kmh - 1) / average_kmh); }

std::chrono::minutes with_rests(std::chrono::minutes driving) {
    if (driving <= 0min) return 0min;
    const auto stops = (driving - 1min) / 270min;  // a stop that falls on the arrival is not made on the way
    const auto nights = stops / 2;
    return driving + nights * 11h + (stops - nights) * 45min;
}

}  // namespace waybill::fleet
