#include "domain/stages.h"

#include <gtest/gtest.h>

namespace waybill::fulfilment {
namespace {

const Instant noon{12h};

TEST(Workflow, EveryStepThatIsAwaitedSaysFromWhomAndHowItIsUndone) {
    for (const Step& step : workflow) {
        EXPECT_EQ(step.awaited.empty(), step.from.empty()) << name_of(step.stage);
        EXPECT_FALSE(step.undo.empty()) << name_of(step.stage);
    }
}

TEST(Workflow, EveryStepThatWaitsForSomebodyHasADeadline) {
    for (const Step& step : workflow) {
        const bool waits = !step.awaited.empty() && step.stage != Stage::pricing && step.stage != Stage::needs_person;
        EXPECT_EQ(step.within > 0min, waits) << name_of(step.stage);
    }
}

TEST(Entering, StartsTheStepsOwnWait) {
    const Shipment late{.stage = Stage::placing, .asked = 3, .awaited_until = noon};

    EXPECT_EQ(entering(Stage::routing, late, noon).asked, 1);
    EXPECT_EQ(entering(Stage::routing, late, noon).awaited_until, noon + 10min);
    EXPECT_EQ(entering(Stage::closed, late, noon).awaited_until, std::nullopt);
}

TEST(WaitingAgain, IsAsLongForAQuestionAndTwiceAsLongForALateStep) {
    Shipment routing = entering(Stage::routing, {}, noon);
    Shipment assigned = entering(Stage::assigned, {}, noon);

    for (const int times : {1, 1, 1}) EXPECT_EQ((routing = waiting_again(routing, noon)).awaited_until, noon + 10min * times);
    for (const int times : {2, 4, 8, 16, 32, 32}) EXPECT_EQ((assigned = waiting_again(assigned, noon)).awaited_until, noon + 72h * times);
}

TEST(Stopped, RemembersWhere) {
    const Shipment stuck = stopped(entering(Stage::routing, {}, noon));

    EXPECT_EQ(stuck.stage, Stage::needs_person);
    EXPECT_EQ(stuck.stopped_at, Stage::routing);
    EXPECT_EQ(stuck.awaited_until, std::nullopt);
}

}  // namespace
}  // namespace waybill::fulfilment
