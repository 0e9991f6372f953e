#include <waybill/gazetteer.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace waybill::gazetteer {
namespace {

TEST(Fold, MakesOneFormOfManySpellings) {
    const std::pair<const char*, const char*> table[] = {
        {"Žilina", "zilina"}, {"GYŐR", "gyor"},      {"Łódź", "lodz"},          {"Ålesund", "alesund"},       {"Preßburg", "pressburg"},
        {"Rīga", "riga"},     {"Вильнюс", "вильнюс"}, {"Орёл", "орел"},          {"  a -- b. ", "a b"},        {"København K", "kobenhavn k"},
        {"Cluj-Napoca", "cluj napoca"}, {"Ǿ Ǽ", "o ae"}, {"Timis\u0326oara", "timisoara"}, {"🚚 Tallinn", "tallinn"}, {"\xff\xfeoops", "oops"}, {"", ""},
    };
    for (const auto& [text, folded] : table) EXPECT_EQ(fold(text), folded) << text;
}

TEST(Gazetteer, FindsATownByAnyOfItsNames) {
    struct Row {
        const char *text, *name, *country;
    };
    const Row table[] = {
        {"Kaunas", "Kaunas", "LT"},        {"WILNO", "Vilnius", "LT"},       {"Вильнюс", "Vilnius", "LT"},  {"Luik", "Liège", "BE"},
        {"Keulen", "Köln", "DE"},          {"Brünn", "Brno", "CZ"},          {"Bruenn", "Brno", "CZ"},      {"Malmoe", "Malmö", "SE"},
        {"Gøteborg", "Göteborg", "SE"},    {"Goeteborg", "Göteborg", "SE"},  {"Turin", "Torino", "IT"},     {"Copenhagen", "København", "DK"},
        {"Ciurichas", "Zürich", "CH"},     {"Bucharest", "București", "RO"}, {"Warsaw", "Warszawa", "PL"},  {"klaipeda", "Klaipėda", "LT"},
        {"Bergen", "Bergen", "NO"},        {"Linz", "Linz", "AT"},           {"Ulbroka", "Ulbroka", "LV"},  {"Tampere", "Tampere", "FI"},
        {"Ludwigshafen", "Ludwigshafen am Rhein", "DE"},
    };
    for (const auto& row : table) {
        const auto found = europe().find(row.text);
        ASSERT_FALSE(found.empty()) << row.text;
        EXPECT_EQ(found[0].town->name, row.name) << row.text;
        EXPECT_EQ(found[0].town->country, row.country) << row.text;
    }
}

TEST(Gazetteer, ACountryNarrowsTheCandidates) {
    EXPECT_EQ(europe().find("Bergen", "NL")[0].town->country, "NL");
    EXPECT_TRUE(europe().find("Kaunas", "PT").empty());
}

TEST(Gazetteer, SaysWhenANameIsOnlyPartOfTheTownsName) {
    const auto found = europe().find("Frankfurt", "DE");
    ASSERT_GE(found.size(), 2u);
    EXPECT_EQ(found[0].town->name, "Frankfurt am Main");
    EXPECT_EQ(found[0].via, Via::part);
    EXPECT_EQ(found[1].town->name, "Frankfurt (Oder)");
}

TEST(Gazetteer, KnowsNothingOfWordsThatAreNoTowns) {
    for (const char* text : {"", "   ", "zzzzqq", "24", "Kaunas Kaunas"}) EXPECT_TRUE(europe().find(text).empty()) << text;
}

TEST(Gazetteer, NamesCountriesInManyLanguages) {
    const std::pair<const char*, const char*> table[] = {{"Estland", "EE"}, {"Slowenien", "SI"}, {"Somija", "FI"},  {"Italie", "IT"},
                                                         {"SPAIN", "ES"},   {"Литва", "LT"},     {"Niemcy", "DE"},  {"Österreich", "AT"}};
    for (const auto& [text, code] : table) EXPECT_EQ(europe().country_named(text).value_or("none"), code) << text;
    EXPECT_FALSE(europe().country_named("Atlantis"));
}

TEST(Gazetteer, MeasuresDistancesAlongTheGreatCircle) {
    const auto& vilnius = *europe().find("Vilnius")[0].town;
    EXPECT_NEAR(kilometres(vilnius, *europe().find("Kaunas")[0].town), 92, 3);
    EXPECT_NEAR(kilometres(vilnius, *europe().find("Lisboa")[0].town), 3120, 20);
    EXPECT_EQ(kilometres(vilnius, vilnius), 0);
}

TEST(Gazetteer, EveryTownIsWhole) {
    EXPECT_GT(europe().towns().size(), 60'000u);
    for (const Town& town : europe().towns()) {
        ASSERT_FALSE(town.name.empty()) << town.id;
        ASSERT_EQ(town.country.size(), 2u) << town.id;
        ASSERT_GE(town.population, 1000u) << town.id;
        ASSERT_TRUE(town.latitude > 25 && town.latitude < 82 && town.longitude > -32 && town.longitude < 61) << town.id << " " << town.name;
    }
}

TEST(Gazetteer, AnswersFastEnoughToBeAskedForEveryWord) {
    europe();
    const auto start = std::chrono::steady_clock::now();
    std::size_t found = 0;
    for (int i = 0; i < 10'000; ++i) found += europe().find("Frankfurt").size();
    EXPECT_GT(found, 0u);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace waybill::gazetteer
