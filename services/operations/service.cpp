#include "service.h"

#include "handlers/handlers.h"
#include "http/routes.h"
#include "tables.h"

namespace waybill::operations {

host::Unit unit() {
    return {
        .name = "operations",
        .keys = {{.name = "operations.keys-file", .fallback = "", .description = "JSON file of the callers' keys: their SHA-256, role and id"}},
        .definition = [](const settings::Settings&) -> runtime::Definition {
            return runtime::service<::operations::v1::Emits>("operations")
                .migration(1, tables_1)
                .migration(2, tables_2)
                .on_every(every_event)
                .on(offer_registered)
                .on(offer_needs_review)
                .on(offer_normalised)
                .on(offer_refused)
                .on(shipment_advanced)
                .on(person_needed)
                .on(assignment_offered)
                .on(assignment_confirmed)
                .on(assignment_withdrawn)
                .on(vehicle_seen)
                .on(invoice_issued)
                .on(invoice_paid)
                .definition();
        },
        .routes = routes,
    };
}

}  // namespace waybill::operations
