#include "domain/lookup.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace waybill::routes {
namespace {

struct Speed {
    std::string_view equipment;
    int kmh;
};
constexpr Speed speeds[] = {{"van", 80}, {"tautliner", 68}, {"mega", 68}, {"reefer", 68}, {"box", 68}, {"container", 65}, {"flatbed", 63}, {"tanker", 62}};
constexpr int any_truck = 66;

constexpr int until_break = 270, break_minutes = 45, a_day = 540, rest_minutes = 660;

}  // namespace

bool on_the_map(const Point& point) {
    return std::isfinite(point.latitude) && std::isfinite(point.longitude) && std::abs(point.latitude) <= 90 && std::abs(point.longitude) <= 180;
}

double straight_kilometres(const Point& from, const Point& to) {
    constexpr double degree = std::numbers::pi / 180, radius = 6371.0088;
    const double north = std::sin((to.latitude - from.latitude) / 2 * degree), east = std::sin((to.longitude - from.longitude) / 2 * degree);
    const double half = north * north + std::cos(from.latitude * degree) * std::cos(to.latitude * degree) * east * east;
    return 2 * radius * std::asin(std::min(1.0, std::sqrt(half)));
}

int average_speed(std::string_view equipment) {
    for (const auto& [kind, kmh] : speeds) {
        if (kind == equipment) return kmh;
    }
    return any_truck;
}

int with_rests(int driving_minutes) {
    if (driving_minutes <= 0) return 0;
    const int whole_days = (driving_minutes - 1) / a_day;  // each ends with a rest, and had one break in it
    const int last_day = driving_minutes - whole_days * a_day;
    return driving_minutes + whole_days * (break_minutes + rest_minutes) + (last_day > until_break ? break_minutes : 0);
}

}  // namespace waybill::routes
