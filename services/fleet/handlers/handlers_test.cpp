#include "domain/builders.h"
#include "handlers/handlers.h"
#include "handlers/words.h"

#include <gmock/gmock.h>

namespace waybill::fleet {
namespace {

using runtime::Outcome;
using runtime::Timer;
using testing::ElementsAre;
using namespace ::fleet::v1;

const Instant now = *parse_instant("2027-01-01T12:00:00Z");

::fulfilment::v1::VehicleRequested request_for(const std::string& shipment, int attempt = 1) {
    auto request = load_of(shipment);
    request.attempt = attempt;
    return contract_words(request);
}

template <class Event, class Decision>
Event only(const Decision& decision) {
    if (decision.events.size() != 1) throw std::logic_error(std::to_string(decision.events.size()) + " events");
    return std::get<Event>(decision.events[0]);
}

DepotAnswered nothing_from(const std::string& depot, const std::string& shipment, int attempt = 1) {
    DepotAnswered answer;
    answer.set_shipment_id(shipment);
    answer.set_depot_id(depot);
    answer.set_attempt(attempt);
    answer.add_reasons(depot + "-01: 24000 kg is more than its 1200 kg");
    return answer;
}

::fulfilment::v1::VehicleConfirmed confirmed(const std::string& shipment, const std::string& vehicle) {
    ::fulfilment::v1::VehicleConfirmed event;
    event.set_depot_id(vehicle.substr(0, 3));
    event.set_vehicle_id(vehicle);
    event.set_shipment_id(shipment);
    return event;
}

::fulfilment::v1::VehicleReleased released(const std::string& shipment, const std::string& vehicle, const std::string& reason) {
    ::fulfilment::v1::VehicleReleased event;
    event.set_depot_id(vehicle.substr(0, 3));
    event.set_vehicle_id(vehicle);
    event.set_shipment_id(shipment);
    event.set_reason(reason);
    return event;
}

::edge::v1::VehiclePositionReported report(const std::string& vehicle, Instant seen_at) {
    ::edge::v1::VehiclePositionReported event;
    event.set_depot_id(vehicle.substr(0, 3));
    event.set_vehicle_id(vehicle);
    event.set_driver_id(vehicle.substr(0, 4) + "D" + vehicle.substr(4));
    event.mutable_position()->set_latitude(54.1);
    event.mutable_position()->set_longitude(22.9);
    put(*event.mutable_seen_at(), seen_at);
    return event;
}

TEST(VehicleRequested, AsksTheDepotNearestToThePickUp) {
    const auto decision = vehicle_requested(nullptr, request_for("wb-1"), now);
    const auto asked = only<DepotAsked>(decision);
    EXPECT_EQ(asked.depot_id(), "KUN");
    EXPECT_EQ(asked.shipment_id(), "wb-1");
    EXPECT_EQ(request_in(asked.request()).value(), load_of("wb-1"));
    EXPECT_EQ(decision.state->depots.size(), most_depots);
    EXPECT_EQ(decision.timers, (std::vector<Timer>{{"depot", now + depot_answers_within}}));
}

TEST(VehicleRequested, SaysWhatIsWrongWithARequestThatCannotBePlanned) {
    auto event = request_for("wb-1");
    event.clear_pickup();
    const auto nothing = only<NoVehicleFound>(vehicle_requested(nullptr, event, now));
    EXPECT_EQ(nothing.attempt(), 1);
    ASSERT_EQ(nothing.reasons_size(), 1);
    EXPECT_THAT(nothing.reasons(0), testing::HasSubstr("pickup"));

    event = request_for("wb-1");
    event.mutable_load()->set_weight_kg(-1);
    EXPECT_THAT(only<NoVehicleFound>(vehicle_requested(nullptr, event, now)).reasons(0), testing::HasSubstr("load.weight_kg"));
}

TEST(VehicleRequested, FindsNothingWhereNoDepotIs) {
    auto request = load_of("wb-1");
    request.pickup = {37.76, -25.67};  // the Azores
    EXPECT_THAT(only<NoVehicleFound>(vehicle_requested(nullptr, contract_words(request), now)).reasons(), ElementsAre("no depot within 900 km of the pick-up at 37.76, -25.67"));
}

TEST(VehicleRequested, IsIgnoredWhileADepotIsAskedOrALaterAttemptIsUnderWay) {
    const auto search = *vehicle_requested(nullptr, request_for("wb-1", 2), now).state;
    EXPECT_EQ(vehicle_requested(&search, request_for("wb-1", 2), now).outcome, Outcome::ignored);
    EXPECT_EQ(vehicle_requested(&search, request_for("wb-1", 1), now).outcome, Outcome::ignored);
    EXPECT_EQ(only<DepotAsked>(vehicle_requested(&search, request_for("wb-1", 3), now)).request().attempt(), 3);
}

TEST(VehicleRequested, AgainGoesFirstToTheDepotThatProposedAndGetsTheSameVehicle) {
    auto search = *vehicle_requested(nullptr, request_for("wb-1"), now).state;
    search = *depot_answered(search, nothing_from("KUN", "wb-1"), now).state;
    DepotAsked asked;
    asked.set_depot_id(asked_depot(search));
    asked.set_shipment_id("wb-1");
    *asked.mutable_request() = request_for("wb-1");
    EXPECT_EQ(asked.depot_id(), "VNO");
    const auto first = depot_asked(nullptr, asked, now);
    search = *depot_answered(search, only<DepotAnswered>(first), now).state;

    const auto again = vehicle_requested(&search, request_for("wb-1"), now + 15min);
    const auto asked_again = only<DepotAsked>(again);
    EXPECT_EQ(asked_again.depot_id(), "VNO");
    const auto second = depot_asked(&*first.state, asked_again, now + 15min);
    const auto proposed = only<VehicleProposed>(depot_answered(*again.state, only<DepotAnswered>(second), now + 15min));
    EXPECT_EQ(proposed.vehicle_id(), only<DepotAnswered>(first).vehicle_id());
    EXPECT_EQ(instant_in(proposed.reserved_until()), now + 35min);
}

TEST(DepotAnswered, WithAVehicleBecomesAProposal) {
    const auto search = *vehicle_requested(nullptr, request_for("wb-1"), now).state;
    auto answer = nothing_from("KUN", "wb-1");
    answer.set_vehicle_id("KUN-02");
    answer.set_driver_id("KUN-D02");
    answer.add_ranking("KUN-02 tautliner 26.0 t: 0 km to the pick-up, 48 h left this week");
    const auto decision = depot_answered(search, answer, now);
    const auto proposed = only<VehicleProposed>(decision);
    EXPECT_EQ(proposed.vehicle_id(), "KUN-02");
    EXPECT_EQ(proposed.driver_id(), "KUN-D02");
    EXPECT_EQ(proposed.attempt(), 1);
    EXPECT_EQ(proposed.ranking_size(), 1);
    EXPECT_EQ(decision.timers, (std::vector<Timer>{{"depot", {}}}));
    EXPECT_EQ(decision.state->stage, Stage::proposed);
    EXPECT_EQ(depot_answered(*decision.state, answer, now).outcome, Outcome::ignored) << "twice";
}

TEST(DepotAnswered, WithoutAVehicleLeadsToTheNextDepotAndAtLastToAllTheReasons) {
    auto decision = vehicle_requested(nullptr, request_for("wb-1"), now);
    for (std::size_t depot = 1; depot < most_depots; ++depot) {
        const auto asked = only<DepotAsked>(decision);
        auto answer = nothing_from(asked.depot_id(), "wb-1");
        for (int more = 0; more < 7; ++more) answer.add_reasons(asked.depot_id() + ": another");
        decision = depot_answered(*decision.state, answer, now);
    }
    const auto last = only<DepotAsked>(decision).depot_id();
    decision = depot_answered(*decision.state, nothing_from(last, "wb-1"), now);
    const auto nothing = only<NoVehicleFound>(decision);
    EXPECT_EQ(nothing.reasons_size(), 16) << "two of each depot but the last, its one, and a closing line";
    EXPECT_EQ(nothing.reasons(0), "KUN-01: 24000 kg is more than its 1200 kg");
    EXPECT_EQ(nothing.reasons(15), "and 42 more");
    EXPECT_EQ(decision.state->stage, Stage::nothing_found);
    EXPECT_EQ(decision.timers, (std::vector<Timer>{{"depot", {}}}));
}

TEST(DepotAnswered, IsIgnoredWhenItIsOfAnotherAttemptOrDepot) {
    const auto search = *vehicle_requested(nullptr, request_for("wb-1", 2), now).state;
    EXPECT_EQ(depot_answered(search, nothing_from("KUN", "wb-1", 1), now).outcome, Outcome::ignored);
    EXPECT_EQ(depot_answered(search, nothing_from("VNO", "wb-1", 2), now).outcome, Outcome::ignored);
}

TEST(DepotSilent, AsksTheNext) {
    const auto search = *vehicle_requested(nullptr, request_for("wb-1"), now).state;
    const auto decision = depot_silent(search, now + depot_answers_within);
    EXPECT_EQ(only<DepotAsked>(decision).depot_id(), "VNO");
    EXPECT_THAT(decision.state->reasons, ElementsAre("KUN: no answer in time"));
}

class AtTheDepot : public testing::Test {
protected:
    DepotDecision ask(const std::string& shipment, int attempt = 1) {
        DepotAsked asked;
        asked.set_depot_id("KUN");
        asked.set_shipment_id(shipment);
        *asked.mutable_request() = request_for(shipment, attempt);
        return depot_asked(depot_ ? &*depot_ : nullptr, asked, now);
    }
    DepotDecision after(DepotDecision decision) {
        if (decision.state) depot_ = decision.state;
        return decision;
    }
    std::optional<Depot> depot_;
};

TEST_F(AtTheDepot, DepotAskedBeginsItFromTheRosterAndReservesTheBest) {
    const auto decision = after(ask("wb-1"));
    const auto answered = only<DepotAnswered>(decision);
    EXPECT_EQ(answered.vehicle_id(), "KUN-02") << "KUN-01's driver is kept for dangerous goods";
    EXPECT_EQ(answered.driver_id(), "KUN-D02");
    EXPECT_EQ(answered.shipment_id(), "wb-1");
    EXPECT_EQ(answered.attempt(), 1);
    EXPECT_EQ(answered.ranking_size(), 4);
    EXPECT_EQ(answered.reasons_size(), 4);
    EXPECT_EQ(instant_in(answered.reserved_until()), now + 20min);
    EXPECT_EQ(decision.timers, (std::vector<Timer>{{"reservations", now + 20min}}));
    EXPECT_EQ(only<DepotAnswered>(after(ask("wb-2"))).vehicle_id(), "KUN-03");
}

TEST_F(AtTheDepot, DepotAskedOfADepotThatIsNoLongerThereAnswersThatItHasNothing) {
    DepotAsked asked;
    asked.set_depot_id("XXX");
    asked.set_shipment_id("wb-1");
    *asked.mutable_request() = request_for("wb-1");
    const auto decision = depot_asked(nullptr, asked, now);
    EXPECT_EQ(decision.state, std::nullopt);
    EXPECT_THAT(only<DepotAnswered>(decision).reasons(), ElementsAre("XXX: is in no roster"));
}

TEST_F(AtTheDepot, ReservationsDueTellsTheShipmentAndWaitsForTheNext) {
    after(ask("wb-1"));
    const auto decision = after(reservations_due(*depot_, now + 20min));
    const auto expired = only<ReservationExpired>(decision);
    EXPECT_EQ(expired.shipment_id(), "wb-1");
    EXPECT_EQ(expired.depot_id(), "KUN");
    EXPECT_EQ(expired.vehicle_id(), "KUN-02");
    EXPECT_EQ(decision.timers, (std::vector<Timer>{{"reservations", {}}}));
}

TEST_F(AtTheDepot, VehicleConfirmedEndsTheWait) {
    after(ask("wb-1"));
    const auto decision = after(vehicle_confirmed(*depot_, confirmed("wb-1", "KUN-02"), now + 9min));
    EXPECT_EQ(decision.timers, (std::vector<Timer>{{"reservations", {}}}));
    EXPECT_TRUE(decision.events.empty());
    EXPECT_EQ(vehicle_confirmed(*depot_, confirmed("wb-1", "KUN-02"), now).outcome, Outcome::ignored);
}

TEST_F(AtTheDepot, VehicleConfirmedForWhatWasNeverBookedTellsTheShipment) {
    after(ask("wb-1"));
    EXPECT_EQ(only<ReservationExpired>(vehicle_confirmed(*depot_, confirmed("wb-7", "KUN-02"), now)).shipment_id(), "wb-7");
}

TEST_F(AtTheDepot, VehicleReleasedMakesItFreeOrHistory) {
    after(ask("wb-1"));
    after(vehicle_released(*depot_, released("wb-1", "KUN-02", "declined"), now));
    EXPECT_EQ(only<DepotAnswered>(after(ask("wb-2"))).vehicle_id(), "KUN-02");
    after(vehicle_confirmed(*depot_, confirmed("wb-2", "KUN-02"), now));
    after(vehicle_released(*depot_, released("wb-2", "KUN-02", "delivered"), now));
    EXPECT_EQ(depot_->calendars.at("KUN-02").bookings.at(0).hold, Hold::delivered);
    EXPECT_EQ(vehicle_released(*depot_, released("wb-2", "KUN-02", "delivered"), now).outcome, Outcome::ignored);
}

TEST_F(AtTheDepot, VehiclePositionReportedIsToldWithWhatItCarries) {
    after(ask("wb-1"));
    after(vehicle_confirmed(*depot_, confirmed("wb-1", "KUN-02"), now));
    const auto seen = only<VehicleSeen>(after(vehicle_position_reported(&*depot_, report("KUN-02", now), now)));
    EXPECT_EQ(seen.shipment_id(), "wb-1");
    EXPECT_EQ(seen.vehicle_id(), "KUN-02");
    EXPECT_EQ(seen.position().latitude(), 54.1);
    EXPECT_EQ(vehicle_position_reported(&*depot_, report("KUN-02", now - 1min), now).outcome, Outcome::ignored) << "an older report";
    EXPECT_EQ(only<VehicleSeen>(vehicle_position_reported(nullptr, report("VNO-01", now), now)).shipment_id(), "") << "nothing booked there yet";
}

TEST_F(AtTheDepot, VehiclePositionReportedIsIgnoredWhenItCannotBe) {
    auto foreign = report("KUN-02", now);
    foreign.set_driver_id("KUN-D01");
    auto nowhere = report("KUN-02", now);
    nowhere.mutable_position()->set_latitude(200);
    auto never = report("KUN-02", now);
    never.clear_seen_at();
    for (const auto& event : {report("XXX-01", now), report("KUN-99", now), foreign, nowhere, never}) {
        const auto decision = vehicle_position_reported(nullptr, event, now);
        EXPECT_EQ(decision.outcome, Outcome::ignored) << event.ShortDebugString();
        EXPECT_FALSE(decision.why.empty());
    }
}

TEST_F(AtTheDepot, ItsStateReadsBackAsItWasWritten) {
    after(ask("wb-1"));
    after(vehicle_position_reported(&*depot_, report("KUN-02", now), now));
    EXPECT_EQ(json::from_json<Depot>(json::to_json(*depot_)), *depot_);
    const auto search = *vehicle_requested(nullptr, request_for("wb-1"), now).state;
    EXPECT_EQ(json::from_json<Search>(json::to_json(search)), search);
}

}  // namespace
}  // namespace waybill::fleet
