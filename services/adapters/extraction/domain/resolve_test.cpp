#include "domain/resolve.h"

#include <gmock/gmock.h>

namespace waybill::extraction::rules {
namespace {

using testing::ElementsAreArray;

const Day monday = std::chrono::sys_days(std::chrono::year(2026) / 11 / 2);

Said resolved(const std::string& text) {
    Reading r = read(text);
    const auto days = days_in(r, monday);
    auto places = places_in(r);
    give_roles(r, places);
    const auto clocks = clocks_in(r, days);
    Said said;
    read_stop(r, places, Role::pickup, "pickup", said.fields.pickup, said);
    read_stop(r, places, Role::delivery, "delivery", said.fields.delivery, said);
    std::vector<DayTold> told;
    read_days(r, places, days, r.size(), false, said, told);
    read_clocks(r, places, told, clocks, r.size(), said);
    return said;
}

std::string shown(const Stop& stop) {
    return stop.place.value_or("-") + " " + stop.date.value_or("-") + " " + stop.time_from.value_or("-") + " " + stop.time_to.value_or("-");
}

TEST(Resolve, SaysWhichCandidateIsWhich) {
    struct Row { const char *text, *pickup, *delivery; std::vector<std::string> doubts; };
    const Row rows[] = {
        {"Collection Kaunas tomorrow 08:00-12:00, delivery Venlo NL by Friday.", "Kaunas 2026-11-03 08:00 12:00", "Venlo 2026-11-06 - -", {}},
        {"Please deliver to Venlo on Friday before 16:00 what you load in Kaunas on Tuesday", "Kaunas 2026-11-03 - -", "Venlo 2026-11-06 - 16:00", {}},
        {"From Gent to Brno on Friday with 20 tons of steel", "Gent 2026-11-06 - -", "Brno - - -", {}},
        {"Trenger bil fra Ålesund til Hirtshals fredag. Levering på mandag før kl. 10.", "Ålesund 2026-11-06 - -", "Hirtshals 2026-11-09 - 10:00", {}},
        {"heute ab 16 Uhr in Passau laden, morgen Budapest", "Passau - 16:00 -", "Budapest - - -", {"pickup.date"}},
        {"Collection Kaunas on Tuesday, collection Alytus on Tuesday, delivery Warsaw on Friday", "- 2026-11-03 - -", "Warszawa 2026-11-06 - -", {"pickup.place"}},
        {"Need a truck on Monday or Tuesday from Kaunas to Berlin", "Kaunas - - -", "Berlin - - -", {"pickup.date"}},
        {"Truck needed tomorrow, Kaunas - Katowice, must arrive 5/11", "Kaunas 2026-11-03 - -", "Katowice 2026-11-05 - -", {}},
        {"Please send your best rate by noon today. Collect in Kaunas on Wednesday, deliver to Riga on Thursday", "Kaunas 2026-11-04 - -", "Rīga 2026-11-05 - -", {}},
    };
    for (const Row& row : rows) {
        const Said said = resolved(row.text);
        std::vector<std::string> doubts;
        for (const Reason& reason : said.doubts) doubts.push_back(reason.field);
        EXPECT_EQ(shown(said.fields.pickup), row.pickup) << row.text;
        EXPECT_EQ(shown(said.fields.delivery), row.delivery) << row.text;
        EXPECT_THAT(doubts, ElementsAreArray(row.doubts)) << row.text;
    }
}

}  // namespace
}  // namespace waybill::extraction::rules
