#include "domain/builders.h"

#include <gmock/gmock.h>

#include <random>
#include <set>

namespace waybill::fleet {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Instant now = *parse_instant("2027-01-01T12:00:00Z");  // the machine's clock is not the offers'
const Yard two = yard_of({tautliner("01"), tautliner("02")});
const Yard one = yard_of({tautliner("01")});

TEST(ADepot, GivesTwoRequestsTwoVehiclesAndAThirdNone) {
    auto reserved = reserve({"KUN"}, two, load_of("wb-1"), now);
    EXPECT_EQ(reserved.answer.vehicle, "KUN-01");
    EXPECT_EQ(reserved.answer.driver, "KUN-D01");
    EXPECT_EQ(reserved.answer.reserved_until, now + 20min);
    EXPECT_EQ(reserved.answer.ranking.size(), 2u);
    reserved = reserve(reserved.depot, two, load_of("wb-2"), now);
    EXPECT_EQ(reserved.answer.vehicle, "KUN-02");
    reserved = reserve(reserved.depot, two, load_of("wb-3"), now);
    EXPECT_EQ(reserved.answer.vehicle, "");
    EXPECT_EQ(reserved.answer.reasons.size(), 2u);
}

TEST(ADepot, AnswersTheSameWhenItIsAskedAgain) {
    const auto first = reserve({"KUN"}, two, load_of("wb-1"), now);
    const auto again = reserve(first.depot, two, load_of("wb-1"), now + 15min);
    EXPECT_EQ(again.answer.vehicle, first.answer.vehicle);
    EXPECT_EQ(again.answer.reserved_until, now + 35min);
    EXPECT_EQ(next_expiry(again.depot), now + 35min);
}

TEST(ADepot, KeepsItsAnswerWhenABetterVehicleIsFreeByTheTimeItIsAskedAgain) {
    auto depot = reserve({"KUN"}, two, load_of("wb-1"), now).depot;
    depot = reserve(depot, two, load_of("wb-2"), now).depot;
    depot = release(depot, two, "wb-1", "KUN-01", false).depot;
    EXPECT_EQ(reserve(depot, two, load_of("wb-2"), now + 1min).answer.vehicle, "KUN-02");
}

TEST(ADepot, GivesAnEarlierAttemptThatComesLateNothing) {
    auto request = load_of("wb-1");
    request.attempt = 2;
    const auto second = reserve({"KUN"}, two, request, now);
    request.attempt = 1;
    const auto late = reserve(second.depot, two, request, now);
    EXPECT_EQ(late.answer.vehicle, "");
    EXPECT_THAT(late.answer.reasons, ElementsAre("KUN-01: reserved for a later attempt"));
    EXPECT_EQ(late.depot.calendars.at("KUN-01").bookings.at(0).attempt, 2);
}

TEST(ADepot, ProposesAnotherDriverForTheNextAttemptAndFreesTheFirst) {
    auto request = load_of("wb-1");
    auto reserved = reserve({"KUN"}, two, request, now);
    request.attempt = 2;
    request.excluded_drivers = {"KUN-D01"};
    reserved = reserve(reserved.depot, two, request, now);
    EXPECT_EQ(reserved.answer.vehicle, "KUN-02");
    EXPECT_THAT(reserved.depot.calendars.at("KUN-01").bookings, IsEmpty());
    EXPECT_EQ(release(reserved.depot, two, "wb-1", "KUN-01", false).nothing_because, "KUN-01 is not booked for wb-1") << "the release came after the next request";
}

TEST(ADepot, EndsReservationsInTimeAndTellsWhoLost) {
    auto depot = reserve({"KUN"}, two, load_of("wb-1"), now).depot;
    depot = reserve(depot, two, load_of("wb-2"), now + 5min).depot;
    const auto change = expire(depot, two, now + 20min);
    EXPECT_THAT(change.lost, ElementsAre(Lost{"wb-1", "KUN-01"}));
    EXPECT_EQ(next_expiry(change.depot), now + 25min);
    EXPECT_EQ(reserve(change.depot, two, load_of("wb-3"), now + 21min).answer.vehicle, "KUN-01");
}

TEST(ADepot, KeepsWhatIsConfirmed) {
    auto depot = reserve({"KUN"}, one, load_of("wb-1"), now).depot;
    depot = confirm(depot, one, "wb-1", "KUN-01").depot;
    EXPECT_EQ(next_expiry(depot), std::nullopt);
    EXPECT_THAT(expire(depot, one, now + 100h).lost, IsEmpty());
    EXPECT_EQ(confirm(depot, one, "wb-1", "KUN-01").nothing_because, "KUN-01 is confirmed for wb-1 already");
}

TEST(ADepot, BooksAgainWhenTheYesComesAfterTheEnd) {
    auto depot = expire(reserve({"KUN"}, one, load_of("wb-1"), now).depot, one, now + 20min).depot;
    const auto change = confirm(depot, one, "wb-1", "KUN-01");
    EXPECT_THAT(change.lost, IsEmpty());
    EXPECT_EQ(change.depot.calendars.at("KUN-01").bookings.at(0).hold, Hold::confirmed);
    EXPECT_THAT(change.depot.lapsed, IsEmpty());
}

TEST(ADepot, LetsALateYesGoBeforeAReservationButNotBeforeAnotherYes) {
    auto depot = expire(reserve({"KUN"}, one, load_of("wb-1"), now).depot, one, now + 20min).depot;
    depot = reserve(depot, one, load_of("wb-2"), now + 21min).depot;

    const auto late_yes = confirm(depot, one, "wb-1", "KUN-01");
    EXPECT_THAT(late_yes.lost, ElementsAre(Lost{"wb-2", "KUN-01"}));
    ASSERT_EQ(late_yes.depot.calendars.at("KUN-01").bookings.size(), 1u);
    EXPECT_EQ(late_yes.depot.calendars.at("KUN-01").bookings[0].shipment, "wb-1");

    depot = confirm(depot, one, "wb-2", "KUN-01").depot;
    const auto too_late = confirm(depot, one, "wb-1", "KUN-01");
    EXPECT_THAT(too_late.lost, ElementsAre(Lost{"wb-1", "KUN-01"}));
    EXPECT_EQ(too_late.depot.calendars.at("KUN-01").bookings[0].shipment, "wb-2");
}

TEST(ADepot, RemembersADeliveryAsHistoryAndStartsFromItsEnd) {
    auto depot = reserve({"KUN"}, one, load_of("wb-1"), now).depot;
    depot = confirm(depot, one, "wb-1", "KUN-01").depot;
    depot = release(depot, one, "wb-1", "KUN-01", true).depot;
    EXPECT_EQ(release(depot, one, "wb-1", "KUN-01", true).nothing_because, "wb-1 was delivered by KUN-01 already");
    EXPECT_EQ(reserve(depot, one, load_of("wb-2"), now).answer.vehicle, "") << "its time is spent";
    auto from_there = load_of("wb-3", monday + 50h);
    from_there.pickup = warszawa;
    EXPECT_THAT(reserve(depot, one, from_there, now).answer.ranking, ElementsAre(testing::HasSubstr(" 0 km to the pick-up")));
}

TEST(ADepot, FreesAVehicleThatIsReleased) {
    auto depot = reserve({"KUN"}, one, load_of("wb-1"), now).depot;
    depot = confirm(depot, one, "wb-1", "KUN-01").depot;
    depot = release(depot, one, "wb-1", "KUN-01", false).depot;
    EXPECT_EQ(reserve(depot, one, load_of("wb-2"), now).answer.vehicle, "KUN-01");
}

TEST(ADepot, TakesOnlyNewerSightings) {
    auto depot = sight({"KUN"}, "KUN-01", {venlo, monday}).depot;
    EXPECT_FALSE(sight(depot, "KUN-01", {kaunas, monday}).nothing_because.empty());
    EXPECT_EQ(sight(depot, "KUN-01", {kaunas, monday + 1h}).depot.calendars.at("KUN-01").last_seen->position, kaunas);
}

TEST(ADepot, TellsWhatAVehicleCarriesAtATime) {
    auto depot = confirm(reserve({"KUN"}, one, load_of("wb-1"), now).depot, one, "wb-1", "KUN-01").depot;
    depot = confirm(reserve(depot, one, load_of("wb-2", monday + 200h), now).depot, one, "wb-2", "KUN-01").depot;
    EXPECT_EQ(carried_by(depot, "KUN-01", monday + 202h), "wb-2");
    EXPECT_EQ(carried_by(depot, "KUN-01", now), "wb-1") << "the first that is not delivered";
    EXPECT_EQ(carried_by(depot, "KUN-02", now), "");
}

// What must hold for every calendar, by the plainest reading: journeys with their empty ways never overlap, and follow from where
// the one before ended or from home.
void expect_sound(const Yard& yard, const Depot& depot) {
    for (const auto& [vehicle, calendar] : depot.calendars) {
        const Booking* before = calendar.before ? &*calendar.before : nullptr;
        for (std::size_t which = 0; which < calendar.bookings.size(); ++which) {
            const auto& booking = calendar.bookings[which];
            const auto way = approach(yard.position, calendar, which);
            ASSERT_TRUE(way) << vehicle << " cannot reach " << booking.shipment;
            ASSERT_LT(booking.loading, booking.until);
            ASSERT_LE(way->from, booking.loading);
            ASSERT_LE(before ? before->until : Instant::min(), way->from) << vehicle << ": " << booking.shipment << " overlaps the one before";
            before = &booking;
        }
    }
}

TEST(ADepot, NeverBooksAVehicleTwiceForOneTimeWhateverHappens) {
    const auto& yard = *fleet::yard("KUN");
    for (unsigned seed = 1; seed <= 150; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const auto below = [&](int bound) { return static_cast<int>(random() % static_cast<unsigned>(bound)); };
        Depot depot{"KUN"};
        auto clock = now;
        std::vector<Request> asked;
        std::map<std::string, std::string> proposed;  // by shipment
        int found = 0;
        for (int step = 0; step < 120; ++step) {
            clock += std::chrono::minutes(below(8));
            const int what = below(10);
            if (what < 5 || asked.empty()) {
                Request request = load_of("wb-" + std::to_string(step), monday + std::chrono::hours(below(24 * 40)));
                if (!asked.empty() && below(5) == 0) {
                    request = asked[static_cast<std::size_t>(below(static_cast<int>(asked.size())))];
                    request.attempt += below(2);
                }
                request.planned_at = request.pickup_from - std::chrono::hours(6 + below(72));
                request.pickup_until = request.pickup_from + std::chrono::hours(below(30));
                request.load.equipment = below(2) ? "tautliner" : "reefer";
                request.pickup = {53.0 + below(40) / 10.0, 20.0 + below(60) / 10.0};
                request.delivery = {45.0 + below(120) / 10.0, 5.0 + below(200) / 10.0};
                const auto driving = driving_time(road_kilometres(request.pickup, request.delivery));
                request.driving_minutes = static_cast<int>(driving.count());
                request.total_minutes = static_cast<int>(with_rests(driving).count());
                const auto reserved = reserve(depot, yard, request, clock);
                depot = reserved.depot;
                asked.push_back(request);
                if (!reserved.answer.vehicle.empty()) {
                    proposed[request.shipment] = reserved.answer.vehicle;
                    ++found;
                }
            } else if (!proposed.empty()) {
                auto one = proposed.begin();
                std::advance(one, below(static_cast<int>(proposed.size())));
                if (what < 7) depot = confirm(depot, yard, one->first, one->second).depot;
                else if (what < 9) depot = release(depot, yard, one->first, one->second, what == 8).depot;
                else depot = expire(depot, yard, clock).depot;
            }
            expect_sound(yard, depot);
            if (HasFatalFailure()) return;
            ASSERT_LE(depot.lapsed.size(), most_lapsed);
        }
        EXPECT_GT(found, 10);
    }
}

}  // namespace
}  // namespace waybill::fleet
