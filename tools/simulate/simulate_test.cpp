#include "history.h"
#include "simulate.h"

#include <waybill/json.h>

#include <gmock/gmock.h>

#include <fstream>

namespace waybill::simulate {
namespace {

const Business& business() {
    static const Business made(WAYBILL_SAMPLES);
    return made;
}

std::string told(const std::vector<Violation>& violations) {
    std::string text;
    for (const auto& violation : violations) text += std::string(name(violation.invariant)) + ": " + violation.what + "\n";
    return text;
}

TEST(Simulation, KeepsEveryPromiseWhateverTheSwarmDraws) {
    std::map<std::string, std::uint64_t> faults;
    int closed = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        const Outcome outcome = History(business(), drawn(seed)).go();
        ASSERT_TRUE(outcome.violations.empty()) << "seed " << seed << "\n" << told(outcome.violations) << json::to_json(drawn(seed));
        closed += outcome.closed;
        for (const auto& [kind, count] : outcome.faults) faults[kind] += count;
    }
    EXPECT_GT(closed, 300);
    EXPECT_GT(faults.size(), 30u);
}

TEST(Simulation, IsTheSameHistoryForTheSameSeed) {
    for (const std::uint64_t seed : {3, 17, 29, 101}) {
        const auto once = History(business(), drawn(seed)).go(), again = History(business(), drawn(seed)).go();
        EXPECT_EQ(once.trace_hash, again.trace_hash) << "seed " << seed;
        EXPECT_EQ(once.in_all, again.in_all);
    }
    EXPECT_NE(History(business(), drawn(3)).go().trace_hash, History(business(), drawn(17)).go().trace_hash);
}

TEST(Simulation, ComesToTheSameEndsWithoutAnyFault) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const auto outcome = History(business(), quiet(seed)).go();
        EXPECT_TRUE(outcome.violations.empty()) << "seed " << seed << "\n" << told(outcome.violations);
        EXPECT_EQ(outcome.in_all, 0u);
    }
}

TEST(EachFault, IsInjectedAndKeepsThePromiseAlone) {
    for (int index = 0; index < kinds; ++index) {
        const Kind kind = static_cast<Kind>(index);
        std::uint64_t injected = 0;
        for (std::uint64_t seed = 1; seed <= 12 && injected == 0; ++seed) {
            Plan plan = quiet(seed);
            plan.offers = 16;
            plan.rounds = 400;
            plan.lanes = 2;
            plan.processes = 2;
            plan.faults[std::string(name(kind))] = most_often(kind);
            if (kind == Kind::ask_lost || kind == Kind::ask_twice) plan.faults["publish_lost"] = 8000;  // else nobody asks
            const Outcome outcome = History(business(), plan).go();
            EXPECT_TRUE(outcome.violations.empty()) << json::to_json(plan) << "\n" << told(outcome.violations);
            if (const auto found = outcome.faults.find(std::string(name(kind))); found != outcome.faults.end()) injected = found->second;
        }
        EXPECT_GT(injected, 0u) << name(kind) << " never happened";
    }
}

TEST(APlan, ComesBackFromItsJsonAsItWas) {
    EXPECT_EQ(*read_plan(json::to_json(drawn(42))), drawn(42));
    EXPECT_EQ(read_plan(R"({"seed":1,"faults":{"no_such_thing":5}})").refusal().field, "faults.no_such_thing");
    EXPECT_FALSE(read_plan(R"({"lanes":0})"));
}

// ---- a violation is seen ------------------------------------------------------------------------------------------------------

Plan undisturbed() {
    Plan plan = quiet(5);
    plan.offers = 12;
    plan.rounds = 400;
    plan.lanes = 2;
    plan.processes = 2;
    plan.witnessed = true;
    return plan;
}

// A history without a fault, broken by hand before the last look.
std::vector<Invariant> seen_after(const std::function<void(History&)>& harm) {
    History run(business(), undisturbed());
    run.play();
    harm(run);
    run.look();
    std::vector<Invariant> seen;
    for (const auto& violation : run.outcome().violations) seen.push_back(violation.invariant);
    return seen;
}

using ::testing::Contains;
using ::testing::IsEmpty;

template <class Accept>
simulation::Database::State& state_where(History& run, const std::string& service, Accept accept) {
    for (auto& [id, state] : run.database(service).states)
        if (accept(id.first, state)) return state;
    throw std::logic_error("no such state in " + service);
}
void replace(std::string& text, const std::string& what, const std::string& with) {
    const auto at = text.find(what);
    if (at == text.npos) throw std::logic_error(what + " is not in " + text);
    text.replace(at, what.size(), with);
}

