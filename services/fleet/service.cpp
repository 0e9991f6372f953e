#include "service.h"

#include "handlers/handlers.h"

namespace waybill::fleet {

host::Unit unit() {
    return {
        .name = "fleet",
        .keys = {},
        .definition = [](const settings::Settings&) -> runtime::Definition {
            return runtime::service<::fleet::v1::Emits>("fleet")
                .keeps<Search>("search")
                .keeps<Depot>("depot")
                .on(vehicle_requested)
                .on(depot_answered)
                .when_due("depot", depot_silent)
                .on(depot_asked)
                .on(vehicle_confirmed)
                .on(vehicle_released)
                .on(vehicle_position_reported)
                .when_due("reservations", reservations_due);
        },
    };
}

}  // namespace waybill::fleet
