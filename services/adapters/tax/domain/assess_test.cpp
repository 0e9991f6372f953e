#include "domain/assess.h"
#include "domain/vat_number.h"
#include "domain/vat_rates.h"

#include <gtest/gtest.h>

using namespace waybill::tax;

namespace {

Assess supply(std::string seller, std::string customer, std::string number, std::string day = "2026-10-08") {
    return {std::move(seller), std::move(customer), std::move(number), "LT", "NL", std::move(day)};
}

}  // namespace

TEST(Assess, TaxesWhereTheCustomerIsEstablished) {
    const struct { Assess supply; int permille; Treatment treatment; } cases[] = {
        {supply("LT", "LT", "LT447196314"), 210, Treatment::domestic},
        {supply("LT", "DE", "DE294816374"), 0, Treatment::reverse_charge},
        {supply("LT", "PL", "PL5273094184"), 0, Treatment::reverse_charge},
        {supply("LT", "NL", "NL852047319B01"), 0, Treatment::reverse_charge},
        {supply("LT", "SE", "SE556930418001"), 0, Treatment::reverse_charge},
        {supply("LT", "GR", "EL094259216"), 0, Treatment::reverse_charge},
        {supply("LT", "NO", "NO923817468MVA"), 0, Treatment::out_of_scope},
        {supply("LT", "UA", "1234567890"), 0, Treatment::out_of_scope},
        {supply("DE", "DE", "DE294816374", "2020-06-30"), 190, Treatment::domestic},
        {supply("DE", "DE", "DE294816374", "2020-07-01"), 160, Treatment::domestic},
        {supply("DE", "DE", "DE294816374", "2021-01-01"), 190, Treatment::domestic},
        {supply("FI", "FI", "FI20774740", "2024-09-01"), 255, Treatment::domestic},
    };
    for (const auto& [asked, permille, treatment] : cases) {
        const auto vat = assess(asked);
        ASSERT_TRUE(vat) << to_text(vat.refusal());
        EXPECT_EQ(vat->rate_permille, permille) << asked.customer_country << asked.day;
        EXPECT_EQ(vat->treatment, treatment) << asked.customer_country;
        EXPECT_EQ(vat->note.empty(), treatment == Treatment::domestic);
    }
}

TEST(Assess, RefusesWhatItCannotKnowNamingTheField) {
    const struct { Assess supply; std::string field; } cases[] = {
        {supply("NO", "LT", "LT447196314"), "seller_country"},
        {supply("LT", "Lithuania", "LT447196314"), "customer_country"},
        {supply("LT", "DE", ""), "customer_vat_number"},
        {supply("LT", "DE", "LT447196314"), "customer_vat_number"},
        {supply("LT", "LT", "LT447196314", "2026-02-30"), "date"},
        {supply("LT", "LT", "LT447196314", "yesterday"), "date"},
        {supply("LT", "LT", "LT447196314", "2015-12-31"), "date"},
    };
    for (const auto& [asked, field] : cases) EXPECT_EQ(assess(asked).refusal().field, field);
}

TEST(VatNumber, AcceptsRightOnesWithOrWithoutSeparators) {
    const struct { std::string number, country; } cases[] = {
        {"ATU13585627", "AT"}, {"BE0411905847", "BE"}, {"BG175074752", "BG"}, {"CHE-107.787.577 MWST", "CH"}, {"CY10259033P", "CY"}, {"CZ25123891", "CZ"},
        {"DE136695976", "DE"}, {"de 136.695.976", "DE"}, {"DK13585628", "DK"}, {"EE100931558", "EE"}, {"ESJ99216582", "ES"}, {"FI20774740", "FI"},
        {"FR40303265045", "FR"}, {"GB980780684", "GB"}, {"EL094259216", "GR"}, {"HR33392005961", "HR"}, {"HU12892312", "HU"}, {"IE6433435F", "IE"},
        {"IT00743110157", "IT"}, {"LT119511515", "LT"}, {"LT100001919017", "LT"}, {"LT100004801610", "LT"}, {"LU15027442", "LU"}, {"LV40003521600", "LV"},
        {"MT11679112", "MT"}, {"NL004495445B01", "NL"}, {"NL002455799B11", "NL"}, {"NO995525828MVA", "NO"}, {"PL8567346215", "PL"}, {"PT501964843", "PT"},
        {"RO18547290", "RO"}, {"SE123456789701", "SE"}, {"SI50223054", "SI"}, {"SK2022749619", "SK"},
    };
    for (const auto& [number, country] : cases) {
        const auto parsed = parse_vat_number(number, country);
        EXPECT_TRUE(parsed) << number << ": " << to_text(parsed.refusal());
    }
}

TEST(VatNumber, NoticesEveryMistypedDigitWhereThereIsACheckDigit) {
    const struct { std::string number, country; } cases[] = {{"BE0411905847", "BE"}, {"DE136695976", "DE"}, {"DK13585628", "DK"}, {"FI20774740", "FI"},
                                                             {"LT119511515", "LT"}, {"NO995525828", "NO"}, {"SE123456789701", "SE"}};
    for (const auto& [number, country] : cases) {
        for (std::size_t i = 2; i < number.size(); ++i) {
            auto mistyped = number;
            mistyped[i] = mistyped[i] == '9' ? '0' : static_cast<char>(mistyped[i] + 1);
            EXPECT_FALSE(parse_vat_number(mistyped, country)) << mistyped;
        }
    }
}

TEST(VatNumber, SaysWhatWouldBeRight) {
    EXPECT_EQ(parse_vat_number("NL12", "NL").refusal().cure, "give NL#########B## (# a digit, @ a letter, ? either)");
    EXPECT_EQ(parse_vat_number("PL5273094185", "PL").refusal().why, "its check digit is wrong");
    EXPECT_FALSE(parse_vat_number("'; drop table", "UA"));
}

TEST(VatRates, CoverTheTwentySevenMemberStates) {
    int known = 0;
    for (char a = 'A'; a <= 'Z'; ++a) {
        for (char b = 'A'; b <= 'Z'; ++b) known += in_the_union(std::string{a, b});
    }
    EXPECT_EQ(known, 27);
    EXPECT_FALSE(standard_rate("LT", "2015-12-31"));
    EXPECT_FALSE(standard_rate("NO", "2026-01-01"));
    EXPECT_EQ(standard_rate("EE", "2025-07-01"), 240);
    EXPECT_EQ(standard_rate("SK", "2024-12-31"), 200);
}
