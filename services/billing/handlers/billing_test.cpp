#include "handlers/handlers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <google/protobuf/util/time_util.h>

using namespace waybill;
using namespace waybill::billing;
using namespace ::billing::v1;
using testing::HasSubstr;

namespace {

const Instant noon = *parse_instant("2026-10-08T12:00:00Z");

::fulfilment::v1::BillingRequested delivered_for(const std::string& customer_id) {
    ::fulfilment::v1::BillingRequested request;
    request.set_shipment_id("S1");
    request.set_customer_id(customer_id);
    request.mutable_net()->set_minor(10000);
    request.mutable_net()->set_currency("EUR");
    request.set_pickup_country("LT");
    request.set_delivery_country("NL");
    *request.mutable_delivered_at() = google::protobuf::util::TimeUtil::MillisecondsToTimestamp((noon - 2h).time_since_epoch().count());
    return request;
}

::tax::v1::TaxDetermined taxed(int permille) {
    ::tax::v1::TaxDetermined tax;
    tax.set_shipment_id("S1");
    tax.set_rate_permille(permille);
    tax.set_treatment(permille ? "domestic" : "reverse_charge");
    return tax;
}

NumberAssigned number(std::int64_t value, const std::string& series = "WB-2026") {
    NumberAssigned assigned;
    assigned.set_shipment_id("S1");
    assigned.set_series_id(series);
    assigned.set_number(value);
    return assigned;
}

::payments::v1::PaymentSettled money(std::int64_t minor, const std::string& reference = "LB-1") {
    ::payments::v1::PaymentSettled settled;
    settled.set_shipment_id("S1");
    settled.set_bank_reference(reference);
    settled.mutable_amount()->set_minor(minor);
    settled.mutable_amount()->set_currency("EUR");
    return settled;
}

Invoice assessing() { return *billing_requested(delivered_for("cust-lt"), noon).state; }
Invoice numbering() { return *tax_determined(assessing(), taxed(210), noon).state; }
Invoice open_invoice() { return *number_assigned(numbering(), number(17), noon).state; }
Invoice paid_invoice() { return *payment_settled(open_invoice(), money(12100), noon).state; }

// What is booked, by account, over the decision's rows.
std::map<std::string, std::int64_t> booked(const Decision& decision) {
    std::map<std::string, std::int64_t> sums;
    for (const auto& row : decision.rows) {
        EXPECT_EQ(row.table, "posting");
        EXPECT_EQ(row.key, (std::vector<std::string>{"entry_id", "line"}));
        const auto values = boost::json::parse(row.values).as_object();
        sums[std::string(values.at("account").as_string())] += values.at("amount_minor").to_number<std::int64_t>();
    }
    return sums;
}
using Sums = std::map<std::string, std::int64_t>;

template <class Event>
const Event& only_event(const Decision& decision) {
    EXPECT_EQ(decision.events.size(), 1u);
    return std::get<Event>(decision.events.at(0));
}

}  // namespace

TEST(BillingRequested, AsksForTheVatOfTheCustomersCountryOnTheDayOfSupply) {
    const auto decision = billing_requested(delivered_for("cust-nl"), noon);
    const auto& asked = only_event<TaxRequested>(decision);
    EXPECT_EQ(asked.seller_country(), "LT");
    EXPECT_EQ(asked.customer_country(), "NL");
    EXPECT_EQ(asked.customer_vat_number(), "NL852047319B01");
    EXPECT_EQ(asked.date(), "2026-10-08");
    EXPECT_EQ(decision.timers, (std::vector<runtime::Timer>{{"issuing", noon + 24h}}));
}

TEST(BillingRequested, StopsForACustomerNobodyKnows) {
    const auto decision = billing_requested(delivered_for("cust-xx"), noon);
    EXPECT_EQ(decision.state->stage, Stage::stopped);
    EXPECT_THAT(only_event<BillingStopped>(decision).why(), HasSubstr("customer_id"));
}

TEST(TaxDetermined, AsksForANumberOnlyWhenTheInvoiceIsComplete) {
    const auto decision = tax_determined(assessing(), taxed(210), noon);
    EXPECT_EQ(only_event<NumberRequested>(decision).series_id(), "WB-2026");
    EXPECT_EQ(decision.state->gross, (Money{12100, "EUR"}));
    EXPECT_EQ(tax_determined(*decision.state, taxed(190), noon).outcome, runtime::Outcome::ignored);
}

TEST(TaxNotDetermined, StopsWithoutSpendingANumber) {
    ::tax::v1::TaxNotDetermined tax;
    tax.set_field("customer_vat_number");
    tax.set_why("wrong check digit");
    const auto decision = tax_not_determined(assessing(), tax, noon);
    EXPECT_EQ(only_event<BillingStopped>(decision).why(), "VAT: customer_vat_number: wrong check digit");
    EXPECT_EQ(decision.state->stage, Stage::stopped);
}

