// The runtime's guards one by one: a worker with one lane, on the seams in memory, and exactly the thing that goes wrong.
#include <waybill/contracts/fulfilment.h>
#include <waybill/contracts/routes.h>
#include <waybill/runtime/worker.h>
#include <waybill/simulation.h>

#include <gtest/gtest.h>

#include <climits>

namespace waybill::runtime {
namespace {

// ---- a service that shows what it was told -----------------------------------------------------------------------------

struct Listener {
    bool open = false;
    std::vector<int> heard;
    int reminded = 0;
};
BOOST_DESCRIBE_STRUCT(Listener, (), (open, heard, reminded))
struct Begin { int remind_after_seconds = 0; };
struct Open {};
struct Measure {
    static constexpr std::string_view call = "measure";
    struct Answer { int kilometres = 0; };
    std::string why;
};
BOOST_DESCRIBE_STRUCT(Measure::Answer, (), (kilometres))
BOOST_DESCRIBE_STRUCT(Measure, (), (why))
using ListenerDecision = Decision<Listener, ::fulfilment::v1::Emits>;

constexpr int poison = 13, asks_for_a_call = 99;

ListenerDecision begin(const Listener*, const Begin& command, Instant now) {
    auto decision = ListenerDecision::becomes({});
    return command.remind_after_seconds ? std::move(decision).expecting("reminder", now + std::chrono::seconds(command.remind_after_seconds)) : std::move(decision);
}
// Below zero: only when it is open.
ListenerDecision route_found(const Listener& listener, const ::routes::v1::RouteFound& found, Instant) {
    if (found.kilometres() == poison) throw std::runtime_error("thirteen");
    if (found.kilometres() < 0 && !listener.open) return ListenerDecision::later("it is not open");
    Listener next = listener;
    next.heard.push_back(found.kilometres());
    auto decision = ListenerDecision::becomes(next);
    return found.kilometres() == asks_for_a_call ? std::move(decision).calling(Measure{"asked"}) : std::move(decision);
}
ListenerDecision open(const Listener* listener, const Open&, Instant) {
    Listener next = listener ? *listener : Listener{};
    next.open = true;
    ::fulfilment::v1::RouteRequested told;
    told.set_shipment_id("S1");
    return ListenerDecision::becomes(next).announcing(told);
}
ListenerDecision reminder(const Listener& listener, Instant) {
    Listener next = listener;
    ++next.reminded;
    return ListenerDecision::becomes(next);
}
ListenerDecision measured(const Listener&, const Answered<Measure>&, Instant) { return ListenerDecision::stays(); }

class OneLane : public testing::Test {
protected:
    void SetUp() override {
        definition = service<::fulfilment::v1::Emits>("fulfilment").keeps<Listener>("listener").on_command(begin).on_command(open).on(route_found)
            .when_due("reminder", reminder).on_answer(measured).calls<Measure>([](const Measure&, const Attempt&) -> CallResult<Measure::Answer> { return Measure::Answer{7}; });
        start();
    }

