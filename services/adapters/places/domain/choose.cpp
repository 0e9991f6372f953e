#include "domain/lookup.h"

#include <cmath>
#include <numbers>

namespace waybill::places {
namespace {

constexpr double outweighs = 4;        // times the weight of the next one
constexpr double one_place_km = 15;    // towns of one name this near are one place for a truck

double kilometres(const Place& a, const Place& b) {
    constexpr double degree = std::numbers::pi / 180;
    const double y = (b.latitude - a.latitude) * degree, x = (b.longitude - a.longitude) * degree * std::cos((a.latitude + b.latitude) / 2 * degree);
    return 6371 * std::hypot(x, y);
}

}  // namespace

Choice choose(const Stop& stop, const std::vector<Candidate>& likeliest_first) {
    const std::string name = stop.place.substr(0, 100) + " (" + stop.country + ")";
    if (likeliest_first.empty()) return {{}, "no town called " + name + " is known; name the next larger town"};

    const Candidate& best = likeliest_first.front();
    for (std::size_t i = 1; i < likeliest_first.size(); ++i) {
        const Candidate& other = likeliest_first[i];
        if (best.weight >= outweighs * other.weight || kilometres(best.place, other.place) <= one_place_km) continue;
        return {{}, std::to_string(likeliest_first.size()) + " towns are called " + name + ": say which, for example " + best.place.name + " or " + other.place.name};
    }
    return {best.place, ""};
}

}  // namespace waybill::places