// A batch of a service, as if its runtime had made it, applied to nothing but the witness.
struct ByHand {
    Witness witness{{"source", "reader"}};
    simulation::Database database;
    runtime::LaneRecord row;
    runtime::Message event(std::int64_t seq, const std::string& subject = "wb-1") {
        runtime::Message message;
        message.envelope = {.type = "source.v1.Told", .source = "source", .topic = "source.events", .partition = 0, .lane = 0, .incarnation = 1, .seq = seq, .subject = subject};
        message.payload = "content of " + std::to_string(seq);
        return message;
    }
    runtime::Batch batch(const std::vector<runtime::Message>& events) {
        runtime::Batch made;
        made.next = row;
        made.next.batch = row.batch + 1;
        for (const auto& message : events) {
            made.outbox.push_back({"source.events", 0, 1, message.envelope.seq, message.envelope.seq, {}});
            runtime::pack(made.outbox.back().content, message);
            made.next.ledger.heads["source.events/0"] = message.envelope.seq + 1;
        }
        return made;
    }
    void commit(const runtime::Batch& made, std::size_t service = 0) {
        witness.committed(service, made, row, database);
        if (service == 0) row = made.next;
    }
    void apply(const runtime::Message& message) {
        runtime::Batch made;
        made.next.batch = 1;
        made.rows.push_back(witness.audit(message.envelope));
        witness.committed(1, made, {}, database);
    }
    std::vector<Invariant> seen() const {
        std::vector<Invariant> all;
        for (const auto& violation : witness.violations()) all.push_back(violation.invariant);
        return all;
    }
};

TEST(AViolation, IsNotSeenWhereThereIsNone) {
    EXPECT_THAT(seen_after([](History&) {}), IsEmpty());
    ByHand hand;
    hand.commit(hand.batch({hand.event(0), hand.event(1)}));
    hand.commit(hand.batch({hand.event(2)}));
    for (int seq = 0; seq < 3; ++seq) hand.apply(hand.event(seq));
    hand.witness.published(0, hand.event(1));
    hand.witness.nothing_missing(1, "source.events", hand.database, {});
    EXPECT_THAT(hand.seen(), IsEmpty());
}

TEST(AViolation, OfAnEndIsSeen) {
    EXPECT_THAT(seen_after([](History& run) { state_where(run, "fulfilment", [](auto, auto& state) { return state.row.stage == "closed"; }).row.stage = "in_transit"; }), Contains(Invariant::one_final_state));
    EXPECT_THAT(seen_after([](History& run) { run.database("fulfilment").states.erase(run.database("fulfilment").states.begin()); }), Contains(Invariant::one_final_state));
}

TEST(AViolation, OfAnInvoiceIsSeen) {
    EXPECT_THAT(seen_after([](History& run) {
        for (auto& [stream, rows] : run.database("billing").outbox)
            if (const auto copy = rows; std::get<1>(stream) == "billing.events") rows.insert(rows.end(), copy.begin(), copy.end());
    }), Contains(Invariant::one_invoice));
    EXPECT_THAT(seen_after([](History& run) { run.database("billing").outbox.clear(); }), Contains(Invariant::one_invoice));
}

TEST(AViolation, OfTheLedgerIsSeen) {
    EXPECT_THAT(seen_after([](History& run) { run.database("billing").rows["posting"].begin()->second.values()["amount_minor"] = 1; }), Contains(Invariant::ledger_zero));
}

TEST(AViolation, OfInvoiceNumbersIsSeen) {
    const auto series = [](std::size_t aggregate, auto&) { return aggregate == 1; };
    EXPECT_THAT(seen_after([&](History& run) { replace(state_where(run, "billing", series).row.body, "\"last\":", "\"last\":9"); }), Contains(Invariant::invoice_numbers));
}

TEST(AViolation, OfAnAnswerIsSeen) {
    EXPECT_THAT(seen_after([](History& run) { run.database("edge").states.erase(run.database("edge").states.begin()); }), Contains(Invariant::answer_true));
    EXPECT_THAT(seen_after([](History& run) { run.database("intake").states.erase(run.database("intake").states.begin()); }), Contains(Invariant::answer_true));
}

