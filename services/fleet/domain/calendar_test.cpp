#include "domain/builders.h"

#include <gtest/gtest.h>

namespace waybill::fleet {
namespace {

Calendar confirmed(Calendar calendar) {
    for (auto& booking : calendar.bookings) booking.hold = Hold::confirmed;
    return calendar;
}

TEST(ACalendar, PlacesAJourneyAsEarlyAsItsWindowAndTheWayAllow) {
    const auto at_the_door = place(kaunas, {}, load_of("wb-1"));
    ASSERT_TRUE(at_the_door);
    EXPECT_EQ(at_the_door->calendar.bookings[0].loading, monday + 30h);
    EXPECT_EQ(at_the_door->calendar.bookings[0].until, monday + 30h + 1h + 505min + 1h);

    const auto from_vilnius = place(vilnius, {}, load_of("wb-1", monday));
    ASSERT_TRUE(from_vilnius) << "it leaves when it is planned, and comes within the window";
    EXPECT_EQ(from_vilnius->calendar.bookings[0].loading, monday + 110min);
    EXPECT_EQ(approach(vilnius, from_vilnius->calendar, 0)->from, monday);
    EXPECT_FALSE(place(riga, {}, load_of("wb-1", monday))) << "300 km and a break take more than four hours";
}

TEST(ACalendar, HasNoRoomForWhatOverlaps) {
    const auto one = place(kaunas, {}, load_of("wb-1"))->calendar;
    EXPECT_FALSE(place(kaunas, one, load_of("wb-2", monday + 32h)));
    EXPECT_FALSE(place(kaunas, one, load_of("wb-2", monday + 20h))) << "it would not be back from Warszawa";
    EXPECT_TRUE(place(kaunas, one, load_of("wb-2", monday + 80h)));
}

TEST(ACalendar, PutsAJourneyBeforeALaterOneOnlyIfTheLaterIsStillReached) {
    const auto later = place(kaunas, {}, load_of("wb-9", monday + 100h))->calendar;
    const auto both = place(kaunas, later, load_of("wb-1"));
    ASSERT_TRUE(both);
    EXPECT_EQ(both->which, 0u);
    auto far = load_of("wb-2");
    far.delivery = venlo;
    far.total_minutes = 48 * 60;
    EXPECT_FALSE(place(kaunas, later, far));
}

TEST(ACalendar, StartsFromTheDeliveryOrFromHomeWhicheverIsNearer) {
    const auto one = confirmed(place(kaunas, {}, load_of("wb-1"))->calendar);
    auto from_warszawa = load_of("wb-2", monday + 80h);
    from_warszawa.pickup = warszawa;
    auto placed = place(kaunas, one, from_warszawa);
    EXPECT_EQ(approach(kaunas, placed->calendar, 1)->kilometres, 0);

    placed = place(kaunas, one, load_of("wb-3", monday + 50h));
    EXPECT_GT(approach(kaunas, placed->calendar, 1)->kilometres, 400) << "still in Warszawa";
    placed = place(kaunas, one, load_of("wb-3", monday + 150h));
    EXPECT_EQ(approach(kaunas, placed->calendar, 1)->kilometres, 0) << "home meanwhile";
}

TEST(ACalendar, CountsOnAReservationNeitherToStayNorToGo) {
    const auto reserved = place(kaunas, {}, load_of("wb-1"))->calendar;
    auto relies_on_it = load_of("wb-2", monday + 45h);
    relies_on_it.pickup = relies_on_it.delivery = {40.42, -3.70};
    auto there = reserved;
    there.bookings[0].delivery = relies_on_it.pickup;
    EXPECT_FALSE(place(kaunas, there, relies_on_it)) << "were the reservation to fall away, it could not be in Madrid in time";
    EXPECT_TRUE(place(kaunas, confirmed(there), relies_on_it));
}

TEST(ACalendar, DrivesEmptyWhatWasCalledOffIfItsNextLoadWaitsThere) {
    auto calendar = confirmed(place(kaunas, {}, load_of("wb-1"))->calendar);
    calendar.bookings[0].delivery = venlo;
    auto next = load_of("wb-2", monday + 45h);
    next.pickup = venlo;
    calendar = confirmed(place(kaunas, calendar, next)->calendar);
    const auto called_off = without(kaunas, calendar, 0);
    ASSERT_EQ(called_off.bookings.size(), 2u);
    EXPECT_EQ(called_off.bookings[0].hold, Hold::empty_run);
    EXPECT_EQ(without(kaunas, calendar, 1).bookings.size(), 1u) << "nobody relies on where the last one ends";
}

TEST(ACalendar, SharesAJourneyAmongTheWeeksItTakes) {
    auto over_sunday = load_of("wb-1", monday + 6 * 24h + 12h);  // Sunday 18:00
    over_sunday.delivery = kaunas;
    over_sunday.driving_minutes = 600;
    over_sunday.total_minutes = 10 * 60;  // with handling twelve hours: half on either side of midnight
    const auto calendar = place(kaunas, {}, over_sunday)->calendar;
    EXPECT_EQ(driven_in_week_of(kaunas, calendar, monday), 300min);
    EXPECT_EQ(driven_in_week_of(kaunas, calendar, monday + 7 * 24h), 300min);
    EXPECT_EQ(driven_in_week_of(kaunas, calendar, monday + 14 * 24h), 0min);
}

TEST(ACalendar, ForgetsWhatIsLongOverButPlansNothingBeforeIt) {
    auto calendar = place(kaunas, {}, load_of("wb-1"))->calendar;
    calendar = place(kaunas, calendar, load_of("wb-2", monday + 150h))->calendar;
    calendar.bookings[0].hold = calendar.bookings[1].hold = Hold::delivered;
    const auto newest = calendar.bookings[0].until + std::chrono::days(14);

    EXPECT_EQ(cleared(calendar, newest), calendar) << "ended exactly fourteen days ago";
    const auto less = cleared(calendar, newest + 1h);
    ASSERT_EQ(less.bookings.size(), 1u);
    EXPECT_EQ(less.before->shipment, "wb-1");
    EXPECT_FALSE(place(kaunas, less, load_of("wb-3"))) << "that time is taken though no longer remembered";

    auto under_way = calendar;
    under_way.bookings[0].hold = Hold::confirmed;
    EXPECT_EQ(cleared(under_way, newest + 1h), under_way) << "late is not over";
}

TEST(ACalendar, IsBoundedWhateverBecomesOfItsJourneys) {
    Calendar calendar;
    for (int week = 0; week < 100; ++week) {
        calendar = confirmed(place(kaunas, calendar, load_of("wb-" + std::to_string(week), monday + week * 168h))->calendar);
        calendar = cleared(calendar, monday);
        ASSERT_LE(calendar.bookings.size(), most_bookings);
    }
}

}  // namespace
}  // namespace waybill::fleet
