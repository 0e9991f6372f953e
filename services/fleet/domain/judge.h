// Which vehicles of a depot can take a load, the best first, and why the others cannot. Pure: values in, values out.
#pragma once

#include "domain/calendar.h"
#include "domain/roster.h"

#include <map>
#include <string>
#include <vector>

namespace waybill::fleet {

inline constexpr int most_empty_kilometres = 600;
inline constexpr double coldest_c = -25, warmest_c = 25;  // what the units of our reefers hold

struct Fit {
    const Vehicle* vehicle;
    Placed placed;
    int empty_kilometres = 0;
    std::size_t second_choice = 0;  // how far the vehicle is from the kind asked for: 0 is that kind
    std::chrono::minutes left{};    // at the wheel, in the week of the pick-up, when this journey is driven too
    std::string why;                // "KUN-02 tautliner 26.0 t: 38 km to the pick-up, 41 h left this week"
};

struct Judgement {
    std::vector<Fit> ranking;          // fewest empty kilometres, then the least oversize, then the most hours left
    std::vector<std::string> reasons;  // one for each vehicle that does not fit, the nearest to fitting first: "KUN-03: 24000 kg is more than its 1200 kg"
};

Judgement judge(const Yard& yard, const std::map<std::string, Calendar>& calendars, const Request& request);

// The kinds that may carry what is asked for, the preferred first; none for a kind nobody has.
std::vector<Kind> kinds_for(const Load& load);

}  // namespace waybill::fleet
