#include "arrivals.h"

#include <gmock/gmock.h>

#include <fstream>

namespace waybill::load {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::vector<std::chrono::microseconds> due(const Arrivals& arrivals, int seconds) {
    auto made = due_times(arrivals, seconds, 7);
    EXPECT_TRUE(made) << to_text(made.refusal());
    EXPECT_TRUE(std::is_sorted(made->begin(), made->end()));
    return *made;
}
long between(const std::vector<std::chrono::microseconds>& times, std::chrono::microseconds from, std::chrono::microseconds until) {
    return std::count_if(times.begin(), times.end(), [&](auto at) { return at >= from && at < until; });
}

TEST(Arrivals, ConstantOnesComeEvenly) {
    const auto times = due({.rate = 4}, 2);
    EXPECT_EQ(times, (std::vector<std::chrono::microseconds>{0ms, 250ms, 500ms, 750ms, 1000ms, 1250ms, 1500ms, 1750ms}));
}

TEST(Arrivals, PoissonOnesHaveTheRateAndItsScatter) {
    const auto times = due({.shape = Shape::poisson, .rate = 100}, 100);
    EXPECT_NEAR(static_cast<double>(times.size()), 10'000, 400);  // four standard deviations
    double sum = 0, squares = 0;
    for (std::size_t i = 1; i < times.size(); ++i) {
        const double gap = std::chrono::duration<double>(times[i] - times[i - 1]).count();
        sum += gap;
        squares += gap * gap;
    }
    const double mean = sum / static_cast<double>(times.size() - 1), deviation = std::sqrt(squares / static_cast<double>(times.size() - 1) - mean * mean);
    EXPECT_NEAR(deviation / mean, 1, 0.05);  // of an exponential law; evenly they would have none
}

TEST(Arrivals, ARampGrowsEvenly) {
    const auto times = due({.shape = Shape::ramp, .rate = 10, .to = 30}, 10);
    EXPECT_EQ(times.size(), 200u);
    EXPECT_NEAR(static_cast<double>(between(times, 0s, 5s)), 75, 1);
    EXPECT_NEAR(static_cast<double>(between(times, 5s, 10s)), 125, 1);
}

TEST(Arrivals, ASpikeIsHighForItsSecondsAlone) {
    const auto times = due({.shape = Shape::spike, .rate = 10, .peak = 100, .at = 4, .lasts = 2}, 10);
    EXPECT_EQ(between(times, 0s, 4s), 40);
    EXPECT_EQ(between(times, 4s, 6s), 200);
    EXPECT_EQ(between(times, 6s, 10s), 40);
}

struct ARecord : testing::Test {
    const std::string file = testing::TempDir() + "/arrivals_test.csv";
    void recorded(const std::string& text) { std::ofstream(file) << text; }
};

TEST_F(ARecord, IsReplayed) {
    recorded("second,rate\n0,10\n3,0\n5,50\n100,9\n");
    const auto times = due({.shape = Shape::replay, .file = file}, 6);
    EXPECT_EQ(between(times, 0s, 3s), 30);
    EXPECT_EQ(between(times, 3s, 5s), 0);
    EXPECT_EQ(between(times, 5s, 6s), 50);
}

TEST_F(ARecord, IsRefusedWithItsLine) {
    recorded("0,10\n2,many\n");
    const auto made = due_times({.shape = Shape::replay, .file = file}, 6, 1);
    ASSERT_FALSE(made);
    EXPECT_THAT(made.refusal().why, HasSubstr(":2: \"2,many\" is not two numbers"));
}

TEST(Arrivals, AreRefusedWithTheFieldThatIsWrong) {
    const std::pair<Arrivals, const char*> cases[] = {
        {{.rate = 0}, "arrivals.rate"},
        {{.shape = Shape::ramp, .rate = 1}, "arrivals.to"},
        {{.shape = Shape::spike, .rate = 1, .lasts = 1}, "arrivals.peak"},
        {{.shape = Shape::spike, .rate = 1, .peak = 5, .at = 9, .lasts = 5}, "arrivals.at"},
        {{.shape = Shape::replay, .file = "/nowhere.csv"}, "arrivals.file"},
        {{.rate = 1e9}, "arrivals"},
    };
    for (const auto& [arrivals, field] : cases) {
        const auto made = due_times(arrivals, 10, 1);
        ASSERT_FALSE(made) << field;
        EXPECT_EQ(made.refusal().field, field);
    }
}

TEST(Arrivals, FollowFromTheSeed) {
    const Arrivals arrivals{.shape = Shape::poisson, .rate = 10};
    EXPECT_EQ(*due_times(arrivals, 10, 1), *due_times(arrivals, 10, 1));
    EXPECT_NE(*due_times(arrivals, 10, 1), *due_times(arrivals, 10, 2));
}

}  // namespace
}  // namespace waybill::load
