#include "compare.h"

#include <gmock/gmock.h>

#include <random>

namespace waybill::load {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Report a_run(std::uint64_t seed, double slower, int values = 20'000) {
    std::mt19937_64 random(seed);
    std::lognormal_distribution<double> law(std::log(20'000), 0.5);
    bench::Histogram micros;
    for (int i = 0; i < values; ++i) micros.add(static_cast<std::uint64_t>(law(random) * slower));
    Report report;
    report.scenario = "offers";
    report.verdict = "clean";
    report.steps = {figures_of("taken", "", micros)};
    return report;
}

TEST(Compare, TwoRunsOfTheSameAreNoWorseForManySeeds) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const auto found = compare(a_run(seed, 1), a_run(seed + 1000, 1), 0);
        EXPECT_FALSE(found->worse) << seed << ": " << found->sentence;
    }
}

TEST(Compare, SeesATenthMoreAndSaysWhereAndByHowMuch) {
    const auto found = compare(a_run(1, 1), a_run(2, 1.1), 0.02);
    EXPECT_TRUE(found->worse);
    EXPECT_THAT(found->sentence, HasSubstr("Worse: p"));
    EXPECT_THAT(found->sentence, HasSubstr("of \"taken\" went from"));
    EXPECT_GT(found->differences.at(0).low_ms, 0);
    EXPECT_NEAR(found->differences.at(0).change_ms, 2, 0.8);
}

TEST(Compare, SeesWhatBecameBetter) {
    const auto found = compare(a_run(1, 1), a_run(2, 0.5), 0.05);
    EXPECT_FALSE(found->worse);
    EXPECT_THAT(found->sentence, HasSubstr("Better: "));
}

TEST(Compare, LetsPassWhatIsAllowed) { EXPECT_FALSE(compare(a_run(1, 1), a_run(2, 1.1), 0.2)->worse); }

TEST(Compare, CallsAFailedRunWorseHoweverFast) {
    auto failed = a_run(2, 0.1);
    failed.verdict = "failed: two invoices for wb-1";
    const auto found = compare(a_run(1, 1), failed, 0.05);
    EXPECT_TRUE(found->worse);
    EXPECT_THAT(found->sentence, HasSubstr("two invoices"));
}

TEST(Compare, SaysNothingOfPercentilesThatTooFewValuesReach) {
    const auto found = compare(a_run(1, 1, 300), a_run(2, 1, 300), 0.05);
    EXPECT_EQ(found->differences.at(0).says, "no difference to be seen");
    EXPECT_EQ(found->differences.at(3).says, "too few values");
}

TEST(Compare, TellsWhatIsUnlike) {
    auto other = a_run(2, 1);
    other.rate = 50;
    EXPECT_THAT(compare(a_run(1, 1), other, 0.05)->unlike, testing::ElementsAre("rate: 0 and 50"));
    EXPECT_THAT(compare(a_run(1, 1), a_run(2, 1), 0.05)->unlike, IsEmpty());
}

TEST(Compare, RefusesReportsWithoutAStepInCommon) { EXPECT_FALSE(compare(Report{}, Report{}, 0.05)); }

// The true percentile of the law lies within the interval far more often than not; drawn anew a hundred times.
TEST(Compare, IntervalsHoldTheTruePercentile) {
    int within = 0;
    const double truth = 20 * std::exp(0.5 * 2.3263);
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const auto found = percentile(a_run(seed, 1, 5000).steps[0], 0.99);
        EXPECT_TRUE(found.enough);
        within += found.low_ms <= truth && truth <= found.high_ms;
    }
    EXPECT_GE(within, 98);
}

}  // namespace
}  // namespace waybill::load
