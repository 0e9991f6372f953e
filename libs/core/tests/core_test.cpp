#include <waybill/core.h>

#include <gtest/gtest.h>

namespace waybill {
namespace {

using namespace std::chrono_literals;

TEST(Instants, AreReadAndWrittenInUtc) {
    const struct { const char* text; const char* same; } cases[] = {
        {"2026-10-05T07:42:00Z", "2026-10-05T07:42:00.000Z"},
        {"2026-10-05T07:42:00.1239Z", "2026-10-05T07:42:00.123Z"},
        {"2026-10-05T09:42:00+02:00", "2026-10-05T07:42:00.000Z"},
        {"2024-02-29T23:59:59.5-01:30", "2024-03-01T01:29:59.500Z"},
    };
    for (const auto& [text, same] : cases) EXPECT_EQ(to_text(*parse_instant(text)), same) << text;
}

TEST(Instants, RefuseWhatIsNoTime) {
    for (const char* text : {"", "yesterday", "2026-10-05", "2026-13-05T07:42:00Z", "2026-02-30T07:42:00Z", "2026-10-05T24:42:00Z",
                             "2026-10-05T07:42:00", "2026-10-05T07:42:00+2:00", "2026-10-05T07:42:00Zjunk"})
        EXPECT_FALSE(parse_instant(text, "received_at")) << text;
    EXPECT_EQ(parse_instant("soon", "received_at").refusal().field, "received_at");
}

TEST(Ids, RefuseWhatWouldNeedEscaping) {
    using ShipmentId = Id<struct ShipmentTag>;
    EXPECT_EQ(ShipmentId::parse("WB-01.a_Z")->text(), "WB-01.a_Z");
    for (const std::string text : {std::string(), std::string("a b"), std::string("a/b"), std::string("å"), std::string(65, 'x')}) EXPECT_FALSE(ShipmentId::parse(text)) << text;
}

TEST(MoneyText, KeepsEveryCent) {
    const struct { const char *amount, *currency; std::int64_t minor; const char* text; } cases[] = {
        {"1380.00", "EUR", 138000, "1380.00 EUR"}, {"750", "EUR", 75000, "750.00 EUR"}, {"0.5", "EUR", 50, "0.50 EUR"},
        {"-0.05", "NOK", -5, "-0.05 NOK"},         {"1500", "JPY", 1500, "1500 JPY"},
    };
    for (const auto& c : cases) {
        const auto money = Money::parse(c.amount, c.currency);
        ASSERT_TRUE(money) << c.amount;
        EXPECT_EQ(money->minor, c.minor) << c.amount;
        EXPECT_EQ(to_text(*money), c.text);
    }
    for (const char* amount : {"", "-", ".", "1.", "1.234", "1,5", "+3", "1e3", "9999999999999999"}) EXPECT_FALSE(Money::parse(amount, "EUR")) << amount;
    EXPECT_FALSE(Money::parse("1", "eur"));
}

TEST(MoneySums, RefuseTwoCurrenciesAndOverflow) {
    const Money euro{100, "EUR"}, krone{100, "NOK"};
    EXPECT_EQ(euro + euro, (Money{200, "EUR"}));
    EXPECT_THROW(euro + krone, std::logic_error);
    EXPECT_THROW((void)(euro < krone), std::logic_error);
    EXPECT_THROW((Money{INT64_MAX, "EUR"} + euro), std::logic_error);
}

TEST(MoneyShares, RoundHalvesAwayFromZero) {
    EXPECT_EQ(share({105, "EUR"}, 10, 100).minor, 11);
    EXPECT_EQ(share({104, "EUR"}, 10, 100).minor, 10);
    EXPECT_EQ(share({-105, "EUR"}, 10, 100).minor, -11);
    EXPECT_EQ(share({138000, "EUR"}, 21, 100).minor, 28980);
}

}  // namespace
}  // namespace waybill
