#include "providers/ledger.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace waybill::extraction::adapter {
namespace {

using testing::HasSubstr;

const Ledger::Day today = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24), tomorrow = today + std::chrono::days(1);

class Spending : public testing::Test {
protected:
    Spending() : folder(std::filesystem::temp_directory_path() / ("waybill-ledger-" + std::to_string(::getpid()))) { std::filesystem::create_directories(folder); }
    ~Spending() override { std::filesystem::remove_all(folder); }
    std::filesystem::path folder;
    std::string path = folder / "spent";
};

TEST_F(Spending, IsKeptByTheFileAndNotByTheProcess) {
    EXPECT_TRUE(Ledger(path).reserve(today, 700, 1000));
    EXPECT_FALSE(Ledger(path).reserve(today, 301, 1000)) << "a process that was started anew has no other budget";
    EXPECT_TRUE(Ledger(path).reserve(today, 300, 1000));
    EXPECT_FALSE(Ledger(path).reserve(today, 1, 1000));
}

TEST_F(Spending, IsWhatItCostOnceThatIsKnown) {
    Ledger ledger(path);
    EXPECT_TRUE(ledger.reserve(today, 900, 1000));
    ledger.settle(today, 900, 200);
    EXPECT_TRUE(ledger.reserve(today, 800, 1000));
    EXPECT_FALSE(ledger.reserve(today, 1, 1000));
}

TEST_F(Spending, BeginsAnewWithTheDay) {
    Ledger ledger(path);
    EXPECT_TRUE(ledger.reserve(today, 1000, 1000));
    EXPECT_TRUE(ledger.reserve(tomorrow, 1000, 1000));
    ledger.settle(today, 1000, 0);  // came back after midnight
    EXPECT_FALSE(ledger.reserve(tomorrow, 1, 1000));
}

TEST_F(Spending, OfManyAtOnceIsNeverAboveTheLimit) {
    std::atomic<int> paid{0};
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 20; ++i) paid += Ledger(path).reserve(today, 10, 500);
        });
    threads.clear();
    EXPECT_EQ(paid, 50);
}

TEST_F(Spending, WithoutALedgerThatCanBeReadIsRefused) {
    EXPECT_THROW(Ledger(folder / "nowhere" / "spent").reserve(today, 1, 10), std::runtime_error);
    for (const char* text : {"2026-11-24", "2026-11-24 12", "2026-11-24 x\n", "2026-11-24 -5\n", "what?\n"}) {
        std::ofstream(path) << text;
        try {
            Ledger(path).reserve(today, 1, 10);
            ADD_FAILURE() << text;
        } catch (const std::runtime_error& error) {
            EXPECT_THAT(error.what(), HasSubstr("holds no day and sum")) << text;
        }
    }
}

}  // namespace
}  // namespace waybill::extraction::adapter