TEST(AViolation, OfAVehicleIsSeen) {
    EXPECT_THAT(seen_after([](History& run) {
        for (auto& [id, state] : run.database("fleet").states) {
            auto& body = state.row.body;
            const auto from = body.find("\"bookings\":[{");
            if (id.first != 1 || from == body.npos) continue;
            const auto begin = from + 12, end = body.find('}', body.find("\"reserved_until\"", begin)) + 1;
            body.insert(end, "," + body.substr(begin, end - begin));  // the same journey once more, at the same time
            return;
        }
        throw std::logic_error("no booking");
    }), Contains(Invariant::vehicle_in_one_place));
}

TEST(AViolation, OfParkedOrderIsSeen) {
    EXPECT_THAT(seen_after([](History& run) {
        runtime::Parked parked;
        parked.key = "wb-x";
        parked.source = "edge.events/0";
        parked.kind = "event";
        parked.envelope.seq = 9;
        run.database("fulfilment").parked[{0, parked.position = 1}] = parked;
        parked.envelope.seq = 4;
        run.database("fulfilment").parked[{0, parked.position = 2}] = parked;
    }), Contains(Invariant::parked_in_order));
}

TEST(AViolation, OfRestIsSeen) {
    EXPECT_THAT(seen_after([](History& run) { run.database("fulfilment").parked[{0, 1}].key = "wb-x"; }), Contains(Invariant::comes_to_rest));
    Plan hurried = undisturbed();
    hurried.faults["lane_broken"] = 100000;
    History run(business(), hurried);
    run.database("places").open_effects["places-1"] = {0, {}};  // a call that nobody makes
    run.play();
    run.look();
    EXPECT_FALSE(run.outcome().violations.empty());
}

TEST(AViolation, OfBoundsIsSeen) {
    EXPECT_THAT(seen_after([](History& run) { run.broker().asks.push_back({"fulfilment.events", 0, 0, 1, 0}); }), Contains(Invariant::bounded));
}

TEST(AViolation, OfHealthyLanesIsSeen) {
    Plan plan = undisturbed();
    plan.faults["lane_broken"] = 100000;
    History run(business(), plan);
    run.stop_the_whole_service_of_a_broken_lane();
    run.play();
    std::vector<Invariant> seen;
    for (const auto& violation : run.outcome().violations) seen.push_back(violation.invariant);
    EXPECT_THAT(seen, Contains(Invariant::healthy_lanes_move));
}

TEST(AViolation, OfNumbersIsSeen) {
    ByHand gap;
    gap.commit(gap.batch({gap.event(1)}));
    EXPECT_THAT(gap.seen(), Contains(Invariant::numbers_dense));
    ByHand again;
    again.commit(again.batch({again.event(0)}));
    again.commit(again.batch({again.event(0)}));
    EXPECT_THAT(again.seen(), Contains(Invariant::numbers_dense));
}

TEST(AViolation, OfWhatIsAppliedIsSeen) {
    for (const std::vector<int>& order : {std::vector<int>{1}, {0, 0}, {0, 2}, {0, 1, 2, 1}, {0, 7}}) {
        ByHand hand;
        hand.commit(hand.batch({hand.event(0), hand.event(1), hand.event(2)}));
        for (const int seq : order) hand.apply(hand.event(seq));
        EXPECT_THAT(hand.seen(), Contains(Invariant::applied_as_announced));
    }
    ByHand lost;
    lost.commit(lost.batch({lost.event(0), lost.event(1)}));
    lost.apply(lost.event(0));
    EXPECT_THAT(lost.seen(), IsEmpty());
    lost.witness.nothing_missing(1, "source.events", lost.database, {});
    EXPECT_THAT(lost.seen(), Contains(Invariant::applied_as_announced));
}

TEST(AViolation, OfTheLaneRowIsSeen) {
    ByHand hand;
    hand.commit(hand.batch({hand.event(0)}));
    auto older = hand.batch({});
    older.next.ledger.time = Instant{} - std::chrono::hours(1);
    hand.commit(older);
    EXPECT_THAT(hand.seen(), Contains(Invariant::lane_row_forward));

    ByHand forgot;
    auto first = forgot.batch({});
    first.next.ledger.seen["x.events/0/1"] = 7;
    forgot.commit(first);
    auto second = forgot.batch({});
    second.next.ledger.seen["x.events/0/1"] = 6;
    forgot.commit(second);
    EXPECT_THAT(forgot.seen(), Contains(Invariant::lane_row_forward));
}

