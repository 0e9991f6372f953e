#include "service.h"

#include "handlers/handlers.h"
#include "providers/great_circle.h"

namespace waybill::routes {

host::Unit unit() {
    using namespace std::chrono_literals;
    return {
        .name = "routes",
        .keys = {{.name = "routes.provider", .fallback = "great_circle", .description = "who finds roads", .choices = {"great_circle"}}},
        .definition = [](const settings::Settings&) -> runtime::Definition {
            return runtime::service<::routes::v1::Emits>("routes")
                .keeps<Lookup>("lookup")
                .on(route_requested)
                .on_answer(travelled)
                .calls<Travel>(ask_great_circle, {.timeout = 2s, .attempts = 3, .at_once = 2, .per_second = 5000})
                .definition();
        },
    };
}

}  // namespace waybill::routes
