#include "domain/answers.h"
#include "domain/stages.h"
#include "handlers/moves.h"
#include "handlers/words.h"

namespace waybill::fulfilment {

// The goods arrived: the vehicle is free again, and the customer is billed.
Decision goods_delivered(const Shipment& shipment, const ::edge::v1::GoodsDelivered& report, Instant now) {
    const Verdict verdict = hear_delivery(shipment, report.driver_id());
    if (verdict.hearing == Hearing::early) return Decision::later(verdict.why);
    if (verdict.hearing == Hearing::refused) return Decision::stays().announcing(report_refused(shipment, report.driver_id(), "delivered", verdict.why));

    Shipment next = entering(Stage::delivered, shipment, now);
    next.delivered_at = report.has_happened_at() ? instant_in(report.happened_at()) : now;
    next.proof_of_delivery = report.proof_of_delivery();
    const std::string proof = next.proof_of_delivery.empty() ? "without a proof of delivery" : "proof " + next.proof_of_delivery;
    return reaches(next, "driver " + report.driver_id() + " delivered the goods, " + proof,
                   Decision::stays().announcing(vehicle_released(*next.candidate, next.id, "delivered")).announcing(billing_requested(next)));
}

}  // namespace waybill::fulfilment
