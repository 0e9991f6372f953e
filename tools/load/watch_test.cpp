#include "watch.h"

#include <gtest/gtest.h>

namespace waybill::load {
namespace {

using namespace std::chrono_literals;

constexpr const char *asked = "fulfilment.v1.AssignmentOffered", *accepted = "edge.v1.AssignmentAccepted", *confirmed = "fulfilment.v1.AssignmentConfirmed", *delivered = "edge.v1.GoodsDelivered",
                     *invoiced = "billing.v1.InvoiceIssued";

struct AWatch : testing::Test {
    const Time zero{100s};
    Watch watch{zero, 5s};

    void whole_life(const std::string& id, Time due) {
        watch.taken(id, due, due + 1ms, due + 10ms);
        watch.seen(asked, id, due + 200ms);
        watch.seen(accepted, id, due + 60s);
        watch.seen(confirmed, id, due + 60s + 30ms);
        watch.seen(delivered, id, due + 90s);
        watch.seen(invoiced, id, due + 90s + 50ms);
    }
    std::vector<std::uint64_t> medians() const {
        std::vector<std::uint64_t> all;
        for (const auto& each : watch.histograms()) all.push_back((each.at(0.5) + 500) / 1000);
        return all;
    }
};

TEST_F(AWatch, LeavesOutWhatPeopleTook) {
    whole_life("wb-1", zero + 6s);
    EXPECT_EQ(medians(), (std::vector<std::uint64_t>{10, 200, 30, 50, 280}));
}

TEST_F(AWatch, CutsTheWarmUp) {
    whole_life("wb-1", zero + 4999ms);
    for (const auto& each : watch.histograms()) EXPECT_EQ(each.count(), 0u);
}

TEST_F(AWatch, LeavesOutShipmentsOfAnEarlierLoad) {
    watch.seen(delivered, "wb-old", zero + 10s);
    watch.seen(invoiced, "wb-old", zero + 11s);
    for (const auto& each : watch.histograms()) EXPECT_EQ(each.count(), 0u);
    EXPECT_EQ(watch.invoices(), 0u);
}

TEST_F(AWatch, TakesEventsThatOvertakeTheAnswer) {
    watch.seen(asked, "wb-1", zero + 6s + 40ms);
    watch.taken("wb-1", zero + 6s, zero + 6s, zero + 6s + 50ms);
    EXPECT_EQ(medians()[1], 40u);
}

TEST_F(AWatch, CountsTheFirstDriverThatWasAskedAndTheYesThatWasConfirmed) {
    whole_life("wb-1", zero + 6s);
    watch.seen(asked, "wb-1", zero + 70s);
    watch.seen(accepted, "wb-1", zero + 71s);  // pressed again
    EXPECT_EQ(medians()[4], 280u);
}

TEST_F(AWatch, TellsHowLateRequestsLeft) {
    watch.taken("wb-1", zero + 6s, zero + 6s + 70ms, zero + 6s + 80ms);
    EXPECT_NEAR(static_cast<double>(watch.late().max()), 70'000, 100);
}

TEST_F(AWatch, PutsEachIntoItsSecond) {
    whole_life("wb-1", zero + 6s);
    const auto timeline = watch.timeline();
    EXPECT_EQ(timeline.at(6).offers, 1);
    EXPECT_NEAR(timeline.at(6).asked_p99_ms, 200, 0.3);
    EXPECT_EQ(timeline.at(96).invoices, 1);
}

}  // namespace
}  // namespace waybill::load
