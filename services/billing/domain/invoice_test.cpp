#include "domain/invoice.h"
#include "domain/ledger.h"
#include "domain/parties.h"
#include "domain/series.h"

#include <gtest/gtest.h>

using namespace waybill;
using namespace waybill::billing;

namespace {

Instant at(const char* text) { return *parse_instant(text); }
const Instant noon = at("2026-10-08T12:00:00Z");

Bill delivered_for(std::string customer_id, Money net = {138000, "EUR"}) { return {"S1", std::move(customer_id), "GF-26-1187", std::move(net), noon}; }
Invoice numbered(Money net, int permille) { return with_number(with_vat(*begin_invoice(delivered_for("cust-lt", net)), {permille, "domestic", ""}, noon), 17); }

}  // namespace

TEST(BeginInvoice, RefusesWhatCannotBeBilledNamingTheField) {
    auto without_day = delivered_for("cust-lt");
    without_day.delivered_at.reset();
    const struct { Bill bill; std::string field; } cases[] = {
        {delivered_for("cust-xx"), "customer_id"},
        {delivered_for("cust-lt", {138000, ""}), "net.currency"},
        {delivered_for("cust-lt", {138000, "eur"}), "net.currency"},
        {delivered_for("cust-lt", {0, "EUR"}), "net"},
        {delivered_for("cust-lt", {-1, "EUR"}), "net"},
        {without_day, "delivered_at"},
    };
    for (const auto& [bill, field] : cases) EXPECT_EQ(begin_invoice(bill).refusal().field, field);
}

TEST(BeginInvoice, TakesTheDayOfDeliveryAsTheDayOfSupply) {
    const auto invoice = *begin_invoice(delivered_for("cust-de"));
    EXPECT_EQ(invoice.supply_day, "2026-10-08");
    EXPECT_EQ(invoice.stage, Stage::assessing);
}

TEST(WithVat, AddsTheRateToTheNetRoundingHalvesAwayFromZero) {
    const struct { std::int64_t net; int permille; std::int64_t vat; } cases[] = {
        {138000, 210, 28980}, {100, 255, 26}, {10, 250, 3}, {2, 250, 1}, {1, 210, 0}, {138000, 0, 0},
    };
    for (const auto& [net, permille, vat] : cases) {
        const auto invoice = numbered({net, "EUR"}, permille);
        EXPECT_EQ(invoice.vat.minor, vat) << net;
        EXPECT_EQ(invoice.gross.minor, net + vat) << net;
    }
}

TEST(WithVat, TakesTheSeriesOfTheYearOfIssuingAndTheCustomersTerms) {
    const auto invoice = with_vat(*begin_invoice(delivered_for("cust-pl")), {0, "reverse_charge", "note"}, at("2027-01-01T00:00:00Z"));
    EXPECT_EQ(invoice.series_id, "WB-2027");
    EXPECT_EQ(invoice.due_at, at("2027-02-15T00:00:00Z"));
}

TEST(WithVat, DoesNotBelieveARateOfAHundredPercent) { EXPECT_THROW(numbered({100, "EUR"}, 1000), std::logic_error); }

TEST(NumberText, HasSixDigitsAndMoreWhenNeeded) {
    EXPECT_EQ(number_text("WB-2026", 17), "WB-2026-000017");
    EXPECT_EQ(number_text("WB-2026", 1234567), "WB-2026-1234567");
    EXPECT_THROW(number_text("WB-2026", 0), std::logic_error);
}

TEST(Ledger, IssuingDebitsTheCustomerAndCreditsRevenueAndVat) {
    EXPECT_EQ(issuing(numbered({10000, "EUR"}, 210)).lines,
              (std::vector<Line>{{Account::receivable, {12100, "EUR"}}, {Account::revenue, {-10000, "EUR"}}, {Account::vat, {-2100, "EUR"}}}));
}

TEST(Ledger, IssuingWithoutVatHasNoVatLine) { EXPECT_EQ(issuing(numbered({10000, "EUR"}, 0)).lines.size(), 2u); }

TEST(Ledger, PaymentMovesTheDebtToTheBank) {
    EXPECT_EQ(payment(numbered({10000, "EUR"}, 210), noon).lines, (std::vector<Line>{{Account::bank, {12100, "EUR"}}, {Account::receivable, {-12100, "EUR"}}}));
}

TEST(Ledger, RefusesAnEntryThatDoesNotSumToZeroInEveryCurrency) {
    const Money euro{100, "EUR"}, krone{-100, "SEK"};
    EXPECT_THROW(entry("e", "S1", noon, {{Account::bank, euro}}), std::logic_error);
    EXPECT_THROW(entry("e", "S1", noon, {{Account::bank, euro}, {Account::receivable, krone}}), std::logic_error);
    EXPECT_THROW(entry("e", "S1", noon, {}), std::logic_error);
}

TEST(Parties, EveryDemoCustomerHasACountryAndANumberThatBeginsWithIt) {
    for (const char* id : {"cust-lt", "cust-de", "cust-pl", "cust-no", "cust-nl", "cust-se"}) {
        const auto found = customer(id);
        ASSERT_TRUE(found) << id;
        EXPECT_TRUE(found->vat_number.starts_with(found->country)) << id;
    }
    EXPECT_FALSE(customer("cust-xx"));
}
