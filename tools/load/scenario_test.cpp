#include "scenario.h"

#include <gmock/gmock.h>

#include <fstream>

namespace waybill::load {
namespace {

using testing::HasSubstr;

TEST(Scenario, EveryBuiltInOneMakesSenseAndReadsBackFromWhatIsShown) {
    EXPECT_GE(built_in().size(), 6u);
    for (const auto& each : built_in()) {
        EXPECT_FALSE(wrong_with(each)) << each.name;
        EXPECT_TRUE(due_times(each.arrivals, each.seconds, 1)) << each.name;
        const auto again = read_scenario(to_yaml(each), each.name + ".yaml");
        ASSERT_TRUE(again) << to_text(again.refusal());
        EXPECT_EQ(to_yaml(*again), to_yaml(each));
        EXPECT_EQ(again->name, each.name);
    }
}

TEST(Scenario, FieldsThatAreNotSaidKeepTheirDefaults) {
    const auto made = read_scenario("arrivals: {rate: 3}\n", "small.yaml");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->name, "small");
    EXPECT_EQ(made->arrivals.rate, 3);
    EXPECT_EQ(made->seconds, 60);
}

TEST(Scenario, IsRefusedWithTheLineTheFieldAndTheCure) {
    const std::tuple<const char*, const char*, const char*> cases[] = {
        {"seconds: 10\narrivals: {rte: 3}\n", "arrivals.rte", "a.yaml:2: there is no such field"},
        {"seconds: ten\n", "seconds", "\"ten\" is not what it takes"},
        {"arrivals: {shape: wavy}\n", "arrivals.shape", "\"wavy\""},
        {"seconds: 5\nwarm-up: 5\n", "warm-up", "not shorter"},
        {"offers: {withdrawn: 2}\n", "offers.withdrawn", "no share"},
        {"fault: {kill: kafka, at: 99}\n", "fault.at", "not within"},
        {"reads: [1]\n", "reads", "a list"},
        {"just words\n", "scenario", "holds no fields"},
        {"a: [\n", "scenario", "is not YAML"},
    };
    for (const auto& [yaml, field, why] : cases) {
        const auto made = read_scenario(yaml, "a.yaml");
        ASSERT_FALSE(made) << yaml;
        EXPECT_EQ(made.refusal().field, field);
        EXPECT_THAT(made.refusal().why, HasSubstr(why));
        EXPECT_FALSE(made.refusal().cure.empty());
    }
}

TEST(Scenario, NamesWhatIsBuiltInWhenThereIsNoSuchOne) {
    const auto made = scenario("ofers");
    ASSERT_FALSE(made);
    EXPECT_THAT(made.refusal().cure, HasSubstr("offers, mixed, hot-key, poison, burst, fault"));
}

TEST(Scenario, FilesThatItNamesLieBesideIt) {
    const auto file = testing::TempDir() + "/replayed.yaml";
    std::ofstream(file) << "arrivals: {shape: replay, file: day.csv}\n";
    const auto made = scenario(file);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->arrivals.file, std::filesystem::path(file).parent_path() / "day.csv");
}

}  // namespace
}  // namespace waybill::load
