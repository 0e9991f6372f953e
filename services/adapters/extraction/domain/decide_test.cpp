#include "domain/decide.h"

#include "domain/extract.h"

#include <gmock/gmock.h>

namespace waybill::extraction {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Message offer{"email", *parse_instant("2026-10-05T07:42:00Z"), "Hello, tomorrow Kaunas - Venlo, 33 pallets of garden furniture, 8.450 kg. Price 1.380 EUR. Best loaded from behind."};
const Message undated{"email", *parse_instant("2026-10-05T07:42:00Z"), "Hello, Kaunas - Venlo, 33 pallets of garden furniture, 8.450 kg, tautliner. Loading Tuesday or Wednesday."};

Candidates reads(std::string field, std::string value, std::string words) {
    Candidates out{"the model", {}, {{field, std::move(words)}}, {}};
    EXPECT_TRUE(put(out.fields, field, value));
    return out;
}

TEST(Decide, AgreesWithTheRulesWhenNobodyElseHasReadIt) {
    const auto alone = decide(offer, {});
    EXPECT_EQ(alone.answer.decision, Decision::accept);
    EXPECT_EQ(alone.answer.fields, extract(offer).fields);
}

TEST(Decide, DropsWhatHasNoWordsInTheMessage) {
    struct Case {
        const char *field, *value, *words;
    };
    for (const auto& [field, value, words] : std::vector<Case>{
             {"delivery.place", "Paris", ""},                      // none
             {"delivery.date", "2026-10-09", "on 9 October"},      // not there
             {"reference", "A-77", "garden furniture"},            // there, but they say something else
             {"goods", "steel coils", "33 pallets of garden"},
             {"weight_kg", "20000", "8.450 kg"},
             {"contact_phone", "+370 600 00147", "8.450"},
         }) {
        const auto joined = decide(offer, reads(field, value, words));
        EXPECT_EQ(joined.dropped.size(), 1u) << field;
        EXPECT_EQ(joined.answer.decision, Decision::accept) << field;
        EXPECT_EQ(joined.answer.fields, extract(offer).fields) << field;
    }
}

TEST(Decide, AsksAPersonWhenOthersReadAnotherTownOrDay) {
    for (const auto& other : {reads("delivery.place", "Kaunas", "Kaunas"), reads("pallets", "8450", "33 pallets of garden furniture, 8.450 kg")})
        EXPECT_EQ(decide(offer, other).answer.decision, Decision::review);
}

TEST(Decide, NeverAcceptsOnAWordOfOthersAlone) {
    ASSERT_EQ(extract(undated).decision, Decision::review);
    auto other = reads("pickup.date", "2026-10-06", "Tuesday");
    other.decision = Decision::accept;
    const auto joined = decide(undated, other);
    EXPECT_EQ(joined.answer.decision, Decision::review);
}

TEST(Decide, LetsOthersFillWhatNothingHangsOnWithItsPlaceInTheText) {
    const auto joined = decide(offer, reads("contact_email", "a@b.example", "a@b.example"));
    EXPECT_EQ(joined.dropped.size(), 1u);

    Message with_name = offer;
    with_name.text += "\nFor: Nordhaven";
    const auto filled = decide(with_name, reads("shipper", "Nordhaven", "Nordhaven"));
    EXPECT_EQ(filled.answer.decision, Decision::accept);
    EXPECT_EQ(filled.answer.fields.shipper, "Nordhaven");
    const auto& at = filled.answer.evidence.back();
    EXPECT_EQ(with_name.text.substr(at.begin, at.end - at.begin), "Nordhaven");
}

TEST(Fields, AreToldFlatAndPutBack) {
    Fields fields;
    EXPECT_TRUE(put(fields, "pickup.place", "Kaunas"));
    EXPECT_TRUE(put(fields, "weight_kg", "8450.5"));
    EXPECT_TRUE(put(fields, "temperature_c.max", "-18"));
    EXPECT_TRUE(put(fields, "price.kind", "offered"));
    EXPECT_FALSE(put(fields, "weight_kg", "much"));
    EXPECT_FALSE(put(fields, "colour", "red"));
    EXPECT_THAT(told(fields), ElementsAre(std::pair("pickup.place", "Kaunas"), std::pair("weight_kg", "8450.5"), std::pair("temperature_c.max", "-18"), std::pair("price.kind", "offered")));
    for (const auto& [field, value] : told(fields)) forget(fields, field);
    EXPECT_EQ(fields, Fields{});
}

}  // namespace
}  // namespace waybill::extraction
