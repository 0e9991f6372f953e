#include "handlers/handlers.h"

#include "handlers/words.h"

#include <gmock/gmock.h>

namespace waybill::extraction::adapter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using ::extraction::v1::OfferExtracted;

const Instant noon = *parse_instant("2026-11-23T12:00:00Z");

::intake::v1::ExtractionRequested request() {
    ::intake::v1::ExtractionRequested event;
    event.set_offer_id("wb-1");
    event.set_channel("email");
    event.set_text("Kaunas - Venlo, ask for Rasa");
    event.mutable_received_at()->set_seconds(1791186120);
    event.mutable_received_at()->set_nanos(250'000'000);
    return event;
}

Extracted complete() {
    Extracted answer{"accept", {}, {}, "rules"};
    answer.fields.pickup = {"Kaunas", "LT", "52104", "2026-10-06", "08:00", "12:00"};
    answer.fields.delivery = {"Venlo", "NL", {}, {}, {}, "16:00"};
    answer.fields.weight_kg = 8450;
    answer.fields.temperature_c = Temperature{{}, -18};
    answer.fields.adr = "UN1263";
    answer.fields.price = Price{"1380.00", "EUR", "offered"};
    answer.read = {{"pickup.place", "Kaunas", 0, 6, 0.99}};
    return answer;
}

Reading asked() { return *extraction_requested(nullptr, request(), noon).state; }

TEST(ExtractionRequested, HasTheTextRead) {
    const auto step = extraction_requested(nullptr, request(), noon);

    EXPECT_EQ(step.state->stage, Stage::asked);
    ASSERT_EQ(step.calls.size(), 1u);
    EXPECT_EQ(step.calls[0].call, "extraction");
    EXPECT_THAT(step.calls[0].request, HasSubstr("ask for Rasa"));
    EXPECT_THAT(step.calls[0].request, HasSubstr("2026-10-05T07:42:00.250Z"));
    EXPECT_THAT(json::to_json(*step.state), Not(HasSubstr("Rasa"))) << "the text is kept with the call alone";
}

TEST(ExtractionRequested, AgainIsAnsweredFromWhatWasRead) {
    const Reading known = *text_read(asked(), {{}, complete(), "", 1}, noon).state;
    const auto again = extraction_requested(&known, request(), noon);
    EXPECT_THAT(again.calls, IsEmpty());
    EXPECT_EQ(std::get<OfferExtracted>(again.events.at(0)).pickup().place(), "Kaunas");

    const Reading under_way = asked();
    EXPECT_EQ(extraction_requested(&under_way, request(), noon).outcome, runtime::Outcome::ignored);
}

TEST(TextRead, IsToldInTheWordsOfTheContract) {
    const auto step = text_read(asked(), {{}, complete(), "", 1}, noon);

    const auto& event = std::get<OfferExtracted>(step.events.at(0));
    EXPECT_EQ(event.offer_id(), "wb-1");
    EXPECT_EQ(event.decision(), OfferExtracted::DECISION_ACCEPT);
    EXPECT_EQ(event.delivery().time_to(), "16:00");
    EXPECT_EQ(event.delivery().date(), "");
    EXPECT_EQ(event.load().weight_kg(), 8450);
    EXPECT_FALSE(event.load().has_temperature_min_c());
    EXPECT_EQ(event.load().temperature_max_c(), -18);
    EXPECT_TRUE(event.load().adr());
    EXPECT_EQ(event.load().un_number(), "UN1263");
    EXPECT_EQ(event.price().amount().minor(), 138000);
    EXPECT_EQ(event.provider(), "rules");
    EXPECT_THAT(event.missing(), IsEmpty());
    ASSERT_EQ(event.read_size(), 1);
    EXPECT_EQ(event.read(0).value(), "Kaunas");
    EXPECT_EQ(event.read(0).end(), 6);
    EXPECT_EQ(event.read(0).confidence(), 0.99);
}

TEST(TextRead, NamesWhatIsMissingWhenAPersonMustLook) {
    Extracted doubtful = complete();
    doubtful.decision = "review";
    doubtful.fields.pickup.date.reset();
    doubtful.reasons = {{"pickup.date", "there is no day for it"}};

    const auto event = extracted("wb-1", doubtful);

    EXPECT_EQ(event.decision(), OfferExtracted::DECISION_REVIEW);
    EXPECT_THAT(event.reasons(), ElementsAre("pickup.date: there is no day for it"));
    EXPECT_THAT(event.missing(), ElementsAre("pickup.date"));
}

TEST(TextRead, TellsNothingButTheReasonOfWhatIsNoOffer) {
    Extracted spam = complete();
    spam.decision = "reject";
    spam.reasons = {{"", "it advertises an empty truck"}};

    const auto event = extracted("wb-1", spam);

    EXPECT_EQ(event.decision(), OfferExtracted::DECISION_REJECT);
    EXPECT_FALSE(event.has_pickup());
    EXPECT_THAT(event.reasons(), ElementsAre("it advertises an empty truck"));
}

TEST(TextRead, SendsASumThatCannotBeWrittenDownToAPerson) {
    Extracted strange = complete();
    strange.fields.price = Price{"13.8001", "EUR", "offered"};
    EXPECT_EQ(extracted("wb-1", strange).decision(), OfferExtracted::DECISION_REVIEW);

    Extracted open = complete();
    open.fields.price = Price{{}, {}, "negotiable"};
    EXPECT_EQ(extracted("wb-1", open).decision(), OfferExtracted::DECISION_ACCEPT);
    EXPECT_FALSE(extracted("wb-1", open).price().has_amount());
}

TEST(TextRead, SaysWhenNobodyCouldReadItWithoutQuotingAnyone) {
    const auto step = text_read(asked(), {{}, {}, "the model said: ask for Rasa", 3}, noon);

    EXPECT_EQ(std::get<::extraction::v1::ExtractionFailed>(step.events.at(0)).why(), "nobody could read it in 3 attempts");
    EXPECT_EQ(extraction_requested(&*step.state, request(), noon).calls.size(), 1u);
}

TEST(Reading, ComesBackFromJsonAsItWas) {
    for (const auto& reading : {asked(), *text_read(asked(), {{}, complete(), "", 1}, noon).state}) EXPECT_EQ(json::from_json<Reading>(json::to_json(reading)), reading);
}

}  // namespace
}  // namespace waybill::extraction::adapter
