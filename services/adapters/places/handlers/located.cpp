#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::places {

// The provider answered: tell it. A provider that is away is no answer about the towns: whoever asked will ask again when
// its own deadline is over, and then the provider is called anew.
Decision located(const Lookup& lookup, const runtime::Answered<Locate>& answered, Instant) {
    if (!(answered.request == lookup.request)) return Decision::ignored("other towns were asked for meanwhile");

    Lookup next = lookup;
    if (!answered.answer) {
        next.stage = Stage::failed;
        next.failure = answered.failure;
        return Decision::becomes(std::move(next));
    }
    next.stage = Stage::answered;
    next.answer = answered.answer;
    return telling(Decision::becomes(std::move(next)), lookup.shipment, *answered.answer);
}

}  // namespace waybill::places
