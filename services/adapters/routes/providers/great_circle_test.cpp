#include "providers/great_circle.h"

#include <gmock/gmock.h>

#include <limits>

namespace waybill::routes {
namespace {

Road road(Point from, Point to, const char* equipment = "tautliner") { return std::get<Road>(ask_great_circle({from, to, equipment}, {})); }

TEST(GreatCircle, GivesARoadThatWinds) {
    const Road found = road({54.9027, 23.9096}, {51.37, 6.1681});
    EXPECT_NEAR(found.kilometres, 1610, 10);
    EXPECT_NEAR(found.driving_minutes, 1610 * 60 / 68, 12);
    EXPECT_EQ(found.total_minutes, with_rests(found.driving_minutes));
    EXPECT_EQ(found.provider, "great_circle");
}

TEST(GreatCircle, GivesAtLeastAKilometreWithinATown) {
    EXPECT_EQ(road({54.9, 23.9}, {54.9, 23.9}).kilometres, 1);
    EXPECT_GE(road({54.9, 23.9}, {54.9, 23.9}).driving_minutes, 1);
}

TEST(GreatCircle, LetsAVanArriveBeforeATanker) {
    EXPECT_LT(road({60, 10}, {50, 10}, "van").total_minutes, road({60, 10}, {50, 10}, "tanker").total_minutes);
}

TEST(GreatCircle, FindsNoRoadOffTheMapOrAcrossAnOcean) {
    EXPECT_THAT(road({91, 0}, {50, 10}).why, testing::HasSubstr("not on the map"));
    EXPECT_THAT(road({50, 10}, {50, std::numeric_limits<double>::quiet_NaN()}).why, testing::HasSubstr("not on the map"));
    EXPECT_EQ(road({40.7, -74.0}, {50, 10}).kilometres, 0);
    EXPECT_THAT(road({40.7, -74.0}, {50, 10}).why, testing::HasSubstr("too far for a road"));
}

}  // namespace
}  // namespace waybill::routes
