#include "service.h"

#include "handlers/handlers.h"

namespace waybill::fulfilment {

host::Unit unit() {
    return {
        .name = "fulfilment",
        .keys = {},
        .definition = [](const settings::Settings&) -> runtime::Definition {
            return runtime::service<Emits>("fulfilment")
                .keeps<Shipment>("shipment")
                .on(offer_normalised)
                .on(places_found)
                .on(places_not_found)
                .on(route_found)
                .on(route_not_found)
                .on(vehicle_proposed)
                .on(no_vehicle_found)
                .on(reservation_expired)
                .on(assignment_accepted)
                .on(assignment_declined)
                .on(goods_picked_up)
                .on(goods_delivered)
                .on(invoice_issued)
                .on(invoice_paid)
                .on(billing_stopped)
                .when_due(deadline, deadline_passed);
        },
    };
}

}  // namespace waybill::fulfilment
