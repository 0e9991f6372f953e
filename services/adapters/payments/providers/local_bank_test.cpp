#include "providers/local_bank.h"

#include <gtest/gtest.h>

#include <set>

using namespace waybill;
using namespace waybill::payments;

namespace {

const Instant noon = *parse_instant("2026-10-08T12:00:00Z");
const Collect call{"S1", "WB-2026-000017", {12100, "EUR"}};

Collect::Answer collect(const LocalBank& bank, const std::string& key) { return std::get<Collect::Answer>(bank.collect(call, {key, 1, 1s})); }
Standing standing(const LocalBank& bank, const std::string& reference, std::chrono::milliseconds after) {
    return std::get<Enquire::Answer>(bank.enquire({reference, call.amount, noon, noon + after}, {"any", 1, 1s})).standing;
}

}  // namespace

TEST(LocalBank, GivesTheSameAnswerForTheSameKeyAndAnotherForAnother) {
    const LocalBank bank{.seed = 7};
    EXPECT_EQ(collect(bank, "a"), collect(bank, "a"));
    std::set<std::string> references;
    for (int i = 0; i < 1000; ++i) references.insert(collect(bank, std::to_string(i)).bank_reference);
    EXPECT_EQ(references.size(), 1000u);
    EXPECT_NE(collect(bank, "a"), collect({.seed = 8}, "a"));
}

TEST(LocalBank, SettlesBetweenHalfAndOneAndAHalfOfTheDelay) {
    const LocalBank bank{.seed = 7, .settle_after = 2min};
    int settled_at_the_delay = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto reference = collect(bank, std::to_string(i)).bank_reference;
        EXPECT_EQ(standing(bank, reference, 59s), Standing::pending);
        EXPECT_EQ(standing(bank, reference, 3min), Standing::settled);
        settled_at_the_delay += standing(bank, reference, 2min) == Standing::settled;
    }
    EXPECT_GT(settled_at_the_delay, 400);
    EXPECT_LT(settled_at_the_delay, 600);
}

TEST(LocalBank, RefusesTheShareItWasToldTo) {
    int refused = 0;
    for (int i = 0; i < 1000; ++i) refused += !collect({.seed = 7, .refused_permille = 100}, std::to_string(i)).accepted;
    EXPECT_GT(refused, 60);
    EXPECT_LT(refused, 140);
}
