// Bus, in memory and on Kafka: what is published is read as it was, in order, from where one asks; and outages heal.
#include "servers.h"

#include <waybill/kafka.h>
#include <waybill/simulation.h>

#include <gmock/gmock.h>
#include <librdkafka/rdkafka.h>

#include <atomic>
#include <dlfcn.h>
#include <condition_variable>
#include <fstream>
#include <mutex>

namespace waybill::seams {
namespace {

using runtime::Ask;
using runtime::HeadNote;
using runtime::Message;
using runtime::Position;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int partitions = 4;

// A topic for each test. `intake` writes them, `billing` reads those that are not private.
std::vector<std::string> topics() {
    std::vector<std::string> all;
    for (const auto* test : {"envelope", "order", "offset", "start", "beyond", "end", "limit", "replaced.one", "replaced.two", "hasty", "unassigned", "notes", "acks", "outage", "foreign",
                             "bound", "anew", "shorter", "headers", "remembered", "silence", "fatal", "private"})
        all.push_back(std::string("intake.") + test + ".events");
    return all;
}
stack::Flow flow() {
    stack::Flow flow;
    for (const auto& topic : topics()) flow.topics.push_back({topic, partitions, 24h, "intake", topic == "intake.private.events" ? std::vector<std::string>{} : std::vector<std::string>{"billing"}});
    flow.services = {{"intake"}, {"billing"}};
    return flow;
}

rd_kafka_t* last_producer = nullptr;  // that anybody here made

auto* const servers = dynamic_cast<Servers*>(::testing::AddGlobalTestEnvironment(new Servers(Servers::kafka, flow())));

std::string topic_of(const std::string& test) { return "intake." + test + ".events"; }

std::string every_byte() {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    return bytes;
}

Message event(const std::string& topic, int partition, std::int64_t seq, std::string payload = "content") {
    Message made;
    made.envelope = {"intake.v1.OfferNormalised", "intake", topic, partition, partition, 1, seq, "o1", "edge.events/0/0/1/7", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                     Instant(std::chrono::milliseconds(1'790'000'000'123 + seq))};
    made.payload = std::move(payload);
    return made;
}

// ---- the two sides -----------------------------------------------------------------------------------------------------

struct Side {
    virtual ~Side() = default;
    virtual std::unique_ptr<runtime::Bus> open(const std::string& service) = 0;
    virtual void stop() = 0;   // nothing gets through until
    virtual void start() = 0;
};

struct Memory final : Side {
    simulation::Broker broker;
    std::unique_ptr<runtime::Bus> open(const std::string&) override { return std::make_unique<simulation::Bus>(broker); }
    void stop() override { broker.away = true; }
    void start() override { broker.away = false; }
};

// What was logged, by any thread.
struct Lines {
    std::mutex mutex;
    std::vector<std::string> all;
    std::size_t count() {
        const std::lock_guard lock(mutex);
        return all.size();
    }
    std::string text() {
        const std::lock_guard lock(mutex);
        std::string joined;
        for (const auto& line : all) joined += line + "\n";
        return joined;
    }
};

kafka::Options options_of(const std::string& service, Lines* lines = nullptr) {
    const auto login = stack::kafka_login(servers->run(), service);
    kafka::Options options{.bootstrap = login.bootstrap, .user = login.user, .password = login.password, .client_id = service + "-test", .group = service};
    if (lines) options.log = [lines](bool, const std::string& text) {
        const std::lock_guard lock(lines->mutex);
        lines->all.push_back(text);
    };
    return options;
}

struct Kafka final : Side {
    std::unique_ptr<runtime::Bus> open(const std::string& service) override { return std::make_unique<kafka::Bus>(options_of(service)); }
    void stop() override { servers->stop(); }
    void start() override { servers->start(); }
};

// Polls until so many messages are here, and a moment longer only when asked for more than there are.
std::vector<Message> read(runtime::Bus& bus, std::size_t count, std::chrono::milliseconds patience = 30s) {
    std::vector<Message> messages;
    std::vector<Ask> asks;
    eventually([&] { bus.poll(1000, messages, asks); return messages.size() >= count; }, patience);
    return messages;
}

// Polls until everything published was acknowledged.
bool settle(runtime::Bus& bus, std::chrono::milliseconds patience = 60s) {
    std::vector<Message> messages;
    std::vector<Ask> asks;
    return eventually([&] { bus.poll(1000, messages, asks); return bus.unacknowledged() == 0; }, patience);
}

std::vector<std::int64_t> numbers(const std::vector<Message>& messages) {
    std::vector<std::int64_t> all;
    for (const auto& message : messages) all.push_back(message.envelope.seq);
    return all;
}
std::vector<std::int64_t> from_to(std::int64_t from, std::int64_t to) {
    std::vector<std::int64_t> all;
    for (; from < to; ++from) all.push_back(from);
    return all;
}

class BusSuite : public ::testing::TestWithParam<std::unique_ptr<Side> (*)()> {
protected:
    const std::unique_ptr<Side> side = GetParam()();
    const std::unique_ptr<runtime::Bus> writer = side->open("intake"), reader = side->open("billing");

