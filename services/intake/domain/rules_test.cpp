#include "domain/rules.h"

#include <gmock/gmock.h>

namespace waybill::intake {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Instant written = *parse_instant("2026-10-05T07:42:00Z");

Fields good() {
    Fields fields;
    fields.pickup = {"Kaunas", "LT", "52104", "2026-10-06", "08:00", "12:00"};
    fields.delivery = {"Venlo", "NL", "5928", "2026-10-09", "", "16:00"};
    fields.load.goods = "garden furniture";
    fields.load.weight_kg = 8450;
    fields.load.pallets = 33;
    fields.load.equipment = "tautliner";
    fields.price = {PriceKind::offered, Money{138000, "EUR"}};
    return fields;
}

TEST(Rules, LetACompleteOfferPass) { EXPECT_THAT(check(good(), written, Reader::machine), IsEmpty()); }

TEST(Rules, LetAnOfferWithoutAPricePass) {
    Fields offer = good();
    offer.price = {};
    EXPECT_THAT(check(offer, written, Reader::machine), IsEmpty());
}

TEST(Rules, NeedOnlyOneMeasureOfTheLoad) {
    for (const auto measure : {&Load::weight_kg, &Load::pallets, &Load::loading_metres}) {
        Fields offer = good();
        offer.load = {};
        offer.load.*measure = 10;
        EXPECT_THAT(check(offer, written, Reader::machine), IsEmpty());
    }
}

struct Case {
    const char* what;
    void (*spoil)(Fields&);
    const char* field;
    bool missing;
    bool person_may;
};

class SpoiledOffer : public testing::TestWithParam<Case> {};

TEST_P(SpoiledOffer, IsFound) {
    Fields offer = good();
    GetParam().spoil(offer);

    const auto found = check(offer, written, Reader::machine);
    ASSERT_EQ(found.size(), 1u) << GetParam().what;
    EXPECT_EQ(found[0].field, GetParam().field) << GetParam().what;
    EXPECT_EQ(found[0].missing, GetParam().missing) << GetParam().what;
    EXPECT_EQ(check(offer, written, Reader::person).empty(), GetParam().person_may) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(Rules, SpoiledOffer, testing::Values(
    Case{"no pick-up", [](Fields& o) { o.pickup.place.clear(); }, "pickup.place", true, false},
    Case{"no pick-up country", [](Fields& o) { o.pickup.country.clear(); }, "pickup.country", true, false},
    Case{"a country we do not serve", [](Fields& o) { o.pickup.country = "US"; }, "pickup.country", false, false},
    Case{"a country in small letters", [](Fields& o) { o.delivery.country = "nl"; }, "delivery.country", false, false},
    Case{"no pick-up date", [](Fields& o) { o.pickup.date.clear(); }, "pickup.date", true, false},
    Case{"a day that is not", [](Fields& o) { o.pickup.date = "2026-02-30"; }, "pickup.date", false, false},
    Case{"words for a day", [](Fields& o) { o.pickup.date = "tomorrow"; }, "pickup.date", false, false},
    Case{"a sign for a digit", [](Fields& o) { o.pickup.date = "2026-10--5"; }, "pickup.date", false, false},
    Case{"picked up before it was written", [](Fields& o) { o.pickup.date = "2026-10-01"; }, "pickup.date", false, true},
    Case{"picked up in two years", [](Fields& o) { o.pickup.date = "2028-10-06"; o.delivery.date.clear(); }, "pickup.date", false, true},
    Case{"no delivery", [](Fields& o) { o.delivery.place.clear(); }, "delivery.place", true, false},
    Case{"no delivery country", [](Fields& o) { o.delivery.country.clear(); }, "delivery.country", true, false},
    Case{"delivered before it is picked up", [](Fields& o) { o.delivery.date = "2026-10-05"; }, "delivery.date", false, false},
    Case{"delivered at the hour of the pick-up", [](Fields& o) { o.delivery.date = "2026-10-06"; o.delivery.time_to = "08:00"; }, "delivery.time_to", false, false},
    Case{"a time that is not", [](Fields& o) { o.delivery.time_to = "25:00"; }, "delivery.time_to", false, false},
    Case{"no load", [](Fields& o) { o.load.weight_kg = o.load.pallets = 0; }, "load.weight_kg", true, false},
    Case{"too heavy", [](Fields& o) { o.load.weight_kg = 26001; }, "load.weight_kg", false, false},
    Case{"lighter than nothing", [](Fields& o) { o.load.weight_kg = -1; }, "load.weight_kg", false, false},
    Case{"35 pallets", [](Fields& o) { o.load.pallets = 35; }, "load.pallets", false, true},
    Case{"too long", [](Fields& o) { o.load.loading_metres = 13.7; }, "load.loading_metres", false, false},
    Case{"a strange vehicle", [](Fields& o) { o.load.equipment = "zeppelin"; }, "load.equipment", false, false},
    Case{"temperatures crossed", [](Fields& o) { o.load.equipment = "reefer"; o.load.temperature_min_c = 5; o.load.temperature_max_c = 2; }, "load.temperature_min_c", false, false},
    Case{"cold goods under a tarpaulin", [](Fields& o) { o.load.temperature_max_c = -18; }, "load.equipment", false, false},
    Case{"a strange UN number", [](Fields& o) { o.load.adr = true; o.load.un_number = "1263"; }, "load.un_number", false, false},
    Case{"a UN number without ADR", [](Fields& o) { o.load.un_number = "UN1263"; }, "load.adr", false, false},
    Case{"an offered price without an amount", [](Fields& o) { o.price.amount.reset(); }, "price.amount", true, false},
    Case{"a price of nothing", [](Fields& o) { o.price.amount->minor = 0; }, "price.amount", false, false},
    Case{"a strange currency", [](Fields& o) { o.price.amount->currency = "eur"; }, "price.amount", false, false},
    Case{"three vehicles", [](Fields& o) { o.vehicles_needed = 3; }, "vehicles_needed", false, true}));

TEST(Rules, NameEveryFindingInPlainWords) {
    Fields offer = good();
    offer.pickup.date.clear();
    offer.load.weight_kg = 30000;

    const auto found = check(offer, written, Reader::machine);

    EXPECT_THAT(reasons_of(found), ElementsAre("pickup.date: it is not said when the goods are ready", "load.weight_kg: more than 26 t do not go on one vehicle"));
    EXPECT_THAT(missing_in(found), ElementsAre("pickup.date"));
}

TEST(Corrections, ReplaceAFieldWholeAndLeaveTheOthers) {
    Corrections by_hand;
    by_hand.pickup = Stop{"Vilnius", "LT", "", "2026-10-07", "", ""};

    const Fields fields = merged(good(), by_hand);

    EXPECT_EQ(fields.pickup, *by_hand.pickup);
    EXPECT_EQ(fields.delivery, good().delivery);
    EXPECT_EQ(fields.price, good().price);
}

}  // namespace
}  // namespace waybill::intake
