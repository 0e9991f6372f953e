#include "service.h"

#include "handlers/handlers.h"
#include "providers/rules.h"

namespace waybill::extraction {

host::Unit unit() {
    using namespace adapter;
    using namespace std::chrono_literals;
    return {
        .name = "extraction",
        .keys = {{.name = "extraction.provider", .fallback = "rules", .description = "who reads offers", .choices = {"rules"}}},
        .definition = [](const settings::Settings&) -> runtime::Definition {
            return runtime::service<::extraction::v1::Emits>("extraction")
                .keeps<Reading>("reading")
                .on(extraction_requested)
                .on_answer(text_read)
                .calls<ReadText>(read_by_rules, {.timeout = 10s, .attempts = 3, .at_once = 2, .per_second = 5000})
                .definition();
        },
    };
}

}  // namespace waybill::extraction
