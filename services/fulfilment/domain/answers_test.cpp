#include "domain/answers.h"

#include <gtest/gtest.h>

namespace waybill::fulfilment {
namespace {

// The second driver, D2, has the shipment or is asked for it; the first, D1, was passed over.
Shipment with_second_driver(Stage stage) {
    return {.id = *ShipmentId::parse("wb-1"), .stage = stage, .attempt = 2,
            .candidate = Candidate{*DepotId::parse("KUN"), *VehicleId::parse("KUN-02"), *DriverId::parse("D2")}, .passed_over = {*DriverId::parse("D1")}};
}
Shipment looking_for_second_driver() {
    auto shipment = with_second_driver(Stage::finding_vehicle);
    shipment.candidate.reset();
    return shipment;
}

TEST(HearAnswer, CountsTheAskedDriversAndRefusesTheRest) {
    struct Row { Shipment shipment; std::string assignment, driver, why; };
    const Row rows[] = {
        {with_second_driver(Stage::offered), "wb-1.2", "D2", ""},
        {with_second_driver(Stage::offered), "wb-1.2", "D1", "assignment wb-1.2 was offered to another driver"},
        {with_second_driver(Stage::offered), "wb-1.1", "D1", "assignment wb-1.1 was withdrawn before this answer came: the shipment is offered"},
        {with_second_driver(Stage::offered), "wb-1.3", "D2", "assignment wb-1.3 does not exist: the shipment is offered"},
        {with_second_driver(Stage::offered), "wb-9.2", "D2", "assignment wb-9.2 does not exist: the shipment is offered"},
        {with_second_driver(Stage::offered), "", "", "assignment  does not exist: the shipment is offered"},
        {with_second_driver(Stage::assigned), "wb-1.2", "D2", "assignment wb-1.2 was accepted already: the shipment is assigned"},
        {with_second_driver(Stage::closed), "wb-1.2", "D2", "assignment wb-1.2 was accepted already: the shipment is closed"},
        {with_second_driver(Stage::closed), "wb-1.1", "D1", "assignment wb-1.1 was withdrawn before this answer came: the shipment is closed"},
        {looking_for_second_driver(), "wb-1.1", "D1", "assignment wb-1.1 was withdrawn before this answer came: the shipment is finding_vehicle"},
        {looking_for_second_driver(), "wb-1.2", "D2", "assignment wb-1.2 does not exist: the shipment is finding_vehicle"},
    };
    for (const Row& row : rows) EXPECT_EQ(hear_answer(row.shipment, row.assignment, row.driver).why, row.why);
}

TEST(HearPickup, CountsOnceFromTheDriverWhoHasTheShipment) {
    struct Row { Shipment shipment; std::string driver; Hearing hearing; std::string why; };
    const Row rows[] = {
        {with_second_driver(Stage::assigned), "D2", Hearing::counts, ""},
        {with_second_driver(Stage::assigned), "D1", Hearing::refused, "this shipment is another driver's"},
        {with_second_driver(Stage::offered), "D2", Hearing::early, "the driver's acceptance is not here yet"},
        {with_second_driver(Stage::offered), "D1", Hearing::refused, "this shipment is another driver's"},
        {with_second_driver(Stage::in_transit), "D2", Hearing::refused, "the goods were picked up already: the shipment is in_transit"},
        {looking_for_second_driver(), "D1", Hearing::refused, "no driver has this shipment: the shipment is finding_vehicle"},
    };
    for (const Row& row : rows) EXPECT_EQ(hear_pickup(row.shipment, row.driver), (Verdict{row.hearing, row.why})) << row.why;
}

TEST(HearDelivery, CountsOnceAfterThePickup) {
    struct Row { Shipment shipment; std::string driver; Hearing hearing; std::string why; };
    const Row rows[] = {
        {with_second_driver(Stage::in_transit), "D2", Hearing::counts, ""},
        {with_second_driver(Stage::in_transit), "D1", Hearing::refused, "this shipment is another driver's"},
        {with_second_driver(Stage::assigned), "D2", Hearing::early, "the pick-up is not reported yet"},
        {with_second_driver(Stage::offered), "D2", Hearing::early, "the pick-up is not reported yet"},
        {with_second_driver(Stage::billing), "D2", Hearing::refused, "the goods were delivered already: the shipment is billing"},
        {looking_for_second_driver(), "D2", Hearing::refused, "no driver has this shipment: the shipment is finding_vehicle"},
    };
    for (const Row& row : rows) EXPECT_EQ(hear_delivery(row.shipment, row.driver), (Verdict{row.hearing, row.why})) << row.why;
}

}  // namespace
}  // namespace waybill::fulfilment
