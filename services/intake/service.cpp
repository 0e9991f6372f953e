#include "service.h"

#include "handlers/handlers.h"
#include "truths.h"

namespace waybill::intake {

host::Unit unit() {
    return {
        .name = "intake",
        .keys = {},
        .definition = [](const settings::Settings&) -> runtime::Definition {
            return runtime::service<::intake::v1::Emits>("intake")
                .migration(1, truths_1)
                .keeps<Offer>("offer")
                .on(offer_received)
                .on(offer_extracted)
                .on(extraction_failed)
                .when_due("extraction", nobody_read_it)
                .on(offer_reviewed)
                .on(offer_withdrawn)
                .definition();
        },
    };
}

}  // namespace waybill::intake
