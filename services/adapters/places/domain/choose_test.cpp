#include "domain/lookup.h"

#include <gmock/gmock.h>

namespace waybill::places {
namespace {

using testing::HasSubstr;

const Stop neustadt{"Neustadt", "DE", ""};
const Place hesse{"Neustadt (Hessen)", "DE", 50.85, 9.12}, dosse{"Neustadt (Dosse)", "DE", 52.85, 12.44}, suburb{"Neustadt-Nord", "DE", 50.90, 9.15};

TEST(Choose, TakesTheOnlyTown) { EXPECT_EQ(choose(neustadt, {{hesse, 9000}}).place, hesse); }
TEST(Choose, TakesATownThatIsMuchLarger) { EXPECT_EQ(choose(neustadt, {{hesse, 9000}, {dosse, 2000}}).place, hesse); }
TEST(Choose, TakesTownsThatTouchAsOne) { EXPECT_EQ(choose(neustadt, {{hesse, 9000}, {suburb, 8000}}).place, hesse); }

TEST(Choose, AsksAPersonBetweenEquals) {
    const auto choice = choose(neustadt, {{hesse, 9000}, {dosse, 3500}});
    EXPECT_EQ(choice.place, std::nullopt);
    EXPECT_EQ(choice.why, "2 towns are called Neustadt (DE): say which, for example Neustadt (Hessen) or Neustadt (Dosse)");
}

TEST(Choose, SaysWhenNoTownIsKnown) {
    EXPECT_EQ(choose({"Nowhere", "DE", ""}, {}).place, std::nullopt);
    EXPECT_THAT(choose({"Nowhere", "DE", ""}, {}).why, HasSubstr("no town called Nowhere (DE) is known"));
}

}  // namespace
}  // namespace waybill::places