    // What ran is gone as if killed; another process takes the lane.
    void start() {
        worker.reset();
        store = std::make_unique<simulation::Store>(database, simulation::StoreHooks{
            .before = [this](const char* call, int lane) {
                lane_of_call = lane;
                return on_call ? on_call(call) : simulation::Fault::none;
            },
            .refuses = [this](const Batch& batch) { return refuses && refuses(batch); }});
        bus = std::make_unique<simulation::Bus>(broker);
        outbound = std::make_unique<simulation::Outbound>(definition);
        worker = std::make_unique<Worker>(definition, std::vector<std::string>{"routes.events"}, lanes, Worker::Seams{*store, *bus, *outbound, clock}, figures, limits, [this](Level, const std::string& what, int) { logged += what + "\n"; });
        std::set<int> all;
        for (int lane = 0; lane < lanes; ++lane) all.insert(lane);
        worker->grant(all, clock.elapsed() + 1000h);
        worker->step();
    }
    // Until nothing more is to be done at this time, lanes that were dropped taken again.
    void rest() {
        for (int i = 0; i < 60; ++i) {
            while (worker->step()) {}
            clock.pass(100ms);
        }
    }
    void tell(int source_lane, const std::string& shipment, int kilometres, const std::string& type = "routes.v1.RouteFound", std::int64_t incarnation = 1) {
        ::routes::v1::RouteFound found;
        found.set_shipment_id(shipment);
        found.set_kilometres(kilometres);
        Message message;
        message.envelope = {.type = type, .source = "routes", .topic = "routes.events", .partition = 0, .lane = source_lane, .incarnation = incarnation, .seq = told[source_lane]++, .subject = shipment};
        message.payload = found.SerializeAsString();
        simulation::Bus(broker).publish(message);
    }
    // The head of a source that gave no number of this incarnation yet, with those of its older ones.
    void note(std::int64_t incarnation, const std::string& past) {
        Message message;
        message.kind = Message::Kind::head_note;
        message.envelope = {.type = "waybill.v1.HeadNote", .source = "routes", .topic = "routes.events", .partition = 0, .lane = 0, .incarnation = incarnation, .seq = 0};
        message.payload = "{\"past\":" + past + "}";
        simulation::Bus(broker).publish(message);
        rest();
    }
    template <class Command>
    void ask(const std::string& shipment, Command command) {
        worker->submit(shipment, command, [this](Result<CommandReply> reply) { replies.push_back(reply ? "yes" : to_text(reply.refusal())); });
    }
    Listener listener(const std::string& shipment) {
        const auto found = database.states.find({0, shipment});
        return found == database.states.end() ? Listener{} : json::from_json<Listener>(found->second.row.body);
    }
    std::vector<std::string> effect_ids() const {
        std::vector<std::string> ids;
        for (const auto& [id, answer] : database.answers) ids.push_back(id);
        for (const auto& [id, open_effect] : database.open_effects) ids.push_back(id);
        return ids;
    }
    // Somebody else takes the lane behind the worker's back, and perhaps commits.
    void taken_by_another(bool commits) {
        simulation::Store other(database);
        const Taken taken = other.take(0);
        Batch batch;
        batch.expected = {taken.record.batch, taken.record.epoch};
        batch.next = taken.record;
        ++batch.next.batch;
        if (commits) other.commit(batch);
    }
    // The next commit goes wrong like this.
    void once_at_commit(simulation::Fault fault) {
        on_call = [this, fault](const std::string& call) {
            if (call != "commit") return simulation::Fault::none;
            on_call = {};
            return fault;
        };
    }

