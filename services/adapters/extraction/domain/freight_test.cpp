#include "domain/freight.h"

#include <gtest/gtest.h>

namespace waybill::extraction::rules {
namespace {

Amounts amounts(const char* text) {
    Reading reading = read(text);
    return amounts_in(reading);
}

TEST(Numbers, AreReadAsPeopleWriteThem) {
    const std::tuple<const char*, double, double> table[] = {{"8.450", 8450, 8.45}, {"1.380,00", 1380, 0}, {"9 600", 9600, 0}, {"7,2", 7.2, 0}, {"1,150", 1150, 1.15},
                                                             {"23 750", 23750, 0}, {"11,000", 11000, 11}, {"1'380.50", 1380.5, 0}, {"0,85", 0.85, 0}};
    for (const auto& [text, value, otherwise] : table) {
        const auto number = number_at(read(text), 0);
        ASSERT_TRUE(number) << text;
        EXPECT_DOUBLE_EQ(number->value, value) << text;
        EXPECT_NEAR(number->otherwise.value_or(0), otherwise, 1e-9) << text;
    }
}

TEST(Weight, IsReadInKilograms) {
    const std::pair<const char*, double> table[] = {
        {"8.450 kg gross", 8450}, {"24t medienos", 24000},   {"24,0 t / Kaffee", 24000},         {"вес брутто 19,5 т.", 19500}, {"14 T 800, boissons", 14800},
        {"21 t 400 kg", 21400},   {"ca. 18,5 to, frisch", 18500}, {"Weight: 11,000 lbs", 4989.5160700000001}, {"GROSS WT 6120 KGS", 6120}, {"Gross kg: 23 750", 23750},
        {"20 euro padėklų po 600 kg", 12000}, {"26 паллет по 600 кг, химия", 15600}, {"22-24 t steel", 24000}, {"net 23 t, gross 24,5 t", 24500}, {"7.250 t Ware", 7250},
    };
    for (const auto& [text, kilograms] : table) {
        const auto weight = amounts(text).weight_kg;
        ASSERT_TRUE(weight.value) << text << ": " << weight.doubt;
        EXPECT_NEAR(*weight.value, kilograms, 0.01) << text;
    }
}

TEST(Figures, ThatContradictEachOtherAreDoubted) {
    EXPECT_EQ(amounts("14 Paletten Heizkörper. Die 19 Paletten müssen nebeneinander stehen.").pallets.value, std::nullopt);
    EXPECT_FALSE(amounts("14 Paletten Heizkörper. Die 19 Paletten müssen nebeneinander stehen.").pallets.doubt.empty());
    EXPECT_EQ(amounts("26 padėklai: 14 padėklų ir 12 padėklų").pallets.value, 26) << "the parts of a whole are no contradiction";
}

TEST(Pallets, AreReadInEveryLanguage) {
    for (const char* text : {"12 euro pallets", "12 Pal, 5,4t", "12 palet euro", "12 paller laks", "12 pll", "12 PLT", "12 paletes (big-bag)", "12 alust", "12 паллет", "12 palettes Europe", "12 blokpallets", "12 pallplatser", "12 vnt. euro padėklų"})
        EXPECT_EQ(amounts(text).pallets.value, 12) << text;
}

TEST(LoadingMetres, AreReadInEveryLanguage) {
    for (const char* text : {"13,6 LDM", "13,6 lm, trelast", "13,6 flm", "13.6 ldm", "13,6 m de plancher", "LDM: 13,6", "13,6 lademeter"}) EXPECT_EQ(amounts(text).loading_metres.value, 13.6) << text;
}

TEST(Temperature, HasTheBoundsThatAreTold) {
    const std::tuple<const char*, std::optional<double>, std::optional<double>> table[] = {
        {"Temp 0 til +2 grader", 0, 2},   {"šaldytuvo (-18 °C, ne šilčiau)", std::nullopt, -18}, {"+4 Grad const", 4, 4},         {"leki, +2/+8 st., 11 palet", 2, 8},
        {"t° минус 18..минус 20", -20, -18}, {"koel 5-8 graden", 5, 8},                             {"-20..-18 °C", -20, -18},       {"reefer +12 to +16 C", 12, 16},
        {"frozen, -18 or colder", std::nullopt, -18},
    };
    for (const auto& [text, low, high] : table) {
        Reading reading = read(std::string(text));
        const auto temperature = temperature_in(reading);
        ASSERT_TRUE(temperature) << text;
        EXPECT_EQ(temperature->min, low) << text;
        EXPECT_EQ(temperature->max, high) << text;
    }
    for (const char* text : {"24 t", "température ambiante", "5-8 pallets", "UN 1824", "Natronlauge 50 %"}) {
        Reading reading = read(text);
        EXPECT_FALSE(temperature_in(reading)) << text;
    }
}

TEST(Price, HasAmountCurrencyAndKind) {
    struct Row {
        const char *text, *amount, *currency, *kind;
    };
    const Row table[] = {
        {"We pay 1.380,00 EUR all in", "1380.00", "EUR", "offered"}, {"750 eur+pvm", "750", "EUR", "offered"},         {"Frakt NOK 21 500 eks mva", "21500", "NOK", "offered"},
        {"Plane, 480€ – ok?", "480", "EUR", "offered"},              {"Prix max 890 € HT", "890", "EUR", "maximum"},   {"Fracht: max. 1.420,- EUR", "1420", "EUR", "maximum"},
        {"Stawka: 3,1 zł/km, ok. 640 km", "3.1", "PLN", "per_km"},   {"Rate 13,50 NOK/km", "13.50", "NOK", "per_km"},  {"£ 1,150 all-in", "1150", "GBP", "offered"},
        {"Vi kan betala 13 900 SEK.", "13900", "SEK", "offered"},    {"Notre budget : 980 € maxi", "980", "EUR", "maximum"}, {"Price 1150 all-in", "1150", "", "offered"},
        {"Hind kokkuleppel", "", "", "negotiable"},                  {"Preis VB", "", "", "negotiable"},               {"kiek kainuotu?", "", "", "negotiable"},
    };
    for (const Row& row : table) {
        Reading reading = read(row.text);
        const auto price = price_in(reading);
        ASSERT_TRUE(price) << row.text;
        EXPECT_EQ(price->amount.value_or(""), row.amount) << row.text;
        EXPECT_EQ(price->currency.value_or(""), row.currency) << row.text;
        EXPECT_EQ(price->kind.value_or(""), row.kind) << row.text;
    }
}

TEST(Equipment, IsOneKindOrNone) {
    const std::pair<const char*, const char*> table[] = {{"Curtain-sider please", "tautliner"}, {"nedre dekk, kapelltrailer", "tautliner"}, {"chłodni na pojutrze", "reefer"}, {"Skapbil m/løftelem", "box"},
                                                         {"2 Sattel (Mega, 3 m Innenhöhe)", "mega"}, {"einen Tankwagen", "tanker"}, {"40ft HC container", "container"}, {"Plane oder Koffer", "none"}, {"bus odpada, skrzynia zamknięta", "box"}};
    for (const auto& [text, kind] : table) EXPECT_EQ([&] { Reading r = read(text); return equipment_in(r); }().value_or("none"), kind) << text;
}

TEST(Adr, IsANumberYesOrNo) {
    const std::pair<const char*, const char*> table[] = {{"maling, UN 1263, ADR klasse 3", "UN1263"}, {"krāsas (nav ADR)", "false"}, {"machine spares, non-haz", "false"}, {"Gefahrgut Klasse 3", "true"}, {"fresh fish", "none"}};
    for (const auto& [text, adr] : table) {
        Reading reading = read(text);
        EXPECT_EQ(adr_in(reading).value_or("none"), adr) << text;
    }
}

TEST(Reference, IsWhatTheSenderCallsIt) {
    const std::pair<const char*, const char*> table[] = {{"Our ref. GF-26-1187", "GF-26-1187"}, {"Bokningsnr 4711-88.", "4711-88"}, {"užs. nr. LP-2026/0931.", "LP-2026/0931"}, {"RFQ #Q-88213", "Q-88213"},
                                                         {"Reference ORD 55-201.", "ORD 55-201"}, {"Sped.-Nr. 26-44871", "26-44871"}, {"ref 0031-4402 | douane", "0031-4402"}, {"faktura nr FV/2026/1", "none"}};
    for (const auto& [text, reference] : table) {
        Reading reading = read(text);
        EXPECT_EQ(reference_in(reading).value_or("none"), reference) << text;
    }
}

}  // namespace
}  // namespace waybill::extraction::rules
