#include "handlers/handlers.h"
#include "providers/eu_table.h"

#include <gtest/gtest.h>

using namespace waybill;
using namespace waybill::tax;

namespace {

using namespace std::chrono_literals;
const Instant noon = *parse_instant("2026-10-08T12:00:00Z");

::billing::v1::TaxRequested request(const std::string& customer_country, const std::string& number) {
    ::billing::v1::TaxRequested asked;
    asked.set_shipment_id("S1");
    asked.set_seller_country("LT");
    asked.set_customer_country(customer_country);
    asked.set_customer_vat_number(number);
    asked.set_pickup_country("LT");
    asked.set_delivery_country("NL");
    asked.set_date("2026-10-08");
    return asked;
}

// The request, the provider's answer as the runtime would record it, and the decision on it.
Decision through_the_provider(const ::billing::v1::TaxRequested& asked) {
    const auto asking = tax_requested(nullptr, asked, noon);
    const auto call = json::from_json<Assess>(asking.calls.at(0).request);
    const auto answer = std::get<Assess::Answer>(eu_table(call, {"key", 1, 1s}));
    return assessed(*asking.state, {call, json::from_json<Assess::Answer>(json::to_json(answer)), "", 1}, noon);
}

}  // namespace

TEST(TaxRequested, AsksTheProviderWithEverythingItNeeds) {
    const auto decision = tax_requested(nullptr, request("NL", "NL852047319B01"), noon);
    ASSERT_EQ(decision.calls.size(), 1u);
    EXPECT_EQ(json::from_json<Assess>(decision.calls[0].request), (Assess{"LT", "NL", "NL852047319B01", "LT", "NL", "2026-10-08"}));
    EXPECT_EQ(tax_requested(&*decision.state, request("NL", "NL852047319B01"), noon).outcome, runtime::Outcome::ignored);
}

TEST(Assessed, AnnouncesTheRateAndWhatTheInvoiceMustSay) {
    const auto decision = through_the_provider(request("NL", "NL852047319B01"));
    const auto& tax = std::get<::tax::v1::TaxDetermined>(decision.events.at(0));
    EXPECT_EQ(tax.rate_permille(), 0);
    EXPECT_EQ(tax.treatment(), "reverse_charge");
    EXPECT_EQ(tax.note(), "Reverse charge, Article 196 of Directive 2006/112/EC");
    EXPECT_EQ(tax.provider(), "eu_table");
    EXPECT_EQ(decision.state->stage, Stage::determined);
}

TEST(Assessed, NamesTheFieldThatIsWrong) {
    const auto decision = through_the_provider(request("NL", "NL852047318B01"));
    const auto& tax = std::get<::tax::v1::TaxNotDetermined>(decision.events.at(0));
    EXPECT_EQ(tax.field(), "customer_vat_number");
    EXPECT_EQ(decision.state->stage, Stage::not_determined);
}

TEST(Assessed, AsksAgainOnlyAfterAnAnswer) {
    const auto refused = *through_the_provider(request("NL", "NL852047318B01")).state;
    EXPECT_EQ(tax_requested(&refused, request("NL", "NL852047319B01"), noon).calls.size(), 1u);
}

TEST(Assessed, SaysThatTheProviderNeverAnswered) {
    const auto asking = *tax_requested(nullptr, request("NL", "NL852047319B01"), noon).state;
    const auto decision = assessed(asking, {asking.supply, {}, "connect: refused", 8}, noon);
    EXPECT_EQ(std::get<::tax::v1::TaxNotDetermined>(decision.events.at(0)).why(), "no answer after 8 attempts: connect: refused");
    EXPECT_EQ(assessed(*decision.state, {asking.supply, Assess::Answer{}, "", 9}, noon).outcome, runtime::Outcome::ignored);
}
