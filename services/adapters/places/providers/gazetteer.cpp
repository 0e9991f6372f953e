#include "providers/gazetteer.h"

#include <waybill/gazetteer.h>

namespace waybill::places {
namespace {

constexpr std::size_t most_candidates = 20;

Choice find(const Stop& stop) {
    std::vector<Candidate> candidates;
    for (const auto& found : gazetteer::europe().find(stop.place, stop.country)) {
        const auto& town = *found.town;
        candidates.push_back({{std::string(town.name), std::string(town.country), town.latitude, town.longitude}, found.weight});
        if (candidates.size() == most_candidates) break;
    }
    return choose(stop, candidates);
}

}  // namespace

runtime::CallResult<Located> ask_gazetteer(const Locate& request, const runtime::Attempt&) {
    const Choice pickup = find(request.pickup), delivery = find(request.delivery);
    Located located{pickup.place, delivery.place, "", "", "gazetteer"};
    if (!pickup.place) located.which = "pickup", located.why = pickup.why;
    else if (!delivery.place) located.which = "delivery", located.why = delivery.why;
    return located;
}

}  // namespace waybill::places
