#include "histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace waybill::bench {
namespace {

TEST(Histogram, TellsEveryPercentileWithinAThousandth) {
    std::mt19937_64 random(1);
    std::lognormal_distribution<double> of(8, 2);
    std::vector<std::uint64_t> values;
    Histogram histogram;
    for (int i = 0; i < 200'000; ++i) {
        values.push_back(static_cast<std::uint64_t>(of(random)));
        histogram.add(values.back());
    }
    std::sort(values.begin(), values.end());
    for (const double share : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999}) {
        const double exact = static_cast<double>(values[static_cast<std::size_t>(share * 200'000) - 1]);
        EXPECT_NEAR(static_cast<double>(histogram.at(share)), exact, exact / 1000 + 1) << share;
    }
    EXPECT_EQ(histogram.at(1), values.back());
    EXPECT_EQ(histogram.max(), values.back());
    EXPECT_EQ(histogram.count(), 200'000u);
}

TEST(Histogram, KeepsSmallValuesExactly) {
    Histogram histogram;
    for (std::uint64_t value = 0; value < 2048; ++value) histogram.add(value);
    EXPECT_EQ(histogram.at(0.5), 1023u);
    EXPECT_EQ(histogram.at(0.25), 511u);
    EXPECT_DOUBLE_EQ(histogram.mean(), 1023.5);
}

TEST(Histogram, AddsUp) {
    Histogram low, high;
    low.add(10, 99);
    high.add(1'000'000);
    low.add(high);
    EXPECT_EQ(low.at(0.99), 10u);
    EXPECT_EQ(low.at(1), 1'000'000u);
    EXPECT_EQ(low.count(), 100u);
}

TEST(Histogram, OfNothingIsAllZero) {
    const Histogram none;
    EXPECT_EQ(none.at(0.5), 0u);
    EXPECT_EQ(none.max(), 0u);
    EXPECT_EQ(none.deviation(), 0);
}

// The columns and the last lines that HdrHistogram's own plotter reads.
TEST(Histogram, WritesItselfAsHgrm) {
    Histogram histogram;
    histogram.add(1000, 3);
    histogram.add(2000);
    EXPECT_EQ(histogram.hgrm(1000),
              "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
              "       1.000 0.750000000000          3           4.00\n"
              "       2.000 1.000000000000          4\n"
              "#[Mean    =        1.250, StdDeviation   =        0.433]\n"
              "#[Max     =        2.000, Total count    =            4]\n");
}

}  // namespace
}  // namespace waybill::bench
