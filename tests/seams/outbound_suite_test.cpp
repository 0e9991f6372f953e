// Outbound, in memory and real: a call is made once, its answer is kept until it is settled, and every failure is an answer.
#include "outbound.h"

#include <waybill/simulation.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <semaphore>

namespace waybill::seams {
namespace {

using namespace std::chrono_literals;
using runtime::Attempt;
using runtime::CallFailed;
using runtime::CallLimits;
using runtime::CallResult;
using runtime::Definition;
using runtime::Effect;
using Finished = runtime::Outbound::Finished;
using Result = CallResult<std::string>;
using Steady = std::chrono::steady_clock;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string town = R"({"town":"Kaunas"})";

struct Answer {
    int lane = 0, attempts = 0;
    std::string answer, failure;
};

// Both sides behind one way of waiting: until so many calls have finished.
class Calls {
public:
    using Perform = std::function<Result(std::string_view request, const Attempt&)>;
    enum class Side { memory, real };

    void begin(Side side, Perform perform, CallLimits limits = {}) {
        definition_.name = "places";
        definition_.calls["spare"] = {limits, perform};  // so that more threads are there than one kind may use
        definition_.calls["find"] = {limits, std::move(perform)};
        if (side == Side::memory) outbound_ = std::make_unique<simulation::Outbound>(definition_);
        else outbound_ = std::make_unique<host::Outbound>(definition_, [this] {
            const std::lock_guard lock(mutex_);
            ++rung_;
            changed_.notify_all();
        });
    }
    void start(const std::string& id, int lane = 0, const std::string& call = "find") {
        outbound_->start(lane, {.id = id, .key = "o1", .call = call, .request = R"({"name":"kaunas"})"});
    }
    void settled(const std::string& id) { outbound_->settled({id}); }
    void keep(int lane, const std::set<std::string>& ids) { outbound_->keep(lane, ids); }
    void end() { outbound_.reset(); }

    std::map<std::string, Answer> finished(std::size_t count) {
        std::map<std::string, Answer> answers;
        for (const auto deadline = Steady::now() + 20s; answers.size() < count && Steady::now() < deadline;) {
            const auto before = rung();
            for (const Finished& one : told()) answers[one.id] = read(one);
            if (answers.size() >= count) break;
            std::unique_lock lock(mutex_);
            changed_.wait_until(lock, deadline, [&] { return rung_ != before; });
        }
        return answers;
    }
    std::vector<Finished> told() {
        std::vector<Finished> finished;
        outbound_->finished(finished);
        return finished;
    }

private:
    int rung() {
        const std::lock_guard lock(mutex_);
        return rung_;
    }
    static Answer read(const Finished& finished) {
        const auto whole = boost::json::parse(finished.answer).as_object();
        EXPECT_EQ(boost::json::serialize(whole.at("request")), R"({"name":"kaunas"})");
        Answer made{finished.lane, whole.at("attempts").to_number<int>(), {}, std::string(whole.at("failure").as_string())};
        if (made.failure.empty()) made.answer = boost::json::serialize(whole.at("answer"));
        return made;
    }

