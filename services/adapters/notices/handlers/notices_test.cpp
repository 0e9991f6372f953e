#include "handlers/handlers.h"

#include <gtest/gtest.h>

#include <google/protobuf/util/time_util.h>

using namespace waybill;
using namespace waybill::notices;
using namespace ::fulfilment::v1;
using namespace std::chrono_literals;

namespace {

const Instant noon = *parse_instant("2026-10-08T12:00:00Z");

google::protobuf::Timestamp at(Instant instant) { return google::protobuf::util::TimeUtil::MillisecondsToTimestamp(instant.time_since_epoch().count()); }

AssignmentOffered offered(int attempt = 1) {
    AssignmentOffered made;
    made.set_shipment_id("S1");
    made.set_assignment_id("S1." + std::to_string(attempt));
    made.set_driver_id("KUN-D02");
    made.set_vehicle_id("KUN-03");
    made.mutable_pickup()->set_place("Kaunas");
    made.mutable_pickup()->set_country("LT");
    made.mutable_delivery()->set_place("Venlo");
    made.mutable_delivery()->set_country("NL");
    made.set_kilometres(1410);
    *made.mutable_answer_until() = at(noon + 10min);
    return made;
}

AssignmentConfirmed confirmed() {
    AssignmentConfirmed made;
    made.set_shipment_id("S1");
    made.set_assignment_id("S1.1");
    made.set_driver_id("KUN-D02");
    made.set_customer_id("cust-nl");
    return made;
}

Deliver call(const Decision& decision, std::size_t index = 0) { return json::from_json<Deliver>(decision.calls.at(index).request); }
boost::json::object body(const Deliver& call) { return boost::json::parse(call.body).as_object(); }
Notices asked() { return *assignment_offered(nullptr, offered(), noon).state; }

}  // namespace

TEST(AssignmentOffered, TellsTheDriverAllThatIsNeededToAnswer) {
    const auto sent = call(assignment_offered(nullptr, offered(), noon));
    EXPECT_EQ(sent.notice_id, "assignment.offered-S1.1");
    EXPECT_EQ(sent.receiver, Receiver::driver);
    EXPECT_EQ(sent.receiver_id, "KUN-D02");
    EXPECT_EQ(boost::json::parse(sent.body), boost::json::parse(R"({
        "type": "assignment.offered", "timestamp": "2026-10-08T12:00:00.000Z",
        "data": {"assignment_id": "S1.1", "shipment_id": "S1", "kilometres": 1410, "answer_until": "2026-10-08T12:10:00.000Z",
                 "pickup": {"place": "Kaunas", "country": "LT", "postal_code": "", "date": "", "time_from": "", "time_to": ""},
                 "delivery": {"place": "Venlo", "country": "NL", "postal_code": "", "date": "", "time_from": "", "time_to": ""}}})"));
}

TEST(AssignmentOffered, IsToldOnceForEachAttemptToFindADriver) {
    const auto first = asked();
    EXPECT_EQ(assignment_offered(&first, offered(), noon).outcome, runtime::Outcome::ignored);
    const auto second = assignment_offered(&first, offered(2), noon);
    EXPECT_EQ(call(second).notice_id, "assignment.offered-S1.2");
    EXPECT_EQ(second.state->notices.size(), 2u);
}

TEST(AssignmentConfirmed, TellsDriverAndCustomerAndTheCustomerNotWhoComes) {
    const auto first = asked();
    const auto decision = assignment_confirmed(&first, confirmed(), noon);
    ASSERT_EQ(decision.calls.size(), 2u);
    EXPECT_EQ(call(decision, 0).notice_id, "assignment.confirmed-S1.1");
    EXPECT_EQ(call(decision, 1).notice_id, "shipment.assigned-S1.1");
    EXPECT_EQ(call(decision, 1).receiver_id, "cust-nl");
    EXPECT_EQ(call(decision, 1).body.find("KUN-D02"), std::string::npos);
}

TEST(AssignmentConfirmed, DoesNotGoToNobody) {
    auto without_driver = confirmed();
    without_driver.clear_driver_id();
    EXPECT_THROW(assignment_confirmed(nullptr, without_driver, noon), std::invalid_argument);
}

TEST(AssignmentWithdrawn, TellsTheDriverWhy) {
    AssignmentWithdrawn withdrawn;
    withdrawn.set_shipment_id("S1");
    withdrawn.set_assignment_id("S1.1");
    withdrawn.set_driver_id("KUN-D02");
    withdrawn.set_reason("silent");
    const auto sent = call(assignment_withdrawn(nullptr, withdrawn, noon));
    EXPECT_EQ(sent.receiver, Receiver::driver);
    EXPECT_EQ(body(sent).at("data").at("reason"), "silent");
}

TEST(Offers, AreToldToTheCustomer) {
    ::intake::v1::OfferNeedsReview review;
    review.set_offer_id("S1");
    review.set_customer_id("cust-nl");
    review.add_missing("pickup.date");
    const auto in_review = call(offer_needs_review(nullptr, review, noon));
    EXPECT_EQ(in_review.notice_id, "offer.in_review-S1");
    EXPECT_EQ(body(in_review).at("data").at("missing").as_array().size(), 1u);

    ::intake::v1::OfferRefused refused;
    refused.set_offer_id("S1");
    refused.set_customer_id("cust-nl");
    refused.set_reason("no \"freight\" in it");
    EXPECT_EQ(body(call(offer_refused(nullptr, refused, noon))).at("data").at("reason"), "no \"freight\" in it");
}

TEST(InvoiceIssued, TellsTheCustomerWhatToPay) {
    ::billing::v1::InvoiceIssued invoice;
    invoice.set_shipment_id("S1");
    invoice.set_customer_id("cust-nl");
    invoice.set_invoice_number("WB-2026-000017");
    invoice.mutable_gross()->set_minor(138000);
    invoice.mutable_gross()->set_currency("EUR");
    *invoice.mutable_due_at() = at(noon);
    const auto data = body(call(invoice_issued(nullptr, invoice, noon))).at("data").as_object();
    EXPECT_EQ(data.at("number"), "WB-2026-000017");
    EXPECT_EQ(data.at("gross"), "1380.00");
    EXPECT_EQ(data.at("currency"), "EUR");
}

TEST(Delivered, AnnouncesWhatBecameOfTheNotice) {
    const auto sent = asked();
    const auto request = call(assignment_offered(nullptr, offered(), noon));

    const auto taken = delivered(sent, {request, Deliver::Answer{true}, "", 3}, noon);
    const auto& told = std::get<::notices::v1::NoticeDelivered>(taken.events.at(0));
    EXPECT_EQ(told.notice_id(), "assignment.offered-S1.1");
    EXPECT_EQ(told.receiver(), "driver");
    EXPECT_EQ(told.attempts(), 3);
    EXPECT_EQ(taken.state->notices.at(0).stage, Stage::delivered);
    EXPECT_EQ(delivered(*taken.state, {request, Deliver::Answer{true}, "", 3}, noon).outcome, runtime::Outcome::ignored);

    const auto failed = delivered(sent, {request, {}, "410", 1}, noon);
    EXPECT_EQ(std::get<::notices::v1::NoticeFailed>(failed.events.at(0)).why(), "410");

    const auto nowhere = delivered(sent, {request, Deliver::Answer{false}, "", 1}, noon);
    EXPECT_TRUE(nowhere.events.empty());
    EXPECT_EQ(nowhere.state->notices.at(0).stage, Stage::no_address);
}
