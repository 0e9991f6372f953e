#include "domain/answers.h"
#include "domain/stages.h"
#include "handlers/moves.h"
#include "handlers/words.h"

namespace waybill::fulfilment {

// The goods are on the road.
Decision goods_picked_up(const Shipment& shipment, const ::edge::v1::GoodsPickedUp& report, Instant now) {
    const Verdict verdict = hear_pickup(shipment, report.driver_id());
    if (verdict.hearing == Hearing::early) return Decision::later(verdict.why);
    if (verdict.hearing == Hearing::refused) return Decision::stays().announcing(report_refused(shipment, report.driver_id(), "picked_up", verdict.why));

    Shipment next = entering(Stage::in_transit, shipment, now);
    next.picked_up_at = report.has_happened_at() ? instant_in(report.happened_at()) : now;
    return reaches(next, "driver " + report.driver_id() + " picked the goods up");
}

}  // namespace waybill::fulfilment
