#include "handlers/handlers.h"

#include <gtest/gtest.h>

namespace waybill::routes {
namespace {

using runtime::Outcome;

const Instant noon{std::chrono::hours(12)};

::fulfilment::v1::RouteRequested request(const char* equipment = "tautliner") {
    ::fulfilment::v1::RouteRequested event;
    event.set_shipment_id("wb-1");
    event.mutable_from()->set_latitude(54.9);
    event.mutable_from()->set_longitude(23.9);
    event.mutable_to()->set_latitude(51.37);
    event.mutable_to()->set_longitude(6.17);
    event.set_equipment(equipment);
    return event;
}

const Road road{1610, 1421, 2921, "", "great_circle"};
const Road none{0, 0, 0, "the points are 9000 km apart", "great_circle"};

Lookup asked() { return *route_requested(nullptr, request(), noon).state; }
Lookup answered(const Road& with) { return *travelled(asked(), {asked().request, with, "", 1}, noon).state; }

TEST(RouteRequested, AsksTheProvider) {
    const auto decision = route_requested(nullptr, request(), noon);

    ASSERT_EQ(decision.calls.size(), 1u);
    EXPECT_EQ(decision.calls[0].call, "routes");
    EXPECT_EQ(json::from_json<Travel>(decision.calls[0].request), decision.state->request);
}

TEST(RouteRequested, AnswersAgainWithoutAskingAgain) {
    const Lookup known = answered(road);
    const auto decision = route_requested(&known, request(), noon);

    EXPECT_TRUE(decision.calls.empty());
    EXPECT_EQ(std::get<::routes::v1::RouteFound>(decision.events.at(0)).kilometres(), 1610);
}

TEST(RouteRequested, WaitsForTheCallThatIsUnderWayAndAsksForAnotherRoadAnew) {
    const Lookup lookup = asked();
    EXPECT_EQ(route_requested(&lookup, request(), noon).outcome, Outcome::ignored);
    EXPECT_EQ(route_requested(&lookup, request("van"), noon).calls.size(), 1u);
}

TEST(Travelled, TellsTheRoadOrWhyThereIsNone) {
    const auto found = travelled(asked(), {asked().request, road, "", 1}, noon);
    const auto& event = std::get<::routes::v1::RouteFound>(found.events.at(0));
    EXPECT_EQ(event.shipment_id(), "wb-1");
    EXPECT_EQ(event.driving_minutes(), 1421);
    EXPECT_EQ(event.total_minutes(), 2921);

    const auto missing = travelled(asked(), {asked().request, none, "", 1}, noon);
    EXPECT_EQ(std::get<::routes::v1::RouteNotFound>(missing.events.at(0)).why(), "the points are 9000 km apart");
}

TEST(Travelled, StaysSilentWhenTheProviderIsAwayAndAsksAgainWhenAsked) {
    const auto decision = travelled(asked(), {asked().request, {}, "no answer in 10 s", 8}, noon);
    EXPECT_TRUE(decision.events.empty());
    EXPECT_EQ(decision.state->failure, "no answer in 10 s");
    EXPECT_EQ(route_requested(&*decision.state, request(), noon).calls.size(), 1u);
}

TEST(Travelled, IgnoresTheAnswerToAnOlderQuestion) {
    EXPECT_EQ(travelled(asked(), {Travel{{1, 2}, {3, 4}, ""}, road, "", 1}, noon).outcome, Outcome::ignored);
}

TEST(Lookup, ComesBackFromJsonAsItWas) {
    for (const auto& lookup : {asked(), answered(road), answered(none)}) EXPECT_EQ(json::from_json<Lookup>(json::to_json(lookup)), lookup);
}

}  // namespace
}  // namespace waybill::routes
