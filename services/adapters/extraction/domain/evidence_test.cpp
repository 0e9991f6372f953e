// Nothing is told that the text does not show, and what is shown lies inside the text.
#include "domain/extract.h"
#include "domain/offer_lines.h"

#include <gmock/gmock.h>

#include <fstream>

namespace waybill::extraction {
namespace {

std::vector<OfferLine> written_offers() {
    std::vector<OfferLine> offers;
    for (const char* file : {"sample.jsonl", "more.jsonl", "wide.jsonl"}) {
        std::ifstream in(std::string(OFFERS_FOLDER) + "/" + file);
        for (std::string line; std::getline(in, line);) offers.push_back(*parse_offer_line(line));
    }
    return offers;
}

TEST(Evidence, StandsInTheTextForEveryFieldThatIsTold) {
    const auto offers = written_offers();
    ASSERT_GE(offers.size(), 120u);
    for (const auto& [id, message] : offers) {
        const Answer answer = extract(message);
        for (const auto& [field, value] : told(answer.fields)) {
            int shown = 0;
            for (const Evidence& e : answer.evidence) shown += e.field == field;
            EXPECT_GE(shown, 1) << id << ": " << field << " " << value;
        }
        for (const Evidence& e : answer.evidence) {
            ASSERT_LT(e.begin, e.end) << id << ": " << e.field;
            ASSERT_LE(e.end, message.text.size()) << id << ": " << e.field;
            EXPECT_GT(e.confidence, 0) << id;
            EXPECT_LE(e.confidence, 1) << id;
        }
    }
}

// A figure is told from the very words that are shown: without them it is not told any more.
TEST(Evidence, IsWhatTheFieldWasReadFrom) {
    int taken = 0;
    for (const auto& [id, message] : written_offers()) {
        const Answer answer = extract(message);
        if (answer.decision != Decision::accept) continue;
        for (const char* field : {"weight_kg", "price.amount", "contact_email", "pickup.place"}) {
            Message without = message;
            std::string value;
            for (const auto& [name, text] : told(answer.fields))
                if (name == field) value = text;
            if (value.empty()) continue;
            for (const Evidence& e : answer.evidence)
                if (e.field == field) without.text.replace(e.begin, e.end - e.begin, std::string(e.end - e.begin, '_'));
            const Answer blind = extract(without);
            for (const auto& [name, text] : told(blind.fields))
                if (name == field) {
                    bool elsewhere = false;  // then it was read in another place, and shows it
                    for (const Evidence& e : blind.evidence) elsewhere |= e.field == name && without.text.substr(e.begin, e.end - e.begin).find('_') == std::string::npos;
                    EXPECT_TRUE(elsewhere) << id << ": " << field;
                }
            ++taken;
        }
    }
    EXPECT_GE(taken, 100);
}

}  // namespace
}  // namespace waybill::extraction
