// Store, in memory and on Postgres: what is taken, loaded and committed; who is fenced; what is refused; what is in doubt.
#include "proxy.h"
#include "servers.h"

#include <waybill/postgres.h>
#include <waybill/simulation.h>

#include <gmock/gmock.h>
#include <pqxx/pqxx>

#include <random>

namespace waybill::seams {
namespace {

using namespace runtime;
using postgres::Reader;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

auto* const servers = dynamic_cast<Servers*>(::testing::AddGlobalTestEnvironment(new Servers(Servers::postgres, {{}, {{"intake"}, {"billing"}, {"fleet"}}})));

constexpr std::size_t offer = 0, review = 1;  // aggregates

Definition definition_of(const std::string& service) {
    Definition made;
    made.name = service;
    made.aggregates = {{.name = "offer"}, {.name = "review"}};
    made.migrations = {{1, R"(
        create table board (shipment text, day int, status text, kilometres int, note text, primary key (shipment, day));
        create table strict (id text primary key, kilometres int not null check (kilometres >= 0), code varchar(3), twin text unique,
                            single text unique deferrable initially deferred, parent text references strict (id)))"}};
    return made;
}

postgres::Options options_of(const std::string& role, std::chrono::milliseconds deadline = 5s, int port = 0) {
    std::string dsn = stack::postgres_dsn(servers->run(), role);
    if (port) {
        const std::string was = "port=" + std::to_string(servers->run().ports.postgres);
        dsn.replace(dsn.find(was), was.size(), "port=" + std::to_string(port));
    }
    return {.dsn = dsn, .deadline = deadline};
}

Instant at(std::int64_t milliseconds) { return Instant(std::chrono::milliseconds(1'790'000'000'000 + milliseconds)); }

std::string every_byte() {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    return bytes;
}
const std::string awkward = "Ørsted \"quotes\" \\back\\slash\\ {braces},commas 'single' NULL \t tab \n line 漢字 \U0001F69A";

// A lane as its holder knows it.
struct Held {
    Held(runtime::Store& store, int number) : store(store), taken(store.take(number)), record(taken.record), number(number) {}
    Batch draft() const {
        Batch batch;
        batch.lane = number;
        batch.expected = {record.batch, record.epoch};
        batch.next = record;
        ++batch.next.batch;
        return batch;
    }
    Committed commit(const Batch& batch) {
        const Committed committed = store.commit(batch);
        if (committed == Committed::yes) record = batch.next;
        return committed;
    }
    LaneMark mark() const { return {record.batch, record.epoch}; }

    runtime::Store& store;
    Taken taken;
    LaneRecord record;
    int number;
};

using Columns = std::map<std::string, std::string>;  // as text

// ---- the two sides -----------------------------------------------------------------------------------------------------

struct Side {
    virtual ~Side() = default;
    virtual std::unique_ptr<runtime::Store> open() = 0;  // one more session on the same database
    virtual void spoil(Batch& batch) = 0;                // the next commit is one that the database refuses
    virtual std::optional<Columns> board(const std::string& shipment, int day) = 0;
    virtual std::string answer(const std::string& effect) = 0;
};

struct Memory final : Side {
    simulation::Database database;
    bool refuse = false;

    std::unique_ptr<runtime::Store> open() override {
        return std::make_unique<simulation::Store>(database, simulation::StoreHooks{.before = [this](const std::string& call, int) {
            return call == "commit" && std::exchange(refuse, false) ? simulation::Fault::refused : simulation::Fault::none;
        }});
    }
    void spoil(Batch&) override { refuse = true; }
    std::optional<Columns> board(const std::string& shipment, int day) override {
        auto& rows = database.rows["board"];
        const auto found = rows.find("\"" + shipment + "\"," + std::to_string(day) + ",");
        if (found == rows.end()) return {};
        Columns columns;
        for (const auto& value : found->second.values())
            if (!value.value().is_null()) columns[value.key()] = value.value().is_string() ? std::string(value.value().as_string()) : boost::json::serialize(value.value());
        return columns;
    }
    std::string answer(const std::string& effect) override { return database.answers[effect]; }
};

struct Postgres final : Side {
    const Definition definition = definition_of("intake");

    Postgres() { postgres::migrate(options_of("intake"), definition); }
    std::unique_ptr<runtime::Store> open() override { return std::make_unique<postgres::Store>(options_of("intake"), definition); }
    void spoil(Batch& batch) override { batch.rows.push_back({"no_such_table", {"id"}, {"id"}, R"({"id":"a"})"}); }
    std::optional<Columns> board(const std::string& shipment, int day) override {
        const auto rows = Reader(options_of("intake"), "intake").rows("select * from board where shipment = $1 and day = $2", {shipment, std::to_string(day)});
        if (rows.empty()) return {};
        Columns columns;
        for (const auto& [name, value] : rows.front())
            if (value) columns[name] = *value;
        return columns;
    }
    std::string answer(const std::string& effect) override {
        const auto rows = Reader(options_of("intake"), "intake").rows("select answer from effect where id = $1", {effect});
        return rows.empty() ? "" : rows.front().at("answer").value_or("");
    }
};

// Each test has lanes and keys of its own, so that all may share one database.
int next_lane = 0;

class StoreSuite : public ::testing::TestWithParam<std::unique_ptr<Side> (*)()> {
protected:
    const std::unique_ptr<Side> side = GetParam()();
    const std::unique_ptr<runtime::Store> store = side->open();
    const int lane = next_lane += 10;
    const std::string own = std::to_string(lane) + "-";

    std::map<std::string, StoredState> load(std::size_t aggregate, const std::vector<std::string>& keys) {
        std::map<std::string, StoredState> found;
        for (auto& state : store->load(lane, aggregate, keys)) found[state.key] = state;
        return found;
    }
    Effect effect(const std::string& name) const { return {own + name, offer, own + "o1", "find", R"({"name":"Kaunas"})", "cause of " + awkward, "00-trace", at(123)}; }
    Parked parked(std::int64_t position, const std::string& key = "o1") const {
        Parked made{position, review, own + key, "extraction", Outcome::later, "it waits: " + awkward, "event", "extraction.v1.OfferRead", {}, every_byte()};
        made.envelope = {"extraction.v1.OfferRead", "extraction", "extraction.events", 3, 2, 4, position, own + key, awkward, "00-trace", at(position)};
        return made;
    }
    Batch everything(const Held& held) const {
        Batch batch = held.draft();
        batch.next.ledger.seen["a/0/1"] = 7;
        batch.states = {{offer, own + "o1", 1, 1, "begun", R"({"a":1})"}};
        batch.timers = {{offer, own + "o1", "answer", at(5)}};
        batch.outbox = {{"intake.events", 0, 1, 0, 1, "two events"}};
        batch.effects = {effect("e1")};
        batch.parked = {parked(65536)};
        batch.rows = {board("status", R"("status":"begun")")};
        return batch;
    }
    Row board(const std::string& columns, const std::string& values, const std::string& shipment = "s1", int day = 1) const {
        const std::string about = '"' + own + shipment + '"', number = std::to_string(day);
        Row row{"board", {"shipment", "day"}, {"shipment", "day"}, "{\"shipment\":" + about + ",\"day\":" + number + (values.empty() ? "" : ",") + values + "}", about + "," + number + ","};
        std::istringstream names(columns);
        for (std::string name; names >> name;) row.columns.push_back(name);
        return row;
    }
};
INSTANTIATE_TEST_SUITE_P(Side, StoreSuite,
                         ::testing::Values(+[]() -> std::unique_ptr<Side> { return std::make_unique<Memory>(); }, +[]() -> std::unique_ptr<Side> { return std::make_unique<Postgres>(); }),
                         [](const auto& info) { return info.index == 0 ? "Memory" : "Postgres"; });

std::vector<std::string> texts(const std::vector<Effect>& effects) {
    std::vector<std::string> all;
    for (const auto& e : effects) all.push_back(e.id + "|" + std::to_string(e.aggregate) + "|" + e.key + "|" + e.call + "|" + e.request + "|" + e.cause + "|" + e.trace + "|" + to_text(e.asked_at));
    std::sort(all.begin(), all.end());
    return all;
}

void expect_same(const Parked& stored, const Parked& given, const std::string& payload) {
    EXPECT_EQ(stored.position, given.position);
    EXPECT_EQ(stored.aggregate, given.aggregate);
    EXPECT_EQ(stored.key, given.key);
    EXPECT_EQ(stored.source, given.source);
    EXPECT_EQ(stored.outcome, given.outcome);
    EXPECT_EQ(stored.why, given.why);
    EXPECT_EQ(stored.kind, given.kind);
    EXPECT_EQ(stored.name, given.name);
    EXPECT_EQ(stored.envelope, given.envelope);
    EXPECT_EQ(stored.payload, payload);
}

// ---- take and fence ----------------------------------------------------------------------------------------------------

TEST_P(StoreSuite, TheFirstTakeMakesTheLane) {
    const Held held(*store, lane);
    EXPECT_EQ(held.record.batch, 0);
    EXPECT_EQ(held.record.epoch, 1);
    EXPECT_EQ(held.record.incarnation, 1);
    EXPECT_EQ(held.record.ledger, Ledger{});
    EXPECT_FALSE(held.taken.system.empty());
    EXPECT_THAT(held.taken.open, IsEmpty());
    EXPECT_THAT(held.taken.parked, IsEmpty());
}

TEST_P(StoreSuite, EachTakeRaisesTheEpochAndReturnsWhatWasCommitted) {
    Held held(*store, lane);
    ASSERT_EQ(held.commit(everything(held)), Committed::yes);

    const Held again(*side->open(), lane);

    EXPECT_EQ(again.record.epoch, held.record.epoch + 1);
    EXPECT_EQ(again.record.batch, 1);
    EXPECT_EQ(again.record.ledger, held.record.ledger);
    EXPECT_EQ(again.taken.system, held.taken.system);
    EXPECT_EQ(again.taken.open.size(), 1U);
    EXPECT_EQ(again.taken.parked.size(), 1U);
}

TEST_P(StoreSuite, TheLedgerSurvivesByteForByte) {
    Held held(*store, lane);
    Batch batch = held.draft();
    batch.next.incarnation = 1'790'000'000;
    batch.next.ledger = {
        .heads = {{"intake.events/0", std::numeric_limits<std::int64_t>::max()}, {awkward, 0}},
        .past = {{"1", {{"intake.events/0", 12}}}, {"2", {}}},
        .seen = {{"edge.events/3/1", -1}, {"edge.events/3/1790000000", 9'007'199'254'740'993}},
        .positions = {{"edge.events", 4}},
        .time = at(987),
        .system = "7412345678901234567/1",
    };
    ASSERT_EQ(held.commit(batch), Committed::yes);

    const LaneRecord stored = Held(*store, lane).record;

    EXPECT_EQ(stored.incarnation, 1'790'000'000);
    EXPECT_EQ(stored.ledger, batch.next.ledger);
    EXPECT_EQ(json::to_json(stored.ledger), json::to_json(batch.next.ledger));
}

TEST_P(StoreSuite, ACommitWithAStaleBatchOrEpochIsFencedAndWritesNothing) {
    Held held(*store, lane);
    ASSERT_EQ(held.commit(held.draft()), Committed::yes);
    const LaneMark now = held.mark();
    for (const LaneMark stale : {LaneMark{now.batch - 1, now.epoch}, LaneMark{now.batch + 1, now.epoch}, LaneMark{now.batch, now.epoch - 1}, LaneMark{now.batch, now.epoch + 1}}) {
        Batch batch = everything(held);
        batch.expected = stale;
        EXPECT_EQ(store->commit(batch), Committed::fenced) << stale.batch << " " << stale.epoch;
    }
    EXPECT_EQ(store->mark(lane), now);
    EXPECT_THAT(load(offer, {own + "o1"}), IsEmpty());
    EXPECT_EQ(held.commit(everything(held)), Committed::yes) << "the holder goes on";
}

TEST_P(StoreSuite, WhoeverTakesTheLaneFencesTheHolderBefore) {
    Held first(*store, lane);
    const auto other = side->open();
    Held second(*other, lane);

    EXPECT_EQ(first.commit(everything(first)), Committed::fenced);
    EXPECT_THAT(load(offer, {own + "o1"}), IsEmpty());
    EXPECT_EQ(second.commit(everything(second)), Committed::yes);
    EXPECT_EQ(first.commit(everything(first)), Committed::fenced);
}

TEST_P(StoreSuite, LanesDoNotFenceEachOther) {
    Held one(*store, lane), two(*store, lane + 1);
    EXPECT_EQ(one.commit(one.draft()), Committed::yes);
    EXPECT_EQ(two.commit(two.draft()), Committed::yes);
    EXPECT_EQ(one.commit(one.draft()), Committed::yes);
}

TEST_P(StoreSuite, TheMarkIsThatOfTheLastCommit) {
    Held held(*store, lane);
    EXPECT_EQ(store->mark(lane), (LaneMark{0, 1}));
    for (int i = 0; i < 3; ++i) ASSERT_EQ(held.commit(held.draft()), Committed::yes);
    EXPECT_EQ(store->mark(lane), (LaneMark{3, 1}));
    const Held again(*store, lane);
    EXPECT_EQ(store->mark(lane), (LaneMark{3, 2}));
}

// ---- a batch, whole or not at all --------------------------------------------------------------------------------------

TEST_P(StoreSuite, ARefusedBatchWritesNoneOfItsPartsAndAGoodOneAllOfThem) {
    Held held(*store, lane);
    Batch spoiled = everything(held);
    side->spoil(spoiled);
    ASSERT_EQ(held.commit(spoiled), Committed::refused);
    EXPECT_EQ(store->mark(lane), held.mark());
    EXPECT_THAT(load(offer, {own + "o1"}), IsEmpty());
    EXPECT_THAT(store->timers(lane, 10), IsEmpty());
    EXPECT_THAT(store->outbox(lane, "intake.events", 0, 1, 0, 1000), IsEmpty());
    EXPECT_THAT(store->parked(lane, review, own + "o1", 0, 10), IsEmpty());
    EXPECT_EQ(side->board(own + "s1", 1), std::nullopt);

    ASSERT_EQ(held.commit(everything(held)), Committed::yes);
    EXPECT_EQ(store->mark(lane), held.mark());
    EXPECT_THAT(load(offer, {own + "o1"}), SizeIs(1));
    EXPECT_THAT(store->timers(lane, 10), SizeIs(1));
    EXPECT_THAT(store->outbox(lane, "intake.events", 0, 1, 0, 1000), SizeIs(1));
    EXPECT_THAT(store->parked(lane, review, own + "o1", 0, 10), SizeIs(1));
    EXPECT_NE(side->board(own + "s1", 1), std::nullopt);
    const Taken taken = store->take(lane);
    EXPECT_THAT(taken.open, SizeIs(1));
    EXPECT_THAT(taken.parked, SizeIs(1));
    EXPECT_EQ(taken.record.ledger.seen.at("a/0/1"), 7);
}

// ---- states ------------------------------------------------------------------------------------------------------------

TEST_P(StoreSuite, StatesComeBackByKeyAsTheyWereWritten) {
    Held held(*store, lane);
    Batch batch = held.draft();
    const std::string body = R"({"name": "Ørsted \"x\" \\ 漢字","price":1380.10,"list":[ 1,2 ],"name2":"\u0001"})";
    const std::vector<std::string> keys{own + "plain", own + awkward, own + "NULL", own};
    for (std::size_t i = 0; i < keys.size(); ++i) batch.states.push_back({i % 2, keys[i], std::int64_t(i) + 1, int(i) + 1, "stage", body});
    ASSERT_EQ(held.commit(batch), Committed::yes);

    auto asked = keys;
    asked.push_back(own + "absent");
    for (const std::size_t aggregate : {offer, review}) {
        const auto found = load(aggregate, asked);
        ASSERT_THAT(found, SizeIs(2));
        for (std::size_t i = aggregate; i < keys.size(); i += 2) {
            EXPECT_EQ(found.at(keys[i]).version, std::int64_t(i) + 1);
            EXPECT_EQ(found.at(keys[i]).shape, int(i) + 1);
            EXPECT_EQ(found.at(keys[i]).body, body);
        }
    }
    EXPECT_THAT(store->load(lane, offer, {}), IsEmpty());
}

TEST_P(StoreSuite, AStateIsReplaced) {
    Held held(*store, lane);
    for (int version = 1; version <= 3; ++version) {
        Batch batch = held.draft();
        batch.states = {{offer, own + "o1", version, version, "stage", "{\"v\":" + std::to_string(version) + "}"}};
        ASSERT_EQ(held.commit(batch), Committed::yes);
    }
    const auto found = load(offer, {own + "o1"});
    EXPECT_EQ(found.at(own + "o1").version, 3);
    EXPECT_EQ(found.at(own + "o1").shape, 3);
    EXPECT_EQ(found.at(own + "o1").body, R"({"v":3})");
}

TEST_P(StoreSuite, AThousandStatesGoInOneBatch) {
    Held held(*store, lane);
    Batch batch = held.draft();
    std::vector<std::string> keys;
    for (int i = 0; i < 1000; ++i) {
        keys.push_back(own + std::to_string(i));
        batch.states.push_back({offer, keys.back(), 1, 1, "begun", "{\"i\":" + std::to_string(i) + "}"});
    }
    ASSERT_EQ(held.commit(batch), Committed::yes);
    const auto found = load(offer, keys);
    ASSERT_THAT(found, SizeIs(1000));
    EXPECT_EQ(found.at(own + "999").body, R"({"i":999})");
}

// ---- timers ------------------------------------------------------------------------------------------------------------

TEST_P(StoreSuite, TimersComeInTheOrderTheyAreDueUpToTheLimit) {
    Held held(*store, lane);
    Batch batch = held.draft();
    batch.timers = {{offer, own + "a", "answer", at(30)}, {review, own + "b", "answer", at(10)}, {offer, own + awkward, "pick-up", at(21)}, {offer, own + "a", "pick-up", at(20)}};
    ASSERT_EQ(held.commit(batch), Committed::yes);
    const DueTimer first{review, own + "b", "answer", at(10)}, second{offer, own + "a", "pick-up", at(20)}, third{offer, own + awkward, "pick-up", at(21)},
        fourth{offer, own + "a", "answer", at(30)};
    EXPECT_THAT(store->timers(lane, 10), ElementsAre(first, second, third, fourth));
    EXPECT_THAT(store->timers(lane, 2), ElementsAre(first, second));
    EXPECT_THAT(store->timers(lane + 1, 10), IsEmpty());
}

TEST_P(StoreSuite, ATimerIsSetMovedAndCancelled) {
    Held held(*store, lane);
    const auto timers_after = [&](std::vector<TimerWrite> writes) {
        Batch batch = held.draft();
        batch.timers = std::move(writes);
        EXPECT_EQ(held.commit(batch), Committed::yes);
        return store->timers(lane, 10);
    };
    const DueTimer other{review, own + "o1", "answer", at(9)};
    EXPECT_THAT(timers_after({{offer, own + "o1", "answer", at(1)}, {review, own + "o1", "answer", at(9)}}), ElementsAre(DueTimer{offer, own + "o1", "answer", at(1)}, other));
    EXPECT_THAT(timers_after({{offer, own + "o1", "answer", at(12)}}), ElementsAre(other, DueTimer{offer, own + "o1", "answer", at(12)}));
    EXPECT_THAT(timers_after({{offer, own + "o1", "answer", {}}, {offer, own + "o1", "never set", {}}}), ElementsAre(other));
    EXPECT_THAT(timers_after({{review, own + "o1", "answer", {}}, {offer, own + "o1", "pick-up", at(3)}}), ElementsAre(DueTimer{offer, own + "o1", "pick-up", at(3)}));
}

// ---- outbox ------------------------------------------------------------------------------------------------------------

TEST_P(StoreSuite, OutboxRowsComeBackInOrderFromANumber) {
    Held held(*store, lane);
    for (int i = 0; i < 4; ++i) {
        Batch batch = held.draft();
        const std::int64_t from = i * 10;
        batch.outbox = {{"intake.events", 0, 1, from, from + 4, every_byte() + std::to_string(i)}, {"intake.events", 0, 1, from + 5, from + 9, ""},
                        {"intake.events", 1, 1, from, from + 9, "another partition"}, {"intake.events", 0, 2, from, from + 9, "another incarnation"},
                        {"intake.to.extraction", 0, 1, from, from + 9, "another topic"}};
        ASSERT_EQ(held.commit(batch), Committed::yes);
    }
    Held beside(*store, lane + 1);
    Batch batch = beside.draft();
    batch.outbox = {{"intake.events", 0, 1, 0, 100, "another lane"}};
    ASSERT_EQ(beside.commit(batch), Committed::yes);

    const auto numbers = [&](std::int64_t from, std::size_t bytes) {
        std::vector<std::pair<std::int64_t, std::int64_t>> all;
        for (const auto& row : store->outbox(lane, "intake.events", 0, 1, from, bytes)) all.emplace_back(row.first, row.last);
        return all;
    };
    EXPECT_THAT(numbers(0, 1'000'000), ElementsAre(Pair(0, 4), Pair(5, 9), Pair(10, 14), Pair(15, 19), Pair(20, 24), Pair(25, 29), Pair(30, 34), Pair(35, 39)));
    EXPECT_THAT(numbers(22, 1'000'000), ElementsAre(Pair(20, 24), Pair(25, 29), Pair(30, 34), Pair(35, 39)));
    EXPECT_THAT(numbers(25, 1'000'000), ElementsAre(Pair(25, 29), Pair(30, 34), Pair(35, 39)));
    EXPECT_THAT(numbers(22, 1), ElementsAre(Pair(20, 24)));
    EXPECT_THAT(numbers(40, 1'000'000), IsEmpty());
    const OutboxRow row = store->outbox(lane, "intake.events", 0, 1, 11, 1).at(0);
    EXPECT_EQ(row.topic, "intake.events");
    EXPECT_EQ(row.partition, 0);
    EXPECT_EQ(row.incarnation, 1);
    EXPECT_EQ(row.content, every_byte() + "1");
}

TEST_P(StoreSuite, PackedMessagesComeOutOfTheOutboxAsTheyWentIn) {
    Held held(*store, lane);
    std::vector<Message> given(3);
    std::string content;
    for (std::size_t i = 0; i < given.size(); ++i) {
        given[i].envelope = {"intake.v1.OfferNormalised", "intake", "intake.events", 2, lane, 1, std::int64_t(i) + 5, awkward, "cause", "", at(std::int64_t(i))};
        given[i].payload = i == 1 ? "" : every_byte();
        pack(content, given[i]);
    }
    Batch batch = held.draft();
    batch.outbox = {{"intake.events", 2, 1, 5, 7, content}};
    ASSERT_EQ(held.commit(batch), Committed::yes);
    const auto found = unpack(store->outbox(lane, "intake.events", 2, 1, 6, 10).at(0), "intake", lane);
    ASSERT_THAT(found, SizeIs(3));
    for (std::size_t i = 0; i < given.size(); ++i) {
        EXPECT_EQ(found[i].envelope, given[i].envelope);
        EXPECT_EQ(found[i].payload, given[i].payload);
    }
}

// ---- effects -----------------------------------------------------------------------------------------------------------

TEST_P(StoreSuite, AnEffectIsOpenUntilItIsAnswered) {
    Held held(*store, lane);
    Batch batch = held.draft();
    batch.effects = {effect("e1"), effect("e2")};
    ASSERT_EQ(held.commit(batch), Committed::yes);
    EXPECT_EQ(texts(store->take(lane).open), texts({effect("e1"), effect("e2")}));
    EXPECT_THAT(store->take(lane + 1).open, IsEmpty());

    Held again(*store, lane);
    batch = again.draft();
    batch.answers = {{own + "e1", R"({"answer":{"town":"Kaunas"}})"}};
    ASSERT_EQ(again.commit(batch), Committed::yes);
    EXPECT_EQ(texts(store->take(lane).open), texts({effect("e2")}));
    EXPECT_EQ(side->answer(own + "e1"), R"({"answer":{"town":"Kaunas"}})");
}

// ---- parked ------------------------------------------------------------------------------------------------------------

TEST_P(StoreSuite, ParkedInputsComeInOrderWithoutPayloadAtTakeAndWithItByKey) {
    Held held(*store, lane);
    Batch batch = held.draft();
    auto empty = parked(65538), timer = parked(65539);
    empty.payload = "";
    timer.kind = timer.source = "timer";
    timer.outcome = Outcome::never;
    timer.envelope = {.cause = "timer:x"};
    batch.parked = {timer, parked(65536), empty, parked(65537, "o2")};
    ASSERT_EQ(held.commit(batch), Committed::yes);

    const auto taken = store->take(lane).parked;
    ASSERT_THAT(taken, SizeIs(4));
    expect_same(taken[0], parked(65536), "");
    expect_same(taken[1], parked(65537, "o2"), "");
    expect_same(taken[2], empty, "");
    expect_same(taken[3], timer, "");

    const auto of_key = store->parked(lane, review, own + "o1", 0, 10);
    ASSERT_THAT(of_key, SizeIs(3));
    expect_same(of_key[0], parked(65536), every_byte());
    expect_same(of_key[1], empty, "");
    expect_same(of_key[2], timer, every_byte());
    EXPECT_THAT(store->parked(lane, review, own + "o1", 0, 2), SizeIs(2));
    EXPECT_EQ(store->parked(lane, review, own + "o1", of_key[1].position, 10).front().position, of_key[1].position);
    EXPECT_THAT(store->parked(lane, offer, own + "o1", 0, 10), IsEmpty());
    EXPECT_THAT(store->parked(lane + 1, review, own + "o1", 0, 10), IsEmpty());
}

TEST_P(StoreSuite, WhatIsUnparkedIsGoneUnlessParkedAgainInTheSameBatch) {
    Held held(*store, lane);
    Batch batch = held.draft();
    batch.parked = {parked(65536), parked(65537), parked(65538)};
    ASSERT_EQ(held.commit(batch), Committed::yes);
    batch = held.draft();
    batch.unparked = {65536, 65537, 99999};
    auto again = parked(65537);
    again.outcome = Outcome::never;
    batch.parked = {again};
    ASSERT_EQ(held.commit(batch), Committed::yes);
    const auto left = store->take(lane).parked;
    ASSERT_THAT(left, SizeIs(2));
    expect_same(left[0], again, "");
    expect_same(left[1], parked(65538), "");
}

// ---- rows --------------------------------------------------------------------------------------------------------------

TEST_P(StoreSuite, ARowIsInsertedAndLaterOnlyItsNamedColumnsReplaced) {
    Held held(*store, lane);
    const auto after = [&](std::vector<Row> rows) {
        Batch batch = held.draft();
        batch.rows = std::move(rows);
        EXPECT_EQ(held.commit(batch), Committed::yes);
        return side->board(own + "s1", 1);
    };
    const Columns key{{"shipment", own + "s1"}, {"day", "1"}};
    const auto with = [&](Columns columns) { columns.insert(key.begin(), key.end()); return columns; };
    EXPECT_EQ(after({board("status kilometres", R"("status":"begun","kilometres":700)")}), with({{"status", "begun"}, {"kilometres", "700"}}));
    EXPECT_EQ(after({board("note", R"("note":"a \"quoted\" \\ 漢字")")}), with({{"status", "begun"}, {"kilometres", "700"}, {"note", "a \"quoted\" \\ 漢字"}}));
    EXPECT_EQ(after({board("status note", R"("status":"done","note":null)")}), with({{"status", "done"}, {"kilometres", "700"}}));
    EXPECT_EQ(after({board("", "")}), with({{"status", "done"}, {"kilometres", "700"}})) << "nothing but a key changes nothing";
}

TEST_P(StoreSuite, RowsAreOneForEachPairOfKeys) {
    Held held(*store, lane);
    Batch batch = held.draft();
    for (int day = 1; day <= 3; ++day)
        for (const auto* shipment : {"s1", "s2"}) batch.rows.push_back(board("kilometres", "\"kilometres\":" + std::to_string(day * 10), shipment, day));
    ASSERT_EQ(held.commit(batch), Committed::yes);
    for (int day = 1; day <= 3; ++day)
        for (const auto* shipment : {"s1", "s2"}) EXPECT_EQ(side->board(own + shipment, day).value_or(Columns{})["kilometres"], std::to_string(day * 10));
    EXPECT_EQ(side->board(own + "s3", 1), std::nullopt);
}

TEST_P(StoreSuite, WritesToOneRowThatNameOtherColumnsComeTrueInTheirOrder) {
    Held held(*store, lane);
    Batch batch = held.draft();
    batch.rows = {board("status kilometres note", R"("status":"planned","kilometres":1,"note":"first")"), board("kilometres", R"("kilometres":2)"),
                  board("note status", R"("status":"under way","note":"second")"), board("kilometres status", R"("status":"delivered","kilometres":3)")};
    ASSERT_EQ(held.commit(batch), Committed::yes);
    EXPECT_EQ(side->board(own + "s1", 1), (Columns{{"shipment", own + "s1"}, {"day", "1"}, {"status", "delivered"}, {"kilometres", "3"}, {"note", "second"}}));
}

// ---- Postgres alone ----------------------------------------------------------------------------------------------------

class OnPostgres : public ::testing::Test {
protected:
    void SetUp() override { postgres::migrate(options_of("intake"), definition); }

    std::unique_ptr<postgres::Store> open(std::chrono::milliseconds deadline = 5s, int port = 0) const {
        return std::make_unique<postgres::Store>(options_of("intake", deadline, port), definition);
    }
    Batch with_state(const Held& held, const std::string& key) const {
        Batch batch = held.draft();
        batch.states = {{offer, own + key, 1, 1, "begun", "{}"}};
        return batch;
    }
    bool is_there(const std::string& key) const { return !open()->load(lane, offer, {own + key}).empty(); }

    const Definition definition = definition_of("intake");
    const int lane = next_lane += 10;
    const std::string own = std::to_string(lane) + "-";
};

struct Admin {
    pqxx::connection connection{stack::postgres_dsn(servers->run(), "waybill_admin")};

    std::string ask(const std::string& sql) {
        pqxx::nontransaction work(connection);
        const auto rows = work.exec(sql);
        return rows.empty() || rows[0][0].is_null() ? "" : rows[0][0].as<std::string>();
    }
    void kill_backends_of(const std::string& role) { ask("select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where usename = '" + role + "'"); }
};

std::chrono::milliseconds time_of(const std::function<void()>& call) {
    const auto before = Steady::now();
    call();
    return std::chrono::ceil<std::chrono::milliseconds>(Steady::now() - before);
}

TEST_F(OnPostgres, WhatItsTablesForbidIsRefusedAndTheNextBatchGoesOn) {
    const auto store = open();
    Held held(*store, lane);
    std::string long_text;
    std::mt19937 random(1);
    for (int i = 0; i < 20'000; ++i) long_text += "0123456789abcdef"[random() % 16];
    const auto strict = [](const std::string& id, const std::string& columns, const std::string& values) {
        Row row{"strict", {"id"}, {"id"}, R"({"id":")" + id + "\"," + values + "}"};
        std::istringstream names(columns);
        for (std::string name; names >> name;) row.columns.push_back(name);
        return row;
    };
    const auto rows = [&](std::vector<Row> all) { Batch batch = held.draft(); batch.rows = std::move(all); return batch; };
    const auto state = [&](const std::string& key, const std::string& body) { Batch batch = held.draft(); batch.states = {{offer, key, 1, 1, "", body}}; return batch; };
    ASSERT_EQ(held.commit(rows({strict("first", "kilometres twin single", R"("kilometres":1,"twin":"t","single":"s")")})), Committed::yes);

    const std::vector<std::pair<std::string, std::function<Batch()>>> cases{
        {"a table that does not exist", [&] { return rows({{"nowhere", {"id"}, {"id"}, R"({"id":"a"})"}}); }},
        {"a column that does not exist", [&] { return rows({strict("a", "kilometres colour", R"("kilometres":1,"colour":"red")")}); }},
        {"a key that is none", [&] { return rows({{"strict", {"code"}, {"id", "code", "kilometres"}, R"({"id":"a","code":"x","kilometres":1})"}}); }},
        {"a text for a number", [&] { return rows({strict("a", "kilometres", R"("kilometres":"far")")}); }},
        {"a number out of range", [&] { return rows({strict("a", "kilometres", R"("kilometres":99999999999)")}); }},
        {"nothing where something must be", [&] { return rows({strict("a", "kilometres", R"("kilometres":null)")}); }},
        {"a check that fails", [&] { return rows({strict("a", "kilometres", R"("kilometres":-1)")}); }},
        {"a text that is too long", [&] { return rows({strict("a", "kilometres code", R"("kilometres":1,"code":"long")")}); }},
        {"a second of what must be unique", [&] { return rows({strict("a", "kilometres twin", R"("kilometres":1,"twin":"t")")}); }},
        {"the same, noticed only at COMMIT", [&] { return rows({strict("a", "kilometres single", R"("kilometres":1,"single":"s")")}); }},
        {"a parent that does not exist", [&] { return rows({strict("a", "kilometres parent", R"("kilometres":1,"parent":"nobody")")}); }},
        {"a text with a zero byte", [&] { return rows({strict("a", "kilometres code", R"("kilometres":1,"code":"\u0000")")}); }},
        {"a key longer than an index takes", [&] { return rows({strict(long_text, "kilometres", R"("kilometres":1)")}); }},
        {"the same row twice in one statement", [&] { return rows({strict("a", "kilometres", R"("kilometres":1)"), strict("a", "kilometres", R"("kilometres":2)")}); }},
        {"a state that is not JSON", [&] { return state(own + "o1", "{"); }},
        {"a state's key with a zero byte", [&] { return state(own + std::string("o\0", 2), "{}"); }},
        {"a state's key that is not UTF-8", [&] { return state(own + "\xff", "{}"); }},
        {"a state's key longer than an index takes", [&] { return state(own + long_text, "{}"); }},
        {"an effect recorded twice", [&] { Batch batch = held.draft(); const Effect e{own + "e", offer, "k", "find", "{}", "", "", at(0)}; batch.effects = {e, e}; return batch; }},
    };
    for (const auto& [name, make] : cases) {
        const Batch batch = make();
        EXPECT_NO_THROW(EXPECT_EQ(store->commit(batch), Committed::refused)) << name;
        EXPECT_EQ(store->mark(lane), held.mark()) << name;
        EXPECT_EQ(held.commit(held.draft()), Committed::yes) << name;
    }
}

TEST_F(OnPostgres, TwoSessionsThatFightForALaneNeverBothCommitABatch) {
    std::atomic<std::int64_t> committed{0};
    const auto fight = [&] {
        const auto store = open();
        for (int turn = 0; turn < 15; ++turn) {
            Held held(*store, lane);
            for (int i = 0; i < 5 && held.commit(held.draft()) == Committed::yes; ++i) ++committed;
        }
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back(fight);
    threads.clear();
    EXPECT_EQ(open()->mark(lane), (LaneMark{committed, 45}));
}

TEST_F(OnPostgres, AKilledBackendIsAwayOnceAndThenThereAgain) {
    const auto store = open();
    Held held(*store, lane);
    const std::vector<std::pair<std::string, std::function<void()>>> calls{
        {"load", [&] { store->load(lane, offer, {own + "o1"}); }},
        {"timers", [&] { store->timers(lane, 1); }},
        {"commit", [&] { EXPECT_EQ(held.commit(with_state(held, "o1")), Committed::yes); }},
        {"outbox", [&] { store->outbox(lane, "intake.events", 0, 1, 0, 1); }},
        {"parked", [&] { store->parked(lane, offer, "k", 0, 1); }},
        {"tidy", [&] { store->tidy(at(0)); }},
        {"take", [&] { store->take(lane); }},
    };
    for (const auto& [name, call] : calls) {
        Admin().kill_backends_of("intake");
        EXPECT_THROW(call(), StoreAway) << name;
        EXPECT_EQ(store->mark(lane), held.mark()) << name << ": nothing was written";
        EXPECT_NO_THROW(call()) << name;
    }
}

TEST_F(OnPostgres, SettingsAndSchemaAreThereAgainAfterAReconnect) {
    const auto store = open(700ms);
    Held held(*store, lane);
    Admin().kill_backends_of("intake");
    EXPECT_THROW(store->timers(lane, 1), StoreAway);
    Admin admin;
    pqxx::work locker(admin.connection);
    locker.exec("select * from intake.lane where lane = " + std::to_string(lane) + " for update");
    EXPECT_LT(time_of([&] { EXPECT_THROW(store->commit(held.draft()), StoreAway); }), 3s) << "lock_timeout holds on the new connection too";
}

TEST_F(OnPostgres, ARowThatSomebodyElseLocksCostsTheDeadlineAndNothingIsWritten) {
    const auto store = open(500ms);
    Held held(*store, lane);
    {
        Admin admin;
        pqxx::work locker(admin.connection);
        locker.exec("select * from intake.lane where lane = " + std::to_string(lane) + " for update");
        const auto took = time_of([&] { EXPECT_THROW(store->commit(with_state(held, "o1")), StoreAway); });
        EXPECT_GE(took, 400ms);
        EXPECT_LT(took, 2s);
    }
    EXPECT_FALSE(is_there("o1"));
    EXPECT_EQ(held.commit(with_state(held, "o1")), Committed::yes);
}

TEST_F(OnPostgres, ServesAgainAfterPostgresWasRestartedAndIsTheSameSystem) {
    const auto store = open();
    Held held(*store, lane);
    ASSERT_EQ(held.commit(with_state(held, "o1")), Committed::yes);
    servers->stop();
    EXPECT_THROW(store->timers(lane, 1), StoreAway);
    EXPECT_THROW(store->commit(held.draft()), StoreAway);
    EXPECT_THROW(store->mark(lane), StoreAway);
    servers->start();
    ASSERT_EQ(held.commit(with_state(held, "o2")), Committed::yes);
    const Held again(*store, lane);
    EXPECT_EQ(again.taken.system, held.taken.system);
    EXPECT_EQ(again.record.batch, 2);
    EXPECT_TRUE(is_there("o1"));
    EXPECT_TRUE(is_there("o2"));
}

// ---- in doubt ----------------------------------------------------------------------------------------------------------

TEST_F(OnPostgres, ACommitThatHangsIsInDoubtWithinTheDeadlineAndTheMarkTellsTheTruth) {
    struct Case { const char* name; Proxy::Trouble trouble; bool done; };
    for (const auto& [name, trouble, done] : {Case{"COMMIT never reached the server", Proxy::Trouble::commit_lost, false},
                                              Case{"COMMIT reached it, the reply was lost", Proxy::Trouble::reply_lost, true},
                                              Case{"COMMIT is still on its way", Proxy::Trouble::commit_late, false}}) {
        Proxy proxy(servers->run().ports.postgres);
        const auto store = open(1s, proxy.port());
        Held held(*store, lane);
        ASSERT_EQ(held.commit(held.draft()), Committed::yes) << name;

        proxy.trouble(trouble);
        const auto took = time_of([&] { EXPECT_EQ(store->commit(with_state(held, name)), Committed::in_doubt) << name; });
        EXPECT_GE(took, 900ms) << name;
        EXPECT_LT(took, 2s) << name;
        EXPECT_EQ(proxy.commits_held(), 1) << name;

        const LaneMark mark = store->mark(lane);
        EXPECT_EQ(mark, (LaneMark{held.record.batch + done, held.record.epoch})) << name;
        proxy.trouble(Proxy::Trouble::none);  // the late COMMIT arrives
        EXPECT_EQ(is_there(name), done) << name;
        EXPECT_EQ(open()->mark(lane), mark) << name << ": what was read is decided";
    }
}

TEST_F(OnPostgres, ASilentServerCostsTheDeadlineWhereverTheCallIs) {
    Proxy proxy(servers->run().ports.postgres);
    const auto store = open(1s, proxy.port());
    Held held(*store, lane);
    proxy.trouble(Proxy::Trouble::silent);
    EXPECT_LT(time_of([&] { EXPECT_THROW(held.commit(with_state(held, "o1")), StoreAway); }), 2s) << "on an open connection";
    EXPECT_LT(time_of([&] { EXPECT_THROW(store->mark(lane), StoreAway); }), 4s) << "while connecting";
    proxy.trouble(Proxy::Trouble::none);
    EXPECT_EQ(store->mark(lane), held.mark());
    EXPECT_EQ(held.commit(with_state(held, "o1")), Committed::yes);
}

// ---- leases ------------------------------------------------------------------------------------------------------------

// One process that renews, wish by wish.
struct Process {
    Process(std::string name, std::chrono::milliseconds ttl) : name(name), leases(options_of("waybill_host"), name, ttl) { leases.prepare(); }
    void renew(const std::vector<std::string>& services, int lanes) {
        view = leases.renew(services, wish);
        wish = postgres::next_wish(view, name, services, lanes);
    }
    std::set<int> held(const std::string& service) const {
        std::set<int> mine;
        for (const auto& lease : view.leases)
            if (lease.service == service && lease.owner == name && !lease.expired) mine.insert(lease.lane);
        return mine;
    }
    const std::string name;
    postgres::Leases leases;
    postgres::LeaseView view;
    postgres::LeaseWish wish;
};

TEST(Leases, OneProcessHoldsEveryLaneOfItsServices) {
    Process a("a", 30s);
    for (int i = 0; i < 2; ++i) a.renew({"one", "two"}, 4);
    EXPECT_THAT(a.held("one"), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(a.held("two"), ElementsAre(0, 1, 2, 3));
}

TEST(Leases, TwoProcessesShareTheLanesEvenly) {
    Process a("a", 30s), b("b", 30s);
    for (int i = 0; i < 2; ++i) a.renew({"shared"}, 4);
    ASSERT_THAT(a.held("shared"), SizeIs(4));
    for (int round = 0; round < 5; ++round) {
        b.renew({"shared"}, 4);
        a.renew({"shared"}, 4);
        for (const int lane : a.held("shared")) EXPECT_FALSE(b.held("shared").contains(lane)) << "both hold lane " << lane;
    }
    EXPECT_THAT(a.held("shared"), SizeIs(2));
    EXPECT_THAT(b.held("shared"), SizeIs(2));
    const auto settled = a.held("shared");
    for (int round = 0; round < 3; ++round) {
        b.renew({"shared"}, 4);
        a.renew({"shared"}, 4);
    }
    EXPECT_EQ(a.held("shared"), settled) << "an even share stays where it is";
}

TEST(Leases, ALaneOfAProcessThatFallsSilentIsFreeAfterItsTime) {
    Process a("a", 30s), dead("dead", 300ms);
    for (int i = 0; i < 2; ++i) dead.renew({"expiring"}, 4);
    ASSERT_THAT(dead.held("expiring"), SizeIs(4));
    a.renew({"expiring"}, 4);
    a.renew({"expiring"}, 4);
    EXPECT_TRUE(eventually([&] { a.renew({"expiring"}, 4); return a.held("expiring").size() == 4; }));
    dead.renew({"expiring"}, 4);
    EXPECT_THAT(dead.held("expiring"), IsEmpty()) << "what it held is another's now, whatever it wished";
}

TEST(Leases, ALaneOfAProcessThatDiedIsFreeLongBeforeItsTime) {
    Process a("a", 30s);
    {
        Process killed("killed", 30s);
        for (int i = 0; i < 2; ++i) killed.renew({"dying"}, 4);
        ASSERT_THAT(killed.held("dying"), SizeIs(4));
        a.renew({"dying"}, 4);
        a.renew({"dying"}, 4);
        ASSERT_THAT(a.held("dying"), IsEmpty());
    }  // its connection ends and nothing is released: what a kill -9 looks like
    EXPECT_TRUE(eventually([&] { a.renew({"dying"}, 4); return a.held("dying").size() == 4; }, 5s));
}

TEST(Leases, WhatAnOrderlyProcessReleasesIsFreeAtOnce) {
    Process a("a", 30s), b("b", 30s);
    for (int i = 0; i < 2; ++i) a.renew({"released"}, 4);
    b.renew({"released"}, 4);
    a.leases.release_all();
    for (int i = 0; i < 2; ++i) b.renew({"released"}, 4);
    EXPECT_THAT(b.held("released"), SizeIs(4));
}

TEST(Leases, ServeAgainAfterTheirBackendWasKilled) {
    Process a("a", 30s);
    for (int i = 0; i < 2; ++i) a.renew({"again"}, 2);
    Admin().kill_backends_of("waybill_host");
    EXPECT_THROW(a.renew({"again"}, 2), std::runtime_error);
    a.renew({"again"}, 2);
    EXPECT_THAT(a.held("again"), SizeIs(2));
}

TEST(NextWish, SharesLanesEvenly) {
    using Leased = std::vector<std::pair<int, std::string>>;  // lane and owner; "-x": x, expired
    struct Case { const char* what; Leased leases; int processes; std::set<int> claim, release; };
    for (const auto& [what, leases, processes, claim, release] : std::vector<Case>{
             {"alone, all are free", {}, 1, {0, 1, 2, 3}, {}},
             {"not seen yet, it counts itself", {}, 0, {0, 1, 2, 3}, {}},
             {"what is held is claimed again", {{0, "me"}, {1, "me"}, {2, "me"}, {3, "me"}}, 1, {0, 1, 2, 3}, {}},
             {"half for each of two", {}, 2, {0, 1}, {}},
             {"another came: one lane less a renewal", {{0, "me"}, {1, "me"}, {2, "me"}, {3, "me"}}, 2, {0, 1, 2}, {3}},
             {"one more to give", {{0, "me"}, {1, "me"}, {2, "me"}, {3, "you"}}, 2, {0, 1}, {2}},
             {"nothing of another that lives is claimed", {{0, "you"}, {1, "you"}, {2, "you"}, {3, "you"}}, 2, {}, {}},
             {"what expired is free", {{0, "you"}, {1, "you"}, {2, "-you"}, {3, "-you"}}, 2, {2, 3}, {}},
             {"my own lease that expired is claimed like any other", {{0, "-me"}, {1, "you"}}, 2, {0, 2}, {}},
             {"the other is gone", {{0, "me"}, {1, "me"}, {2, "-you"}, {3, "-you"}}, 1, {0, 1, 2, 3}, {}},
             {"more processes than lanes: one each", {{0, "a"}, {1, "b"}, {2, "c"}}, 6, {3}, {}},
         }) {
        postgres::LeaseView view;
        for (const auto& [lane, owner] : leases) {
            const bool expired = owner.starts_with("-");
            view.leases.push_back({"intake", lane, expired ? owner.substr(1) : owner, expired});
        }
        view.leases.push_back({"another service", 0, "you", false});
        if (processes) view.processes["intake"] = processes;
        std::set<std::pair<std::string, int>> claimed, released;
        for (const int lane : claim) claimed.emplace("intake", lane);
        for (const int lane : release) released.emplace("intake", lane);
        const auto wish = postgres::next_wish(view, "me", {"intake"}, 4);
        EXPECT_EQ(wish.claim, claimed) << what;
        EXPECT_EQ(wish.release, released) << what;
    }
}

// ---- reader, migrations, tidying ---------------------------------------------------------------------------------------

TEST_F(OnPostgres, TheReaderReadsAndCannotWrite) {
    Reader reader(options_of("intake"), "intake");
    const auto rows = reader.rows("select $1::int + 1 as more, $2::text as text, $3::text as nothing", {"41", awkward, std::nullopt});
    ASSERT_THAT(rows, SizeIs(1));
    EXPECT_EQ(rows[0].at("more"), "42");
    EXPECT_EQ(rows[0].at("text"), awkward);
    EXPECT_EQ(rows[0].at("nothing"), std::nullopt);
    for (const auto* write : {"insert into board (shipment, day) values ('forbidden', 1)", "with w as (insert into board (shipment, day) values ('forbidden', 1) returning 1) select * from w",
                              "create table forbidden (id int)", "delete from lane"})
        EXPECT_THROW(reader.rows(write, {}), std::runtime_error) << write;
    EXPECT_THAT(reader.rows("select * from board where shipment = 'forbidden'", {}), IsEmpty());
    EXPECT_THROW(reader.rows("select * from nowhere", {}), std::runtime_error);
    EXPECT_THAT(reader.rows("select 1", {}), SizeIs(1)) << "an error does not end it";
}

TEST_F(OnPostgres, TheReaderDoesNotNoticeThatItsBackendWasKilled) {
    Reader reader(options_of("intake"), "intake");
    reader.rows("select 1", {});
    Admin().kill_backends_of("intake");
    EXPECT_THAT(reader.rows("select 1", {}), SizeIs(1));
}

TEST(Migrations, FourAtOnceDoEachStepOnce) {
    Definition billing = definition_of("billing");
    billing.migrations.push_back({2, "create table steps (number int); insert into steps values (2)"});
    billing.migrations.push_back({3, "insert into steps values (3)"});
    std::atomic<int> failed{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            try {
                postgres::migrate(options_of("billing"), billing);
            } catch (const std::exception& error) {
                ++failed;
                std::printf("%s\n", error.what());
            }
        });
    threads.clear();
    EXPECT_EQ(failed, 0);
    EXPECT_THAT(Reader(options_of("billing"), "billing").rows("select number from steps", {}), SizeIs(2));
    postgres::migrate(options_of("billing"), billing);
    EXPECT_THAT(Reader(options_of("billing"), "billing").rows("select number from steps", {}), SizeIs(2));

    billing.migrations.pop_back();
    try {
        postgres::migrate(options_of("billing"), billing);
        FAIL() << "an older program must not touch a newer schema";
    } catch (const std::runtime_error& refused) {
        EXPECT_THAT(refused.what(), HasSubstr("newer version"));
    }
}

TEST(Migrations, AStepThatFailsLeavesNothingBehind) {
    Definition fleet = definition_of("fleet");
    fleet.migrations.push_back({2, "create table half (id int); select nonsense"});
    EXPECT_ANY_THROW(postgres::migrate(options_of("fleet"), fleet));
    EXPECT_EQ(Admin().ask("select count(*) from pg_tables where schemaname = 'fleet'"), "0");
    fleet.migrations.pop_back();
    EXPECT_NO_THROW(postgres::migrate(options_of("fleet"), fleet));
}

TEST_F(OnPostgres, TidyingDropsWhatIsPastRetentionButNoOpenCall) {
    Admin admin;
    for (const auto* day : {"2020-01-01", "2020-01-02"})
        for (const auto* table : {"outbox", "effect"}) {
            std::string digits = day;
            std::erase(digits, '-');
            admin.ask("set role intake; create table intake." + std::string(table) + "_" + digits + " partition of intake." + table + " for values from ('" + day + "') to (date '" + day +
                      "' + 1); reset role");
        }
    admin.ask("insert into intake.effect (day, id, lane, aggregate, key, call, request, cause, trace, asked_at) values ('2020-01-02', 'still open', 0, 'offer', 'k', 'find', '{}', '', '', now())");
    const auto old = [&] { return admin.ask("select string_agg(relname, ' ' order by relname) from pg_class where relkind = 'r' and relname like '%\\_2020%'"); };
    ASSERT_EQ(old(), "effect_20200101 effect_20200102 outbox_20200101 outbox_20200102");
    open()->tidy(at(0));
    EXPECT_EQ(old(), "effect_20200102");
    admin.ask("update intake.effect set answer = '{}' where id = 'still open'");
    open()->tidy(at(0));
    EXPECT_EQ(old(), "");
    EXPECT_EQ(admin.ask("select count(*) >= 8 from pg_class where relkind = 'r' and relname like 'outbox\\_20%'"), "t") << "the days to come are there";
}

}  // namespace
}  // namespace waybill::seams
