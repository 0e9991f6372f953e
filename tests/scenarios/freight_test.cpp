// The business itself, from an offer to the paid invoice, and what people do to it on the way.
#include "system.h"

#include <fulfilment/v1/fulfilment.pb.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

namespace waybill::scenarios {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

std::string text_at(const boost::json::object& object, std::string_view name) {
    const auto* found = object.if_contains(name);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

class Story : public testing::Test {
protected:
    static void SetUpTestSuite() { system_ = std::make_unique<System>(SystemOptions{}); }
    static void TearDownTestSuite() { system_.reset(); }

    std::vector<std::string> refusals_of(const std::string& shipment, std::size_t count) {
        system_->wait_for_event("fulfilment.v1.ReportRefused", shipment, static_cast<int>(count));
        std::vector<std::string> whys;
        for (const auto& refused : system_->events<fulfilment::v1::ReportRefused>(shipment, count)) whys.push_back(refused.report() + " of " + refused.driver_id() + ": " + refused.why());
        return whys;
    }

    static inline std::unique_ptr<System> system_;
};

TEST_F(Story, AnOfferIsReadCarriedInvoicedPaidAndClosed) {
    const auto id = system_->offer(Freight{});
    system_->carry(id);
    system_->wait_for_stage(id, {"closed"});

    const auto told = system_->timeline(id);
    for (const char* type : {"intake.v1.OfferRegistered", "extraction.v1.OfferExtracted", "intake.v1.OfferNormalised", "fulfilment.v1.PlacesRequested", "places.v1.PlacesFound",
                             "fulfilment.v1.RouteRequested", "routes.v1.RouteFound", "fulfilment.v1.VehicleRequested", "fleet.v1.VehicleProposed", "fulfilment.v1.AssignmentOffered",
                             "edge.v1.AssignmentAccepted", "fulfilment.v1.AssignmentConfirmed", "edge.v1.GoodsPickedUp", "edge.v1.GoodsDelivered", "fulfilment.v1.BillingRequested",
                             "billing.v1.TaxRequested", "tax.v1.TaxDetermined", "billing.v1.NumberAssigned", "billing.v1.InvoiceIssued", "billing.v1.PaymentRequested",
                             "payments.v1.PaymentSettled", "billing.v1.InvoicePaid", "fulfilment.v1.ShipmentClosed"})
        EXPECT_EQ(std::count(told.begin(), told.end(), type), 1) << type;

    const auto invoice = system_->wait_for_invoice(id);
    EXPECT_EQ(text_at(invoice, "net"), "1380.00");
    EXPECT_EQ(text_at(invoice, "currency"), "EUR");
    EXPECT_THAT(text_at(invoice, "paid_at"), Not(IsEmpty()));
}

TEST_F(Story, ADriverWhoDeclinesIsReplaced) {
    const auto id = system_->offer({.from = "Berlin, Germany", .to = "Praha, Czechia"});
    const auto first = system_->asked(id);
    system_->decline(first, "sick");

    const auto second = system_->asked(id, 2);
    EXPECT_NE(second.driver, first.driver);
    EXPECT_NE(second.vehicle, first.vehicle);
    EXPECT_THAT(text_at(system_->shipment(id), "why"), Not(IsEmpty()));

    system_->close({id});
    EXPECT_EQ(text_at(system_->shipment(id), "driver"), second.driver);
    EXPECT_THAT(system_->events<fulfilment::v1::AssignmentWithdrawn>(id), SizeIs(1));
}

TEST_F(Story, ADriverWhoKeepsSilentIsReplacedAndAnswersTooLate) {
    const auto id = system_->offer({.from = "Lyon, France", .to = "Torino, Italy"});
    const auto first = system_->asked(id);
    const auto second = system_->asked(id, 2);  // ten minutes later, of a clock that runs sixty times as fast
    EXPECT_NE(second.driver, first.driver);
    EXPECT_EQ(system_->events<fulfilment::v1::AssignmentWithdrawn>(id).front().reason(), "silent");

    system_->accept(first);
    EXPECT_THAT(refusals_of(id, 1).front(), AllOf(StartsWith("accepted of " + first.driver), HasSubstr("was withdrawn before this answer came")));

    system_->close({id});
    EXPECT_NE(text_at(system_->shipment(id), "driver"), first.driver);
}

TEST_F(Story, ALoadThatNoVehicleFitsGoesToAPerson) {
    const auto id = system_->offer({.from = "Poznań, Poland", .to = "Leipzig, Germany", .goods = "20 pallets of paper, 25 500 kg gross", .vehicle = "box trailer"});
    const auto stopped = system_->wait_for_stage(id, {"needs_person"});

    EXPECT_THAT(text_at(stopped, "question"), HasSubstr("no vehicle of the fleet fits"));
    EXPECT_THAT(system_->timeline(id), AllOf(Contains("fleet.v1.NoVehicleFound"), Contains("fulfilment.v1.PersonNeeded"), Not(Contains("fulfilment.v1.AssignmentOffered"))));
}

TEST_F(Story, AnOfferWithoutADateIsAcceptedByAPersonWhoKnowsIt) {
    const auto id = system_->offer_text("Hello,\nwe have 12 pallets of tiles, 9000 kg, from Brno, Czechia to Bratislava, Slovakia. Tautliner please. 600 EUR.\nRegards\n");
    const auto offer = system_->wait_for_offer(id, "in_review");
    EXPECT_THAT(boost::json::serialize(offer.at("missing")), HasSubstr("pickup.date"));

    system_->tell("operator", "/v1/offers/" + id + "/review", {{"verdict", "accept"}, {"pickup", {{"place", "Brno"}, {"country", "CZ"}, {"date", "2026-11-10"}}}});
    EXPECT_EQ(text_at(system_->wait_for_offer(id, "accepted"), "decided_by"), "operator-1");
    system_->close({id});
}

TEST_F(Story, AnOfferInReviewIsRefusedByAPerson) {
    const auto id = system_->offer_text("Hello,\nwe have 12 pallets of tiles, 9000 kg, from Linz, Austria to Salzburg, Austria. Tautliner please. 300 EUR.\nRegards\n");
    system_->wait_for_offer(id, "in_review");

    system_->tell("operator", "/v1/offers/" + id + "/review", {{"verdict", "refuse"}, {"reason", "the customer called it off"}});
    system_->wait_for_offer(id, "refused");
    EXPECT_THAT(system_->timeline(id), AllOf(Contains("intake.v1.OfferRefused"), Not(Contains("intake.v1.OfferNormalised"))));
}

// One depot in reach has one flatbed.
TEST_F(Story, TwoOffersForTheOnlyVehicleDoNotGetItBoth) {
    const Freight freight{.from = "Madrid, Spain", .to = "Valencia, Spain", .due = "11 November 2026", .goods = "steel beams, 20 000 kg", .vehicle = "flatbed"};
    const std::vector<std::string> ids{system_->offer(freight), system_->offer(freight)};

    std::vector<std::string> carried, vehicles;
    for (const auto& id : ids) {
        const auto reached = system_->wait_for_stage(id, {"offered", "needs_person"});
        if (text_at(reached, "stage") != "offered") continue;
        carried.push_back(id);
        vehicles.push_back(text_at(reached, "vehicle"));
    }
    ASSERT_THAT(vehicles, SizeIs(1)) << "the other one needs a person";
    EXPECT_EQ(vehicles.front(), "ZAZ-08");
    system_->close(carried);
}

TEST_F(Story, AnswersThatComeTwiceFromOthersOrTooLateChangeNothing) {
    const auto id = system_->offer({.from = "Hamburg, Germany", .to = "Bremen, Germany"});
    const auto asked = system_->asked(id);
    const std::string stranger = asked.driver == "OSL-D01" ? "OSL-D02" : "OSL-D01";

    system_->accept({asked.id, id, stranger, ""});
    EXPECT_THAT(refusals_of(id, 1), Contains("accepted of " + stranger + ": assignment " + asked.id + " was offered to another driver"));

    system_->accept(asked);
    system_->wait_for_stage(id, {"assigned"});
    system_->accept(asked);
    EXPECT_THAT(refusals_of(id, 2), Contains(AllOf(StartsWith("accepted of " + asked.driver), HasSubstr("was accepted already"))));

    system_->pick_up(id, asked.driver);
    system_->wait_for_stage(id, {"in_transit"});
    system_->pick_up(id, asked.driver);
    EXPECT_THAT(refusals_of(id, 3), Contains(AllOf(StartsWith("picked_up of " + asked.driver), HasSubstr("were picked up already"))));

    system_->deliver(id, asked.driver);
    system_->wait_for_stage(id, {"closed"});
    system_->decline(asked, "changed my mind");
    EXPECT_THAT(refusals_of(id, 4), Contains(AllOf(StartsWith("declined of " + asked.driver), HasSubstr("the shipment is closed"))));
    EXPECT_EQ(system_->stage(id), "closed");
}

// Three requests may take three ways through the edge: whichever comes first waits for what it follows.
TEST_F(Story, AnAnswerAndReportsInOneBreathAreHeardInTheirOrder) {
    const auto id = system_->offer({.from = "Rotterdam, Netherlands", .to = "Liège, Belgium"});
    const auto asked = system_->asked(id);
    system_->accept(asked);
    system_->pick_up(id, asked.driver);
    system_->deliver(id, asked.driver);

    system_->wait_for_stage(id, {"closed"});
    EXPECT_THAT(system_->parked("fulfilment", id), IsEmpty());
    EXPECT_THAT(system_->timeline(id), Not(Contains("fulfilment.v1.ReportRefused")));
}

TEST_F(Story, ABankThatTellsOfAPaymentTwiceIsBookedOnce) {
    const auto id = system_->offer({.from = "Tallinn, Estonia", .to = "Tartu, Estonia"});
    system_->carry(id);
    for (int i = 0; i < 2; ++i) system_->pay(id);
    system_->wait_for_stage(id, {"closed"});
    system_->wait_for_event("edge.v1.PaymentNotified", id, 2);

    const auto told = system_->timeline(id);
    EXPECT_EQ(std::count(told.begin(), told.end(), "payments.v1.PaymentSettled"), 1);
    EXPECT_EQ(std::count(told.begin(), told.end(), "billing.v1.InvoicePaid"), 1);
}

// The offers of the next three stay in review: a person's turn is an end too.
std::string unclear(const std::string& reference) { return "Hello,\n12 pallets of tiles, 9000 kg, from Riga, Latvia to Vilnius, Lithuania. Our ref. " + reference + "\nRegards\n"; }

std::string asking(const std::string& text) { return boost::json::serialize(boost::json::object{{"text", text}, {"channel", "email"}, {"received_at", "2026-11-09T08:00:00Z"}}); }

TEST_F(Story, TheSameRequestAgainGetsTheSameAnswer) {
    const auto key = system_->fresh_key();
    const auto first = system_->post("cust-lt", "/v1/offers", asking(unclear("A-1")), key);
    ASSERT_EQ(first.status, 202) << first.body;
    const std::string id = text_at(boost::json::parse(first.body).as_object(), "id");
    system_->wait_for_offer(id, "in_review");

    const auto again = system_->post("cust-lt", "/v1/offers", asking(unclear("A-1")), key);
    EXPECT_EQ(again.status, 202);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(http::header(again.headers, "location"), http::header(first.headers, "location"));

    const auto told = system_->timeline(id);
    EXPECT_EQ(std::count(told.begin(), told.end(), "intake.v1.OfferRegistered"), 1);
}

TEST_F(Story, TheSameRequestManyTimesAtOnceIsOneOffer) {
    const auto key = system_->fresh_key();
    std::vector<http::Response> answers(12);
    {
        std::vector<std::jthread> impatient;
        for (auto& answer : answers) impatient.emplace_back([&, this] { answer = system_->post("cust-lt", "/v1/offers", asking(unclear("B-2")), key); });
    }
    for (const auto& answer : answers) {
        EXPECT_EQ(answer.status, 202) << answer.body;
        EXPECT_EQ(answer.body, answers.front().body);
    }
    const std::string id = text_at(boost::json::parse(answers.front().body).as_object(), "id");
    system_->wait_for_offer(id, "in_review");
    const auto told = system_->timeline(id);
    EXPECT_EQ(std::count(told.begin(), told.end(), "intake.v1.OfferRegistered"), 1);
}

TEST_F(Story, TheSameKeyWithAnotherBodyIsRefused) {
    const auto key = system_->fresh_key();
    const auto first = system_->post("cust-lt", "/v1/offers", asking(unclear("C-3")), key);
    ASSERT_EQ(first.status, 202) << first.body;

    const auto other = system_->post("cust-lt", "/v1/offers", asking(unclear("C-4")), key);
    EXPECT_EQ(other.status, 422);
    EXPECT_THAT(other.body, HasSubstr("urn:waybill:problem:another-body"));

    const auto of_another_customer = system_->post("cust-de", "/v1/offers", asking(unclear("C-3")), key);
    EXPECT_EQ(of_another_customer.status, 202) << "keys are a tenant's own: " << of_another_customer.body;
    EXPECT_NE(of_another_customer.body, first.body);
}

TEST_F(Story, TheJudgeFindsNothingLostDoubledOrStuck) { EXPECT_EQ(system_->judged(), ""); }

}  // namespace
}  // namespace waybill::scenarios
