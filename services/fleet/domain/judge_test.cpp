#include "domain/builders.h"

#include <gmock/gmock.h>

namespace waybill::fleet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Request changed(void (*change)(Request&)) {
    auto request = load_of("wb-1");
    change(request);
    return request;
}

TEST(Judge, RefusesEachVehicleWithTheFirstConstraintItBreaksAndItsFigures) {
    const Vehicle mega{"KUN-01", "KUN-D01", Kind::mega, 25000, 34, 13.6, false};
    const struct {
        const char* constraint;
        Vehicle vehicle;
        void (*change)(Request&);
        const char* reason;
    } rows[] = {
        {"weight", van("03"), [](Request& r) { r.load.weight_kg = 24000; }, "KUN-03: 24000 kg is more than its 1200 kg"},
        {"a weight of no truck", van("03"), [](Request& r) { r.load.weight_kg = 1e78; }, "KUN-03: 1e+78 kg is more than its 1200 kg"},
        {"pallets", van("03"), [](Request& r) { r.load.weight_kg = 1000; r.load.pallets = 6; }, "KUN-03: 6 pallets are more than its 5"},
        {"loading metres", van("03"), [](Request& r) { r.load.weight_kg = 1000; r.load.loading_metres = 6.8; }, "KUN-03: 6.8 loading metres are more than its 4.2"},
        {"equipment", tautliner("01"), [](Request& r) { r.load.equipment = "mega"; }, "KUN-01: it is a tautliner, mega is asked for"},
        {"equipment nobody has", tautliner("01"), [](Request& r) { r.load.equipment = "airship"; }, "KUN-01: it is a tautliner, airship is asked for"},
        {"no equipment", reefer("01"), [](Request& r) { r.load.equipment = ""; }, "KUN-01: it is a reefer, the load needs a covered vehicle"},
        {"temperature without a unit", tautliner("01"), [](Request& r) { r.load.temperature_max_c = 8; }, "KUN-01: it is a tautliner, the load needs a reefer"},
        {"too cold", reefer("01"), [](Request& r) { r.load.temperature_max_c = -30; }, "KUN-01: -30 °C is outside its -25 to +25 °C"},
        {"too warm", reefer("01"), [](Request& r) { r.load.temperature_min_c = 25.5; }, "KUN-01: 25.5 °C is outside its -25 to +25 °C"},
        {"no such range", reefer("01"), [](Request& r) { r.load.temperature_min_c = 8; r.load.temperature_max_c = 2; }, "KUN-01: nothing is at least 8 and at most 2 °C"},
        {"ADR", tautliner("01"), [](Request& r) { r.load.adr = true; }, "KUN-01: KUN-D01 has no ADR licence"},
        {"driver", mega, [](Request& r) { r.excluded_drivers = {"KUN-D01"}; }, "KUN-01: KUN-D01 was asked before"},
        {"calendar", tautliner("01"), [](Request& r) { r.pickup = warszawa; r.pickup_from = r.pickup_until = monday + 3h; },
            "KUN-01: cannot stand at the pick-up by 2026-10-05T09:00:00.000Z and keep what it is booked for"},
        {"driving hours", tautliner("01"), [](Request& r) { r.driving_minutes = 60 * 60; r.total_minutes = 5 * 24 * 60; },
            "KUN-01: KUN-D01 would drive 60 h in the week of 2026-10-05, at most 56 h are allowed"},
        {"distance", tautliner("01"), [](Request& r) { r.pickup = {51.11, 17.03}; r.pickup_from = monday + 72h; r.pickup_until = monday + 80h; }, "KUN-01: 810 km to the pick-up are more than 600 km"},
    };
    for (const auto& row : rows) {
        const auto judgement = judge(yard_of({row.vehicle}), {}, changed(row.change));
        EXPECT_THAT(judgement.ranking, IsEmpty()) << row.constraint;
        EXPECT_THAT(judgement.reasons, ElementsAre(row.reason)) << row.constraint;
    }
}

TEST(Judge, TellsFirstOfTheVehiclesThatCameNearest) {
    const auto judgement = judge(yard_of({van("01"), tautliner("02"), reefer("03")}), {}, changed([](Request& r) { r.load.adr = true; }));
    EXPECT_THAT(judgement.reasons, ElementsAre("KUN-02: KUN-D02 has no ADR licence", "KUN-03: it is a reefer, tautliner is asked for", "KUN-01: 12000 kg is more than its 1200 kg"));
}

TEST(Judge, LetsABiggerKindServeWhereTheFieldAllowsIt) {
    const struct {
        const char* asked;
        std::vector<Kind> serve;
    } rows[] = {
        {"tautliner", {Kind::tautliner, Kind::mega}},
        {"mega", {Kind::mega}},
        {"", {Kind::van, Kind::box, Kind::tautliner, Kind::mega}},
        {"box", {Kind::box}},
        {"reefer", {Kind::reefer}},
        {"flatbed", {Kind::flatbed}},
        {"tanker", {Kind::tanker}},
        {"container", {Kind::container}},
        {"van", {Kind::van}},
        {"airship", {}},
    };
    for (const auto& row : rows) EXPECT_EQ(kinds_for({.equipment = row.asked}), row.serve) << row.asked;
    EXPECT_EQ(kinds_for({.equipment = "box", .temperature_max_c = 8}), std::vector{Kind::reefer}) << "a required temperature means a reefer";
}

TEST(Judge, LetsAReeferHoldWhateverIsWithinItsRange) {
    for (const auto& [min, max] : std::vector<std::pair<std::optional<double>, std::optional<double>>>{{{}, -18}, {0, 2}, {4, 4}, {-25, 25}, {15, {}}}) {
        auto request = load_of("wb-1");
        request.load.equipment = "reefer";
        request.load.temperature_min_c = min;
        request.load.temperature_max_c = max;
        EXPECT_EQ(judge(yard_of({reefer("01")}), {}, request).ranking.size(), 1u) << min.value_or(-99) << " " << max.value_or(99);
    }
}

