#include "domain/whereabouts.h"

#include <gmock/gmock.h>

namespace waybill::operations {
namespace {

using testing::HasSubstr;
using testing::Not;

const Instant noon = *parse_instant("2026-11-23T12:00:00Z"), soon = noon + std::chrono::minutes(10);

TEST(Whereabouts, AreOneSentenceForEveryStage) {
    const struct { Known known; const char* says; } stages[] = {
        {{.id = "wb-1", .offer_state = "extracting"}, "The offer is being read."},
        {{.id = "wb-1", .offer_state = "in_review", .offer_reasons = {"pickup.date: it is not said", "delivery.place: two towns"}}, "A person must look at the offer: pickup.date: it is not said; delivery.place: two towns."},
        {{.id = "wb-1", .offer_state = "refused", .offer_reasons = {"too far"}}, "It is not carried: too far."},
        {{.id = "wb-1", .offer_state = "accepted"}, "The offer is accepted and its shipment is about to begin."},
        {{.id = "wb-1", .offer_state = "accepted", .stage = "routing", .awaited_until = soon}, "Its road is being looked for, until 2026-11-23T12:10:00.000Z."},
        {{.id = "wb-1", .stage = "offered", .awaited_until = soon, .why = "driver KUN-D02 declined: sick", .attempt = 2, .driver = "KUN-D03"}, "Driver KUN-D03 is asked to take it, until 2026-11-23T12:10:00.000Z; attempt 2 (driver KUN-D02 declined: sick)."},
        {{.id = "wb-1", .stage = "in_transit", .attempt = 1, .driver = "KUN-D03", .vehicle = "KUN-03", .last_seen = LastSeen{54.9, 23.91, noon}}, "It is on KUN-03 with driver KUN-D03. Last seen at 54.9000, 23.9100 at 2026-11-23T12:00:00.000Z."},
        {{.id = "wb-1", .stage = "closed", .why = "paid", .attempt = 3}, "It was delivered and paid."},
        {{.id = "wb-1", .stage = "needs_person", .question = "no vehicle fits: subcontract?"}, "A person must decide: no vehicle fits: subcontract?"},
        {{.id = "wb-1", .stage = "on_the_moon"}, "It is on_the_moon."},
    };
    for (const auto& [known, says] : stages) EXPECT_EQ(whereabouts(known, noon).sentence, says);
}

TEST(Whereabouts, AreLateAfterTheDeadlineOrWhenFulfilmentSaysSo) {
    EXPECT_FALSE(whereabouts({.stage = "offered", .awaited_until = soon}, noon).late);
    const auto late = whereabouts({.stage = "offered", .awaited_until = noon}, soon);
    EXPECT_TRUE(late.late);
    EXPECT_THAT(late.sentence, HasSubstr("awaited until 2026-11-23T12:00:00.000Z and late"));
    EXPECT_TRUE(whereabouts({.stage = "assigned", .awaited_until = soon, .why = "late: not picked up"}, noon).late);
    EXPECT_FALSE(whereabouts({.stage = "closed"}, noon).late);
}

TEST(Whereabouts, TellTheLastPositionOnlyWhileTheGoodsMove) {
    const LastSeen somewhere{54.9, 23.91, noon};
    EXPECT_THAT(whereabouts({.stage = "assigned", .last_seen = somewhere}, noon).sentence, HasSubstr("Last seen"));
    EXPECT_THAT(whereabouts({.stage = "closed", .last_seen = somewhere}, noon).sentence, Not(HasSubstr("Last seen")));
}

}  // namespace
}  // namespace waybill::operations
