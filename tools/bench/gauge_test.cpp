#include "gauge.h"

#include <gtest/gtest.h>

#include <thread>

namespace waybill::bench {
namespace {

using namespace std::chrono_literals;

TEST(Gauge, CountsLatencyFromWhenATripShouldHaveStarted) {
    Gauge gauge;
    bool stalled = false;
    gauge.connect([&](std::uint64_t number) {
        if (!stalled && number > 20) {  // one long stop, in which a closed loop would not have asked
            stalled = true;
            std::this_thread::sleep_for(300ms);
        }
        gauge.arrived(number);
    });
    const auto passage = gauge.open(1000, 0ms, 1s);
    EXPECT_EQ(passage.trips, 1000u);
    EXPECT_GE(passage.micros.at(0.75), 25'000u);  // about 300 of the 1000 trips waited, and 0 to 300 ms each
    EXPECT_LE(passage.micros.at(0.5), 250'000u);
    EXPECT_GE(passage.micros.max(), 299'000u);
    EXPECT_TRUE(passage.behind);
}

TEST(Gauge, KeepsAsManyUnderWayAsItWasTold) {
    Gauge gauge;
    std::mutex mutex;
    std::vector<std::uint64_t> under_way;
    std::size_t most = 0;
    gauge.connect([&](std::uint64_t number) {
        const std::lock_guard lock(mutex);
        under_way.push_back(number);
        most = std::max(most, under_way.size());
    });
    std::jthread serving([&](std::stop_token stop) {
        while (!stop.stop_requested()) {
            std::vector<std::uint64_t> these;
            {
                const std::lock_guard lock(mutex);
                these.swap(under_way);
            }
            for (const auto number : these) gauge.arrived(number);
            std::this_thread::sleep_for(1ms);
        }
    });
    const auto passage = gauge.closed(17, 10ms, 200ms, {});
    EXPECT_EQ(most, 17u);
    EXPECT_GE(passage.trips, 17u);
}

TEST(Gauge, StartsWhatWasRefusedAgain) {
    Gauge gauge;
    std::uint64_t refused = 0;
    gauge.connect([&](std::uint64_t number) {
        if (number == 3 && refused++ == 0) gauge.refused(number);
        else gauge.arrived(number);
    });
    EXPECT_EQ(gauge.open(200, 0ms, 100ms).trips, 20u);
    EXPECT_EQ(refused, 2u);
}

}  // namespace
}  // namespace waybill::bench
