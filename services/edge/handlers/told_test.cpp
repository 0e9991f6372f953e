#include "handlers/handlers.h"

#include <google/protobuf/util/time_util.h>

#include <gtest/gtest.h>

namespace waybill::edge {
namespace {

using runtime::Outcome;

const Instant noon = *parse_instant("2026-10-05T12:00:00Z");
const Request kept{"customer/cust-lt", "k1", "hash-1", 202, "/v1/offers/wb-1", R"({"id":"wb-1"})"};

Told telling(Fact fact) { return {kept, std::move(fact)}; }

TEST(Told, AnnouncesTheFactAndKeepsTheAnswer) {
    const auto decision = told(nullptr, telling(OfferReceived{"wb-1", "cust-lt", "email", "Kaunas - Venlo", noon}), noon);

    EXPECT_EQ(decision.state, kept);
    const auto& event = std::get<::edge::v1::OfferReceived>(decision.events.at(0));
    EXPECT_EQ(event.offer_id(), "wb-1");
    EXPECT_EQ(event.customer_id(), "cust-lt");
    EXPECT_EQ(event.text(), "Kaunas - Venlo");
    EXPECT_EQ(google::protobuf::util::TimeUtil::ToString(event.received_at()), "2026-10-05T12:00:00Z");
}

TEST(Told, TheSameAgainAnnouncesNothing) {
    const auto decision = told(&kept, telling(OfferReceived{"wb-1", "cust-lt", "email", "Kaunas - Venlo", noon}), noon);

    EXPECT_EQ(decision.outcome, Outcome::decided);
    EXPECT_EQ(decision.state, std::nullopt);
    EXPECT_TRUE(decision.events.empty());
}

TEST(Told, SomethingElseUnderTheSameKeyIsNotTaken) {
    Told other = telling(OfferReceived{"wb-1", "cust-lt", "email", "Kaunas - Riga", noon});
    other.request.body_hash = "hash-2";

    const auto decision = told(&kept, other, noon);

    EXPECT_EQ(decision.outcome, Outcome::ignored);
    EXPECT_EQ(decision.why, another_body);
    EXPECT_TRUE(decision.events.empty());
}

TEST(Told, EveryFactHasItsEvent) {
    OfferReviewed review{"wb-1", "op-1", true, "", Stop{"Kaunas", "LT", "", "2026-10-06", "", ""}, {}, Load{}, Price{"per_km", Money{310, "EUR"}}};
    review.load->temperature_max_c = -18;

    const auto event = [](Fact fact) { return told(nullptr, telling(std::move(fact)), noon).events.at(0); };

    const auto reviewed = std::get<::edge::v1::OfferReviewed>(event(review));
    EXPECT_EQ(reviewed.verdict(), ::edge::v1::OfferReviewed::VERDICT_ACCEPT);
    EXPECT_EQ(reviewed.pickup().place(), "Kaunas");
    EXPECT_FALSE(reviewed.has_delivery());
    EXPECT_FALSE(reviewed.load().has_temperature_min_c());
    EXPECT_EQ(reviewed.load().temperature_max_c(), -18);
    EXPECT_EQ(reviewed.price().kind(), ::common::v1::Price::KIND_PER_KM);
    EXPECT_EQ(reviewed.price().amount().minor(), 310);

    EXPECT_EQ(std::get<::edge::v1::OfferWithdrawn>(event(OfferWithdrawn{"wb-1", "cust-lt"})).customer_id(), "cust-lt");
    EXPECT_EQ(std::get<::edge::v1::AssignmentAccepted>(event(AssignmentAccepted{"wb-1", "wb-1.2", "KUN-D03"})).assignment_id(), "wb-1.2");
    EXPECT_EQ(std::get<::edge::v1::AssignmentDeclined>(event(AssignmentDeclined{"wb-1", "wb-1.2", "KUN-D03", "sick"})).reason(), "sick");
    EXPECT_EQ(std::get<::edge::v1::VehiclePositionReported>(event(VehicleSeen{"KUN", "KUN-03", "KUN-D03", 54.9, 23.9, noon})).position().longitude(), 23.9);
    EXPECT_EQ(std::get<::edge::v1::GoodsPickedUp>(event(GoodsPickedUp{"wb-1", "KUN-D03", noon})).driver_id(), "KUN-D03");
    EXPECT_EQ(std::get<::edge::v1::GoodsDelivered>(event(GoodsDelivered{"wb-1", "KUN-D03", noon, "POD-7"})).proof_of_delivery(), "POD-7");
    EXPECT_EQ(std::get<::edge::v1::PaymentNotified>(event(PaymentNotified{"wb-1", "B-1", Money{138000, "EUR"}})).amount().minor(), 138000);
}

TEST(Ids, TellWhatTheyBelongTo) {
    EXPECT_EQ(shipment_of_assignment("wb-3f.2"), "wb-3f");
    EXPECT_EQ(shipment_of_assignment("wb.x.12"), "wb.x");
    EXPECT_EQ(depot_of_vehicle("KUN-03"), "KUN");
    for (const char* wrong : {"", "wb-3f", "wb-3f.", ".2", "wb-3f.x", "wb-3f.2x"}) EXPECT_EQ(shipment_of_assignment(wrong), std::nullopt) << wrong;
    for (const char* wrong : {"", "KUN", "KUN-", "-03", "KUN-D03"}) EXPECT_EQ(depot_of_vehicle(wrong), std::nullopt) << wrong;
}

TEST(Request, ComesBackFromJsonAsItWas) { EXPECT_EQ(json::from_json<Request>(json::to_json(kept)), kept); }

}  // namespace
}  // namespace waybill::edge
