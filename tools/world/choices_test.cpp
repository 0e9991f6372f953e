#include "choices.h"
#include "samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <unistd.h>

namespace waybill::world {

namespace {

std::string shipment(int number) { return "wb-" + std::to_string(number); }

std::string answers(std::uint64_t seed, const std::string& of) {
    std::string all;
    for (int attempt = 1; attempt <= most_attempts; ++attempt) all += (attempt > 1 ? ", " : "") + std::string(name(answer_of(seed, of, attempt)));
    return all;
}

}  // namespace

// These rows may change only on purpose: a board of yesterday is compared with one of today.
TEST(Choices, StayWhatTheyWereForASeed) {
    struct Row {
        std::uint64_t seed;
        std::string shipment, answers;
        Review review;
        bool pays;
        std::string proof;
    };
    const Row rows[] = {
        {1U, "wb-1", "accepts, accepts, declines, accepts twice, accepts", Review::accepts, true, "POD-43029681"},
        {1U, "wb-2", "declines, declines, keeps silent, accepts, accepts", Review::accepts, true, "POD-17413483"},
        {1U, "wb-7k2m9q4x5t8r3p6a", "accepts, declines, accepts, accepts, accepts", Review::accepts, true, "POD-50401487"},
        {7U, "wb-1", "declines, accepts, accepts, accepts, accepts", Review::accepts, true, "POD-43240817"},
        {42U, "wb-18", "declines, declines, accepts, accepts, accepts", Review::accepts, true, "POD-60096941"},
        {18446744073709551615U, "wb-1", "accepts, accepts, answers late, accepts, accepts", Review::leaves, true, "POD-66114160"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(answers(row.seed, row.shipment), row.answers) << row.seed << " " << row.shipment;
        EXPECT_EQ(review_of(row.seed, row.shipment, true), row.review) << row.seed << " " << row.shipment;
        EXPECT_EQ(pays_by_notice(row.seed, row.shipment), row.pays) << row.seed << " " << row.shipment;
        EXPECT_EQ(proof_of_delivery(row.seed, row.shipment), row.proof) << row.seed << " " << row.shipment;
    }
}

TEST(Choices, ThreeQuartersOfDriversAcceptAndATenthIsSilent) {
    std::map<Answer, int> counted;
    for (int number = 0; number < 10'000; ++number) ++counted[answer_of(1, shipment(number), 1)];
    EXPECT_NEAR(counted[Answer::accepts] + counted[Answer::accepts_twice], 7'500, 200);
    EXPECT_NEAR(counted[Answer::declines], 1'500, 150);
    EXPECT_NEAR(counted[Answer::keeps_silent] + counted[Answer::answers_late], 1'000, 120);
}

TEST(Choices, TheLastOfFiveAcceptsAndNoShipmentMeetsMoreThanTwoSilences) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        for (int number = 0; number < 5'000; ++number) {
            int silences = 0;
            for (int attempt = 1; attempt < most_attempts; ++attempt) {
                const auto answer = answer_of(seed, shipment(number), attempt);
                silences += answer == Answer::keeps_silent || answer == Answer::answers_late;
            }
            EXPECT_LE(silences, most_silences);
            EXPECT_EQ(answer_of(seed, shipment(number), most_attempts), Answer::accepts);
        }
    }
}

TEST(Choices, AThirdOfReviewsIsLeftAndTheRestFollowsTheTruth) {
    int left = 0;
    for (int number = 0; number < 3'000; ++number) {
        const auto review = review_of(1, shipment(number), true);
        EXPECT_EQ(review_of(1, shipment(number), false), review == Review::leaves ? Review::leaves : Review::refuses);
        left += review == Review::leaves;
    }
    EXPECT_NEAR(left, 1'000, 100);
}

TEST(Choices, SomePositionsAreLostAndSomeComeLate) {
    std::size_t sent = 0;
    int in_order = 0;
    for (int number = 0; number < 1'000; ++number) {
        const auto reports = reports_of(1, shipment(number));
        sent += reports.size();
        in_order += std::is_sorted(reports.begin(), reports.end());
        for (const double way : reports) EXPECT_TRUE(way > 0 && way < 1);
        EXPECT_EQ(std::set<double>(reports.begin(), reports.end()).size(), reports.size());
    }
    EXPECT_NEAR(static_cast<double>(sent), 3'400, 150);
    EXPECT_GT(in_order, 500);
    EXPECT_LT(in_order, 900);
}

TEST(Choices, GoodsAreDeliveredAfterTheyWerePickedUp) {
    const Instant offered{};
    for (int number = 0; number < 100; ++number) {
        EXPECT_GT(picked_up_at(1, shipment(number), offered), offered);
        EXPECT_GT(delivered_at(1, shipment(number), offered), picked_up_at(1, shipment(number), offered));
    }
}

TEST(Choices, ReadAnAssignmentsId) {
    const auto good = parse_assignment("wb-a.b.12");
    ASSERT_TRUE(good);
    EXPECT_EQ(good->shipment, "wb-a.b");
    EXPECT_EQ(good->attempt, 12);
    for (const auto bad : {"", "wb-1", ".1", "wb-1.", "wb-1.x", "wb-1.0", "wb-1.-2", "wb-1.2x", "wb-1.99999999999999999999"}) EXPECT_FALSE(parse_assignment(bad)) << bad;
}

namespace {

struct Written {
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("waybill-samples-" + std::to_string(::getpid()) + ".jsonl");
    explicit Written(const std::string& text) { std::ofstream(path) << text; }
    ~Written() { std::filesystem::remove(path); }
};

const std::string whole = R"({"id":"s1","channel":"email","language":"no","received_at":"2026-10-07T11:15:00Z","text":"Hei!","truth":{"pickup":{"place":"Bergen","country":"NO","postal_code":null,"date":"2026-10-08","time_from":"06:00","time_to":null},"delivery":{"place":"København","country":"DK","date":"2026-10-10"},"goods":"fersk laks","weight_kg":9600,"pallets":12,"loading_metres":null,"temperature_c":{"min":0,"max":2},"adr":"UN1263","equipment":"reefer","price":{"amount":"21500","currency":"NOK","kind":"offered"}}})";

std::string with(std::string line, const std::string& old, const std::string& now) {
    const auto at = line.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    return at == std::string::npos ? line : line.replace(at, old.size(), now);
}

}  // namespace

TEST(Samples, CarryTheTruthAsAReviewersCorrections) {
    const Written file(whole + "\n\n");
    const auto samples = read_samples(file.path);
    ASSERT_TRUE(samples) << to_text(samples.refusal());
    ASSERT_EQ(samples->size(), 1U);
    const auto& sample = samples->front();
    EXPECT_EQ(sample.customer, "cust-no");
    EXPECT_EQ(to_text(sample.offered), "2026-10-07T11:15:00.000Z");
    ASSERT_TRUE(sample.complete);
    EXPECT_EQ("{" + sample.corrections + "}",
              R"({"pickup":{"place":"Bergen","country":"NO","date":"2026-10-08","time_from":"06:00"},"delivery":{"place":"København","country":"DK","date":"2026-10-10"},)"
              R"("load":{"goods":"fersk laks","equipment":"reefer","weight_kg":9.6E3,"pallets":1.2E1,"temperature_min_c":0E0,"temperature_max_c":2E0,"adr":true,"un_number":"UN1263"},)"
              R"("price":{"kind":"offered","amount":"21500","currency":"NOK"}})");
    ASSERT_TRUE(sample.pickup && sample.delivery);
    EXPECT_NEAR(sample.pickup->latitude, 60.4, 0.2);
    EXPECT_NEAR(sample.delivery->longitude, 12.6, 0.2);
}

TEST(Samples, AreCompleteOnlyWhenOneVehicleCanCarryThem) {
    const std::pair<std::string, std::string> faults[] = {
        {R"("place":"Bergen")", R"("place":null)"}, {R"("date":"2026-10-08")", R"("date":null)"}, {R"("date":"2026-10-08")", R"("date":"2026-10-11")"},
        {R"("country":"DK")", R"("country":null)"}, {"9600", "26001"}, {R"("pallets":12)", R"("pallets":35)"}, {R"("loading_metres":null)", R"("loading_metres":13.7)"},
        {R"("weight_kg":9600,"pallets":12)", R"("weight_kg":null,"pallets":null)"},
    };
    for (const auto& [old, now] : faults) {
        const Written file(with(whole, old, now));
        const auto samples = read_samples(file.path);
        ASSERT_TRUE(samples) << now;
        EXPECT_FALSE(samples->front().complete) << now;
        EXPECT_EQ(samples->front().corrections, "") << now;
    }
}

TEST(Samples, RefuseALineThatIsNoOffer) {
    const std::pair<std::string, std::string> faults[] = {
        {"no json", ":2: line"}, {"[]", ":2: line"}, {with(whole, R"("language":"no")", R"("language":"xx")"), "xx"}, {with(whole, R"("text":"Hei!")", R"("text":"")"), ":2: text"},
        {with(whole, "2026-10-07T11:15:00Z", "yesterday"), ":2: received_at"},
    };
    for (const auto& [line, words] : faults) {
        const Written file(whole + "\n" + line + "\n");
        const auto samples = read_samples(file.path);
        ASSERT_FALSE(samples) << line;
        EXPECT_NE(to_text(samples.refusal()).find(words), std::string::npos) << to_text(samples.refusal());
    }
    EXPECT_FALSE(read_samples("/nowhere/offers.jsonl"));
}

TEST(Samples, OfTheProjectCanAllBeRead) {
    if (!std::filesystem::exists(WAYBILL_SAMPLES)) GTEST_SKIP() << "no tests/offers/sample.jsonl";
    const auto samples = read_samples(WAYBILL_SAMPLES);
    ASSERT_TRUE(samples) << to_text(samples.refusal());
    EXPECT_EQ(samples->size(), 60U);
    EXPECT_GE(std::count_if(samples->begin(), samples->end(), [](const Sample& one) { return one.complete; }), 30);
    for (const auto& one : *samples) EXPECT_TRUE(!one.complete || (one.pickup && one.delivery)) << one.id;
}

}  // namespace waybill::world