TEST(NumberRequested, GivesOneTwoThree) {
    std::optional<Series> series;
    for (int expected = 1; expected <= 3; ++expected) {
        NumberRequested request;
        request.set_series_id("WB-2026");
        request.set_shipment_id("S" + std::to_string(expected));
        const auto decision = number_requested(series ? &*series : nullptr, request, noon);
        const auto& assigned = std::get<NumberAssigned>(decision.events.at(0));
        EXPECT_EQ(assigned.number(), expected);
        EXPECT_EQ(assigned.shipment_id(), request.shipment_id());
        series = decision.state;
    }
}

TEST(NumberAssigned, IssuesBooksAndCollects) {
    const auto decision = number_assigned(numbering(), number(17), noon + 1h);
    ASSERT_EQ(decision.events.size(), 2u);
    const auto& issued = std::get<InvoiceIssued>(decision.events[0]);
    EXPECT_EQ(issued.invoice_number(), "WB-2026-000017");
    EXPECT_EQ(issued.gross().minor(), 12100);
    EXPECT_EQ(issued.issued_at().seconds(), std::chrono::duration_cast<std::chrono::seconds>(noon.time_since_epoch()).count());
    EXPECT_EQ(std::get<PaymentRequested>(decision.events[1]).amount().minor(), 12100);
    EXPECT_EQ(booked(decision), (Sums{{"receivable", 12100}, {"revenue", -10000}, {"vat", -2100}}));
    EXPECT_EQ(decision.timers, (std::vector<runtime::Timer>{{"issuing", {}}, {"payment", noon + 30 * 24h}}));
}

TEST(NumberAssigned, ParksANumberNobodyAskedForRatherThanLosingIt) {
    EXPECT_EQ(number_assigned(open_invoice(), number(18), noon).outcome, runtime::Outcome::never);
    EXPECT_EQ(number_assigned(numbering(), number(1, "WB-2027"), noon).outcome, runtime::Outcome::never);
}

TEST(PaymentSettled, PaysTheInvoice) {
    const auto decision = payment_settled(open_invoice(), money(12100), noon);
    EXPECT_EQ(only_event<InvoicePaid>(decision).bank_reference(), "LB-1");
    EXPECT_EQ(booked(decision), (Sums{{"bank", 12100}, {"receivable", -12100}}));
    EXPECT_EQ(decision.state->stage, Stage::paid);
}

TEST(PaymentSettled, IsBookedOnce) { EXPECT_EQ(payment_settled(paid_invoice(), money(12100), noon).outcome, runtime::Outcome::ignored); }

TEST(PaymentSettled, StopsAtAnotherSumButBooksTheMoney) {
    const auto decision = payment_settled(open_invoice(), money(12000), noon);
    EXPECT_THAT(only_event<BillingStopped>(decision).why(), HasSubstr("120.00 EUR differs from the invoice of 121.00 EUR"));
    EXPECT_EQ(booked(decision), (Sums{{"bank", 12000}, {"unapplied", -12000}}));
    EXPECT_EQ(decision.state->stage, Stage::unpaid);
}

TEST(PaymentSettled, TakesTheSameFigureInAnotherCurrencyForAnotherSum) {
    auto crowns = money(12100);
    crowns.mutable_amount()->set_currency("SEK");
    const auto decision = payment_settled(open_invoice(), crowns, noon);
    EXPECT_THAT(only_event<BillingStopped>(decision).why(), HasSubstr("121.00 SEK differs from the invoice of 121.00 EUR"));
    EXPECT_EQ(decision.state->stage, Stage::unpaid);
}

TEST(PaymentSettled, KeepsASecondPaymentOfAPaidInvoiceInTheBooks) {
    const auto decision = payment_settled(paid_invoice(), money(12100, "LB-2"), noon);
    EXPECT_EQ(booked(decision), (Sums{{"bank", 12100}, {"unapplied", -12100}}));
    EXPECT_FALSE(decision.state);
}

TEST(PaymentSettled, StillPaysAnInvoiceThatAPersonLooksAt) {
    const auto overdue = *not_paid_in_time(open_invoice(), noon + 31 * 24h).state;
    EXPECT_EQ(payment_settled(overdue, money(12100), noon).state->stage, Stage::paid);
}

TEST(PaymentSettled, ParksMoneyForAnInvoiceThatWasNeverIssued) {
    EXPECT_EQ(payment_settled(assessing(), money(12100), noon).outcome, runtime::Outcome::never);
}

TEST(PaymentFailed, StopsAnOpenInvoiceAndNoOther) {
    ::payments::v1::PaymentFailed failed;
    failed.set_why("account closed");
    EXPECT_THAT(only_event<BillingStopped>(payment_failed(open_invoice(), failed, noon)).why(), HasSubstr("WB-2026-000017 is not paid: account closed"));
    EXPECT_EQ(payment_failed(paid_invoice(), failed, noon).outcome, runtime::Outcome::ignored);
}

TEST(NotIssuedInTime, TellsAPersonAndGoesOnWaiting) {
    const auto decision = not_issued_in_time(assessing(), noon + 24h);
    EXPECT_THAT(only_event<BillingStopped>(decision).why(), HasSubstr("the VAT is missing"));
    EXPECT_FALSE(decision.state);
}
