// Whether what a driver says counts. Drivers answer twice, late, for each other, and reports overtake one another: nothing of
// that is an error, and each has its own words. Ids come as text, since a wrong one is refused and not an alarm.
#pragma once

#include "domain/shipment.h"

#include <string>
#include <string_view>

namespace waybill::fulfilment {

enum class Hearing {
    counts,
    early,    // true, but what comes before it is not here yet
    refused,  // it changes nothing
};
struct Verdict {
    Hearing hearing = Hearing::counts;
    std::string why = {};  // empty exactly when it counts
    bool operator==(const Verdict&) const = default;
};

// Accepting or declining. An answer is in time until somebody else is asked.
Verdict hear_answer(const Shipment& shipment, std::string_view assignment, std::string_view driver);
Verdict hear_pickup(const Shipment& shipment, std::string_view driver);
Verdict hear_delivery(const Shipment& shipment, std::string_view driver);

}  // namespace waybill::fulfilment
