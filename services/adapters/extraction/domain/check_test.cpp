#include "domain/check.h"

#include "domain/extract.h"
#include "domain/places.h"

#include <gmock/gmock.h>

namespace waybill::extraction::rules {
namespace {

using testing::Contains;
using testing::IsEmpty;

const Day monday = std::chrono::sys_days(std::chrono::year(2026) / 11 / 2);

const gazetteer::Town* town(std::string_view name) { return gazetteer::europe().find(name).at(0).town; }

// Complete, and nothing is wrong with it.
Said sound() {
    Said said;
    said.fields.pickup = {.place = "Kaunas", .country = "LT", .date = "2026-11-04"};
    said.fields.delivery = {.place = "Berlin", .country = "DE", .date = "2026-11-06"};
    said.fields.weight_kg = 20'000;
    said.fields.price = Price{"1100", "EUR", "offered"};
    said.pickup_day = monday + std::chrono::days(2);
    said.delivery_day = monday + std::chrono::days(4);
    said.from = town("Kaunas");
    said.to = town("Berlin");
    return said;
}

std::vector<std::string> doubted(Said said) {
    check(said, monday);
    std::vector<std::string> fields;
    for (const Reason& reason : said.doubts) fields.push_back(reason.field);
    return fields;
}

TEST(Check, DoubtsWhatCannotBe) {
    EXPECT_THAT(doubted(sound()), IsEmpty());
    using Bend = void (*)(Said&);
    const std::pair<const char*, Bend> wrongs[] = {
        {"pickup.place", [](Said& s) { s.fields.pickup.place.reset(); }},
        {"delivery.country", [](Said& s) { s.fields.delivery.country.reset(); }},
        {"pickup.date", [](Said& s) { s.fields.pickup.date.reset(); s.pickup_day.reset(); }},
        {"pickup.date", [](Said& s) { s.pickup_day = monday - std::chrono::days(2); }},
        {"pickup.date", [](Said& s) { s.pickup_day = monday + std::chrono::days(130); s.delivery_day.reset(); }},
        {"delivery.date", [](Said& s) { s.delivery_day = monday + std::chrono::days(1); }},
        {"delivery.date", [](Said& s) { s.delivery_day = monday + std::chrono::days(40); }},
        {"delivery.place", [](Said& s) { s.fields.delivery = s.fields.pickup; }},
        {"weight_kg", [](Said& s) { s.fields.weight_kg = 26'001; }},
        {"weight_kg", [](Said& s) { s.fields.weight_kg = 0.5; }},
        {"weight_kg", [](Said& s) { s.fields.weight_kg.reset(); }},
        {"pallets", [](Said& s) { s.fields.pallets = 35; }},
        {"pallets", [](Said& s) { s.fields.pallets = 69; s.stacked = true; }},
        {"loading_metres", [](Said& s) { s.fields.loading_metres = 13.7; }},
        {"equipment", [](Said& s) { s.fields.equipment = "van"; }},
        {"vehicles_needed", [](Said& s) { s.fields.vehicles_needed = 2; }},
        {"pickup.postal_code", [](Said& s) { s.fields.pickup.postal_code = "1234567"; }},
        {"price.amount", [](Said& s) { s.fields.price->amount = "11"; }},
        {"price.amount", [](Said& s) { s.fields.price->amount = "110000"; }},
        {"price.amount", [](Said& s) { s.fields.price = Price{"1100", "EUR", "per_km"}; }},
        {"price.amount", [](Said& s) { s.fields.price->currency = "HUF"; }},
    };
    for (std::size_t i = 0; i < std::size(wrongs); ++i) {
        Said said = sound();
        wrongs[i].second(said);
        EXPECT_THAT(doubted(said), Contains(wrongs[i].first)) << "row " << i;
    }
}

TEST(Check, LeavesWhatItCannotKnow) {
    Said said = sound();
    said.to = nullptr;  // it is not certain which town it is
    said.fields.price->amount = "11";
    EXPECT_THAT(doubted(said), IsEmpty());
    said.to = town("Berlin");
    said.fields.price->currency.reset();
    EXPECT_THAT(doubted(said), IsEmpty());
    said.fields.price = Price{"3.1", "PLN", "per_km"};
    EXPECT_THAT(doubted(said), IsEmpty());
}

TEST(Check, KnowsThePostCodesOfACountryByTheirLength) {
    for (const auto& [code, country] : {std::pair{"52104", "LT"}, {"61-001", "PL"}, {"61", "PL"}, {"702 27", "SE"}, {"5928 AB", "NL"}, {"SN3 4TN", "GB"}, {"2910-123", "PT"}, {"1-2-3-4-5-6-7", "XX"}})
        EXPECT_TRUE(postal_code_fits(code, country)) << code << " " << country;
    for (const auto& [code, country] : {std::pair{"521041", "LT"}, {"59000", "BE"}, {"610011", "PL"}, {"12345", "AT"}, {"702 278", "SE"}}) EXPECT_FALSE(postal_code_fits(code, country)) << code << " " << country;
}

}  // namespace
}  // namespace waybill::extraction::rules
