#include "providers/great_circle.h"

#include <algorithm>
#include <cmath>

namespace waybill::routes {
namespace {

constexpr double road_factor = 1.3;        // European roads, as a rule
constexpr double farthest_straight = 5000; // Lisbon to the Urals: beyond it somebody mistook a town

}  // namespace

runtime::CallResult<Road> ask_great_circle(const Travel& request, const runtime::Attempt&) {
    const std::string provider = "great_circle";
    if (!on_the_map(request.from) || !on_the_map(request.to)) return Road{0, 0, 0, "a point is not on the map", provider};

    const double straight = straight_kilometres(request.from, request.to);
    if (straight > farthest_straight) return Road{0, 0, 0, "the points are " + std::to_string(std::lround(straight)) + " km apart, too far for a road", provider};

    const double kilometres = std::max(1.0, straight * road_factor);
    const int driving = static_cast<int>(std::ceil(kilometres / average_speed(request.equipment) * 60));
    return Road{static_cast<int>(std::lround(kilometres)), driving, with_rests(driving), "", provider};
}

}  // namespace waybill::routes
