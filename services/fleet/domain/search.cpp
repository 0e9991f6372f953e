#include "domain/search.h"

#include "domain/roster.h"

#include <algorithm>
#include <cstdio>

namespace waybill::fleet {

Search begun(Request request, const std::string& first) {
    std::vector<std::pair<int, std::string>> near;
    for (const auto& each : roster()) {
        const int away = road_kilometres(each.position, request.pickup);
        if (away <= farthest_depot_km) near.emplace_back(each.id == first ? -1 : away, each.id);
    }
    std::sort(near.begin(), near.end());
    if (near.size() > most_depots) near.resize(most_depots);

    Search search;
    search.request = std::move(request);
    for (auto& [away, id] : near) search.depots.push_back(std::move(id));
    if (near.empty()) {
        char reason[96];
        const auto& pickup = search.request.pickup;
        std::snprintf(reason, sizeof reason, "no depot within %d km of the pick-up at %.2f, %.2f", farthest_depot_km, pickup.latitude, pickup.longitude);
        search.reasons.emplace_back(reason);
    }
    return search;
}

bool every_depot_asked(const Search& search) { return static_cast<std::size_t>(search.asked) >= search.depots.size(); }

const std::string& asked_depot(const Search& search) { return search.depots.at(static_cast<std::size_t>(search.asked)); }

Search next_depot(Search search, const std::vector<std::string>& reasons) {
    const auto told = std::min(reasons.size(), (most_reasons - 1) / std::max<std::size_t>(1, search.depots.size()));
    search.reasons.insert(search.reasons.end(), reasons.begin(), reasons.begin() + static_cast<std::ptrdiff_t>(told));
    search.unsaid += static_cast<int>(reasons.size() - told);
    ++search.asked;
    return search;
}

std::vector<std::string> told_reasons(const Search& search) {
    auto told = search.reasons;
    if (search.unsaid > 0) told.push_back("and " + std::to_string(search.unsaid) + " more");
    return told;
}

}  // namespace waybill::fleet
