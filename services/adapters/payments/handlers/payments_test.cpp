#include "handlers/handlers.h"
#include "providers/local_bank.h"

#include <gtest/gtest.h>

using namespace waybill;
using namespace waybill::payments;
using namespace ::payments::v1;

namespace {

const Instant noon = *parse_instant("2026-10-08T12:00:00Z");

::billing::v1::PaymentRequested request() {
    ::billing::v1::PaymentRequested made;
    made.set_shipment_id("S1");
    made.set_invoice_number("WB-2026-000017");
    made.mutable_amount()->set_minor(12100);
    made.mutable_amount()->set_currency("EUR");
    return made;
}

::edge::v1::PaymentNotified notice(const std::string& reference, std::int64_t minor = 12100) {
    ::edge::v1::PaymentNotified made;
    made.set_shipment_id("S1");
    made.set_bank_reference(reference);
    made.mutable_amount()->set_minor(minor);
    made.mutable_amount()->set_currency("EUR");
    return made;
}

const Collect::Answer accepted{true, "LB-1", 120'000, ""};

Collection asking() { return *payment_requested(request(), noon).state; }
Collection pending() { return *collected(asking(), {{}, accepted, "", 1}, noon).state; }
Collection settled() { return *payment_notified(pending(), notice("BANK-9"), noon).state; }
Decision told(const Collection& collection, Standing standing) { return enquired(collection, {{}, Enquire::Answer{standing, {12100, "EUR"}, "closed"}, "", 1}, noon); }

}  // namespace

TEST(PaymentRequested, AsksTheBankToCollect) {
    const auto decision = payment_requested(request(), noon);
    EXPECT_EQ(json::from_json<Collect>(decision.calls.at(0).request), (Collect{"S1", "WB-2026-000017", {12100, "EUR"}}));
    EXPECT_TRUE(decision.events.empty());
}

TEST(Collected, IsPendingAndAsksAgainWhenTheBankSaid) {
    const auto decision = collected(asking(), {{}, accepted, "", 1}, noon);
    EXPECT_EQ(std::get<PaymentPending>(decision.events.at(0)).bank_reference(), "LB-1");
    EXPECT_EQ(decision.timers, (std::vector<runtime::Timer>{{"enquiry", noon + 2min}}));
}

TEST(Collected, FailsWhenTheBankRefusesOrNeverAnswers) {
    const auto refused = collected(asking(), {{}, Collect::Answer{false, "LB-1", 0, "the account is closed"}, "", 1}, noon);
    EXPECT_EQ(std::get<PaymentFailed>(refused.events.at(0)).why(), "the bank did not accept it: the account is closed");
    const auto silent = collected(asking(), {{}, {}, "deadline", 8}, noon);
    EXPECT_EQ(std::get<PaymentFailed>(silent.events.at(0)).why(), "the bank did not answer after 8 attempts: deadline");
}

TEST(Enquired, SettlesOrFailsAsTheBankSays) {
    EXPECT_EQ(std::get<PaymentSettled>(told(pending(), Standing::settled).events.at(0)).amount().minor(), 12100);
    EXPECT_EQ(std::get<PaymentFailed>(told(pending(), Standing::failed).events.at(0)).why(), "the bank could not collect it: closed");
}

TEST(Enquired, WaitsTwiceAsLongEachTimeAndGivesUpInTheEnd) {
    auto collection = pending();
    auto now = noon + 2min;
    for (const auto wait : {4min, 8min, 16min}) {
        collection = *enquiry_due(collection, now).state;
        const auto decision = enquired(collection, {{}, Enquire::Answer{}, "", 1}, now);
        EXPECT_EQ(decision.timers, (std::vector<runtime::Timer>{{"enquiry", now + wait}}));
    }
    Decision last;
    int asked = 3;
    while (last.events.empty() && asked < 1000) {
        collection = *enquiry_due(collection, now).state;
        last = enquired(collection, {{}, {}, "deadline", 8}, now);
        ++asked;
    }
    EXPECT_EQ(asked, most_enquiries);
    EXPECT_EQ(std::get<PaymentFailed>(last.events.at(0)).why(), "not settled after 40 enquiries");
}

TEST(EnquiryDue, TellsTheBankWhenItWasAskedFirst) {
    const auto decision = enquiry_due(pending(), noon + 2min);
    EXPECT_EQ(json::from_json<Enquire>(decision.calls.at(0).request), (Enquire{"LB-1", {12100, "EUR"}, noon, noon + 2min}));
}

TEST(PaymentNotified, SettlesAtOnceWhetherTheBankWasAskedOrNot) {
    for (const auto& collection : {asking(), pending(), *told(pending(), Standing::failed).state}) {
        const auto decision = payment_notified(collection, notice("BANK-9"), noon);
        EXPECT_EQ(std::get<PaymentSettled>(decision.events.at(0)).bank_reference(), "BANK-9");
        EXPECT_EQ(decision.timers, (std::vector<runtime::Timer>{{"enquiry", {}}}));
    }
}

TEST(PaymentNotified, TellsTheSumThatCameNotTheOneThatWasAsked) {
    EXPECT_EQ(std::get<PaymentSettled>(payment_notified(pending(), notice("BANK-9", 12000), noon).events.at(0)).amount().minor(), 12000);
}

TEST(PaymentNotified, SettlesOnce) {
    EXPECT_EQ(payment_notified(settled(), notice("BANK-9"), noon).outcome, runtime::Outcome::ignored);
    EXPECT_EQ(told(settled(), Standing::settled).outcome, runtime::Outcome::ignored);
    EXPECT_EQ(enquiry_due(settled(), noon).outcome, runtime::Outcome::ignored);
    EXPECT_EQ(collected(settled(), {{}, accepted, "", 1}, noon).outcome, runtime::Outcome::ignored);
}

TEST(Collection, SettlesWithTheLocalBankWithinTwoEnquiries) {
    const LocalBank bank{.seed = 1, .settle_after = 2min};
    for (int i = 0; i < 50; ++i) {
        const auto answer = std::get<Collect::Answer>(bank.collect({}, {std::to_string(i), 1, 1s}));
        auto decision = collected(asking(), {{}, answer, "", 1}, noon);
        auto collection = *decision.state;
        while (collection.stage == Stage::pending) {
            ASSERT_LT(collection.enquiries, 2);
            const auto now = decision.timers.at(0).due.value();
            decision = enquiry_due(collection, now);
            collection = *decision.state;
            const auto enquiry = json::from_json<Enquire>(decision.calls.at(0).request);
            decision = enquired(collection, {enquiry, std::get<Enquire::Answer>(bank.enquire(enquiry, {"e", 1, 1s})), "", 1}, now);
            if (decision.state) collection = *decision.state;
        }
        EXPECT_EQ(collection.stage, Stage::settled);
    }
}