    Definition definition;
    simulation::Database database;
    simulation::Broker broker;
    simulation::Clock clock;
    Limits limits;
    Figures figures;
    int lanes = 1;
    int lane_of_call = 0;
    std::function<simulation::Fault(const std::string&)> on_call;
    std::function<bool(const Batch&)> refuses;
    std::map<int, std::int64_t> told;
    std::vector<std::string> replies;
    std::string logged;
    std::unique_ptr<simulation::Store> store;
    std::unique_ptr<simulation::Bus> bus;
    std::unique_ptr<simulation::Outbound> outbound;
    std::unique_ptr<Worker> worker;
};
using Numbers = std::vector<int>;

// ---- timers and time ---------------------------------------------------------------------------------------------------

TEST_F(OneLane, ATimerFiresOnceAtItsTimeAndIsGoneWithTheBatchItCaused) {
    ask("S1", Begin{10});
    worker->step();
    clock.pass(9999ms);
    worker->step();
    EXPECT_EQ(listener("S1").reminded, 0);
    clock.pass(1ms);
    worker->step();
    EXPECT_EQ(listener("S1").reminded, 1);
    EXPECT_TRUE(database.timers.empty());
    start();
    rest();
    EXPECT_EQ(listener("S1").reminded, 1);
}

TEST_F(OneLane, TimersThatMemoryHasNoRoomForFireInTheirTime) {
    limits.timers_in_memory = 2;
    start();
    for (int i = 0; i < 20; ++i) ask("S" + std::to_string(i), Begin{10 + i});
    rest();
    start();
    clock.pass(1h);
    rest();
    for (int i = 0; i < 20; ++i) EXPECT_EQ(listener("S" + std::to_string(i)).reminded, 1) << i;
}

TEST_F(OneLane, ItsTimeNeverGoesBackThoughTheClockDoes) {
    ask("S1", Begin{});
    worker->step();
    const Instant before = database.lanes[0].ledger.time;
    clock.skew(-1h);
    tell(0, "S1", 1);
    worker->step();
    EXPECT_EQ(listener("S1").heard, Numbers{1});
    EXPECT_EQ(database.lanes[0].ledger.time, before);
}

TEST_F(OneLane, WhenTheClockJumpsForwardTimersFireEarlyAndItsTimeStandsUntilTheClockHasCaughtUp) {
    ask("S1", Begin{10});
    worker->step();
    clock.skew(1h);
    rest();
    EXPECT_EQ(listener("S1").reminded, 1);
    const Instant ahead = database.lanes[0].ledger.time;
    clock.skew(-1h);
    tell(0, "S1", 1);
    rest();
    EXPECT_EQ(listener("S1").heard, Numbers{1});
    EXPECT_EQ(database.lanes[0].ledger.time, ahead);
    clock.pass(1h);
    tell(0, "S1", 2);
    rest();
    EXPECT_GT(database.lanes[0].ledger.time, ahead);
    EXPECT_EQ(listener("S1").reminded, 1);
}

TEST_F(OneLane, WhenTheClockJumpsBackTimersWaitUntilItHasCaughtUp) {
    ask("S1", Begin{10});
    worker->step();
    clock.skew(-1h);
    clock.pass(59min);
    rest();
    EXPECT_EQ(listener("S1").reminded, 0);
    clock.pass(2min);
    rest();
    EXPECT_EQ(listener("S1").reminded, 1);
}

// ---- what is parked ----------------------------------------------------------------------------------------------------

TEST_F(OneLane, WhatIsParkedHoldsBackItsOwnSourceInOrderAndNoOther) {
    ask("S1", Begin{});
    worker->step();
    tell(0, "S1", -1);
    tell(0, "S1", 2);
    tell(1, "S1", 7);
    rest();
    EXPECT_EQ(listener("S1").heard, Numbers{7});
    tell(1, "S1", 8);
    rest();
    EXPECT_EQ(listener("S1").heard, (Numbers{7, 8}));
    ask("S1", Open{});
    rest();
    EXPECT_EQ(listener("S1").heard, (Numbers{7, 8, -1, 2}));
    EXPECT_TRUE(database.parked.empty());
}

TEST_F(OneLane, WhatIsParkedAndAppliedInOneBatchIsNotWrittenAsParked) {
    ask("S1", Begin{});
    worker->step();
    tell(0, "S1", -1);
    ask("S1", Open{});
    rest();
    EXPECT_EQ(listener("S1").heard, Numbers{-1});
    EXPECT_TRUE(database.parked.empty());
}

TEST_F(OneLane, PoisonParksItsKeyForAPersonAndHoldsBackNothingElse) {
    ask("S1", Begin{});
    ask("S2", Begin{});
    worker->step();
    tell(0, "S1", 1);
    tell(0, "S1", poison);
    tell(0, "S1", 2);
    tell(1, "S1", 3);
    tell(0, "S2", 5);
    rest();
    EXPECT_EQ(listener("S1").heard, Numbers{1});
    EXPECT_EQ(listener("S2").heard, Numbers{5});
    ASSERT_EQ(database.parked.size(), 3u);
    EXPECT_EQ(database.parked.begin()->second.outcome, Outcome::never);
    EXPECT_EQ(database.parked.begin()->second.why, "the handler failed: thirteen");
    ask("S1", Open{});
    rest();
    EXPECT_EQ(replies.back(), "id: work for S1 is parked: the handler failed: thirteen; an operator must look at it");
}

TEST_F(OneLane, AnEventOfAnUnknownVersionIsParkedAndOfAnUnknownTypeSkipped) {
    ask("S1", Begin{});
    worker->step();
    tell(0, "S1", 1, "routes.v1.SomethingNew");
    tell(0, "S1", 2, "routes.v2.RouteFound");
    rest();
    ASSERT_EQ(database.parked.size(), 1u);
    EXPECT_EQ(database.parked.begin()->second.outcome, Outcome::never);
    EXPECT_EQ(database.parked.begin()->second.why, "this version of routes.RouteFound is not known here: routes.v2.RouteFound");
}

TEST_F(OneLane, AHeadNoteThatCannotBeReadIsSkippedAndTheLaneGoesOn) {
    ask("S1", Begin{});
    worker->step();
    for (const char* content : {"", "no JSON", "[]", R"({"past":{"one":1}})", R"({"past":{"99999999999999999999":1}})", R"({"past":{"1":-9223372036854775808}})"}) {
        Message note;
        note.kind = Message::Kind::head_note;
        note.envelope = {.type = "waybill.v1.HeadNote", .source = "routes", .topic = "routes.events", .partition = 0, .lane = 0, .incarnation = 5, .seq = 1};
        note.payload = content;
        simulation::Bus(broker).publish(note);
    }
    tell(0, "S1", 1);
    rest();
    EXPECT_EQ(worker->held(), std::set<int>{0});
    EXPECT_EQ(listener("S1").heard, Numbers{1});
}

TEST_F(OneLane, OfABatchWithAStateThatCannotBeWrittenOnlyTheInputToBlameIsParked) {
    definition.aggregates[0].write = [write = definition.aggregates[0].write](const void* state) {
        const auto& heard = static_cast<const Listener*>(state)->heard;
        if (std::find(heard.begin(), heard.end(), 17) != heard.end()) throw std::invalid_argument("expected a finite number");
        return write(state);
    };
    for (const char* shipment : {"S1", "S2", "S3"}) ask(shipment, Begin{});
    worker->step();
    tell(0, "S1", 1);
    tell(0, "S2", 17);
    tell(0, "S3", 1);
    rest();
    EXPECT_EQ(listener("S1").heard, Numbers{1});
    EXPECT_EQ(listener("S2").heard, Numbers{});
    EXPECT_EQ(listener("S3").heard, Numbers{1});
    ASSERT_EQ(database.parked.size(), 1u);
    EXPECT_EQ(database.parked.begin()->second.why, "what was decided on it cannot be kept: expected a finite number");
}

TEST_F(OneLane, OfABatchThatPostgresRefusesOnlyTheInputToBlameIsParked) {
    for (const char* shipment : {"S1", "S2", "S3"}) ask(shipment, Begin{});
    worker->step();
    refuses = [](const Batch& batch) { return std::any_of(batch.states.begin(), batch.states.end(), [](const StateWrite& state) { return state.key == "S2"; }); };
    for (const char* shipment : {"S1", "S2", "S3"}) tell(0, shipment, 1);
    rest();
    EXPECT_EQ(listener("S1").heard, Numbers{1});
    EXPECT_EQ(listener("S2").heard, Numbers{});
    EXPECT_EQ(listener("S3").heard, Numbers{1});
    ASSERT_EQ(database.parked.size(), 1u);
    EXPECT_EQ(database.parked.begin()->second.key, "S2");
}

TEST_F(OneLane, AStateWrittenByANewerProgramStopsTheLaneAndIsLeftAsItIs) {
    ask("S1", Begin{});
    worker->step();
    database.states[{0, "S1"}].row.shape = 2;
    const auto before = database.states[{0, "S1"}].row.body;
    start();
    tell(0, "S1", 1);
    rest();
    EXPECT_NE(worker->trouble().find("newer than the 1 this program knows"), std::string::npos) << worker->trouble();
    EXPECT_EQ((database.states[{0, "S1"}].row.body), before);
}

// ---- what is told, and when --------------------------------------------------------------------------------------------

TEST_F(OneLane, AClientHearsYesThoughTheReplyToItsCommitWasLost) {
    once_at_commit(simulation::Fault::lost_reply);
    ask("S1", Begin{});
    rest();
    EXPECT_EQ(replies, std::vector<std::string>{"yes"});
}

TEST_F(OneLane, AClientHearsNoYesForACommitThatFailed) {
    once_at_commit(simulation::Fault::away);
    ask("S1", Begin{});
    rest();
    ASSERT_EQ(replies.size(), 1u);
    EXPECT_TRUE(replies[0].starts_with("service: the request was not committed")) << replies[0];
    EXPECT_TRUE(database.states.empty());
}

TEST_F(OneLane, NothingIsPublishedOrCalledForABatchThatFailed) {
    ask("S1", Begin{});
    worker->step();
    bool failed = false;
    on_call = [&](const std::string& call) { return call == "commit" ? (failed = true, simulation::Fault::away) : simulation::Fault::none; };
    tell(0, "S1", asks_for_a_call);
    ask("S1", Open{});
    rest();
    EXPECT_TRUE(failed);
    EXPECT_EQ(outbound->performed(), 0u);
    EXPECT_FALSE((broker.logs.contains({"fulfilment.events", 0})));
    on_call = {};
    rest();
    EXPECT_EQ(outbound->performed(), 1u);
}

TEST_F(OneLane, ACommitInDoubtIsNotTakenForItsOwnWhenAnotherHolderMadeThatBatch) {
    ask("S1", Begin{});
    worker->step();
    on_call = [this](const std::string& call) {
        if (call == "commit") return simulation::Fault::lost_request;
        if (call == "mark") {
            on_call = {};
            taken_by_another(true);
        }
        return simulation::Fault::none;
    };
    ask("S2", Begin{});
    worker->step();
    ASSERT_EQ(replies.size(), 2u);
    EXPECT_NE(replies[1], "yes");
    EXPECT_FALSE((database.states.contains({0, "S2"})));
}

// The answer is here, and Postgres is away when it is to be committed.
class OneAnswer : public OneLane {
protected:
    void SetUp() override {
        OneLane::SetUp();
        ask("S1", Begin{});
        worker->step();
        tell(0, "S1", asks_for_a_call);
        worker->step();
        ASSERT_EQ(database.open_effects.size(), 1u);
        once_at_commit(simulation::Fault::away);
        worker->step();
        ASSERT_EQ(outbound->held(), 1u);
    }
    void expect_committed_but_made_once() {
        EXPECT_TRUE(database.open_effects.empty());
        EXPECT_EQ(outbound->performed(), 1u);
        EXPECT_EQ(outbound->held(), 0u);
    }
};

TEST_F(OneAnswer, IsThereAtOnceForWhoeverTakesTheLaneAgainHere) {
    rest();
    expect_committed_but_made_once();
}

TEST_F(OneAnswer, OutlivesTheEndOfALeaseThatIsRenewed) {
    worker->grant({0}, clock.elapsed());
    clock.pass(1h);
    worker->step();
    EXPECT_TRUE(worker->held().empty());
    worker->grant({0}, clock.elapsed() + 1h);
    rest();
    expect_committed_but_made_once();
}

TEST_F(OneAnswer, IsForgottenWhenTheLeaseGaveTheLaneToAnother) {
    worker->grant({}, clock.elapsed() + 1h);
    worker->step();
    EXPECT_EQ(outbound->held(), 0u);
}

TEST_F(OneAnswer, IsForgottenWhenAnotherCommittedItMeanwhile) {
    simulation::Store other(database);
    const Taken taken = other.take(0);
    Batch batch;
    batch.expected = {taken.record.batch, taken.record.epoch};
    batch.next = taken.record;
    ++batch.next.batch;
    batch.answers.push_back({taken.open.front().id, answer_text(taken.open.front().request, CallFailed{"no ruler", false}, 1)});
    ASSERT_EQ(other.commit(batch), Committed::yes);
    rest();
    expect_committed_but_made_once();
}

TEST_F(OneLane, ACallHasTheSameKeyWhenARestoredDatabaseDecidesItAgain) {
    ask("S1", Begin{});
    worker->step();
    const auto backup = database;
    tell(0, "S1", asks_for_a_call);
    rest();
    const auto first = effect_ids();
    ASSERT_EQ(first.size(), 1u);
    database = backup;
    database.system = "memory/2";
    start();
    start();
    rest();
    EXPECT_EQ(effect_ids(), first);
}

TEST_F(OneLane, ARestoredDatabaseGivesNoNumberASecondTime) {
    ask("S1", Open{});
    worker->step();
    const auto backup = database;
    ask("S1", Open{});
    worker->step();
    database = backup;
    database.system = "memory/2";
    start();
    ask("S1", Open{});
    rest();
    std::set<std::string> given;
    for (const auto& message : broker.logs[{"fulfilment.events", 0}].messages) {
        if (message.kind != Message::Kind::event) continue;
        EXPECT_TRUE(given.insert(message.envelope.id()).second) << message.envelope.id();
    }
    EXPECT_EQ(given.size(), 3u);
    EXPECT_GT(database.lanes[0].incarnation, 1);
    EXPECT_EQ(database.lanes[0].ledger.past["1"], (Ledger::Heads{{"fulfilment.events/0", 1}}));
}

TEST_F(OneLane, AnIncarnationThatNobodyTellsOfAnyMoreIsOpenedByTheNoteOfALaterOne) {
    ask("S1", Begin{});
    worker->step();
    tell(0, "S1", 1);
    note(9, R"({"1":1,"5":2})");
    EXPECT_EQ(broker.asks.back(), (Ask{"routes.events", 0, 0, 5, 0}));
    told[0] = 0;
    for (const int kilometres : {2, 3}) tell(0, "S1", kilometres, "routes.v1.RouteFound", 5);
    note(9, R"({"1":1,"5":2})");
    told[0] = 0;
    tell(0, "S1", 4, "routes.v1.RouteFound", 9);
    rest();
    EXPECT_EQ(listener("S1").heard, (Numbers{1, 2, 3, 4}));
    EXPECT_TRUE(database.orphaned.empty());
}

TEST_F(OneLane, WhatARestoredSourceForgotWithItsWholeIncarnationIsListedToo) {
    const auto knows_the_first = R"({"1":1})";
    ask("S1", Begin{});
    worker->step();
    tell(0, "S1", 1);
    note(5, knows_the_first);
    told[0] = 0;
    for (const int kilometres : {2, 3}) tell(0, "S1", kilometres, "routes.v1.RouteFound", 5);
    rest();
    EXPECT_EQ(listener("S1").heard, (Numbers{1, 2, 3}));
    EXPECT_TRUE(database.orphaned.empty());
    note(9, knows_the_first);
    ASSERT_EQ(database.orphaned.size(), 1u);
    EXPECT_EQ(database.orphaned[0].incarnation, 5);
    EXPECT_EQ(database.orphaned[0].first, 0);
    EXPECT_EQ(database.orphaned[0].last, 1);
}

// ---- numbers that are nowhere, or there twice ----------------------------------------------------------------------------

TEST_F(OneLane, AGapThatNobodyClosesHoldsBackItsSourceAloneAndIsAskedForEverMoreRarely) {
    ask("S1", Begin{});
    worker->step();
    told[0] = 3;  // 0, 1 and 2 are nowhere
    tell(0, "S1", 4);
    tell(1, "S1", 7);
    rest();
    EXPECT_EQ(listener("S1").heard, Numbers{7});
    const auto asked = figures.asks_sent.load();
    EXPECT_GT(asked, 3u);
    rest();
    EXPECT_GT(figures.asks_sent, asked);
    EXPECT_LE(figures.asks_sent, asked + 2);
    told[0] = 0;
    for (const int kilometres : {1, 2, 3}) tell(0, "S1", kilometres);
    tell(0, "S1", 4);
    rest();
    EXPECT_EQ(listener("S1").heard, (Numbers{7, 1, 2, 3, 4}));
}

TEST_F(OneLane, AskedForNumbersThatItsOutboxNoLongerHoldsItSaysSoAndTellsWhatItHolds) {
    for (int i = 0; i < 2; ++i) {
        ask("S1", Open{});
        rest();
    }
    auto& rows = database.outbox.begin()->second;
    ASSERT_EQ(rows.size(), 2u);
    rows.erase(rows.begin());  // dropped with its day
    simulation::Bus(broker).ask({"fulfilment.events", 0, 0, 1, 0});
    rest();
    EXPECT_EQ(figures.republished, 0u);
    EXPECT_NE(logged.find("asked for numbers of fulfilment.events/0 from 0 that the outbox no longer holds"), std::string::npos) << logged;
    simulation::Bus(broker).ask({"fulfilment.events", 0, 0, 1, 1});
    rest();
    EXPECT_EQ(figures.republished, 1u);
}

TEST_F(OneLane, WhoseOutboxCannotBeReadKeepsNoOtherLaneFromPublishingAgain) {
    lanes = 2;
    start();
    for (const auto* shipment : {"S1", "S2", "S3", "S4"}) ask(shipment, Open{});
    rest();
    ASSERT_EQ(database.outbox.size(), 2u) << "each lane has announced something";
    on_call = [this](const std::string& call) { return call == "outbox" && lane_of_call == 0 ? simulation::Fault::away : simulation::Fault::none; };
    for (const auto& [stream, rows] : database.outbox) {
        const auto& [lane, topic, partition, incarnation] = stream;
        simulation::Bus(broker).ask({.topic = topic, .partition = partition, .lane = lane, .incarnation = incarnation, .from = 0});
    }
    rest();
    EXPECT_GT(figures.republished, 0u) << logged;
}

TEST_F(OneLane, ADatabasePutBackUnderTheSameIdentityGivesNumbersTwice) {
    ask("S1", Open{});
    worker->step();
    const auto backup = database;
    for (const bool put_back : {false, true}) {
        if (put_back) {
            database = backup;
            start();
        }
        clock.pass(1min);
        ask("S1", Open{});
        rest();
    }
    std::map<std::string, std::set<Instant>> given;
    for (const auto& message : broker.logs[{"fulfilment.events", 0}].messages)
        if (message.kind == Message::Kind::event) given[message.envelope.id()].insert(message.envelope.time);
    EXPECT_EQ(database.lanes[0].incarnation, 1);
    EXPECT_EQ(given["fulfilment.events/0/0/1/1"].size(), 2u) << "two events under one number: see ANumberGivenTwice...";
}

TEST_F(OneLane, ANumberGivenTwiceIsDroppedAndSaidOnceButNotThatOfARepeat) {
    ask("S1", Begin{});
    worker->step();
    const auto at = [&](std::chrono::minutes time, int seq, int kilometres) {
        told[0] = seq;
        tell(0, "S1", kilometres);
        broker.logs[{"routes.events", 0}].messages.back().envelope.time += time;
        rest();
    };
    at(1min, 0, 1);
    at(2min, 1, 2);
    at(3min, 2, 3);
    at(1min, 0, 1);
    at(3min, 2, 3);
    EXPECT_EQ(figures.given_twice, 0u) << logged;
    at(4min, 1, 8);
    at(5min, 2, 9);
    EXPECT_EQ(figures.given_twice, 1u);
    EXPECT_NE(logged.find("lane 0 of routes.events gave a number twice"), std::string::npos) << logged;
    EXPECT_EQ(listener("S1").heard, (Numbers{1, 2, 3}));
}

// ---- who holds the lane ------------------------------------------------------------------------------------------------

TEST_F(OneLane, ItIsDroppedWhenItsLeaseEnds) {
    worker->grant({0}, clock.elapsed() + 3s);
    clock.pass(3s);
    worker->step();
    EXPECT_EQ(worker->held(), std::set<int>{0});
    clock.pass(1ms);
    worker->step();
    EXPECT_TRUE(worker->held().empty());
}

TEST_F(OneLane, ItIsTakenAgainAfterAFenceOnlyUnderALaterGrant) {
    ask("S1", Begin{});
    worker->step();
    taken_by_another(false);
    const auto epoch = database.lanes[0].epoch;
    tell(0, "S1", 1);
    rest();
    EXPECT_TRUE(worker->held().empty());
    EXPECT_EQ(database.lanes[0].epoch, epoch);
    worker->grant({0}, clock.elapsed() + 1h);
    rest();
    EXPECT_EQ(worker->held(), std::set<int>{0});
    EXPECT_EQ(listener("S1").heard, Numbers{1});
}

// ---- bounds ------------------------------------------------------------------------------------------------------------

TEST_F(OneLane, WithKafkaAwayRequestsAreTakenUpToTheBoundOfWhatIsNotAcknowledged) {
    limits.unacknowledged = 3;
    start();
    broker.away = true;
    for (int i = 0; i < 10; ++i) {
        ask("S1", Open{});
        worker->step();
    }
    EXPECT_LE(bus->unacknowledged(), 5u);  // 3, the one that went beyond, and at most one head note
    EXPECT_EQ(replies.front(), "yes");
    EXPECT_EQ(replies.back(), "service: Kafka is away and the outbox has reached its bound; try again in a second");
    ASSERT_EQ(replies.size(), 10u);
}

TEST_F(OneLane, WaitingRequestsAreBounded) {
    limits.waiting_commands = 2;
    start();
    for (const char* shipment : {"S1", "S2", "S3"}) ask(shipment, Begin{});
    EXPECT_EQ(replies, std::vector<std::string>{"service: too many requests wait; try again in a second"});
    rest();
    EXPECT_EQ(database.states.size(), 2u);
}

TEST_F(OneLane, ABatchTakesNoMoreInputsThanItsLimit) {
    limits.batch_inputs = 3;
    start();
    ask("S1", Begin{});
    worker->step();
    for (int i = 1; i <= 7; ++i) tell(0, "S1", i);
    worker->step();
    EXPECT_EQ(listener("S1").heard, (Numbers{1, 2, 3}));
    rest();
    EXPECT_EQ(listener("S1").heard, (Numbers{1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(OneLane, AReaderThatIsFarBehindReadsOnInOrderAFewAtATime) {
    limits.waiting_messages = 50;
    limits.batch_inputs = 10;
    start();
    ask("S1", Begin{});
    rest();
    worker.reset();
    Numbers all;
    for (int i = 0; i < 1000; ++i) {
        all.push_back(100 + i);
        tell(0, "S1", all.back());
    }
    start();
    EXPECT_EQ(listener("S1").heard, Numbers(all.begin(), all.begin() + 10));
    rest();
    EXPECT_EQ(listener("S1").heard, all);
    EXPECT_EQ(figures.gaps, 0u);
}

// The values are those of the tests of org.apache.kafka.common.utils.Utils.murmur2.
TEST(ThePartitionOfAKey, IsTheOneThatKafkasOwnClientsChoose) {
    const struct { const char* key; int murmur2; } rows[] = {
        {"21", -973932308}, {"foobar", -790332482}, {"a-little-bit-long-string", -985981536}, {"a-little-bit-longer-string", -1486304829},
        {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971}, {"abc", 479470107},
    };
    for (const auto& row : rows) EXPECT_EQ(partition_of(row.key, INT_MAX), row.murmur2 & 0x7fffffff) << row.key;
}

}  // namespace
}  // namespace waybill::runtime