TEST(AViolation, OfPublishingIsSeen) {
    ByHand hand;
    hand.witness.published(0, hand.event(0));  // before its commit
    EXPECT_THAT(hand.seen(), Contains(Invariant::published_is_committed));
    ByHand other;
    other.commit(other.batch({other.event(0)}));
    auto changed = other.event(0);
    changed.payload = "another content";
    other.witness.published(0, changed);
    EXPECT_THAT(other.seen(), Contains(Invariant::published_is_committed));
}

TEST(Simulation, HoldsNoLaneGuiltyOfWhatOnlyTheBrokenOneCouldPublishAgain) {
    const auto outcome = History(business(), drawn(9133)).go();
    EXPECT_TRUE(outcome.violations.empty()) << told(outcome.violations);
}

TEST(Simulation, TakesAWaitThatEndsJustThenForNoUnrest) {
    Plan plan = drawn(1000186);  // a depot's late answer holds a vehicle that nobody takes, until an hour later
    plan.offers = 60;
    const Outcome outcome = History(business(), plan).go();
    EXPECT_TRUE(outcome.violations.empty()) << told(outcome.violations);
}

// What the command prints, without what depends on the machine.
boost::json::object printed(std::vector<std::string> words) {
    words.push_back("--json");
    testing::internal::CaptureStdout();
    EXPECT_EQ(command(words), 0);
    auto made = boost::json::parse(testing::internal::GetCapturedStdout()).as_object();
    for (const char* differs : {"seconds", "processor_seconds", "jobs"}) made.erase(differs);
    return made;
}

TEST(TheCommand, ComesToTheSameWithAnyNumberOfJobs) {
    const std::vector<std::string> words{"--seed", "7", "--seeds", "5", "--offers", "3", "--jobs"};
    const auto with = [&](const char* jobs) { auto all = words; all.push_back(jobs); return printed(all); };
    const auto alone = with("1");
    EXPECT_EQ(alone.at("seeds").to_number<int>(), 5);
    EXPECT_EQ(with("2"), alone);
    EXPECT_EQ(with("8"), alone);
}

TEST(TheCommand, RefusesToChangeAPlanThatIsGiven) {
    const std::string file = ::testing::TempDir() + "plan.json";
    Plan plan = quiet(7);
    plan.offers = 1;
    std::ofstream(file) << json::to_json(plan);
    EXPECT_EQ(printed({"--plan", file}).at("offers").to_number<int>(), 1);
    for (const auto& more : std::vector<std::vector<std::string>>{{"--offers", "2"}, {"--seeds-of-today"}, {"--seed", "8"}, {"--seeds", "2"}}) {
        std::vector<std::string> words{"--plan", file, "--json"};
        words.insert(words.end(), more.begin(), more.end());
        EXPECT_EQ(command(words), 2) << more.front();
    }
}

TEST(AViolation, OfAnEffectIsSeen) {
    ByHand hand;
    hand.witness.called("payments", {.id = "payments-1", .key = "wb-1", .call = "collect", .request = "{\"shipment_id\":\"wb-1\"}"});
    hand.witness.called("payments", {.id = "payments-2", .key = "wb-1", .call = "collect", .request = "{\"shipment_id\":\"wb-1\"}"});
    EXPECT_THAT(hand.seen(), Contains(Invariant::effect_once));
    ByHand other;
    other.witness.called("places", {.id = "places-1", .key = "wb-1", .call = "places", .request = "{}"});
    other.witness.called("places", {.id = "places-1", .key = "wb-1", .call = "places", .request = "{\"else\":1}"});
    EXPECT_THAT(other.seen(), Contains(Invariant::effect_once));
}

TEST(AViolation, OfAWaitIsSeen) {
    const auto ending = [](ByHand& hand, std::int64_t seq, Instant at) {
        auto message = hand.event(seq);
        message.envelope.cause = "timer:source/wb-1/deadline/1000";
        message.envelope.time = at;
        return hand.batch({message});
    };
    ByHand early;
    early.commit(ending(early, 0, Instant(milliseconds(999))));
    EXPECT_THAT(early.seen(), Contains(Invariant::timer_once));
    ByHand twice;
    twice.commit(ending(twice, 0, Instant(milliseconds(1000))));
    EXPECT_THAT(twice.seen(), IsEmpty());
    twice.commit(ending(twice, 1, Instant(milliseconds(2000))));
    EXPECT_THAT(twice.seen(), Contains(Invariant::timer_once));
}

}  // namespace
}  // namespace waybill::simulate
