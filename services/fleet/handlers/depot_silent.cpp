#include "handlers/handlers.h"

namespace waybill::fleet {

// A depot did not answer in time: the next one is asked.
SearchDecision depot_silent(const Search& search, Instant now) {
    if (search.stage != Stage::asking) return SearchDecision::ignored("no depot is being asked");
    return asks_on(next_depot(search, {asked_depot(search) + ": no answer in time"}), now);
}

}  // namespace waybill::fleet
