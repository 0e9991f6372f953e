#include "service.h"

#include "handlers/handlers.h"
#include "providers/gazetteer.h"

namespace waybill::places {

host::Unit unit() {
    using namespace std::chrono_literals;
    return {
        .name = "places",
        .keys = {{.name = "places.provider", .fallback = "gazetteer", .description = "who finds towns on the map", .choices = {"gazetteer"}}},
        .definition = [](const settings::Settings&) -> runtime::Definition {
            return runtime::service<::places::v1::Emits>("places")
                .keeps<Lookup>("lookup")
                .on(places_requested)
                .on_answer(located)
                .calls<Locate>(ask_gazetteer, {.timeout = 2s, .attempts = 3, .at_once = 2, .per_second = 5000})
                .definition();
        },
    };
}

}  // namespace waybill::places
