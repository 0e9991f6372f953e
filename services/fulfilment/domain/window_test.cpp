#include "domain/window.h"

#include <gtest/gtest.h>

namespace waybill::fulfilment {
namespace {

Instant at(const char* text) { return *parse_instant(text); }

std::string window_of(Stop pickup, const char* received_at) {
    const auto window = pickup_window(pickup, at(received_at));
    return window ? to_text(window->from).substr(0, 16) + " to " + to_text(window->until).substr(0, 16) : to_text(window.refusal());
}

TEST(PickupWindow, IsInUtcWhereTheGoodsAre) {
    struct Row { std::string country, date, from, to, window; };
    const Row rows[] = {
        {"LT", "2026-10-06", "08:00", "12:00", "2026-10-06T05:00 to 2026-10-06T09:00"},
        {"DE", "2026-10-06", "08:00", "12:00", "2026-10-06T06:00 to 2026-10-06T10:00"},
        {"GB", "2026-10-06", "08:00", "12:00", "2026-10-06T07:00 to 2026-10-06T11:00"},
        {"TR", "2026-10-06", "08:00", "12:00", "2026-10-06T05:00 to 2026-10-06T09:00"},
        {"IS", "2026-10-06", "08:00", "12:00", "2026-10-06T08:00 to 2026-10-06T12:00"},
        {"DE", "2026-12-01", "08:00", "12:00", "2026-12-01T07:00 to 2026-12-01T11:00"},
        {"LT", "2026-12-01", "08:00", "12:00", "2026-12-01T06:00 to 2026-12-01T10:00"},
        {"DE", "2026-10-25", "01:00", "12:00", "2026-10-24T23:00 to 2026-10-25T11:00"},  // summer time ends that night
        {"DE", "2026-10-06", "", "", "2026-10-05T22:00 to 2026-10-06T21:59"},
        {"DE", "2026-10-06", "", "14:00", "2026-10-05T22:00 to 2026-10-06T12:00"},
        {"DE", "2026-10-06", "09:00", "", "2026-10-06T07:00 to 2026-10-06T21:59"},
        {"DE", "2026-10-06", "08:00", "08:00", "2026-10-06T06:00 to 2026-10-06T06:00"},
        {"DE", "2026-10-06", "22:00", "06:00", "2026-10-06T20:00 to 2026-10-07T04:00"},
        {"DE", "2026-10-06", "18:00", "24:00", "2026-10-06T16:00 to 2026-10-06T22:00"},
    };
    for (const Row& row : rows) {
        const Stop pickup{.country = row.country, .date = row.date, .time_from = row.from, .time_to = row.to};
        EXPECT_EQ(window_of(pickup, "2026-10-01T00:00:00Z"), row.window) << row.country << " " << row.date;
    }
}

TEST(PickupWindow, IsThreeDaysFromTheOfferWhenNoDateIsSaid) { EXPECT_EQ(window_of({.country = "DE"}, "2026-10-05T07:42:00Z"), "2026-10-05T07:42 to 2026-10-08T07:42"); }

TEST(PickupWindow, NeverOpensBeforeTheOfferCame) {
    EXPECT_EQ(window_of({.country = "LT", .date = "2026-10-05"}, "2026-10-05T07:42:00Z"), "2026-10-05T07:42 to 2026-10-05T20:59");
    EXPECT_EQ(window_of({.country = "LT", .date = "2026-10-01"}, "2026-10-05T07:42:00Z"), "2026-10-01T20:59 to 2026-10-01T20:59");
}

TEST(PickupWindow, RefusesWhatIsNoDateOrTime) {
    EXPECT_EQ(window_of({.date = "2026-02-30"}, "2026-02-01T00:00:00Z"), "pickup.date: '2026-02-30' is not a date; write it like 2026-10-05");
    EXPECT_EQ(window_of({.date = "05.10.2026"}, "2026-02-01T00:00:00Z"), "pickup.date: '05.10.2026' is not a date; write it like 2026-10-05");
    EXPECT_EQ(window_of({.date = "2026-02-03", .time_from = "24:00"}, "2026-02-01T00:00:00Z"), "pickup.time_from: '24:00' is not a time of day; write it like 07:30");
    EXPECT_EQ(window_of({.date = "2026-02-03", .time_to = "7:30"}, "2026-02-01T00:00:00Z"), "pickup.time_to: '7:30' is not a time of day; write it like 07:30");
}

}  // namespace
}  // namespace waybill::fulfilment
