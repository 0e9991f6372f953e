#include "freight.h"

#include <samples.h>

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <fstream>
#include <set>

namespace waybill::load {
namespace {

const Instant monday = std::chrono::sys_days(std::chrono::year(2026) / 10 / 5) + std::chrono::hours(8);

std::vector<world::Sample> offers(std::size_t count, double skew = 0, std::uint64_t seed = 1) {
    const auto file = testing::TempDir() + "/freight_test.jsonl";
    std::ofstream(file) << synthetic_offers(count, 60, skew, seed, monday);
    const auto made = world::read_samples(file);
    EXPECT_TRUE(made) << to_text(made.refusal());
    return *made;
}

TEST(Freight, CanAllBeCarriedAndLiesOnTheMap) {
    std::set<std::string> customers;
    for (const auto& offer : offers(500)) {
        EXPECT_TRUE(offer.complete);
        EXPECT_TRUE(offer.pickup) << offer.text;
        EXPECT_TRUE(offer.delivery) << offer.text;
        customers.insert(offer.customer);
    }
    EXPECT_EQ(customers.size(), 6u);
}

TEST(Freight, ComesAnHourAfterTheOneBefore) {
    const auto made = offers(3);
    EXPECT_EQ(made[0].offered, monday);
    EXPECT_EQ(made[1].offered - made[0].offered, std::chrono::hours(1));
}

TEST(Freight, IsSkewedWhenAsked) {
    const auto share_of_the_first_customer = [](double skew) {
        int first = 0;
        for (const auto& offer : offers(2000, skew)) first += offer.customer == "cust-nl";
        return first / 2000.0;
    };
    EXPECT_NEAR(share_of_the_first_customer(0), 1.0 / 6, 0.04);
    EXPECT_GT(share_of_the_first_customer(1.2), 0.4);
}

TEST(Freight, FollowsFromTheSeed) {
    EXPECT_EQ(synthetic_offers(20, 60, 1, 5, monday), synthetic_offers(20, 60, 1, 5, monday));
    EXPECT_NE(synthetic_offers(20, 60, 1, 5, monday), synthetic_offers(20, 60, 1, 6, monday));
}

}  // namespace
}  // namespace waybill::load
