// Whoever can write a message can write anything: work stays linear and bounded, nothing breaks, and what a person cannot see
// changes nothing. Times are only compared with each other, never with a clock's idea of fast.
#include "domain/extract.h"
#include "domain/offer_lines.h"
#include "domain/text.h"

#include <waybill/gazetteer.h>

#include <gmock/gmock.h>

#include <chrono>
#include <fstream>
#include <random>

namespace waybill::extraction {
namespace {

const Instant thursday = *parse_instant("2026-11-05T08:00:00Z");
const std::string offer = "Need a truck tomorrow Kaunas - Riga, 20 t, tautliner, 400 EUR";

Answer read_email(std::string text) { return extract({"email", thursday, std::move(text)}); }

std::string repeated(std::string_view piece, std::size_t size) {
    std::string out;
    while (!piece.empty() && out.size() < size) out += piece;
    out.resize(size);
    return out;
}

struct Hostile {
    const char* what;
    std::string piece;
    std::string head = "";
};
const std::vector<Hostile>& hostile_texts() {
    static const std::vector<Hostile> texts = {
        {"digits", "7"},
        {"figures", "24 t 8.450 kg "},
        {"grouped figures", "1.234.567,"},
        {"open tags", "<div><p>"},
        {"closed tags", "<b></b>"},
        {"half a tag", "<div ", "<p>"},
        {"half comments", "<!-- ", "<p>"},
        {"scripts that never end", "<script></", "<p>"},
        {"less-than signs", "<"},
        {"greater-than signs", ">"},
        {"brackets", "("},
        {"brackets behind towns", "Riga ("},
        {"quotes", "\""},
        {"apostrophes", "'s "},
        {"ampersands", "&#"},
        {"equal signs", "=3D="},
        {"one word", "Kaunas "},
        {"one long word", "x"},
        {"one long accent", "a\u0301"},
        {"beginnings of phrases", "please find "},
        {"from and to", "from to "},
        {"routes", "Kaunas - Riga "},
        {"arrows", "->"},
        {"dates", "12.10 "},
        {"hours", "8:00-12:00 "},
        {"zero-width", "\u200b\u200d\ufeff"},
        {"directions", "\u202e\u2066\u202c\u200f"},
        {"mixed alphabets", "K\u0430un\u0430s \u03a1iga "},
        {"bytes that are no UTF-8", "\xff\xc3(\xe2\x82\xf0\x9f"},
        {"NUL", std::string(1, '\0')},
        {"empty lines", "\n"},
        {"quoted lines", "> Riga\n"},
        {"heads of mail", "From: a@b.cd\nDate: 12.10.2026\nSubject: x\n"},
        {"tables", "a\tb\tc\td\n1\t2\t3\t4\n"},
        {"addresses", "a@b.cd "},
        {"attacks", "ignore previous instructions "},
        {"personal numbers", "pesel 80131300000 "},
        {"references", "ref: A-1 "},
        {"prices", "400 EUR "},
        {"full stops", "T. "},
    };
    return texts;
}

double seconds_for(const std::string& text) {
    double best = 1e9;
    for (int turn = 0; turn < 3; ++turn) {
        const auto start = std::chrono::steady_clock::now();
        read_email(text);
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
}

TEST(Hostile, DoublesItsCostWhenItsLengthDoubles) {
    read_email(offer);  // the gazetteer is there
    for (const auto& [what, piece, head] : hostile_texts()) {
        const double once = seconds_for(head + repeated(piece, 14'000)), twice = seconds_for(head + repeated(piece, 28'000)), most = seconds_for(head + repeated(piece, 56'000));
        // Squared, four times the length would cost sixteen times; a thousandth of a second is noise.
        EXPECT_LT(most, 10 * once + 0.02) << what << ": " << once << " s, " << twice << " s, " << most << " s";
    }
}

TEST(Hostile, IsReadNoFurtherThanTheFirst64Kilobytes) {
    for (const auto& [what, piece, head] : hostile_texts()) {
        if (static_cast<unsigned char>(piece[0]) >= 0x80) continue;  // a letter may stand on the edge
        const Answer whole = read_email(head + repeated(piece, 1'000'000)), cut = read_email((head + repeated(piece, 1'000'000)).substr(0, rules::longest_text));
        EXPECT_EQ(whole.decision, cut.decision) << what;
        EXPECT_EQ(whole.fields, cut.fields) << what;
        EXPECT_NE(whole.decision, Decision::accept) << what;
    }
}

TEST(Hostile, TenThousandTownsAreNoOffer) {
    std::string text;
    std::size_t named = 0;
    for (const auto& town : gazetteer::europe().towns()) {
        if (++named > 10'000) break;
        text += std::string(town.name) + (named % 2 ? " - " : ", ");
    }
    EXPECT_NE(read_email(text).decision, Decision::accept);
    EXPECT_NE(read_email(offer + "\n" + text).decision, Decision::accept);
}

// A person sees "42 t" where the bytes say "24 t": nobody but a person may decide that.
TEST(Hostile, TextThatIsShownInAnotherOrderIsAskedAbout) {
    ASSERT_EQ(read_email(offer).decision, Decision::accept);
    for (const char* mark : {"\u202e", "\u202d", "\u202b", "\u2067", "&#8238;", "&#x202E;"}) {
        std::string turned = offer;
        turned.insert(turned.find("20 t"), mark);
        EXPECT_EQ(read_email(turned).decision, Decision::review) << mark;
    }
}

TEST(Hostile, LettersThatLookLikeDigitsAreAskedAbout) {
    for (const char* weight : {"\u04174 t", "l2 t", "O4 t", "1\u0417,5 t", "2O t", "2\u041e t", "l.200 kg", "l8 pallets", "l3,6 ldm"}) {
        std::string written = offer;
        written.replace(written.find("20 t"), 4, weight);
        EXPECT_EQ(read_email(written).decision, Decision::review) << weight;
    }
    for (const char* weight : {"20t, 13.6 ldm", "20t,13.6m", "33 pallets x 600kg", "33x600kg"}) {  // letters of units are none
        std::string written = offer;
        written.replace(written.find("20 t"), 4, weight);
        for (const Reason& reason : read_email(written).reasons) EXPECT_THAT(reason.what, testing::Not(testing::HasSubstr("letter"))) << weight;
    }
}

std::vector<OfferLine> samples() {
    std::vector<OfferLine> offers;
    std::ifstream in(OFFERS_FOLDER "/sample.jsonl");
    for (std::string line; std::getline(in, line);) offers.push_back(*parse_offer_line(line));
    return offers;
}

TEST(Hostile, WhatNobodySeesChangesNothing) {
    const std::string unseen[] = {"\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2060", "\ufeff", "\u00ad", "\u2066", "\u2069", "\u061c", "\ufe0f", "\U000e0041", std::string(1, '\0'), "\x08"};
    std::mt19937 chance(20261105);
    for (const auto& [id, message] : samples()) {
        const Answer plain = extract(message);
        for (const std::string& mark : unseen) {
            Message hidden = message;
            for (int k = 0; k < 5; ++k) {
                std::size_t at = chance() % (hidden.text.size() + 1);
                while (at < hidden.text.size() && (static_cast<unsigned char>(hidden.text[at]) & 0xC0) == 0x80) ++at;
                hidden.text.insert(at, mark);
            }
            const Answer answer = extract(hidden);
            EXPECT_EQ(answer.decision, plain.decision) << id << ": " << testing::PrintToString(hidden.text);
            EXPECT_EQ(answer.fields, plain.fields) << id << ": " << testing::PrintToString(hidden.text);
        }
    }
}

void expect_sound(const Answer& answer, const Message& message, unsigned seed) {
    EXPECT_EQ(answer.reasons.empty(), answer.decision == Decision::accept) << seed;
    for (const Evidence& e : answer.evidence) {
        EXPECT_LT(e.begin, e.end) << seed << ": " << e.field;
        EXPECT_LE(e.end, message.text.size()) << seed << ": " << e.field;
    }
    for (const auto& [field, value] : told(answer.fields)) {
        bool shown = false;
        for (const Evidence& e : answer.evidence) shown |= e.field == field;
        EXPECT_TRUE(shown) << seed << ": " << field << " " << value;
    }
    const Fields& f = answer.fields;
    if (answer.decision == Decision::reject) {
        EXPECT_EQ(f, Fields{}) << seed;
    }
    if (answer.decision != Decision::accept) return;
    ASSERT_TRUE(f.pickup.place && f.pickup.country && f.pickup.date && f.delivery.place && f.delivery.country) << seed;
    EXPECT_TRUE(f.weight_kg || f.pallets || f.loading_metres) << seed;
    EXPECT_LE(f.weight_kg.value_or(1), 26'000) << seed;
    EXPECT_GE(f.weight_kg.value_or(1), 1) << seed;
    EXPECT_LE(f.loading_metres.value_or(1), 13.61) << seed;
    EXPECT_LE(*f.pickup.date, f.delivery.date.value_or(*f.pickup.date)) << seed;
}

// Any message out of a seed: samples cut, spliced, repeated, with bytes flipped.
Message mutated(const std::vector<OfferLine>& offers, std::mt19937& chance) {
    Message message = offers[chance() % offers.size()].message;
    std::string& text = message.text;
    const auto somewhere = [&] { return text.empty() ? 0 : chance() % text.size(); };
    for (int steps = 1 + int(chance() % 4); steps > 0; --steps) {
        const std::string& other = offers[chance() % offers.size()].message.text;
        switch (chance() % 6) {
            case 0: text.resize(somewhere()); break;
            case 1: text.erase(0, somewhere()); break;
            case 2: text.insert(somewhere(), other, chance() % other.size(), chance() % 400); break;
            case 3: {
                const std::string piece = text.substr(somewhere(), 1 + chance() % 60);
                const auto at = somewhere();
                text.insert(at, repeated(piece, chance() % 4'000));
                break;
            }
            case 4:
                for (int k = 0; k < 8 && !text.empty(); ++k) text[somewhere()] ^= char(1 << chance() % 8);
                break;
            default:
                for (int k = 0; k < 8 && !text.empty(); ++k) text[somewhere()] = char(chance());
        }
    }
    return message;
}

TEST(Hostile, MutatedOffersAreAnsweredSoundly) {
    const auto offers = samples();
    ASSERT_GE(offers.size(), 60u);
    int accepted = 0;
    for (unsigned seed = 1; seed <= 600; ++seed) {
        std::mt19937 chance(seed);
        const Message message = mutated(offers, chance);
        const Answer answer = extract(message);
        expect_sound(answer, message, seed);
        accepted += answer.decision == Decision::accept;
    }
    EXPECT_GE(accepted, 10);  // the mutations leave something to be read
}

}  // namespace
}  // namespace waybill::extraction
