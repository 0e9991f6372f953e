#include "providers/rules.h"

#include <waybill/json.h>

#include <gmock/gmock.h>

namespace waybill::extraction::adapter {
namespace {

TEST(Rules, ReadAnOfferAndLeaveThePeopleOut) {
    const ReadText offer{"email", *parse_instant("2026-10-05T07:42:00Z"),
        "Hello,\n\nplease take one for us tomorrow: collection Kaunas (LT-52104), delivery Venlo NL 5928 on Friday 9 October.\n"
        "33 euro pallets of garden furniture, 8.450 kg gross. Curtain-sider please. We pay 1.380,00 EUR all in.\n\n"
        "Regards\nTomas Brandt\nNordhaven Trading | +370 600 00147 | freight@nordhaven.example.com"};

    const auto answer = std::get<Extracted>(read_by_rules(offer, {}));

    EXPECT_EQ(answer.decision, "accept");
    EXPECT_EQ(answer.fields.pickup.place, "Kaunas");
    EXPECT_EQ(answer.fields.pickup.date, "2026-10-06");
    EXPECT_EQ(answer.fields.delivery.country, "NL");
    EXPECT_EQ(answer.fields.weight_kg, 8450);
    EXPECT_EQ(answer.provider, "rules");
    const auto place = std::find_if(answer.read.begin(), answer.read.end(), [](const FieldRead& read) { return read.field == "pickup.place"; });
    ASSERT_NE(place, answer.read.end());
    EXPECT_EQ(place->value, "Kaunas");
    EXPECT_EQ(offer.text.substr(place->begin, 6), "Kaunas");
    EXPECT_GT(place->confidence, 0.9);
    for (const char* person : {"Brandt", "600", "nordhaven"}) EXPECT_THAT(json::to_json(answer), testing::Not(testing::HasSubstr(person)));
}

}  // namespace
}  // namespace waybill::extraction::adapter