    void publish(const std::string& topic, std::int64_t from, std::int64_t to, int partition = 0) {
        for (; from < to; ++from) ASSERT_TRUE(writer->publish(event(topic, partition, from)));
    }
};
INSTANTIATE_TEST_SUITE_P(Side, BusSuite,
                         ::testing::Values(+[]() -> std::unique_ptr<Side> { return std::make_unique<Memory>(); }, +[]() -> std::unique_ptr<Side> { return std::make_unique<Kafka>(); }),
                         [](const auto& info) { return info.index == 0 ? "Memory" : "Kafka"; });

// ---- what is read ------------------------------------------------------------------------------------------------------

TEST_P(BusSuite, WhatIsPublishedIsPolledWithTheSameEnvelopeAndPayload) {
    const auto topic = topic_of("envelope");
    std::vector<Message> given{event(topic, 2, 0), event(topic, 2, 1, every_byte()), event(topic, 2, 2, ""), event(topic, 2, 3), event(topic, 2, 4)};
    given[2].envelope.cause = given[2].envelope.trace = "";
    given[3].envelope.subject = "Ørsted \"q\" \\ 漢字";
    given[3].envelope.cause = "timer:intake/Ørsted/answer/17";
    given[4].envelope.lane = 3;
    given[4].envelope.incarnation = 1'790'000'000;
    given[4].envelope.seq = std::numeric_limits<std::int64_t>::max() - 1;
    given[4].payload.assign(200'000, 'x');
    for (const auto& message : given) ASSERT_TRUE(writer->publish(message));
    reader->assign({{topic, 2, -1}});

    const auto found = read(*reader, given.size());

    ASSERT_THAT(found, SizeIs(given.size()));
    for (std::size_t i = 0; i < given.size(); ++i) {
        EXPECT_EQ(found[i].kind, Message::Kind::event) << i;
        EXPECT_EQ(found[i].envelope, given[i].envelope) << i;
        EXPECT_EQ(found[i].payload, given[i].payload) << i;
        EXPECT_EQ(found[i].offset, std::int64_t(i)) << i;
    }
    EXPECT_EQ(writer->failures() + reader->failures(), 0U);
}

TEST_P(BusSuite, EachPartitionKeepsItsOrder) {
    const auto topic = topic_of("order");
    std::vector<Position> all;
    for (int partition = 0; partition < partitions; ++partition) all.push_back({topic, partition, -1});
    reader->assign(all);
    for (int seq = 0; seq < 250; ++seq)
        for (int partition = 0; partition < partitions; ++partition) ASSERT_TRUE(writer->publish(event(topic, partition, seq)));

    std::map<int, std::vector<std::int64_t>> by_partition;
    for (const auto& message : read(*reader, 1000)) by_partition[message.envelope.partition].push_back(message.envelope.seq);

    ASSERT_THAT(by_partition, SizeIs(partitions));
    for (const auto& [partition, found] : by_partition) EXPECT_EQ(found, from_to(0, 250)) << partition;
}

TEST_P(BusSuite, ReadsFromTheOffsetItIsAssigned) {
    publish(topic_of("offset"), 0, 10);
    ASSERT_TRUE(settle(*writer));
    reader->assign({{topic_of("offset"), 0, 7}});
    EXPECT_THAT(numbers(read(*reader, 3)), ElementsAre(7, 8, 9));
}

TEST_P(BusSuite, ReadsFromTheStartWithoutAnOffset) {
    publish(topic_of("start"), 0, 3);
    reader->assign({{topic_of("start"), 0, -1}});
    EXPECT_THAT(numbers(read(*reader, 3)), ElementsAre(0, 1, 2));
    reader->assign({{topic_of("start"), 0, -1}});
    EXPECT_THAT(numbers(read(*reader, 3)), ElementsAre(0, 1, 2)) << "and again when it is assigned again";
}

TEST_P(BusSuite, ReadsFromTheStartWhenTheOffsetIsBeyondTheEnd) {
    publish(topic_of("beyond"), 0, 3);
    ASSERT_TRUE(settle(*writer));
    reader->assign({{topic_of("beyond"), 0, 1000}});
    EXPECT_THAT(numbers(read(*reader, 3)), ElementsAre(0, 1, 2));
}

TEST_P(BusSuite, AtTheVeryEndItWaitsForWhatComes) {
    publish(topic_of("end"), 0, 3);
    ASSERT_TRUE(settle(*writer));
    reader->assign({{topic_of("end"), 0, 3}});
    publish(topic_of("end"), 3, 5);
    EXPECT_THAT(numbers(read(*reader, 2)), ElementsAre(3, 4));
}

TEST_P(BusSuite, TakesNoMoreThanTheLimitAndTheRestLater) {
    const auto topic = topic_of("limit");
    publish(topic, 0, 20);
    ASSERT_TRUE(settle(*writer));
    reader->assign({{topic, 0, -1}});
    std::vector<Message> messages;
    std::vector<Ask> asks;
    ASSERT_TRUE(eventually([&] {
        const auto before = messages.size();
        reader->poll(3, messages, asks);
        EXPECT_LE(messages.size() - before, 3U);
        return messages.size() == 20;
    }));
    EXPECT_EQ(numbers(messages), from_to(0, 20));
    reader->assign({{topic, 0, -1}});
    for (int i = 0; i < 100; ++i) reader->poll(0, messages, asks);
    EXPECT_THAT(messages, SizeIs(20));
    EXPECT_THAT(read(*reader, 20), SizeIs(20));
}

TEST_P(BusSuite, AnAssignmentReplacesTheOneBefore) {
    const auto one = topic_of("replaced.one"), two = topic_of("replaced.two");
    publish(one, 0, 50);
    publish(two, 100, 105, 1);
    ASSERT_TRUE(settle(*writer));
    reader->assign({{one, 0, -1}});
    std::vector<Message> messages;
    std::vector<Ask> asks;
    ASSERT_TRUE(eventually([&] { reader->poll(1, messages, asks); return !messages.empty(); }));
    reader->assign({{two, 1, -1}});
    EXPECT_THAT(numbers(read(*reader, 5)), ElementsAre(100, 101, 102, 103, 104));
    reader->assign({{two, 1, 4}, {one, 0, 49}});
    EXPECT_THAT(numbers(read(*reader, 2)), ::testing::UnorderedElementsAre(104, 49));
}

TEST_P(BusSuite, AssignmentsInQuickSuccessionEndWithTheLast) {
    const auto topic = topic_of("hasty");
    for (int partition = 0; partition < partitions; ++partition) publish(topic, 0, 50, partition);
    ASSERT_TRUE(settle(*writer));
    std::vector<Message> messages;
    std::vector<Ask> asks;
    for (int round = 0; round < 300; ++round) {
        std::vector<Position> positions;
        for (int partition = 0; partition < partitions; ++partition) positions.push_back({topic, partition, (round + partition) % 50});
        reader->assign(positions);
        reader->poll(5, messages, asks);
        if (round % 50 == 0) eventually([&] { reader->poll(5, messages, asks); return !messages.empty(); });
        messages.clear();
    }
    reader->assign({{topic, 2, 10}});
    EXPECT_EQ(numbers(read(*reader, 40)), from_to(10, 50));
}

TEST_P(BusSuite, WhatIsNotAssignedIsNotRead) {
    const auto topic = topic_of("unassigned");
    publish(topic, 0, 5, 0);
    publish(topic, 10, 15, 1);
    ASSERT_TRUE(settle(*writer));
    reader->assign({{topic, 1, -1}});
    EXPECT_THAT(numbers(read(*reader, 5)), ElementsAre(10, 11, 12, 13, 14));
    EXPECT_THAT(read(*reader, 1, 300ms), IsEmpty());
}

TEST_P(BusSuite, HeadNotesArriveAmongTheEventsInOrder) {
    const auto topic = topic_of("notes");
    Message note;
    note.kind = Message::Kind::head_note;
    note.envelope.source = "intake";
    note.envelope.topic = topic;
    note.envelope.partition = 1;
    note.envelope.lane = 1;
    note.envelope.incarnation = 3;
    note.envelope.seq = 42;
    note.envelope.time = Instant(1'790'000'000'123ms);
    note.payload = json::to_json(HeadNote{{{"1", 7}, {"2", 0}}});
    publish(topic, 41, 42, 1);
    ASSERT_TRUE(writer->publish(note));
    publish(topic, 42, 43, 1);
    reader->assign({{topic, 1, -1}});

    const auto found = read(*reader, 3);

    ASSERT_THAT(numbers(found), ElementsAre(41, 42, 42));
    EXPECT_EQ(found[0].kind, Message::Kind::event);
    EXPECT_EQ(found[2].kind, Message::Kind::event);
    const Message& read_note = found[1];
    EXPECT_EQ(read_note.kind, Message::Kind::head_note);
    EXPECT_EQ(read_note.envelope.source, "intake");
    EXPECT_EQ(read_note.envelope.topic, topic);
    EXPECT_EQ(read_note.envelope.partition, 1);
    EXPECT_EQ(read_note.envelope.lane, 1);
    EXPECT_EQ(read_note.envelope.incarnation, 3);
    EXPECT_EQ(read_note.envelope.time, note.envelope.time);
    EXPECT_EQ(read_note.payload, note.payload);
    EXPECT_EQ(read_note.offset, 1);
}

TEST_P(BusSuite, AnAskReachesTheOthers) {
    const Ask ask{topic_of("foreign"), 2, 3, 1'790'000'000, 17};
    writer->assign({});
    std::vector<Message> messages;
    std::vector<Ask> asks;
    // An ask is repeated until it is answered: one that was sent before the other listened is lost.
    ASSERT_TRUE(eventually([&] {
        reader->ask(ask);
        reader->poll(10, messages, asks);
        writer->poll(10, messages, asks);
        return !asks.empty();
    }));
    EXPECT_EQ(asks.front(), ask);
    EXPECT_THAT(messages, IsEmpty());
}

TEST_P(BusSuite, UnacknowledgedFallsToNothing) {
    publish(topic_of("acks"), 0, 100);
    EXPECT_TRUE(settle(*writer));
    EXPECT_EQ(writer->failures(), 0U);
}

TEST_P(BusSuite, WhatIsPublishedDuringAnOutageArrivesAfterItAndFailuresRise) {
    const auto topic = topic_of("outage");
    reader->assign({{topic, 0, -1}});
    publish(topic, 0, 3);
    ASSERT_EQ(numbers(read(*reader, 3)), from_to(0, 3));
    ASSERT_TRUE(settle(*writer));
    const auto failures = writer->failures();

    side->stop();
    publish(topic, 3, 10);
    std::vector<Message> messages;
    std::vector<Ask> asks;
    writer->poll(10, messages, asks);
    reader->poll(10, messages, asks);
    EXPECT_EQ(writer->unacknowledged(), 7U);
    EXPECT_THAT(messages, IsEmpty());
    side->start();

    EXPECT_TRUE(settle(*writer));
    EXPECT_EQ(numbers(read(*reader, 7)), from_to(3, 10));
    EXPECT_GT(writer->failures(), failures) << "head notes are due";
}

// ---- Kafka alone -------------------------------------------------------------------------------------------------------

struct OnKafka : ::testing::Test {
    Lines lines;
    void publish(runtime::Bus& bus, const std::string& topic, std::int64_t from, std::int64_t to) {
        for (; from < to; ++from) ASSERT_TRUE(bus.publish(event(topic, 0, from)));
    }
};

void delete_topic(const std::string& name) {
    const auto login = stack::kafka_login(servers->run(), "admin");
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char why[256];
    const std::pair<const char*, std::string> settings[] = {{"bootstrap.servers", login.bootstrap}, {"security.protocol", "SASL_PLAINTEXT"}, {"sasl.mechanism", "PLAIN"},
                                                            {"sasl.username", login.user}, {"sasl.password", login.password}};
    for (const auto& [key, value] : settings) rd_kafka_conf_set(conf, key, value.c_str(), why, sizeof why);
    rd_kafka_t* admin = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    auto* topic = rd_kafka_DeleteTopic_new(name.c_str());
    auto* queue = rd_kafka_queue_new(admin);
    rd_kafka_DeleteTopics(admin, &topic, 1, nullptr, queue);
    auto* answer = rd_kafka_queue_poll(queue, 15'000);
    ASSERT_TRUE(answer);
    EXPECT_EQ(rd_kafka_event_error(answer), RD_KAFKA_RESP_ERR_NO_ERROR) << rd_kafka_event_error_string(answer);
    rd_kafka_event_destroy(answer);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteTopic_destroy(topic);
    rd_kafka_destroy(admin);
}

// The runtime needs no more than this: that reading and publishing go on, and that failures() says to speak of heads again.
TEST_F(OnKafka, ATopicThatWasDeletedAndMadeAnewIsReadFromItsStart) {
    const auto topic = topic_of("anew");
    kafka::Bus writer(options_of("intake", &lines)), reader(options_of("billing", &lines));
    reader.assign({{topic, 0, -1}});
    publish(writer, topic, 0, 20);
    ASSERT_EQ(numbers(read(reader, 20)), from_to(0, 20));
    ASSERT_TRUE(settle(writer));
    const auto failures = reader.failures();

    delete_topic(topic);
    servers->provision();

    // What was published into the void may be lost; what comes after is read. Both sides go on polling meanwhile.
    std::int64_t next = 20;
    std::vector<Message> messages, theirs;
    std::vector<Ask> asks;
    EXPECT_TRUE(eventually([&] {
        if (next < 30) writer.publish(event(topic, 0, next++));
        writer.poll(100, theirs, asks);
        reader.poll(100, messages, asks);
        return !messages.empty() && messages.back().envelope.seq == 29;
    }, 60s)) << "read " << messages.size() << "\n" << lines.text();
    EXPECT_TRUE(settle(writer));
    EXPECT_GT(reader.failures(), failures);
    publish(writer, topic, 30, 33);
    EXPECT_EQ(numbers(read(reader, 3)), from_to(30, 33));
}

TEST_F(OnKafka, ATopicMadeAnewThatIsAlreadyLongerIsReadOnToo) {
    const auto topic = topic_of("shorter");
    kafka::Bus writer(options_of("intake", &lines)), reader(options_of("billing", &lines));
    reader.assign({{topic, 0, -1}});
    publish(writer, topic, 0, 3);
    ASSERT_EQ(numbers(read(reader, 3)), from_to(0, 3));
    ASSERT_TRUE(settle(writer));

    delete_topic(topic);
    servers->provision();

    std::int64_t next = 3;
    std::vector<Message> messages, theirs;
    std::vector<Ask> asks;
    EXPECT_TRUE(eventually([&] {
        if (next < 200) writer.publish(event(topic, 0, next++));
        writer.poll(100, theirs, asks);
        reader.poll(100, messages, asks);
        return !messages.empty() && messages.back().envelope.seq == 199;
    }, 60s)) << "read " << messages.size() << "\n" << lines.text();
}

TEST_F(OnKafka, WithKafkaAwayItTakesWhatItsQueueHoldsAndNoMore) {
    const auto topic = topic_of("bound");
    kafka::Bus writer(options_of("intake", &lines)), idle(options_of("billing"));
    idle.assign({{topic_of("private"), 0, -1}});
    publish(writer, topic, 0, 1);
    ASSERT_TRUE(settle(writer));
    EXPECT_TRUE(writer.connected());
    const auto failures = writer.failures();
    servers->stop();
    std::vector<Message> messages;
    std::vector<Ask> asks;
    EXPECT_TRUE(eventually([&] { writer.poll(1, messages, asks); return !writer.connected(); }));
    EXPECT_TRUE(eventually([&] { idle.poll(1, messages, asks); return !idle.connected(); }));
    EXPECT_THAT(lines.text(), HasSubstr("Kafka is away"));

    std::int64_t taken = 0;
    while (taken < 200'000 && writer.publish(event(topic, 0, taken + 1))) ++taken;
    EXPECT_EQ(taken, 100'000);
    EXPECT_EQ(writer.unacknowledged(), 100'000U);
    EXPECT_FALSE(writer.publish(event(topic, 0, 0)));

    servers->start();
    EXPECT_TRUE(settle(writer));
    EXPECT_TRUE(eventually([&] { writer.poll(1, messages, asks); return writer.connected(); }));
    EXPECT_TRUE(eventually([&] { idle.poll(1, messages, asks); return idle.connected(); })) << "also who has nothing to send or to read";
    EXPECT_GT(writer.failures(), failures);
    EXPECT_THAT(lines.text(), HasSubstr("Kafka is back"));
    EXPECT_TRUE(writer.publish(event(topic, 0, taken + 1)));
    kafka::Bus reader(options_of("billing"));
    reader.assign({{topic, 0, taken}});
    const auto found = read(reader, 2);
    ASSERT_THAT(found, Not(IsEmpty()));
    EXPECT_EQ(found.front().envelope.seq, taken) << "all of them, once, in order";
}

TEST_F(OnKafka, AProducerThatMetAFatalErrorIsReplacedAndItsReadersHearOfIt) {
    const auto topic = topic_of("fatal");
    kafka::Bus reader(options_of("billing")), writer(options_of("intake", &lines));
    reader.assign({{topic, 0, -1}});
    publish(writer, topic, 0, 3);
    ASSERT_TRUE(settle(writer));
    const auto failures = writer.failures();

    ASSERT_EQ(rd_kafka_test_fatal_error(last_producer, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "as when Kafka forgot it"), RD_KAFKA_RESP_ERR_NO_ERROR);
    EXPECT_FALSE(writer.publish(event(topic, 0, 3))) << "what is dead takes nothing";
    std::vector<Message> messages;
    std::vector<Ask> asks;
    writer.poll(0, messages, asks);

    EXPECT_THAT(lines.text(), HasSubstr("producer replaced after a fatal error"));
    EXPECT_GT(writer.failures(), failures) << "head notes are due";
    publish(writer, topic, 4, 7);
    EXPECT_TRUE(settle(writer));
    EXPECT_THAT(numbers(read(reader, 6)), ElementsAre(0, 1, 2, 4, 5, 6));
}

TEST_F(OnKafka, TopicsThatAPrincipalMayNotReadOrThatAreMissingAreNamed) {
    const auto good = topic_of("envelope"), closed = topic_of("private");
    EXPECT_THAT(kafka::unreachable_topics(options_of("billing"), {good, "waybill.asks"}, 10s), Optional(IsEmpty()));
    EXPECT_THAT(kafka::unreachable_topics(options_of("billing"), {closed, good, "nowhere.events"}, 10s),
                Optional(ElementsAre(HasSubstr(closed + ": Broker: Topic authorization failed"), HasSubstr("nowhere.events: Broker: Topic authorization failed"))));
}

TEST_F(OnKafka, WritingWithoutTheRightFailsAndIsCounted) {
    kafka::Bus bus(options_of("billing", &lines));
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(bus.publish(event(topic_of("envelope"), 0, i)));
    EXPECT_TRUE(settle(bus));
    EXPECT_GE(bus.failures(), 3U);
}

TEST_F(OnKafka, AWrongPasswordIsToldWithinTheTimeAndLogged) {
    auto options = options_of("intake", &lines);
    options.password = "wrong";
    const auto before = Steady::now();
    const auto bad = kafka::unreachable_topics(options, {topic_of("envelope")}, 3s);
    EXPECT_LT(Steady::now() - before, 6s);
    ASSERT_THAT(bad, Optional(SizeIs(1)));
    EXPECT_THAT(bad->front(), HasSubstr("Authentication failed"));
    EXPECT_THAT(lines.text() + bad->front(), Not(HasSubstr("wrong\""))) << "the password is not told";

    kafka::Bus bus(options);
    EXPECT_TRUE(bus.publish(event(topic_of("envelope"), 0, 1)));
    std::vector<Message> messages;
    std::vector<Ask> asks;
    EXPECT_TRUE(eventually([&] { bus.poll(1, messages, asks); return lines.text().find("Authentication failed") != std::string::npos; })) << lines.text();
}

TEST_F(OnKafka, UnreachableTopicsEndsInTimeWithNobodyThere) {
    auto options = options_of("intake");
    options.bootstrap = "127.0.0.1:1";
    const auto before = Steady::now();
    EXPECT_EQ(kafka::unreachable_topics(options, {"a", "b"}, 1s), std::nullopt);
    EXPECT_LT(Steady::now() - before, 3s);
}

TEST_F(OnKafka, NothingIsCalledBackAfterTheBusIsGone) {
    std::atomic<int> ready{0}, logged{0};
    kafka::Bus writer(options_of("intake"));
    {
        auto options = options_of("billing");
        options.on_ready = [&] { ++ready; };
        options.log = [&](bool, const std::string&) { ++logged; };
        kafka::Bus reader(options);
        reader.assign({{topic_of("silence"), 0, -1}});
        publish(writer, topic_of("silence"), 0, 100);
        EXPECT_THAT(read(reader, 100), SizeIs(100));
        EXPECT_GT(ready, 0);
    }
    const int then_ready = ready, then_logged = logged;
    for (int round = 0; round < 20; ++round) {
        publish(writer, topic_of("silence"), 0, 10);
        EXPECT_TRUE(settle(writer));
    }
    EXPECT_EQ(ready, then_ready);
    EXPECT_EQ(logged, then_logged);
}

TEST_F(OnKafka, RememberedPositionsAreThoseOfTheGroup) {
    const auto topic = topic_of("remembered");
    kafka::Bus writer(options_of("intake"));
    publish(writer, topic, 0, 5);
    ASSERT_TRUE(settle(writer));
    kafka::Bus reader(options_of("billing"));
    reader.assign({{topic, 0, -1}});
    ASSERT_THAT(read(reader, 5), SizeIs(5));
    reader.remember({{topic, 0, 4}, {topic, 1, 0}});

    const auto login = stack::kafka_login(servers->run(), "billing");
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char why[256];
    const std::pair<const char*, std::string> settings[] = {{"bootstrap.servers", login.bootstrap}, {"security.protocol", "SASL_PLAINTEXT"}, {"sasl.mechanism", "PLAIN"},
                                                            {"sasl.username", login.user}, {"sasl.password", login.password}, {"group.id", "billing"}};
    for (const auto& [key, value] : settings) rd_kafka_conf_set(conf, key, value.c_str(), why, sizeof why);
    rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    auto* list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic.c_str(), 0);
    std::vector<Message> messages;
    std::vector<Ask> asks;
    EXPECT_TRUE(eventually([&] {
        reader.poll(10, messages, asks);
        return rd_kafka_committed(handle, list, 5000) == RD_KAFKA_RESP_ERR_NO_ERROR && list->elems[0].offset == 4;
    }));
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(handle);
}

TEST_F(OnKafka, AnyKafkaToolReadsTheHeadersOfCloudEvents) {
    const auto topic = topic_of("headers");
    kafka::Bus writer(options_of("intake"));
    ASSERT_TRUE(writer.publish(event(topic, 0, 5)));
    Message note = event(topic, 0, 6, "{}");
    note.kind = Message::Kind::head_note;
    ASSERT_TRUE(writer.publish(note));
    ASSERT_TRUE(settle(writer));

    const auto login = stack::kafka_login(servers->run(), "tail");
    const auto settings = servers->run().folder / "kcat.conf";
    {
        std::ofstream out(settings);
        std::filesystem::permissions(settings, std::filesystem::perms(0600));
        out << "bootstrap.servers=" << login.bootstrap << "\nsecurity.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=" << login.user << "\nsasl.password=" << login.password << "\n";
    }
    FILE* kcat = ::popen(("kcat -q -F " + settings.string() + " -C -t " + topic + " -p 0 -o beginning -e -f '%k|%h|%s\\n'").c_str(), "r");
    ASSERT_TRUE(kcat);
    std::vector<std::string> printed;
    char line[4096];
    while (std::fgets(line, sizeof line, kcat)) printed.emplace_back(line);
    ASSERT_EQ(::pclose(kcat), 0);

    EXPECT_THAT(printed, ElementsAre(
        "o1|ce_specversion=1.0,ce_id=" + topic + "/0/0/1/5,ce_source=/waybill/intake,ce_type=intake.v1.OfferNormalised,ce_time=2026-09-21T14:13:20.128Z,ce_subject=o1,"
        "content-type=application/protobuf,traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01,waybill_lane=0,waybill_inc=1,waybill_seq=5,waybill_cause=edge.events/0/0/1/7|content\n",
        "|ce_specversion=1.0,ce_id=" + topic + "/0/0/1/6/head,ce_source=/waybill/intake,ce_type=waybill.v1.HeadNote,ce_time=2026-09-21T14:13:20.129Z,"
        "content-type=application/json,traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01,waybill_lane=0,waybill_inc=1,waybill_seq=6,waybill_cause=edge.events/0/0/1/7|{}\n"));
}

}  // namespace
}  // namespace waybill::seams

// In the place of librdkafka's own, to come by the handle of a Bus: only librdkafka can make a producer's error fatal.
extern "C" rd_kafka_t* rd_kafka_new(rd_kafka_type_t type, rd_kafka_conf_t* conf, char* why, size_t size) {
    static const auto real = reinterpret_cast<decltype(&rd_kafka_new)>(::dlsym(RTLD_NEXT, "rd_kafka_new"));
    rd_kafka_t* made = real(type, conf, why, size);
    if (type == RD_KAFKA_PRODUCER) waybill::seams::last_producer = made;
    return made;
}
