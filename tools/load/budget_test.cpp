#include "budget.h"

#include <gmock/gmock.h>

namespace waybill::load {
namespace {

using namespace std::chrono_literals;
using runtime::Footprint;

constexpr const char* asked = "fulfilment.v1.AssignmentOffered";

std::string line(const Footprint& batch) { return "{\"batch\":" + json::to_json(batch) + "}\n"; }
std::string acknowledged(const std::string& event, std::int64_t at) { return "{\"acknowledged\":\"" + event + "\",\"at\":" + std::to_string(at) + "}\n"; }
Time at(std::int64_t micros) { return Time(std::chrono::microseconds(micros)); }

// An offer at the edge, a call of an adapter, and a driver asked; due at 100.000 s.
struct ATrail : testing::Test {
    const std::int64_t due = 100'000'000;
    const std::string edge = line({"edge", 0, due + 3'000, due + 3'100, due + 3'300, due + 8'000, due + 8'200, {{"request:wb-1", due + 2'000}}, {{"e/1", "request:wb-1", "edge.v1.OfferReceived", "wb-1"}}, {}});
    const std::string adapter = line({"extraction", 1, due + 15'000, due + 15'100, due + 15'200, due + 20'000, due + 20'000, {{"e/1", due + 12'000}}, {}, {{"c-1", "e/1"}}});
    const std::string answered = line({"extraction", 1, due + 30'000, due + 30'000, due + 30'500, due + 35'000, due + 35'100, {{"answer:c-1", due + 29'000}}, {{"x/1", "answer:c-1", "extraction.v1.OfferExtracted", "wb-1"}}, {}});
    const std::string fulfilment = line({"fulfilment", 2, due + 45'000, due + 46'000, due + 47'000, due + 52'000, due + 53'000, {{"x/1", due + 40'000}}, {{"f/1", "x/1", asked, "wb-1"}}, {}});
    const std::string notes = acknowledged("e/1", due + 10'000) + acknowledged("x/1", due + 41'000);  // the second after it was read

    Watch watch{at(due - 10'000'000), 5s};
    Trail trail;

    Budget first() {
        watch.taken("wb-1", at(due), at(due + 500), at(due + 8'400));
        watch.seen(asked, "wb-1", at(due + 55'000));
        return budgets(trail, watch).front();
    }
};

TEST_F(ATrail, ExplainsTheWholeStretch) {
    trail.read(edge + adapter + answered + fulfilment + notes);
    const auto budget = first();
    EXPECT_EQ(budget.followed, 1u);
    EXPECT_DOUBLE_EQ(budget.took_ms, 55);
    EXPECT_NEAR(budget.explained_ms, 55, 55 * 0.05);
    std::map<std::string, double> spent;
    for (const auto& part : budget.parts) spent[part.name] = part.ms;
    EXPECT_DOUBLE_EQ(spent["late to leave"], 0.5);
    EXPECT_DOUBLE_EQ(spent["HTTP"], 1.5);
    EXPECT_DOUBLE_EQ(spent["third party"], 9);
    EXPECT_NEAR(spent["to be acknowledged"], 1.8 + 4.9, 1e-9);
    EXPECT_DOUBLE_EQ(spent["Kafka to poll"], 2);
    EXPECT_NEAR(spent["wait for a batch"], 1 + 3 + 1 + 5, 1e-9);
    EXPECT_NEAR(spent["commit"], 4.7 + 4.8 + 4.5 + 5, 1e-9);
    EXPECT_DOUBLE_EQ(spent["until a reader saw it"], 2);
    ASSERT_EQ(budget.hops.size(), 4u);
    EXPECT_EQ(budget.hops[0].service, "edge");
    EXPECT_EQ(budget.hops[3].event, asked);
}

TEST_F(ATrail, DoesNotMatterInWhichOrderItWasWritten) {
    trail.read(notes + fulfilment + answered + adapter + edge);
    EXPECT_NEAR(first().explained_ms, 55, 1e-9);
}

TEST_F(ATrail, LeavesOutARequestWhoseWayHasAGap) {
    trail.read(edge + answered + fulfilment + notes);
    EXPECT_EQ(first().followed, 0u);
}

TEST_F(ATrail, LeavesOutADriverWhoWasAskedBecauseAnotherSaidNo) {
    trail.read(line({"edge", 0, due + 900'000, due + 900'000, due + 900'000, due + 900'000, due + 900'000, {{"request:no", due + 900'000}}, {{"e/2", "request:no", "edge.v1.AssignmentDeclined", "wb-1"}}, {}}) +
               line({"fulfilment", 0, due + 950'000, due + 950'000, due + 950'000, due + 950'000, due + 950'000, {{"e/2", due + 940'000}}, {{"f/2", "e/2", asked, "wb-1"}}, {}}));
    EXPECT_EQ(first().followed, 0u);
}

TEST_F(ATrail, SurvivesALineThatWasCutOff) {
    trail.read(edge + adapter + answered + "{\"batch\":{\"serv\n" + fulfilment + notes + "{\"acknow");
    EXPECT_EQ(first().followed, 1u);
}

}  // namespace
}  // namespace waybill::load
