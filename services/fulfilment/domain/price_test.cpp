#include "domain/price.h"

#include <gtest/gtest.h>

namespace waybill::fulfilment {
namespace {

std::string price_of(const Price& price, const Load& load = {}, int kilometres = 1000) {
    const auto net = net_price(price, load, kilometres);
    return net ? to_text(*net) : to_text(net.refusal());
}

TEST(NetPrice, IsWhatTheCustomerOffered) {
    EXPECT_EQ(price_of({PriceKind::offered, {1380'00, "EUR"}}), "1380.00 EUR");
    EXPECT_EQ(price_of({PriceKind::maximum, {9500'00, "SEK"}}), "9500.00 SEK");
    EXPECT_EQ(price_of({PriceKind::per_km, {1'15, "EUR"}}, {}, 1412), "1623.80 EUR");
}

TEST(NetPrice, IsByTariffWhenTheCustomerWantsAQuote) {
    struct Row { std::string equipment; double weight_kg; bool adr; int kilometres; std::string net; };
    const Row rows[] = {
        {"tautliner", 24'000, false, 1000, "1250.00 EUR"},
        {"", 24'000, false, 1000, "1250.00 EUR"},
        {"", 0, false, 1000, "1250.00 EUR"},
        {"reefer", 20'000, false, 1000, "1550.00 EUR"},
        {"reefer", 16'000, false, 1000, "1317.50 EUR"},
        {"tautliner", 3'000, false, 1000, "687.50 EUR"},
        {"tanker", 24'000, true, 1000, "1955.00 EUR"},
        {"van", 800, false, 50, "180.00 EUR"},
    };
    for (const Row& row : rows)
        EXPECT_EQ(price_of({}, {.weight_kg = row.weight_kg, .equipment = row.equipment, .adr = row.adr}, row.kilometres), row.net) << row.equipment << " " << row.weight_kg;
}

TEST(NetPrice, RefusesAnOfferWithoutAnAmountAndARoadWithoutLength) {
    EXPECT_EQ(price_of({PriceKind::offered, {}}), "price.amount: the offer names no amount above zero; agree a price with the customer");
    EXPECT_EQ(price_of({PriceKind::per_km, {-5, "EUR"}}), "price.amount: the offer names no amount above zero; agree a price with the customer");
    EXPECT_EQ(price_of({PriceKind::offered, {1, "EUR"}}, {}, 0), "kilometres: a road of 0 km has no price; check the two places");
}

}  // namespace
}  // namespace waybill::fulfilment