    Definition definition_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int rung_ = 0;
    std::unique_ptr<runtime::Outbound> outbound_;  // last: its threads ring the bell above
};

// ---- both sides --------------------------------------------------------------------------------------------------------

class OutboundSuite : public ::testing::TestWithParam<Calls::Side> {
protected:
    void begin(Calls::Perform perform, CallLimits limits = {}) { calls.begin(GetParam(), std::move(perform), limits); }
    std::atomic<int> performed{0};
    Calls calls;
};
INSTANTIATE_TEST_SUITE_P(Side, OutboundSuite, ::testing::Values(Calls::Side::memory, Calls::Side::real),
                         [](const auto& info) { return info.param == Calls::Side::memory ? "Memory" : "Threads"; });

TEST_P(OutboundSuite, AnAnswerComesBackBesideItsRequestToTheLaneThatAsked) {
    std::string key;
    begin([&](std::string_view, const Attempt& attempt) { key = attempt.idempotency_key; return town; });
    calls.start("e1", 3);
    const auto answer = calls.finished(1)["e1"];
    EXPECT_EQ(answer.answer, town);
    EXPECT_EQ(answer.lane, 3);
    EXPECT_EQ(answer.attempts, 1);
    EXPECT_EQ(key, "e1");
}

TEST_P(OutboundSuite, TheSameIdStartedTwiceWhileUnderWayIsPerformedOnce) {
    std::binary_semaphore gate(0);
    begin([&](std::string_view, const Attempt&) { EXPECT_TRUE(gate.try_acquire_for(20s)); ++performed; return town; });
    calls.start("e1");
    calls.start("e1");
    gate.release();
    EXPECT_THAT(calls.finished(1), SizeIs(1));
    EXPECT_THAT(calls.told(), IsEmpty());
    EXPECT_EQ(performed, 1);
}

TEST_P(OutboundSuite, AnAnswerIsToldOnce) {
    begin([&](std::string_view, const Attempt&) { return town; });
    calls.start("e1");
    calls.finished(1);
    EXPECT_THAT(calls.told(), IsEmpty());
}

TEST_P(OutboundSuite, AnAnswerIsKeptUntilSettledAndToldAgainToWhoeverTakesTheLane) {
    begin([&](std::string_view, const Attempt&) { ++performed; return town; });
    calls.start("e1", 1);
    EXPECT_EQ(calls.finished(1)["e1"].lane, 1);
    calls.start("e1", 2);
    EXPECT_EQ(calls.finished(1)["e1"].lane, 2);
    EXPECT_EQ(performed, 1);

    calls.settled("e1");
    EXPECT_THAT(calls.told(), IsEmpty());
    calls.start("e1", 2);
    EXPECT_THAT(calls.finished(1), SizeIs(1));
    EXPECT_EQ(performed, 2) << "what is settled is forgotten";
}

TEST_P(OutboundSuite, ATakeOverWhileTheCallIsUnderWayGetsTheAnswer) {
    std::binary_semaphore gate(0);
    begin([&](std::string_view, const Attempt&) { EXPECT_TRUE(gate.try_acquire_for(20s)); return town; });
    calls.start("e1", 1);
    calls.start("e1", 2);
    gate.release();
    EXPECT_EQ(calls.finished(1)["e1"].lane, 2);
}

TEST_P(OutboundSuite, AnAnswerOfALaneThatIsAnothersIsForgotten) {
    begin([&](std::string_view, const Attempt&) { ++performed; return town; });
    calls.start("e1", 1);
    calls.start("e2", 1);
    calls.start("e3", 2);
    EXPECT_THAT(calls.finished(3), SizeIs(3));

    calls.keep(1, {"e2"});
    for (const auto* id : {"e1", "e2"}) calls.start(id, 1);
    calls.start("e3", 2);
    EXPECT_THAT(calls.finished(3), SizeIs(3));
    EXPECT_EQ(performed, 4) << "only e1 is made again";
}

TEST_P(OutboundSuite, AnAnswerThatWasNotToldYetIsForgottenToo) {
    begin([&](std::string_view, const Attempt&) { return town; });
    calls.start("e1", 1);
    calls.finished(1);
    calls.start("e1", 1);
    calls.keep(1, {});
    EXPECT_THAT(calls.told(), IsEmpty());
}

TEST_P(OutboundSuite, ACallUnderWayOfALaneThatIsAnothersIsNotTold) {
    std::binary_semaphore begun(0), gate(0);
    begin([&](std::string_view, const Attempt& attempt) -> Result {
        if (attempt.idempotency_key == "e1") {
            begun.release();
            EXPECT_TRUE(gate.try_acquire_for(20s));
        }
        return town;
    }, {.at_once = 1});
    calls.start("e1", 1);
    if (GetParam() == Calls::Side::real) {
        ASSERT_TRUE(begun.try_acquire_for(20s));
    }
    calls.keep(1, {});
    calls.start("e2", 2);
    gate.release();
    const auto answers = calls.finished(1);
    EXPECT_THAT(answers, SizeIs(1));
    EXPECT_TRUE(answers.contains("e2"));
    EXPECT_THAT(calls.told(), IsEmpty());
}

TEST_P(OutboundSuite, ALaneThatCameBackWhileItsCallWasUnderWayGetsThatAnswer) {
    std::binary_semaphore begun(0), gate(0);
    begin([&](std::string_view, const Attempt&) { ++performed; begun.release(); EXPECT_TRUE(gate.try_acquire_for(20s)); return town; });
    calls.start("e1", 1);
    if (GetParam() == Calls::Side::real) {
        ASSERT_TRUE(begun.try_acquire_for(20s));
    }
    calls.keep(1, {});
    calls.start("e1", 1);
    gate.release();
    EXPECT_EQ(calls.finished(1)["e1"].lane, 1);
    EXPECT_EQ(performed, 1);
}

TEST_P(OutboundSuite, AFailureThatNoRetryHelpsIsTheAnswerAtOnce) {
    begin([&](std::string_view, const Attempt&) -> Result { ++performed; return CallFailed{"no such town", false}; });
    calls.start("e1");
    const auto answer = calls.finished(1)["e1"];
    EXPECT_EQ(answer.failure, "no such town");
    EXPECT_EQ(answer.attempts, 1);
    EXPECT_EQ(performed, 1);
}

TEST_P(OutboundSuite, AProviderThatThrowsFails) {
    begin([](std::string_view, const Attempt&) -> Result { throw std::runtime_error("a bug"); }, {.attempts = 1});
    calls.start("e1");
    EXPECT_THAT(calls.finished(1)["e1"].failure, HasSubstr("a bug"));
}

TEST_P(OutboundSuite, ACallThatNobodyProvidesFails) {
    begin([](std::string_view, const Attempt&) { return town; });
    calls.start("e1", 0, "teleport");
    EXPECT_THAT(calls.finished(1)["e1"].failure, HasSubstr("teleport"));
}

TEST_P(OutboundSuite, EveryCallOfMany) {
    begin([](std::string_view, const Attempt& attempt) { return "\"" + attempt.idempotency_key + "\""; }, {.per_second = 100'000});
    for (int i = 0; i < 100; ++i) calls.start("e" + std::to_string(i), i % 4);
    const auto answers = calls.finished(100);
    ASSERT_THAT(answers, SizeIs(100));
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(answers.at("e" + std::to_string(i)).answer, "\"e" + std::to_string(i) + "\"");
        EXPECT_EQ(answers.at("e" + std::to_string(i)).lane, i % 4);
    }
}

// ---- what only the real one has: limits --------------------------------------------------------------------------------

class OutboundLimits : public ::testing::Test {
protected:
    // Notes when each attempt begins; `outcome` is asked with its index, counted over all calls.
    void begin(CallLimits limits, std::function<Result(int index)> outcome) {
        calls.begin(Calls::Side::real, [this, outcome](std::string_view, const Attempt& attempt) {
            int index;
            {
                const std::lock_guard lock(mutex);
                index = static_cast<int>(times.size());
                times.push_back(Steady::now());
                attempts.push_back(attempt.idempotency_key + "#" + std::to_string(attempt.number));
            }
            return outcome(index);
        }, limits);
    }
    std::vector<std::chrono::milliseconds> gaps() {
        const std::lock_guard lock(mutex);
        std::vector<std::chrono::milliseconds> all;
        for (std::size_t i = 1; i < times.size(); ++i) all.push_back(std::chrono::ceil<std::chrono::milliseconds>(times[i] - times[i - 1]));
        return all;
    }
    static Result away() { return CallFailed{"the third party is away"}; }

    std::mutex mutex;
    std::vector<Steady::time_point> times;
    std::vector<std::string> attempts;
    Calls calls;
};

TEST_F(OutboundLimits, RetriesWithBackOffUnderTheSameKeyUntilItWorks) {
    begin({.first_wait = 20ms}, [](int index) { return index < 3 ? away() : Result(town); });
    calls.start("e1");
    const auto answer = calls.finished(1)["e1"];
    EXPECT_EQ(answer.answer, town);
    EXPECT_EQ(answer.attempts, 4);
    EXPECT_THAT(attempts, ElementsAre("e1#1", "e1#2", "e1#3", "e1#4"));
    EXPECT_THAT(gaps(), ElementsAre(Ge(20ms), Ge(40ms), Ge(80ms)));
}

TEST_F(OutboundLimits, FailsWhenItsAttemptsAreSpent) {
    begin({.attempts = 3, .first_wait = 5ms}, [](int) { return away(); });
    calls.start("e1");
    const auto answer = calls.finished(1)["e1"];
    EXPECT_EQ(answer.failure, "the third party is away");
    EXPECT_EQ(answer.attempts, 3);
    EXPECT_THAT(attempts, SizeIs(3));
}

TEST_F(OutboundLimits, FailsWhenItsTimeIsSpent) {
    begin({.attempts = 1'000'000, .give_up_after = 100ms, .first_wait = 10ms, .longest_wait = 10ms, .failures_to_open = 1'000'000}, [](int) { return away(); });
    calls.start("e1");
    EXPECT_EQ(calls.finished(1)["e1"].failure, "the third party is away");
    EXPECT_GE(times.back() - times.front(), 80ms);
}

TEST_F(OutboundLimits, WaitsAsLongAsTheThirdPartyAsks) {
    begin({.first_wait = 5ms}, [](int index) { return index == 0 ? Result(CallFailed{"busy", true, 150ms}) : Result(town); });
    calls.start("e1");
    EXPECT_EQ(calls.finished(1)["e1"].answer, town);
    EXPECT_THAT(gaps(), ElementsAre(Ge(150ms)));
}

TEST_F(OutboundLimits, AfterFailuresInARowNoCallOfTheKindIsTriedForAWhile) {
    begin({.attempts = 2, .first_wait = 1ms, .at_once = 1, .per_second = 1000, .failures_to_open = 4, .open_for = 200ms}, [](int index) { return index < 4 ? away() : Result(town); });
    for (const auto* id : {"e1", "e2", "e3"}) calls.start(id);
    const auto answers = calls.finished(3);
    ASSERT_THAT(answers, SizeIs(3));
    ASSERT_THAT(times, SizeIs(::testing::Gt(4)));
    EXPECT_GE(times[4] - times[3], 200ms);
    EXPECT_LT(times[3] - times[0], 200ms);
}

TEST_F(OutboundLimits, ACallThatComesInAPauseIsMadeWhenThePauseEnds) {
    begin({.attempts = 1, .failures_to_open = 1, .open_for = 100ms}, [](int index) { return index == 0 ? away() : Result(town); });
    calls.start("e1");
    EXPECT_EQ(calls.finished(1)["e1"].failure, "the third party is away");
    calls.start("e2");
    EXPECT_EQ(calls.finished(1)["e2"].answer, town);
    EXPECT_THAT(gaps(), ElementsAre(Ge(100ms)));
}

TEST_F(OutboundLimits, AFailureThatIsAnAnswerOpensNothing) {
    begin({.per_second = 1000, .failures_to_open = 2, .open_for = 1h}, [](int) { return Result(CallFailed{"no such town", false}); });
    for (int i = 0; i < 10; ++i) calls.start("e" + std::to_string(i));
    EXPECT_THAT(calls.finished(10), SizeIs(10));
}

TEST_F(OutboundLimits, NoMoreAreUnderWayThanAllowed) {
    std::atomic<int> now{0}, most{0};
    begin({.at_once = 2, .per_second = 100'000}, [&](int) {
        const int here = ++now;
        for (int seen = most; here > seen && !most.compare_exchange_weak(seen, here);) continue;
        std::this_thread::sleep_for(5ms);
        --now;
        return Result(town);
    });
    for (int i = 0; i < 10; ++i) calls.start("e" + std::to_string(i));
    EXPECT_THAT(calls.finished(10), SizeIs(10));
    EXPECT_LE(most, 2);
}

TEST_F(OutboundLimits, NoFasterThanItsRate) {
    begin({.at_once = 4, .per_second = 50}, [](int) { return Result(town); });
    for (int i = 0; i < 6; ++i) calls.start("e" + std::to_string(i));
    EXPECT_THAT(calls.finished(6), SizeIs(6));
    EXPECT_GE(times.back() - times.front(), 5 * 20ms - 1ms);
}

TEST_F(OutboundLimits, EndsAtOnceThoughRetriesAreFarAhead) {
    std::binary_semaphore tried(0);
    begin({.first_wait = 1h, .longest_wait = 1h}, [&](int) { tried.release(); return away(); });
    calls.start("e1");
    ASSERT_TRUE(tried.try_acquire_for(20s));
    const auto before = Steady::now();
    calls.end();
    EXPECT_LT(Steady::now() - before, 5s);
}

}  // namespace
}  // namespace waybill::seams
