#include "handlers/handlers.h"

#include <google/protobuf/util/time_util.h>

#include <gmock/gmock.h>

namespace waybill::intake {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using runtime::Outcome;
using runtime::Timer;
using ::extraction::v1::OfferExtracted;
using ::edge::v1::OfferReviewed;

const Instant noon = *parse_instant("2026-11-23T12:00:00Z");

::edge::v1::OfferReceived received() {
    ::edge::v1::OfferReceived event;
    event.set_offer_id("wb-1");
    event.set_customer_id("cust-nl");
    event.set_channel("email");
    event.set_text("Kaunas to Venlo, ask for Rasa");
    google::protobuf::util::TimeUtil::FromString("2026-10-05T07:42:00Z", event.mutable_received_at());
    return event;
}

OfferExtracted extracted(OfferExtracted::Decision decision) {
    OfferExtracted event;
    event.set_offer_id("wb-1");
    event.set_decision(decision);
    auto& pickup = *event.mutable_pickup();
    pickup.set_place("Kaunas"), pickup.set_country("LT"), pickup.set_date("2026-10-06");
    auto& delivery = *event.mutable_delivery();
    delivery.set_place("Venlo"), delivery.set_country("NL");
    event.mutable_load()->set_weight_kg(8450);
    event.mutable_price()->set_kind(::common::v1::Price::KIND_OFFERED);
    event.mutable_price()->mutable_amount()->set_minor(138000);
    event.mutable_price()->mutable_amount()->set_currency("EUR");
    event.set_reference("GF-26-1187");
    event.set_provider("rules");
    return event;
}

OfferReviewed reviewed(OfferReviewed::Verdict verdict) {
    OfferReviewed event;
    event.set_offer_id("wb-1");
    event.set_operator_id("op-1");
    event.set_verdict(verdict);
    return event;
}

Offer extracting() { return *offer_received(received(), noon).state; }
Offer in_review() {
    auto unsure = extracted(OfferExtracted::DECISION_REVIEW);
    unsure.clear_delivery();
    unsure.add_reasons("delivery.place: two towns have this name");
    unsure.add_missing("delivery.place");
    return *offer_extracted(extracting(), unsure, noon).state;
}

template <class Event>
const Event& only(const Decision& decision) {
    EXPECT_EQ(decision.events.size(), 1u);
    return std::get<Event>(decision.events.at(0));
}

TEST(OfferReceived, IsPutInTheBooksAndSentToBeRead) {
    const auto decision = offer_received(received(), noon);

    EXPECT_EQ(decision.state->stage, Stage::extracting);
    ASSERT_EQ(decision.events.size(), 2u);
    EXPECT_EQ(std::get<::intake::v1::OfferRegistered>(decision.events[0]).customer_id(), "cust-nl");
    EXPECT_EQ(std::get<::intake::v1::ExtractionRequested>(decision.events[1]).text(), "Kaunas to Venlo, ask for Rasa");
    EXPECT_THAT(decision.timers, ElementsAre(Timer{"extraction", noon + 10min}));
}

TEST(OfferExtracted, BecomesAShipmentWhenItIsComplete) {
    const auto decision = offer_extracted(extracting(), extracted(OfferExtracted::DECISION_ACCEPT), noon);

    EXPECT_EQ(decision.state->stage, Stage::accepted);
    const auto& shipment = only<::intake::v1::OfferNormalised>(decision);
    EXPECT_EQ(shipment.shipment_id(), "wb-1");
    EXPECT_EQ(shipment.pickup().place(), "Kaunas");
    EXPECT_EQ(shipment.price().amount().minor(), 138000);
    EXPECT_EQ(shipment.decided_by(), "rules");
    EXPECT_EQ(google::protobuf::util::TimeUtil::ToString(shipment.received_at()), "2026-10-05T07:42:00Z");
    EXPECT_THAT(decision.timers, ElementsAre(Timer{"extraction", {}}));
}

TEST(OfferExtracted, IsNotTrustedToBeComplete) {
    auto heavy = extracted(OfferExtracted::DECISION_ACCEPT);
    heavy.mutable_load()->set_weight_kg(40000);
    heavy.mutable_pickup()->clear_date();

    const auto decision = offer_extracted(extracting(), heavy, noon);

    EXPECT_EQ(decision.state->stage, Stage::in_review);
    const auto& review = only<::intake::v1::OfferNeedsReview>(decision);
    EXPECT_EQ(review.reasons_size(), 2);
    EXPECT_THAT(review.missing(), ElementsAre("pickup.date"));
}

TEST(OfferExtracted, GoesToAPersonWhenTheReaderDoubts) {
    auto doubtful = extracted(OfferExtracted::DECISION_REVIEW);
    auto& place = *doubtful.add_read();
    place.set_field("pickup.place");
    place.set_value("Kaunas");
    place.set_begin(40);
    place.set_end(46);
    place.set_confidence(0.98);
    doubtful.add_read()->set_value(std::string(1000, 'x'));

    const auto decision = offer_extracted(extracting(), doubtful, noon);

    EXPECT_EQ(decision.state->stage, Stage::in_review);
    const auto& review = only<::intake::v1::OfferNeedsReview>(decision);
    ASSERT_EQ(review.read_size(), 1) << "what is out of measure is left out";
    EXPECT_EQ(review.read(0).field(), "pickup.place");
    EXPECT_EQ(review.read(0).value(), "Kaunas");
    EXPECT_EQ(review.read(0).begin(), 40);
    EXPECT_EQ(review.read(0).end(), 46);
    EXPECT_EQ(review.read(0).confidence(), 0.98);
}

TEST(OfferExtracted, IsRefusedWhenItIsNoOffer) {
    auto spam = extracted(OfferExtracted::DECISION_REJECT);
    spam.add_reasons("text: it advertises an empty truck");

    const auto decision = offer_extracted(extracting(), spam, noon);

    EXPECT_EQ(decision.state->stage, Stage::refused);
    EXPECT_EQ(only<::intake::v1::OfferRefused>(decision).reason(), "text: it advertises an empty truck");
    EXPECT_EQ(only<::intake::v1::OfferRefused>(decision).decided_by(), "rules");
}

TEST(OfferExtracted, TakesASumWithoutAKindAsOfferedAndNoSumAsNegotiable) {
    auto sum = extracted(OfferExtracted::DECISION_ACCEPT);
    sum.mutable_price()->clear_kind();
    EXPECT_EQ(offer_extracted(extracting(), sum, noon).state->fields.price.kind, PriceKind::offered);

    auto none = extracted(OfferExtracted::DECISION_ACCEPT);
    none.clear_price();
    const auto decision = offer_extracted(extracting(), none, noon);
    EXPECT_EQ(only<::intake::v1::OfferNormalised>(decision).price().kind(), ::common::v1::Price::KIND_NEGOTIABLE);
}

TEST(OfferExtracted, IsIgnoredWhenItComesTwice) {
    const auto accept = extracted(OfferExtracted::DECISION_ACCEPT);
    const Offer accepted = *offer_extracted(extracting(), accept, noon).state;

    EXPECT_EQ(offer_extracted(accepted, accept, noon).outcome, Outcome::ignored);
}

TEST(OfferExtracted, BoundsWhatTheReaderSays) {
    auto chatty = extracted(OfferExtracted::DECISION_REVIEW);
    for (int i = 0; i < 1000; ++i) chatty.add_reasons("reason " + std::to_string(i));
    chatty.add_missing(std::string(10'000, 'x'));

    const auto decision = offer_extracted(extracting(), chatty, noon);

    EXPECT_EQ(decision.state->reasons.size(), 20u);
    EXPECT_THAT(decision.state->missing, IsEmpty());
}

TEST(ExtractionFailed, LetsAPersonReadTheText) {
    ::extraction::v1::ExtractionFailed failed;
    failed.set_why("the model said: ask for Rasa");

    const auto decision = extraction_failed(extracting(), failed, noon);

    const auto& review = only<::intake::v1::OfferNeedsReview>(decision);
    EXPECT_THAT(review.reasons(), ElementsAre("text: it could not be read"));
    EXPECT_THAT(review.missing(), Contains("pickup.date"));
}

TEST(NobodyReadIt, AsksFiveTimesMoreAndThenAPerson) {
    Offer offer = extracting();
    for (int again = 1; again <= 5; ++again) {
        const auto decision = nobody_read_it(offer, noon);
        only<::intake::v1::ExtractionRequested>(decision);
        EXPECT_THAT(decision.timers, ElementsAre(Timer{"extraction", noon + 10min}));
        offer = *decision.state;
    }
    const auto last = nobody_read_it(offer, noon);
    EXPECT_EQ(last.state->stage, Stage::in_review);
    EXPECT_THAT(only<::intake::v1::OfferNeedsReview>(last).reasons(0), HasSubstr("could not be read"));
    EXPECT_THAT(last.timers, IsEmpty());
}

TEST(OfferReviewed, BecomesAShipmentWithWhatThePersonCorrected) {
    auto accept = reviewed(OfferReviewed::VERDICT_ACCEPT);
    accept.mutable_delivery()->set_place("Venlo");
    accept.mutable_delivery()->set_country("NL");
    const Offer before = in_review();

    const auto decision = offer_reviewed(&before, accept, noon);

    EXPECT_EQ(decision.state->stage, Stage::accepted);
    EXPECT_THAT(decision.state->reasons, IsEmpty());
    const auto& shipment = only<::intake::v1::OfferNormalised>(decision);
    EXPECT_EQ(shipment.decided_by(), "op-1");
    EXPECT_EQ(shipment.pickup().place(), "Kaunas");
    EXPECT_EQ(shipment.delivery().place(), "Venlo");
}

std::optional<Truth> truth_in(const Decision& decision) {
    for (const auto& row : decision.rows)
        if (row.table == "truth") return json::from_json<Truth>(row.values);
    return {};
}

TEST(OfferReviewed, LeavesTheTruthBesideWhatTheMachineRead) {
    auto unsure = extracted(OfferExtracted::DECISION_REVIEW);
    unsure.mutable_delivery()->set_place("Venray");
    unsure.set_language("en");
    unsure.set_rules_version("0123abcd");
    const Offer before = *offer_extracted(extracting(), unsure, noon).state;
    auto first = reviewed(OfferReviewed::VERDICT_ACCEPT);
    first.mutable_delivery()->set_place("Venlo");
    const auto incomplete = offer_reviewed(&before, first, noon);  // a delivery without its country
    EXPECT_FALSE(truth_in(incomplete)) << "nothing is decided yet";
    auto second = first;
    second.mutable_delivery()->set_country("NL");

    const auto truth = truth_in(offer_reviewed(&*incomplete.state, second, noon + 1h));

    ASSERT_TRUE(truth);
    EXPECT_EQ(truth->verdict, "accept");
    EXPECT_EQ(truth->before.delivery.place, "Venray") << "as it was before the first correction";
    EXPECT_EQ(truth->after.delivery.place, "Venlo");
    EXPECT_EQ(truth->language, "en");
    EXPECT_EQ(truth->rules_version, "0123abcd");
    EXPECT_EQ(truth->customer, "cust-nl");
    EXPECT_EQ(truth->reviewed_at, noon + 1h);
    EXPECT_EQ(truth->text_digest.size(), 16u);

    const auto refusal = truth_in(offer_reviewed(&before, reviewed(OfferReviewed::VERDICT_REFUSE), noon));
    EXPECT_EQ(refusal->verdict, "reject");
    EXPECT_EQ(refusal->after, Fields{});
}

TEST(OfferReviewed, OfATextThatNoMachineReadIsNoMeasure) {
    const Offer unread = *extraction_failed(extracting(), {}, noon).state;
    EXPECT_FALSE(truth_in(offer_reviewed(&unread, reviewed(OfferReviewed::VERDICT_REFUSE), noon)));
}

TEST(OfferReviewed, StaysInReviewWhileSomethingIsMissing) {
    const Offer before = in_review();
    const auto decision = offer_reviewed(&before, reviewed(OfferReviewed::VERDICT_ACCEPT), noon);

    EXPECT_EQ(decision.state->stage, Stage::in_review);
    EXPECT_THAT(only<::intake::v1::OfferNeedsReview>(decision).missing(), ElementsAre("delivery.place", "delivery.country"));
}

TEST(OfferReviewed, IsRefusedInThePersonsWords) {
    auto refuse = reviewed(OfferReviewed::VERDICT_REFUSE);
    refuse.set_reason("we do not go there in winter");
    const Offer before = in_review();

    const auto decision = offer_reviewed(&before, refuse, noon);

    EXPECT_EQ(only<::intake::v1::OfferRefused>(decision).reason(), "we do not go there in winter");
    EXPECT_EQ(only<::intake::v1::OfferRefused>(decision).decided_by(), "op-1");
}

TEST(OfferReviewed, IsIgnoredOutsideReview) {
    const Offer offer = extracting();
    EXPECT_EQ(offer_reviewed(&offer, reviewed(OfferReviewed::VERDICT_ACCEPT), noon).outcome, Outcome::ignored);
    EXPECT_EQ(offer_reviewed(nullptr, reviewed(OfferReviewed::VERDICT_ACCEPT), noon).outcome, Outcome::ignored);
}

struct Withdrawal {
    Stage stage;
    const char* by;
    Outcome outcome;
};

TEST(OfferWithdrawn, EndsTheOfferUntilAShipmentBegan) {
    for (const auto& [stage, by, outcome] : {Withdrawal{Stage::extracting, "cust-nl", Outcome::decided}, {Stage::in_review, "cust-nl", Outcome::decided},
                                            {Stage::accepted, "cust-nl", Outcome::ignored}, {Stage::refused, "cust-nl", Outcome::ignored},
                                            {Stage::withdrawn, "cust-nl", Outcome::ignored}, {Stage::extracting, "cust-de", Outcome::ignored}}) {
        Offer offer = extracting();
        offer.stage = stage;
        ::edge::v1::OfferWithdrawn event;
        event.set_offer_id("wb-1");
        event.set_customer_id(by);

        const auto decision = offer_withdrawn(offer, event, noon);

        ASSERT_EQ(decision.outcome, outcome) << boost::describe::enum_to_string(stage, "?") << " by " << by;
        if (outcome != Outcome::decided) continue;
        EXPECT_EQ(decision.state->stage, Stage::withdrawn);
        EXPECT_EQ(only<::intake::v1::OfferRefused>(decision).decided_by(), "customer");
        EXPECT_THAT(decision.timers, ElementsAre(Timer{"extraction", {}}));
    }
}

TEST(Offer, ComesBackFromJsonAsItWas) {
    const Offer offer = in_review();
    EXPECT_EQ(json::from_json<Offer>(json::to_json(offer)), offer);
}

TEST(Text, LeavesIntakeOnlyTowardsTheReader) {
    for (const auto& decision : {offer_received(received(), noon), nobody_read_it(extracting(), noon), offer_extracted(extracting(), extracted(OfferExtracted::DECISION_ACCEPT), noon)}) {
        for (const auto& event : decision.events) {
            if (std::holds_alternative<::intake::v1::ExtractionRequested>(event)) continue;
            EXPECT_THAT(std::visit([](const auto& one) { return one.SerializeAsString(); }, event), Not(HasSubstr("Rasa")));
        }
    }
}

}  // namespace
}  // namespace waybill::intake
