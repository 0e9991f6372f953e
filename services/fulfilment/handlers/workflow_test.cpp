// The state machine as a table: what moves a shipment from which stage to which, and what is announced on the way. Every
// pair of stage and message that is not in the table changes nothing.
#include "handlers/story.h"

#include <gmock/gmock.h>

#include <set>

namespace waybill::fulfilment {
namespace {

using namespace story;

// Everything that can happen to a shipment whose first driver is asked, or has it.
const std::map<std::string, std::function<Decision(const Shipment&)>> messages{
    {"places found", [](const Shipment& s) { return places_found(s, places(), noon); }},
    {"places not found", [](const Shipment& s) { return places_not_found(s, {}, noon); }},
    {"route found", [](const Shipment& s) { return route_found(s, road(), noon); }},
    {"route not found", [](const Shipment& s) { return route_not_found(s, {}, noon); }},
    {"vehicle proposed", [](const Shipment& s) { return vehicle_proposed(s, proposal(1), noon); }},
    {"no vehicle found", [](const Shipment& s) { return no_vehicle_found(s, no_vehicle(1), noon); }},
    {"reservation expired", [](const Shipment& s) { return reservation_expired(s, expired(1), noon); }},
    {"accepted", [](const Shipment& s) { return assignment_accepted(s, accepted(1), noon); }},
    {"declined", [](const Shipment& s) { return assignment_declined(s, declined(1), noon); }},
    {"picked up", [](const Shipment& s) { return goods_picked_up(s, picked_up(1), noon); }},
    {"delivered", [](const Shipment& s) { return goods_delivered(s, delivered(1), noon); }},
    {"invoice issued", [](const Shipment& s) { return invoice_issued(s, of_billing<::billing::v1::InvoiceIssued>(), noon); }},
    {"invoice paid", [](const Shipment& s) { return invoice_paid(s, of_billing<::billing::v1::InvoicePaid>(), noon); }},
    {"billing stopped", [](const Shipment& s) { return billing_stopped(s, of_billing<::billing::v1::BillingStopped>(), noon); }},
    {"deadline", [](const Shipment& s) { return deadline_passed(s, s.awaited_until.value_or(noon)); }},
};

struct Move { Stage from; std::string message; Stage to; std::string announced; };
const std::string next_driver = "AssignmentWithdrawn VehicleReleased VehicleRequested ShipmentAdvanced";
const Move moves[]{
    {Stage::placing, "places found", Stage::routing, "RouteRequested ShipmentAdvanced"},
    {Stage::placing, "places not found", Stage::needs_person, "PersonNeeded ShipmentAdvanced"},
    {Stage::placing, "deadline", Stage::placing, "PlacesRequested ShipmentAdvanced"},
    {Stage::routing, "route found", Stage::finding_vehicle, "ShipmentAdvanced VehicleRequested ShipmentAdvanced"},
    {Stage::routing, "route not found", Stage::needs_person, "PersonNeeded ShipmentAdvanced"},
    {Stage::routing, "deadline", Stage::routing, "RouteRequested ShipmentAdvanced"},
    {Stage::finding_vehicle, "vehicle proposed", Stage::offered, "AssignmentOffered ShipmentAdvanced"},
    {Stage::finding_vehicle, "no vehicle found", Stage::needs_person, "PersonNeeded ShipmentAdvanced"},
    {Stage::finding_vehicle, "deadline", Stage::finding_vehicle, "VehicleRequested ShipmentAdvanced"},
    {Stage::offered, "accepted", Stage::assigned, "VehicleConfirmed AssignmentConfirmed ShipmentAdvanced"},
    {Stage::offered, "declined", Stage::finding_vehicle, next_driver},
    {Stage::offered, "reservation expired", Stage::finding_vehicle, next_driver},
    {Stage::assigned, "reservation expired", Stage::finding_vehicle, next_driver},
    {Stage::offered, "deadline", Stage::finding_vehicle, next_driver},
    {Stage::assigned, "picked up", Stage::in_transit, "ShipmentAdvanced"},
    {Stage::assigned, "deadline", Stage::assigned, "ShipmentAdvanced"},
    {Stage::in_transit, "delivered", Stage::delivered, "VehicleReleased BillingRequested ShipmentAdvanced"},
    {Stage::in_transit, "deadline", Stage::in_transit, "ShipmentAdvanced"},
    {Stage::delivered, "invoice issued", Stage::billing, "ShipmentAdvanced"},
    {Stage::delivered, "billing stopped", Stage::needs_person, "PersonNeeded ShipmentAdvanced"},
    {Stage::delivered, "deadline", Stage::delivered, "ShipmentAdvanced"},
    {Stage::billing, "invoice paid", Stage::closed, "ShipmentClosed ShipmentAdvanced"},
    {Stage::billing, "billing stopped", Stage::needs_person, "PersonNeeded ShipmentAdvanced"},
    {Stage::billing, "deadline", Stage::billing, "ShipmentAdvanced"},
};
const Stage resting[]{Stage::placing, Stage::routing, Stage::finding_vehicle, Stage::offered, Stage::assigned,
                      Stage::in_transit, Stage::delivered, Stage::billing, Stage::closed, Stage::needs_person};

TEST(Workflow, MovesAsTheTableSays) {
    for (const Move& move : moves) {
        SCOPED_TRACE(name_of(move.from) + " + " + move.message);
        const Decision decision = messages.at(move.message)(at(move.from));

        ASSERT_TRUE(decision.state);
        EXPECT_EQ(decision.state->stage, move.to);
        EXPECT_EQ(announced(decision), move.announced);
    }
}

TEST(Workflow, TellsEveryoneWhereTheShipmentIsAndSetsTheDeadlineOfTheStep) {
    for (const Move& move : moves) {
        SCOPED_TRACE(name_of(move.from) + " + " + move.message);
        const Decision decision = messages.at(move.message)(at(move.from));
        const auto told = last<::fulfilment::v1::ShipmentAdvanced>(decision);

        EXPECT_EQ(told.stage(), name_of(move.to));
        EXPECT_EQ(told.awaited(), step(move.to).awaited);
        EXPECT_EQ(told.awaited_from(), step(move.to).from);
        EXPECT_FALSE(told.why().empty());
        EXPECT_EQ(told.has_awaited_until() ? std::optional(instant_in(told.awaited_until())) : std::nullopt, decision.state->awaited_until);
        EXPECT_EQ(decision.timers, (std::vector<runtime::Timer>{{deadline, decision.state->awaited_until}}));
    }
}

TEST(Workflow, ChangesNothingOtherwise) {
    std::set<std::pair<Stage, std::string>> moving;
    for (const Move& move : moves) moving.emplace(move.from, move.message);

    for (const Stage stage : resting) {
        for (const auto& [name, message] : messages) {
            if (moving.contains({stage, name})) continue;
            SCOPED_TRACE(name_of(stage) + " + " + name);
            const Decision decision = message(at(stage));

            EXPECT_FALSE(decision.state);
            EXPECT_TRUE(decision.timers.empty());
            const bool says_why = decision.outcome != runtime::Outcome::decided && !decision.why.empty();
            EXPECT_TRUE(says_why || announced(decision) == "ReportRefused" || announced(decision) == "VehicleReleased") << announced(decision);
        }
    }
}

TEST(Workflow, SettlesAndTellsTheWholeWayOfAGoodShipment) {
    Shipment shipment;
    std::string told;
    const auto goes = [&](const Decision& decision) {
        shipment = after(decision);
        for (const auto& event : decision.events)
            if (const auto* advanced = std::get_if<::fulfilment::v1::ShipmentAdvanced>(&event)) told += advanced->stage() + ": " + advanced->why() + "\n";
    };

    goes(offer_normalised(offer(), noon));
    goes(places_found(shipment, places(), noon + 1min));
    goes(route_found(shipment, road(), noon + 2min));
    goes(vehicle_proposed(shipment, proposal(1), noon + 3min));
    goes(assignment_accepted(shipment, accepted(1), noon + 4min));
    goes(goods_picked_up(shipment, picked_up(1), noon + 5h));
    goes(goods_delivered(shipment, delivered(1), noon + 40h));
    goes(invoice_issued(shipment, of_billing<::billing::v1::InvoiceIssued>(), noon + 41h));
    goes(invoice_paid(shipment, of_billing<::billing::v1::InvoicePaid>(), noon + 90h));

    EXPECT_EQ(told,
        "placing: the offer is complete\n"
        "routing: both places are on the map: Kaunas and Venlo\n"
        "pricing: the road is 1612 km\n"
        "finding_vehicle: the price is 1380.00 EUR, as offered\n"
        "offered: driver KUN-D01 with vehicle KUN-01 is asked\n"
        "assigned: driver KUN-D01 accepted\n"
        "in_transit: driver KUN-D01 picked the goods up\n"
        "delivered: driver KUN-D01 delivered the goods, proof CMR-77\n"
        "billing: invoice WB-2027-000017 is issued\n"
        "closed: invoice WB-2027-000017 is paid\n");
    EXPECT_EQ(shipment.awaited_until, std::nullopt);
}

TEST(Workflow, EveryStateIsReadBackAsItWasWritten) {
    for (const Stage stage : resting) EXPECT_EQ(json::from_json<Shipment>(json::to_json(at(stage, 2))), at(stage, 2)) << name_of(stage);
}

// ---- the single messages --------------------------------------------------------------------------------------------

TEST(OfferNormalised, AsksForBothPlacesAsTheOfferSaysThem) {
    const auto asked = last<::fulfilment::v1::PlacesRequested>(offer_normalised(offer(), noon));

    EXPECT_EQ(asked.pickup().place(), "Kaunas");
    EXPECT_EQ(asked.pickup().country(), "LT");
    EXPECT_EQ(asked.delivery().place(), "Venlo");
}

TEST(OfferNormalised, WithoutWhatAnOfferPromisesWaitsForAPerson) {
    const auto why_refused = [](auto spoil) {
        auto spoilt = offer();
        spoil(spoilt);
        const Decision decision = offer_normalised(spoilt, noon);
        EXPECT_EQ(decision.outcome, runtime::Outcome::never);
        return decision.why;
    };
    EXPECT_EQ(why_refused([](auto& offer) { offer.clear_received_at(); }), "received_at: missing; say when the offer came: every business date counts from it");
    EXPECT_EQ(why_refused([](auto& offer) { offer.clear_price(); }), "price.kind: it is not said what the price is for; set offered, maximum, per_km or negotiable");
    EXPECT_EQ(why_refused([](auto& offer) { offer.mutable_pickup()->set_date("soon"); }), "pickup.date: 'soon' is not a date; write it like 2026-10-05");
    EXPECT_EQ(why_refused([](auto& offer) { offer.set_customer_id(""); }), "customer_id: '' is not an id; use 1 to 64 letters, digits, dots, dashes or underscores");
}

TEST(RouteFound, AsksForAVehicleInBusinessTime) {
    const auto asked = last<::fulfilment::v1::VehicleRequested>(route_found(at(Stage::routing), road(), noon));

    EXPECT_EQ(asked.attempt(), 1);
    EXPECT_EQ(asked.kilometres(), 1612);
    EXPECT_EQ(asked.driving_minutes(), 1380);
    EXPECT_EQ(asked.total_minutes(), 2910);
    EXPECT_DOUBLE_EQ(asked.pickup().latitude(), 54.9);
    EXPECT_DOUBLE_EQ(asked.delivery().longitude(), 6.2);
    EXPECT_DOUBLE_EQ(asked.load().weight_kg(), 8450);
    EXPECT_FALSE(asked.load().has_temperature_min_c());
    EXPECT_EQ(to_text(instant_in(asked.pickup_from())), "2026-10-06T05:00:00.000Z");
    EXPECT_EQ(to_text(instant_in(asked.pickup_until())), "2026-10-06T09:00:00.000Z");
    EXPECT_EQ(to_text(instant_in(asked.planned_at())), "2026-10-05T07:42:00.000Z");
    EXPECT_EQ(asked.excluded_driver_ids_size(), 0);
}

TEST(RouteFound, StopsAtAPriceThatNobodyCanName) {
    auto without_amount = offer();
    without_amount.mutable_price()->clear_amount();
    const Shipment routing = after(places_found(after(offer_normalised(without_amount, noon)), places(), noon));

    const Decision decision = route_found(routing, road(), noon);

    EXPECT_EQ(announced(decision), "ShipmentAdvanced PersonNeeded ShipmentAdvanced");
    EXPECT_EQ(last<::fulfilment::v1::PersonNeeded>(decision).stage(), "pricing");
}

TEST(VehicleProposed, GivesTheDriverTenMinutesButNotLongerThanTheReservation) {
    const auto answer_until = [](Instant reserved_until) {
        auto proposed = proposal(1);
        proposed.mutable_reserved_until()->set_seconds(reserved_until.time_since_epoch().count() / 1000);
        return instant_in(last<::fulfilment::v1::AssignmentOffered>(vehicle_proposed(at(Stage::finding_vehicle), proposed, noon)).answer_until());
    };
    EXPECT_EQ(answer_until(noon + 20min), noon + 10min);
    EXPECT_EQ(answer_until(noon + 7min), noon + 7min);
}

TEST(VehicleProposed, WaitsForAnotherWhenTheReservationEndedOnTheWay) {
    auto proposed = proposal(1);
    proposed.mutable_reserved_until()->set_seconds((noon - 1min).time_since_epoch().count() / 1000);

    EXPECT_EQ(vehicle_proposed(at(Stage::finding_vehicle), proposed, noon).outcome, runtime::Outcome::ignored);
}

TEST(VehicleProposed, LetsAVehicleGoThatIsNotWantedAnyMore) {
    struct Row { std::string name; Shipment shipment; ::fleet::v1::VehicleProposed proposal; };
    const Row rows[] = {
        {"of an old attempt", at(Stage::finding_vehicle, 3), proposal(2, 7)},
        {"a second one for the same attempt", at(Stage::offered, 2), proposal(2, 7)},
        {"when the goods are on the road", at(Stage::in_transit), proposal(1, 7)},
        {"when a person decides", after(no_vehicle_found(at(Stage::finding_vehicle), no_vehicle(1), noon)), proposal(1)},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        const Decision decision = vehicle_proposed(row.shipment, row.proposal, noon);

        EXPECT_FALSE(decision.state);
        EXPECT_EQ(last<::fulfilment::v1::VehicleReleased>(decision).vehicle_id(), row.proposal.vehicle_id());
        EXPECT_EQ(last<::fulfilment::v1::VehicleReleased>(decision).reason(), "late");
    }
}

TEST(VehicleProposed, DoesNotLetTheVehicleGoThatTheShipmentHas) {
    for (const Stage stage : {Stage::offered, Stage::assigned, Stage::in_transit, Stage::closed})
        EXPECT_EQ(vehicle_proposed(at(stage), proposal(1), noon).outcome, runtime::Outcome::ignored) << name_of(stage);
}

TEST(NoVehicleFound, OfAnOldAttemptIsIgnored) {
    EXPECT_EQ(no_vehicle_found(at(Stage::finding_vehicle, 2), no_vehicle(1), noon).outcome, runtime::Outcome::ignored);
}

TEST(NoVehicleFound, TellsThePersonWhy) {
    auto answer = no_vehicle(1);
    for (int i = 0; i < 8; ++i) answer.add_reasons("x");

    EXPECT_EQ(last<::fulfilment::v1::PersonNeeded>(no_vehicle_found(at(Stage::finding_vehicle), answer, noon)).question(),
              "who carries it? no vehicle of the fleet fits: KUN-03: no ADR licence; x; x; x; x; and 4 more");
}

TEST(GoodsDelivered, BillsThePriceToTheCustomer) {
    const auto billed = last<::fulfilment::v1::BillingRequested>(goods_delivered(at(Stage::in_transit), delivered(1), noon));

    EXPECT_EQ(billed.customer_id(), "cust-lt");
    EXPECT_EQ(billed.net().minor(), 1380'00);
    EXPECT_EQ(billed.net().currency(), "EUR");
    EXPECT_EQ(billed.pickup_country(), "LT");
    EXPECT_EQ(billed.delivery_country(), "NL");
    EXPECT_EQ(billed.reference(), "GF-26-1187");
    EXPECT_EQ(instant_in(billed.delivered_at()), noon);
}

TEST(GoodsDelivered, FreesTheVehicle) {
    const auto freed = last<::fulfilment::v1::VehicleReleased>(goods_delivered(at(Stage::in_transit), delivered(1), noon));

    EXPECT_EQ(freed.vehicle_id(), "KUN-01");
    EXPECT_EQ(freed.reason(), "delivered");
}

// ---- deadlines ------------------------------------------------------------------------------------------------------

TEST(Deadline, AsksFiveTimesAndThenAPerson) {
    for (const Stage stage : {Stage::placing, Stage::routing, Stage::finding_vehicle}) {
        SCOPED_TRACE(name_of(stage));
        Shipment shipment = at(stage);
        for (int asked = 2; asked <= most_asks; ++asked) {
            shipment = after(deadline_passed(shipment, *shipment.awaited_until));
            EXPECT_EQ(shipment.stage, stage);
            EXPECT_EQ(shipment.asked, asked);
        }
        const Decision last_one = deadline_passed(shipment, *shipment.awaited_until);
        EXPECT_EQ(after(last_one).stage, Stage::needs_person);
        EXPECT_EQ(last<::fulfilment::v1::PersonNeeded>(last_one).stage(), name_of(stage));
    }
}

TEST(Deadline, AskingFleetAgainIsTheSameAttempt) {
    const Shipment searching = at(Stage::finding_vehicle, 2);
    const auto asked = last<::fulfilment::v1::VehicleRequested>(deadline_passed(searching, *searching.awaited_until));

    EXPECT_EQ(asked.attempt(), 2);
    EXPECT_THAT(asked.excluded_driver_ids(), ::testing::ElementsAre("KUN-D01"));
}

TEST(Deadline, SaysOfALateStepThatItIsLate) {
    const std::map<Stage, std::string> late{{Stage::assigned, "late: still waiting for the pick-up"}, {Stage::in_transit, "late: still waiting for the delivery"},
                                            {Stage::delivered, "late: still waiting for the invoice"}, {Stage::billing, "late: still waiting for the payment"}};
    for (const auto& [stage, why] : late) {
        const Shipment shipment = at(stage);
        EXPECT_EQ(last<::fulfilment::v1::ShipmentAdvanced>(deadline_passed(shipment, *shipment.awaited_until)).why(), why);
    }
}

TEST(Deadline, ThatWasMovedMeanwhileIsIgnored) {
    const Shipment routing = at(Stage::routing);

    EXPECT_EQ(deadline_passed(routing, *routing.awaited_until - 1ms).outcome, runtime::Outcome::ignored);
    EXPECT_EQ(deadline_passed(at(Stage::closed), noon).outcome, runtime::Outcome::ignored);
}

}  // namespace
}  // namespace waybill::fulfilment
