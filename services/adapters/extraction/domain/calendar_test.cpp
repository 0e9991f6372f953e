#include "domain/calendar.h"

#include <gtest/gtest.h>

namespace waybill::extraction::rules {
namespace {

using namespace std::chrono;
constexpr Day monday = 2026y / October / 5;

std::string days_of(const char* text) {
    Reading reading = read(text);
    std::string all;
    for (const DayFound& day : days_in(reading, monday)) {
        if (!all.empty()) all += " ";
        all += day.doubt.empty() ? day_text(day.day) : "?";
        if (day.until && day.doubt.empty()) all += ".." + day_text(*day.until);
    }
    return all;
}

TEST(Days, AreReadInEveryLanguage) {
    const std::pair<const char*, const char*> table[] = {
        {"please take one for us tomorrow", "2026-10-06"}, {"wir laden morgen früh bei uns", "2026-10-06"}, {"pakrovimas rytoj ryte", "2026-10-06"},
        {"załadunek jutro rano", "2026-10-06"},            {"henting i morgen tidlig", "2026-10-06"},       {"iekraušana rīt no rīta", "2026-10-06"},
        {"laadimine homme", "2026-10-06"},                 {"загрузка завтра утром на складе", "2026-10-06"}, {"pour demain matin", "2026-10-06"},
        {"morgenochtend laden", "2026-10-06"},             {"lastning i morgon bitti", "2026-10-06"},       {"pojutrze", "2026-10-07"},
        {"poryt reikia paimt", "2026-10-07"},              {"послезавтра", "2026-10-07"},                   {"after-tomorrow is no word", "2026-10-06"},
        {"delivery by Friday 9 October", "2026-10-09"},    {"Beladung Mi 14.10. 07-15 Uhr", "2026-10-14"},  {"czwartek 22.10 w godz. 9-13", "2026-10-22"},
        {"lørdag 10. oktober", "2026-10-10"},              {"в среду 21 октября", "2026-10-21"},            {"pirmdien", "2026-10-12"},
        {"esmaspäeval 12.10.", "2026-10-12"},              {"lundi 5 octobre", "2026-10-05"},               {"dinsdag 10/11 voor 11u lossen", "2026-11-10"},
        {"torsdag 08-12", "2026-10-08"},                   {"pirmadienį, spalio 19 d.", "2026-10-19"},      {"antradienį 27 d. nuo 7", "2026-10-27"},
        {"mardi 20 avant midi", "2026-10-20"},             {"12NOV26", "2026-11-12"},                       {"2026-10-26", "2026-10-26"},
        {"04.11.2026 12:00-16:00", "2026-11-04"},          {"October 9, 2026", "2026-10-09"},               {"10/26/2026", "2026-10-26"},
        {"on 05.01. please", "2027-01-05"},                {"12-14 October", "2026-10-12..2026-10-14"},     {"vom 12. bis 14.10.", "2026-10-12..2026-10-14"},
    };
    for (const auto& [text, day] : table) EXPECT_EQ(days_of(text), day) << text;
}

TEST(Days, AreDoubtedWhenTheyAreNotOneDay) {
    for (const char* text : {"pickup in Cork on 11/10/2026 please", "Friday 8 October", "vrijdag 9 oktober of maandag 12 oktober", "am 12. oder 13.10.", "Monday or Tuesday", "Mon 12/10 or the truck on 13/10 12/10 or 13/10"})
        EXPECT_NE(days_of(text).find('?'), std::string::npos) << text << ": " << days_of(text);
}

TEST(Days, AreNotSeenInOtherNumbers) {
    for (const char* text : {"13.6 ldm", "kl 07.00", "24.0 t", "guten Morgen", "labas rytas", "god morgen", "LP-2026/0931", "FV/2026/10/0456", "+2/+8 st.", "30 days", "tel. 03 53 01 77 20"})
        EXPECT_EQ(days_of(text), "") << text;
}

std::string clocks_of(const char* text) {
    Reading reading = read(text);
    const auto days = days_in(reading, monday);
    std::string all;
    for (const ClockFound& clock : clocks_in(reading, days)) {
        if (!all.empty()) all += " ";
        all += (clock.from ? clock_text(*clock.from) : "") + ".." + (clock.to ? clock_text(*clock.to) : "");
    }
    return all;
}

TEST(Clocks, AreReadInEveryLanguage) {
    const std::pair<const char*, const char*> table[] = {
        {"between 08:00 and 12:00", "08:00..12:00"}, {"Fr bis 14 Uhr", "..14:00"},          {"w godz. 9-13", "09:00..13:00"},     {"mellom kl. 06 og 09", "06:00..09:00"},
        {"с 10:00 до 16:00", "10:00..16:00"},        {"līdz plkst. 15:00", "..15:00"},      {"kell 8-10", "08:00..10:00"},        {"après 14h à Liège", "14:00.."},
        {"voor 11u lossen", "..11:00"},              {"senast måndag kl 12", "..12:00"},    {"nuo 7 iki 10 val.", "07:00..10:00"}, {"quai ouvert 7h30-11h30", "07:30..11:30"},
        {"10:00 Uhr fix", "10:00..10:00"},           {"avant midi", "..12:00"},             {"zw. 7 und 12 Uhr", "07:00..12:00"}, {"no 8 līdz 10 Jelgava", "08:00..10:00"},
        {"before 2 pm", "..14:00"},                  {"12NOV26 BETWEEN 0800 AND 1130 HRS", "08:00..11:30"},
    };
    for (const auto& [text, clock] : table) EXPECT_EQ(clocks_of(text), clock) << text;
}

TEST(Clocks, AreNotSeenInOtherNumbers) {
    for (const char* text : {"24 t", "33 pallets", "temp 5-8 graden", "13,6 m", "30 dienų", "up to 20 pallets", "LT-52104", "850 eur"}) EXPECT_EQ(clocks_of(text), "") << text;
}

}  // namespace
}  // namespace waybill::extraction::rules
