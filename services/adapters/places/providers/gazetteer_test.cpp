#include "providers/gazetteer.h"

#include <gmock/gmock.h>

namespace waybill::places {
namespace {

Located locate(Stop pickup, Stop delivery) { return std::get<Located>(ask_gazetteer({std::move(pickup), std::move(delivery)}, {})); }

TEST(Gazetteer, FindsTownsByTheirNamesWithAndWithoutDiacritics) {
    const struct { const char *name, *country; double latitude, longitude; } towns[] = {
        {"Kaunas", "LT", 54.90, 23.91}, {"Klaipeda", "LT", 55.72, 21.12}, {"Poznań", "PL", 52.41, 16.93}, {"Hamburg", "DE", 53.55, 9.99},
        {"Frankfurt", "DE", 50.11, 8.68}, {"Venlo", "NL", 51.37, 6.17}, {"Oslo", "NO", 59.91, 10.75}, {"Lyon", "FR", 45.75, 4.85},
    };
    for (const auto& [name, country, latitude, longitude] : towns) {
        const auto found = locate({name, country, ""}, {"Linz", "AT", "4020"});
        ASSERT_TRUE(found.pickup) << name << ": " << found.why;
        EXPECT_NEAR(found.pickup->latitude, latitude, 0.15) << name;
        EXPECT_NEAR(found.pickup->longitude, longitude, 0.15) << name;
        EXPECT_EQ(found.pickup->country, country);
        EXPECT_EQ(found.delivery->name, "Linz");
    }
}

TEST(Gazetteer, SaysWhichTownItDoesNotFind) {
    EXPECT_EQ(locate({"Xyzzy", "LT", ""}, {"Linz", "AT", ""}).which, "pickup");
    EXPECT_EQ(locate({"Kaunas", "LT", ""}, {"Xyzzy", "AT", ""}).which, "delivery");
    EXPECT_EQ(locate({"Kaunas", "DE", ""}, {"Linz", "AT", ""}).which, "pickup") << "a town of another country is not meant";
}

}  // namespace
}  // namespace waybill::places
