// What drivers do: decline, keep silent, answer late, twice or for each other, and report before they answered.
#include "handlers/story.h"

#include <gmock/gmock.h>

namespace waybill::fulfilment {
namespace {

using namespace story;
using ::testing::ElementsAre;

TEST(AssignmentDeclined, LetsTheVehicleGoAndLooksForAnotherDriver) {
    auto no = declined(1);
    no.set_reason("sick");
    const Decision decision = assignment_declined(at(Stage::offered), no, noon);

    EXPECT_EQ(last<::fulfilment::v1::VehicleReleased>(decision).vehicle_id(), "KUN-01");
    EXPECT_EQ(last<::fulfilment::v1::VehicleReleased>(decision).reason(), "declined");
    EXPECT_EQ(last<::fulfilment::v1::AssignmentWithdrawn>(decision).assignment_id(), "wb-1.1");
    EXPECT_EQ(last<::fulfilment::v1::AssignmentWithdrawn>(decision).driver_id(), "KUN-D01");
    EXPECT_EQ(last<::fulfilment::v1::VehicleRequested>(decision).attempt(), 2);
    EXPECT_THAT(last<::fulfilment::v1::VehicleRequested>(decision).excluded_driver_ids(), ElementsAre("KUN-D01"));
    EXPECT_EQ(last<::fulfilment::v1::ShipmentAdvanced>(decision).why(), "driver KUN-D01 declined: sick");
    EXPECT_EQ(last<::fulfilment::v1::ShipmentAdvanced>(decision).driver_id(), "");
}

TEST(Silence, IsANo) {
    const Shipment offered = at(Stage::offered);
    const Decision decision = deadline_passed(offered, *offered.awaited_until);

    EXPECT_EQ(last<::fulfilment::v1::AssignmentWithdrawn>(decision).reason(), "silent");
    EXPECT_EQ(last<::fulfilment::v1::VehicleReleased>(decision).reason(), "silent");
    EXPECT_EQ(last<::fulfilment::v1::VehicleRequested>(decision).attempt(), 2);
    EXPECT_EQ(last<::fulfilment::v1::ShipmentAdvanced>(decision).why(), "driver KUN-D01 did not answer in time");
}

TEST(FiveDrivers, AreAskedAndThenAPerson) {
    const Shipment with_fifth = at(Stage::offered, 5);
    EXPECT_EQ(last<::fulfilment::v1::AssignmentOffered>(vehicle_proposed(at(Stage::finding_vehicle, 5), proposal(5), noon)).assignment_id(), "wb-1.5");

    for (const Decision& decision : {assignment_declined(with_fifth, declined(5), noon), deadline_passed(with_fifth, *with_fifth.awaited_until)}) {
        EXPECT_EQ(announced(decision), "AssignmentWithdrawn VehicleReleased PersonNeeded ShipmentAdvanced");
        EXPECT_EQ(last<::fulfilment::v1::PersonNeeded>(decision).stage(), "offered");
        EXPECT_EQ(after(decision).stage, Stage::needs_person);
        EXPECT_FALSE(after(decision).candidate);
        EXPECT_EQ(after(decision).attempt, 5);
    }
}

TEST(TheFourthDecline, IsStillFollowedByAFifthDriver) {
    EXPECT_EQ(after(assignment_declined(at(Stage::offered, 4), declined(4), noon)).stage, Stage::finding_vehicle);
}

TEST(AssignmentAccepted, KeepsTheVehicleAndSendsTheDriver) {
    const Decision decision = assignment_accepted(at(Stage::offered, 2), accepted(2), noon);

    EXPECT_EQ(last<::fulfilment::v1::VehicleConfirmed>(decision).depot_id(), "KUN");
    EXPECT_EQ(last<::fulfilment::v1::VehicleConfirmed>(decision).vehicle_id(), "KUN-02");
    EXPECT_EQ(last<::fulfilment::v1::AssignmentConfirmed>(decision).assignment_id(), "wb-1.2");
    EXPECT_EQ(last<::fulfilment::v1::AssignmentConfirmed>(decision).customer_id(), "cust-lt");
    EXPECT_EQ(last<::fulfilment::v1::ShipmentAdvanced>(decision).driver_id(), "KUN-D02");
    EXPECT_EQ(last<::fulfilment::v1::ShipmentAdvanced>(decision).attempt(), 2);
}

TEST(AssignmentAccepted, IsInTimeUntilSomebodyElseIsAsked) {
    const Shipment offered = at(Stage::offered);

    EXPECT_EQ(after(assignment_accepted(offered, accepted(1), *offered.awaited_until + 1min)).stage, Stage::assigned);
}

TEST(Answers, ThatDoNotCountAreRefusedWithTheReason) {
    auto foreign = accepted(2);
    foreign.set_driver_id("RIX-D01");
    struct Row { Decision decision; std::string driver, report, why; };
    const Row rows[] = {
        {assignment_accepted(at(Stage::assigned), accepted(1), noon), "KUN-D01", "accepted", "assignment wb-1.1 was accepted already: the shipment is assigned"},
        {assignment_declined(at(Stage::assigned), declined(1), noon), "KUN-D01", "declined", "assignment wb-1.1 was accepted already: the shipment is assigned"},
        {assignment_accepted(at(Stage::finding_vehicle, 2), accepted(1), noon), "KUN-D01", "accepted", "assignment wb-1.1 was withdrawn before this answer came: the shipment is finding_vehicle"},
        {assignment_declined(at(Stage::offered, 2), declined(1), noon), "KUN-D01", "declined", "assignment wb-1.1 was withdrawn before this answer came: the shipment is offered"},
        {assignment_accepted(at(Stage::offered, 2), foreign, noon), "RIX-D01", "accepted", "assignment wb-1.2 was offered to another driver"},
        {goods_picked_up(at(Stage::in_transit), picked_up(1), noon), "KUN-D01", "picked_up", "the goods were picked up already: the shipment is in_transit"},
        {goods_picked_up(at(Stage::assigned), picked_up(2), noon), "KUN-D02", "picked_up", "this shipment is another driver's"},
        {goods_delivered(at(Stage::billing), delivered(1), noon), "KUN-D01", "delivered", "the goods were delivered already: the shipment is billing"},
        {goods_delivered(at(Stage::finding_vehicle, 2), delivered(1), noon), "KUN-D01", "delivered", "no driver has this shipment: the shipment is finding_vehicle"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.why);
        EXPECT_FALSE(row.decision.state);
        ASSERT_EQ(announced(row.decision), "ReportRefused");
        const auto refused = last<::fulfilment::v1::ReportRefused>(row.decision);
        EXPECT_EQ(refused.shipment_id(), "wb-1");
        EXPECT_EQ(refused.driver_id(), row.driver);
        EXPECT_EQ(refused.report(), row.report);
        EXPECT_EQ(refused.why(), row.why);
    }
}

TEST(Reports, ThatOvertookWhatComesBeforeThemWait) {
    EXPECT_EQ(goods_picked_up(at(Stage::offered), picked_up(1), noon).outcome, runtime::Outcome::later);
    EXPECT_EQ(goods_delivered(at(Stage::offered), delivered(1), noon).outcome, runtime::Outcome::later);
    EXPECT_EQ(goods_delivered(at(Stage::assigned), delivered(1), noon).outcome, runtime::Outcome::later);
}

TEST(ReservationExpired, BeforeTheAnswerLeadsToAnotherDriver) {
    const Decision decision = reservation_expired(at(Stage::offered), expired(1), noon);

    EXPECT_EQ(last<::fulfilment::v1::AssignmentWithdrawn>(decision).reason(), "expired");
    EXPECT_EQ(last<::fulfilment::v1::VehicleRequested>(decision).attempt(), 2);
}

TEST(ReservationExpired, AfterAYesThatCameTooLateLeadsToAnotherDriver) {
    EXPECT_EQ(reservation_expired(at(Stage::assigned), expired(1), noon).state->stage, Stage::finding_vehicle);
}

TEST(ReservationExpired, OfAnotherVehicleOrOnceTheGoodsAreLoadedIsIgnored) {
    EXPECT_EQ(reservation_expired(at(Stage::offered, 2), expired(1), noon).outcome, runtime::Outcome::ignored);
    EXPECT_EQ(reservation_expired(at(Stage::in_transit), expired(1), noon).outcome, runtime::Outcome::ignored);
    EXPECT_EQ(reservation_expired(at(Stage::finding_vehicle), expired(1), noon).outcome, runtime::Outcome::ignored);
}

}  // namespace
}  // namespace waybill::fulfilment
