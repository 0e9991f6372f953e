#include "domain/lookup.h"

#include <gtest/gtest.h>

namespace waybill::routes {
namespace {

TEST(StraightKilometres, AreThoseOfTheGlobe) {
    const Point kaunas{54.9027, 23.9096}, venlo{51.37, 6.1681}, oslo{59.9127, 10.7461}, hamburg{53.5507, 9.993};
    EXPECT_NEAR(straight_kilometres(kaunas, venlo), 1238, 6);
    EXPECT_NEAR(straight_kilometres(oslo, hamburg), 709, 4);
    EXPECT_NEAR(straight_kilometres(hamburg, oslo), straight_kilometres(oslo, hamburg), 1e-9);
    EXPECT_EQ(straight_kilometres(oslo, oslo), 0);
    EXPECT_NEAR(straight_kilometres({0, 0}, {0, 180}), 20015, 1);
}

TEST(WithRests, FollowsTheRegulation) {
    const struct { int driving, total; } days[] = {
        {0, 0},
        {60, 60},
        {270, 270},                                  // no break at the end
        {271, 271 + 45},
        {540, 540 + 45},                             // a whole day, and there
        {541, 541 + 45 + 660},                       // a rest, and a minute on the next morning
        {810, 810 + 45 + 660},
        {811, 811 + 45 + 660 + 45},
        {1080, 1080 + 2 * 45 + 660},
        {1081, 1081 + 2 * (45 + 660)},
    };
    for (const auto& [driving, total] : days) EXPECT_EQ(with_rests(driving), total) << driving;
}

TEST(WithRests, NeverShrinksWithTheRoad) {
    for (int minutes = 1; minutes < 5000; ++minutes) ASSERT_GT(with_rests(minutes), with_rests(minutes - 1)) << minutes;
}

TEST(AverageSpeed, KnowsEveryVehicleAndAnyOther) {
    for (const char* kind : {"tautliner", "reefer", "box", "flatbed", "mega", "tanker", "container", "van", "", "zeppelin"}) {
        EXPECT_GE(average_speed(kind), 60) << kind;
        EXPECT_LE(average_speed(kind), 80) << kind;
    }
    EXPECT_GT(average_speed("van"), average_speed("tanker"));
}

}  // namespace
}  // namespace waybill::routes