TEST(Judge, RanksByEmptyKilometresThenTheLeastOversizeThenHoursLeftAndSaysWhy) {
    const Vehicle mega{"KUN-02", "KUN-D02", Kind::mega, 25000, 34, 13.6, false};
    std::map<std::string, Calendar> calendars;
    const auto yard = yard_of({tautliner("01"), mega, tautliner("03"), tautliner("04")});
    auto earlier = load_of("wb-0", monday + 6h);
    earlier.delivery = vilnius;  // at the time of the new pick-up 01 stands there
    earlier.total_minutes = earlier.driving_minutes = 90;
    calendars["KUN-01"] = place(kaunas, {}, earlier)->calendar;
    auto long_ago = load_of("wb-00", monday - 40h);  // 04 is home again, with fewer hours left
    long_ago.planned_at = monday - 60h;
    long_ago.driving_minutes = long_ago.total_minutes = 120;
    long_ago.delivery = kaunas;
    long_ago.pickup = vilnius;
    calendars["KUN-04"] = place(kaunas, {}, long_ago)->calendar;
    long_ago.shipment = "wb-000";
    long_ago.pickup_from = monday + 1h;
    long_ago.pickup_until = monday + 4h;
    long_ago.planned_at = monday - 30h;
    calendars["KUN-04"] = place(kaunas, calendars["KUN-04"], long_ago)->calendar;

    auto request = load_of("wb-1");
    request.pickup = kaunas;
    const auto judgement = judge(yard, calendars, request);
    std::vector<std::string> why;
    for (const auto& fit : judgement.ranking) why.push_back(fit.why);

    ASSERT_EQ(why.size(), 4u);
    EXPECT_EQ(why[0], "KUN-03 tautliner 26.0 t: 0 km to the pick-up, 48 h left this week");
    EXPECT_THAT(why[1], HasSubstr("KUN-04 tautliner 26.0 t: 0 km to the pick-up, 4"));
    EXPECT_THAT(why[2], HasSubstr("KUN-02 mega 25.0 t: 0 km")) << "a mega may be needed as one";
    EXPECT_THAT(why[3], HasSubstr("KUN-01 tautliner 26.0 t: 119 km to the pick-up"));
}

TEST(Judge, KeepsLicensedDriversForDangerousGoodsWhereItCan) {
    const auto yard = yard_of({tautliner("01", true), tautliner("02")});
    EXPECT_EQ(judge(yard, {}, load_of("wb-1")).ranking.front().vehicle->id, "KUN-02");
    EXPECT_EQ(judge(yard, {}, changed([](Request& r) { r.load.adr = true; })).ranking.front().vehicle->id, "KUN-01");
}

TEST(Judge, CountsTwoWeeksTogether) {
    Calendar calendar;
    const auto week = [&](const char* shipment, Instant from, int driving_hours) {
        auto request = load_of(shipment, from);
        request.delivery = kaunas;
        request.driving_minutes = driving_hours * 60;
        request.total_minutes = 4 * 24 * 60;
        return request;
    };
    calendar = place(kaunas, calendar, week("wb-1", monday + 2h, 50))->calendar;
    const auto yard = yard_of({tautliner("01")});
    EXPECT_THAT(judge(yard, {{"KUN-01", calendar}}, week("wb-2", monday + 7 * 24h, 44)).reasons, ElementsAre("KUN-01: KUN-D01 would drive more than 90 h in two weeks around 2026-10-12"));
    EXPECT_THAT(judge(yard, {{"KUN-01", calendar}}, week("wb-2", monday + 7 * 24h, 39)).reasons, IsEmpty());
    EXPECT_THAT(judge(yard, {{"KUN-01", calendar}}, week("wb-2", monday + 14 * 24h, 50)).reasons, IsEmpty());
}

TEST(Roster, HasUniqueIdsThatTellTheirDepot) {
    std::vector<std::string> vehicles;
    for (const auto& yard : roster()) {
        EXPECT_GE(yard.vehicles.size(), 6u) << yard.id;
        for (const auto& vehicle : yard.vehicles) {
            EXPECT_EQ(vehicle.id.substr(0, 4), yard.id + "-");
            EXPECT_EQ(vehicle.driver, yard.id + "-D" + vehicle.id.substr(4));
            vehicles.push_back(vehicle.id);
        }
    }
    auto drivers = driver_ids();
    EXPECT_EQ(drivers.size(), vehicles.size());
    std::sort(vehicles.begin(), vehicles.end());
    std::sort(drivers.begin(), drivers.end());
    EXPECT_EQ(std::unique(vehicles.begin(), vehicles.end()), vehicles.end());
    EXPECT_EQ(std::unique(drivers.begin(), drivers.end()), drivers.end());
    EXPECT_EQ(yard("XXX"), nullptr);
}

TEST(Road, AddsTheBreaksAndNightsTheLawAsksFor) {
    const struct { std::chrono::minutes driving, with_rests; } rows[] = {
        {0min, 0min}, {270min, 270min}, {271min, 316min}, {540min, 585min}, {541min, 541min + 45min + 11h}, {811min, 811min + 2 * 45min + 11h},
    };
    for (const auto& row : rows) EXPECT_EQ(with_rests(row.driving), row.with_rests) << row.driving.count();
    EXPECT_NEAR(road_kilometres(kaunas, venlo), 1.3 * 1220, 40);
}

}  // namespace
}  // namespace waybill::fleet
