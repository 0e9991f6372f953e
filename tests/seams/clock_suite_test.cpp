// Clock, in memory and real: `elapsed` never goes back, and a paced clock shortens every wait by its pace.
#include "clock.h"

#include <waybill/simulation.h>

#include <gtest/gtest.h>

namespace waybill::seams {
namespace {

using namespace std::chrono_literals;

TEST(ClockInMemory, MovesOnlyWhenItIsToldTo) {
    simulation::Clock clock;
    const Instant start = clock.now();
    EXPECT_EQ(clock.now(), start);
    clock.pass(90s);
    EXPECT_EQ(clock.now(), start + 90s);
    EXPECT_EQ(clock.elapsed(), 90s);
    EXPECT_EQ(clock.until(start + 100s), 10s);
}

TEST(ClockInMemory, ItsWallClockMayJumpBackWhileElapsedDoesNot) {
    simulation::Clock clock;
    const Instant start = clock.now();
    clock.skew(-1h);
    EXPECT_EQ(clock.now(), start - 1h);
    EXPECT_EQ(clock.elapsed(), 0s);
}

TEST(RealClock, TellsTheTimeOfTheSystem) {
    host::PacedClock clock(1, Instant{});
    const auto before = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const Instant now = clock.now();
    EXPECT_GE(now, before);
    EXPECT_LT(now, before + 10s);
    const auto elapsed = clock.elapsed();
    EXPECT_GE(clock.elapsed(), elapsed);
    EXPECT_NEAR(static_cast<double>(clock.until(clock.now() + 1h).count()), 3'600'000., 1000.);
}

TEST(RealClock, SixtyTimesFasterAnHourIsAMinute) {
    const auto epoch = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    host::PacedClock clock(60, epoch);
    EXPECT_NEAR(static_cast<double>(clock.until(clock.now() + 1h).count()), 60'000., 1000.);
    const Instant before = clock.now();
    for (const auto start = clock.elapsed(); clock.elapsed() < start + 20ms;) continue;
    EXPECT_GE(clock.now() - before, 60 * 19ms);
}

}  // namespace
}  // namespace waybill::seams
