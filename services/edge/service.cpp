#include "service.h"

#include "handlers/handlers.h"
#include "http/routes.h"

namespace waybill::edge {

host::Unit unit() {
    return {
        .name = "edge",
        .keys = {
            {.name = "edge.keys-file", .fallback = "", .description = "JSON file of the callers' keys: their SHA-256, role and id"},
            {.name = "edge.payments-webhook-secret", .fallback = "", .description = "whsec_<base64>: how the bank signs its webhooks; unset, it needs a key", .kind = settings::Kind::secret},
        },
        .definition = [](const settings::Settings&) -> runtime::Definition {
            return runtime::service<::edge::v1::Emits>("edge").keeps<Request>("request").on_command(told).definition();
        },
        .routes = routes,
    };
}

}  // namespace waybill::edge
