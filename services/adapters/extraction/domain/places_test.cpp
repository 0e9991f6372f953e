#include "domain/places.h"

#include <gtest/gtest.h>

namespace waybill::extraction::rules {
namespace {

std::string route(const char* text) {
    Reading reading = read(text);
    auto places = places_in(reading);
    give_roles(reading, places);
    std::string from = "?", to = "?";
    for (const PlaceFound& place : places) {
        const std::string name = place.name + " " + place.country + (place.postal_code.empty() ? "" : " " + place.postal_code);
        if (place.role == Role::pickup && place.sure >= 15) from = name;
        if (place.role == Role::delivery && place.sure >= 15) to = name;
    }
    return from + " > " + to;
}

TEST(Route, IsFoundInInflectedForms) {
    const std::pair<const char*, const char*> table[] = {
        {"mam do zabrania z Wilna do Wrocławia", "Vilnius LT > Wrocław PL"},
        {"z Gdyni do Wiednia proszę o stawkę", "Gdynia PL > Wien AT"},
        {"turime krovinį iš Kauno į Dortmundą", "Kaunas LT > Dortmund DE"},
        {"krovinys iš Panevėžio į Gdanską", "Panevėžys LT > Gdańsk PL"},
        {"brīva mašīna no Valmieras uz Hamburgu", "Valmiera LV > Hamburg DE"},
        {"Vajame autot Tartust Stockholmi. Laadimine homme", "Tartu EE > Stockholm SE"},
        {"Нужна машина из Вильнюса в Прагу", "Vilnius LT > Praha CZ"},
        {"paller fersk laks fra Bergen til København", "Bergen NO > København DK"},
        {"kapelltrailer från Jönköping till Kaunas", "Jönköping SE > Kaunas LT"},
        {"van Lisse naar Keulen rijden", "Lisse NL > Köln DE"},
    };
    for (const auto& [text, found] : table) EXPECT_EQ(route(text), found) << text;
}

TEST(Route, IsFoundByMarksCodesAndCues) {
    const std::pair<const char*, const char*> table[] = {
        {"D-20457 Hamburg >> A-4020 Linz", "Hamburg DE 20457 > Linz AT 4020"},
        {"Nürnberg-Brünn, 12 Pal", "Nürnberg DE > Brno CZ"},
        {"Collection Kaunas (LT-52104), delivery Venlo NL 5928 by Friday", "Kaunas LT 52104 > Venlo NL 5928"},
        {"Origin: Swindon, UK SN3 4TN\nDestination: Zaragoza, Spain 50197", "Swindon GB SN3 4TN > Zaragoza ES 50197"},
        {"load Rīga (Ulbroka), unload Odense DK", "Rīga LV > Odense DK"},
        {"Enlèvement : après 14h à Liège (4000, BE)\nLivraison : lundi à Lyon 69007", "Liège BE 4000 > Lyon FR 69007"},
        {"PICKUP TRIESTE IT 34147 ON 12NOV26. DELIVER ZAGREB HR 10000 13NOV26", "Trieste IT 34147 > Zagreb HR 10000"},
        {"Ladestelle: Ludwigshafen, 67056\nEntladestelle: Antwerpen, BE-2040", "Ludwigshafen DE 67056 > Antwerpen BE 2040"},
    };
    for (const auto& [text, found] : table) {
        std::string plain_arrow(text);
        if (const auto at = plain_arrow.find(">>"); at != std::string::npos) plain_arrow.replace(at, 2, ">");
        EXPECT_EQ(route(plain_arrow.c_str()), found) << text;
    }
}

TEST(Places, NamesakesAreDoubted) {
    for (const char* text : {"from Frankfurt to Kaunas", "Ware in Neustadt, to Kaunas", "from Newport to Lyon", "from Brest to Kaunas"}) {
        Reading reading = read(text);
        const auto places = places_in(reading);
        ASSERT_FALSE(places.empty()) << text;
        EXPECT_FALSE(places[0].doubt.empty()) << text;
    }
    Reading reading = read("from 15230 Frankfurt (Oder) to Kaunas");
    EXPECT_EQ(places_in(reading)[0].name, "Frankfurt (Oder)");
    for (const char* text : {"from Bergen to Kaunas", "from Brest, France to Kaunas", "from M\u00fcnster to Kaunas"}) {  // far bigger, or told apart
        Reading told = read(text);
        EXPECT_EQ(places_in(told)[0].doubt, "") << text;
    }
}

}  // namespace
}  // namespace waybill::extraction::rules
