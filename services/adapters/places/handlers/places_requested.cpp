#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::places {

// Look both towns up. What was answered before is answered again; nobody is asked twice for the same thing.
Decision places_requested(const Lookup* lookup, const ::fulfilment::v1::PlacesRequested& requested, Instant) {
    const Locate request = locate_in(requested);
    if (lookup && lookup->request == request) {
        if (lookup->stage == Stage::answered) return telling(Decision::stays(), lookup->shipment, *lookup->answer);
        if (lookup->stage == Stage::asked) return Decision::ignored("the provider is being asked already");
    }
    return Decision::becomes({requested.shipment_id(), Stage::asked, request, {}, {}}).calling(request);
}

}  // namespace waybill::places
