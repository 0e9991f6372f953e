#include "handlers/handlers.h"

#include <gmock/gmock.h>

namespace waybill::places {
namespace {

using runtime::Answered;
using runtime::Outcome;

const Instant noon{std::chrono::hours(12)};

::fulfilment::v1::PlacesRequested request(const char* from = "Kaunas") {
    ::fulfilment::v1::PlacesRequested event;
    event.set_shipment_id("wb-1");
    event.mutable_pickup()->set_place(from);
    event.mutable_pickup()->set_country("LT");
    event.mutable_delivery()->set_place("Venlo");
    event.mutable_delivery()->set_country("NL");
    return event;
}

const Located both{Place{"Kaunas", "LT", 54.9, 23.9}, Place{"Venlo", "NL", 51.37, 6.17}, "", "", "gazetteer"};
const Located one{Place{"Kaunas", "LT", 54.9, 23.9}, {}, "delivery", "no such town", "gazetteer"};

Lookup asked() { return *places_requested(nullptr, request(), noon).state; }
Lookup answered(const Located& with) { return *located(asked(), {asked().request, with, "", 1}, noon).state; }

TEST(PlacesRequested, AsksTheProvider) {
    const auto decision = places_requested(nullptr, request(), noon);

    EXPECT_EQ(decision.state->stage, Stage::asked);
    ASSERT_EQ(decision.calls.size(), 1u);
    EXPECT_EQ(decision.calls[0].call, "places");
    EXPECT_EQ(json::from_json<Locate>(decision.calls[0].request).pickup.place, "Kaunas");
    EXPECT_TRUE(decision.events.empty());
}

TEST(PlacesRequested, AnswersAgainWithoutAskingAgain) {
    const Lookup known = answered(both);
    const auto decision = places_requested(&known, request(), noon);

    EXPECT_TRUE(decision.calls.empty());
    EXPECT_EQ(std::get<::places::v1::PlacesFound>(decision.events.at(0)).delivery().name(), "Venlo");
}

TEST(PlacesRequested, WaitsForTheCallThatIsUnderWay) {
    const Lookup lookup = asked();
    EXPECT_EQ(places_requested(&lookup, request(), noon).outcome, Outcome::ignored);
}

TEST(PlacesRequested, AsksForOtherTownsAnew) {
    const Lookup known = answered(both);
    EXPECT_EQ(places_requested(&known, request("Vilnius"), noon).calls.size(), 1u);
}

TEST(Located, TellsThePointsOrWhichTownHasNone) {
    const auto found = located(asked(), {asked().request, both, "", 1}, noon);
    EXPECT_EQ(found.state->stage, Stage::answered);
    EXPECT_DOUBLE_EQ(std::get<::places::v1::PlacesFound>(found.events.at(0)).pickup().position().latitude(), 54.9);

    const auto missing = located(asked(), {asked().request, one, "", 1}, noon);
    EXPECT_EQ(std::get<::places::v1::PlacesNotFound>(missing.events.at(0)).which(), "delivery");
    EXPECT_EQ(std::get<::places::v1::PlacesNotFound>(missing.events.at(0)).why(), "no such town");
}

TEST(Located, SaysNothingAboutTownsWhenTheProviderIsAway) {
    const auto decision = located(asked(), {asked().request, {}, "no answer in 10 s", 8}, noon);
    EXPECT_EQ(decision.state->stage, Stage::failed);
    EXPECT_TRUE(decision.events.empty());

    EXPECT_EQ(places_requested(&*decision.state, request(), noon).calls.size(), 1u);
}

TEST(Located, IgnoresTheAnswerToAnOlderQuestion) {
    EXPECT_EQ(located(asked(), {Locate{{"Riga", "LV", ""}, {}}, both, "", 1}, noon).outcome, Outcome::ignored);
}

TEST(Lookup, ComesBackFromJsonAsItWas) {
    for (const auto& lookup : {asked(), answered(both), answered(one)}) EXPECT_EQ(json::from_json<Lookup>(json::to_json(lookup)), lookup);
}

}  // namespace
}  // namespace waybill::places
