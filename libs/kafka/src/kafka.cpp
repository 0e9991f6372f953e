#include <waybill/kafka.h>

#include "headers.h"

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace waybill::kafka {
namespace {

using runtime::Ask;
using runtime::Message;
using runtime::Position;

struct Destroy { void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); } };
using Handle = std::unique_ptr<rd_kafka_t, Destroy>;
struct DestroyList { void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); } };
using List = std::unique_ptr<rd_kafka_topic_partition_list_t, DestroyList>;
struct DestroyQueue { void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); } };
using Queue = std::unique_ptr<rd_kafka_queue_t, DestroyQueue>;

// What the callbacks of one handle may touch; it outlives the handle.
struct Shared {
    std::function<void()> on_ready;
    std::atomic<std::uint64_t> failures{0};
    std::atomic<std::int64_t> unacknowledged{0};
    std::atomic<bool> down{false};
    std::atomic<int> last_error{0};  // of a delivery: told once, not for every message
    std::string not_let_in;  // why Kafka refuses us; of the thread that polls

    Shared() = default;
    explicit Shared(std::function<void(bool, const std::string&)> log) : log_(std::move(log)) {}
    void say(bool error, const std::string& text) {
        const std::lock_guard lock(mutex_);
        if (log_) log_(error, text);
    }
    // The handle may live on for a while; whoever listened does not.
    void hush() {
        const std::lock_guard lock(mutex_);
        log_ = {};
        on_acknowledged_ = {};
    }
    void listen(std::function<void(std::string_view)> on_acknowledged) { on_acknowledged_ = std::move(on_acknowledged); }
    void acknowledged(std::string_view event) {
        const std::lock_guard lock(mutex_);
        if (on_acknowledged_) on_acknowledged_(event);
    }
    void back() {
        if (!down.exchange(false)) return;
        failures++;  // an outage ended: tell readers at once how far the numbers go
        say(false, "Kafka is back");
    }

private:
    std::mutex mutex_;
    std::function<void(bool, const std::string&)> log_;
    std::function<void(std::string_view)> on_acknowledged_;
};

void set(rd_kafka_conf_t* conf, const char* key, const std::string& value) {
    char why[512];
    if (rd_kafka_conf_set(conf, key, value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK) throw std::runtime_error(std::string("librdkafka: ") + why);
}

void on_error(rd_kafka_t*, int code, const char* reason, void* opaque) {
    auto& shared = *static_cast<Shared*>(opaque);
    const auto error = static_cast<rd_kafka_resp_err_t>(code);
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || error == RD_KAFKA_RESP_ERR__TRANSPORT) {
        if (!shared.down.exchange(true)) {
            shared.failures++;
            shared.say(true, std::string("Kafka is away: ") + reason);
        }
        return;
    }
    if (error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED || error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) return;
    if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION) shared.not_let_in = reason;
    shared.say(true, std::string(rd_kafka_err2name(error)) + ": " + reason);
}

void on_log(const rd_kafka_t* handle, int level, const char*, const char* text) {
    auto* shared = static_cast<Shared*>(rd_kafka_opaque(handle));
    if (shared && level <= 3) shared->say(true, text);
}

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto& shared = *static_cast<Shared*>(opaque);
    shared.unacknowledged--;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        shared.failures++;
        if (shared.last_error.exchange(message->err) != message->err)
            shared.say(true, std::string("not delivered to ") + rd_kafka_topic_name(message->rkt) + ": " + rd_kafka_err2str(message->err));
    } else {
        shared.back();
        rd_kafka_headers_t* headers = nullptr;
        const void* id = nullptr;
        std::size_t size = 0;
        if (message->_private && !rd_kafka_message_headers(message, &headers) && !rd_kafka_header_get_last(headers, "ce_id", &id, &size))
            shared.acknowledged({static_cast<const char*>(id), size});
    }
}

rd_kafka_conf_t* common(const Options& options, Shared& shared) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", options.bootstrap);
    set(conf, "client.id", options.client_id);
    if (!options.user.empty()) {
        set(conf, "security.protocol", "SASL_PLAINTEXT");
        set(conf, "sasl.mechanism", "PLAIN");
        set(conf, "sasl.username", options.user);
        set(conf, "sasl.password", options.password);
    }
    set(conf, "socket.nagle.disable", "true");
    set(conf, "broker.address.family", "v4");
    set(conf, "reconnect.backoff.ms", "50");
    set(conf, "reconnect.backoff.max.ms", "1000");
    set(conf, "topic.metadata.refresh.interval.ms", "3000");
    set(conf, "log.connection.close", "false");
    rd_kafka_conf_set_opaque(conf, &shared);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_log_cb(conf, on_log);
    return conf;
}

Handle make(rd_kafka_type_t type, rd_kafka_conf_t* conf) {
    char why[512];
    rd_kafka_t* handle = rd_kafka_new(type, conf, why, sizeof why);
    if (!handle) {
        rd_kafka_conf_destroy(conf);
        throw std::runtime_error(std::string("librdkafka: ") + why);
    }
    return Handle(handle);
}

rd_kafka_conf_t* consumer_settings(const Options& options, Shared& shared) {
    rd_kafka_conf_t* conf = common(options, shared);
    set(conf, "group.id", options.group);
    set(conf, "enable.auto.commit", "false");
    set(conf, "enable.auto.offset.store", "false");
    set(conf, "auto.offset.reset", "error");  // a truncated or wiped topic is for us to notice
    set(conf, "fetch.min.bytes", "1");
    set(conf, "fetch.wait.max.ms", "300");
    set(conf, "fetch.error.backoff.ms", "100");
    set(conf, "queued.min.messages", "20000");
    set(conf, "queued.max.messages.kbytes", "16384");
    set(conf, "check.crcs", "true");
    return conf;
}

// rd_kafka_destroy can wait for ever for a partition that was deleted: that wait is not ours.
void destroy_aside(Handle handle, std::shared_ptr<Shared> shared) {
    if (!handle) return;
    std::thread([handle = std::move(handle), shared = std::move(shared)]() mutable { handle.reset(); }).detach();
}

// Nothing when the message is not one of ours: it is skipped.
std::optional<Message> decode(const rd_kafka_message_t* from) {
    Message message;
    auto& envelope = message.envelope;
    envelope = unread(rd_kafka_topic_name(from->rkt), from->partition);
    message.offset = from->offset;
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(from, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
        read_header(name, {static_cast<const char*>(value), value ? size : 0}, envelope);
    if (!is_ours(envelope)) return {};
    if (envelope.type == head_note_type) message.kind = Message::Kind::head_note;
    message.payload.assign(static_cast<const char*>(from->payload), from->payload ? from->len : 0);
    return message;
}

}  // namespace

std::optional<std::vector<std::string>> unreachable_topics(const Options& options, const std::vector<std::string>& topics, std::chrono::milliseconds timeout) {
    auto shared = std::make_shared<Shared>();
    Handle handle = make(RD_KAFKA_PRODUCER, common(options, *shared));
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    std::vector<std::string> bad;
    bool silent = false;
    for (const auto& topic : topics) {
        rd_kafka_topic_t* ref = rd_kafka_topic_new(handle.get(), topic.c_str(), nullptr);
        const rd_kafka_metadata_t* metadata = nullptr;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        const auto error = rd_kafka_metadata(handle.get(), 0, ref, &metadata, static_cast<int>(std::max<long>(1, left)));
        rd_kafka_poll(handle.get(), 0);
        if (error && shared->not_let_in.empty()) silent = true;
        else if (error) bad.push_back(topic + ": " + shared->not_let_in);
        else if (metadata->topic_cnt != 1 || metadata->topics[0].err || metadata->topics[0].partition_cnt == 0)
            bad.push_back(topic + ": " + (metadata->topic_cnt == 1 && metadata->topics[0].err ? rd_kafka_err2str(metadata->topics[0].err) : "no partitions"));
        if (metadata) rd_kafka_metadata_destroy(metadata);
        rd_kafka_topic_destroy(ref);
        if (error) break;
    }
    destroy_aside(std::move(handle), shared);
    if (silent) return {};
    return bad;
}

class Bus::Impl {
public:
    explicit Impl(Options given) : options(std::move(given)), shared(std::make_shared<Shared>(options.log)) {
        shared->on_ready = options.on_ready;
        make_producer();
        make_consumer();
    }
    ~Impl() {
        rd_kafka_flush(producer.get(), 2000);
        rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(consumer.get());
        rd_kafka_queue_cb_event_enable(queue, nullptr, nullptr);
        rd_kafka_queue_destroy(queue);
        shared->hush();
        producing->hush();
        answers.reset();
        destroy_aside(std::move(producer), producing);
        destroy_aside(std::move(consumer), shared);
    }

    void make_producer() {
        producing = std::make_shared<Shared>(options.log);
        producing->listen(options.on_acknowledged);
        rd_kafka_conf_t* conf = common(options, *producing);
        set(conf, "acks", "all");
        set(conf, "enable.idempotence", "true");
        set(conf, "max.in.flight", "1");   // with no linger, what comes while a request is under way makes the next batch
        set(conf, "linger.ms", "0");
        set(conf, "compression.codec", "lz4");
        set(conf, "queue.buffering.max.messages", "100000");
        set(conf, "message.timeout.ms", "300000");
        rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
        producer = make(RD_KAFKA_PRODUCER, conf);
        answers.reset(rd_kafka_queue_new(producer.get()));
        asked = false;
        // A topic that the handle knows has its leader looked up at once, and stays known for as long as the handle.
        auto writes = options.writes;
        writes.emplace_back(asks_topic);
        for (const auto& topic : writes)
            if (rd_kafka_topic_t* known = rd_kafka_topic_new(producer.get(), topic.c_str(), nullptr)) rd_kafka_topic_destroy(known);
    }

    void make_consumer() {
        consumer = make(RD_KAFKA_CONSUMER, consumer_settings(options, *shared));
        rd_kafka_poll_set_consumer(consumer.get());
        rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(consumer.get());
        rd_kafka_queue_cb_event_enable(queue, [](rd_kafka_t*, void* opaque) { if (auto& ready = static_cast<Shared*>(opaque)->on_ready) ready(); }, shared.get());
        rd_kafka_queue_destroy(queue);
    }

    // librdkafka up to 2.15 aborts the process when an assignment is replaced before the stop of the one before was answered
    // (confluentinc/librdkafka#5573), as after an outage, when every partition asks for another offset at once. So there is a
    // rest between two; until the later one is made nothing is taken from the consumer, whose positions are not ours any more.
    void assign_when_rested() {
        const auto now = std::chrono::steady_clock::now();
        if (!(assignment_due = now < rested_at)) assign_now(now);
    }

    void assign_now(std::chrono::steady_clock::time_point now) {
        rested_at = now + std::chrono::milliseconds(250);
        List list(rd_kafka_topic_partition_list_new(static_cast<int>(positions.size()) + 1));
        for (const auto& [where, offset] : positions)
            rd_kafka_topic_partition_list_add(list.get(), where.first.c_str(), where.second)->offset = offset < 0 ? RD_KAFKA_OFFSET_BEGINNING : offset;
        rd_kafka_topic_partition_list_add(list.get(), std::string(asks_topic).c_str(), 0)->offset = RD_KAFKA_OFFSET_END;
        if (const auto error = rd_kafka_assign(consumer.get(), list.get()); error) shared->say(true, std::string("assign: ") + rd_kafka_err2str(error));
    }

    // librdkafka tells when brokers are lost, never when they are back; and who has nothing to send or read sees no other sign.
    // So something small is asked, of which any answer will do; without one it is asked again after a second.
    void are_you_back() {
        rd_kafka_AdminOptions_t* limits = rd_kafka_AdminOptions_new(producer.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
        char why[128];
        rd_kafka_AdminOptions_set_request_timeout(limits, 1000, why, sizeof why);
        rd_kafka_ConfigResource_t* topic = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, std::string(asks_topic).c_str());
        rd_kafka_DescribeConfigs(producer.get(), &topic, 1, limits, answers.get());
        rd_kafka_ConfigResource_destroy(topic);
        rd_kafka_AdminOptions_destroy(limits);
        asked = true;
    }

    void produce(const std::string& topic, int partition, const std::string* key, const std::string& payload, rd_kafka_headers_t* headers, bool followed = false) {
        const auto error = rd_kafka_producev(producer.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
                                             RD_KAFKA_V_KEY(key ? key->data() : nullptr, key ? key->size() : 0),
                                             RD_KAFKA_V_VALUE(const_cast<char*>(payload.data()), payload.size()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                             RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(followed ? this : nullptr), RD_KAFKA_V_END);
        if (error) {
            rd_kafka_headers_destroy(headers);
            throw error;
        }
        producing->unacknowledged++;
    }

    const Options options;
    std::shared_ptr<Shared> shared;      // of the consumer
    std::shared_ptr<Shared> producing;   // of the producer
    Handle producer, consumer;
    Queue answers;                       // of Kafka, to remember() and are_you_back()
    bool asked = false;                  // one is awaited
    std::map<std::pair<std::string, int>, std::int64_t> positions;
    bool assignment_due = false;         // positions were changed, and the consumer does not know yet
    std::chrono::steady_clock::time_point rested_at{};
    std::uint64_t failures_before = 0;   // of producers that were replaced
};

Bus::Bus(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Bus::~Bus() = default;

void Bus::assign(const std::vector<Position>& positions) {
    impl_->positions.clear();
    for (const auto& position : positions) impl_->positions[{position.topic, position.partition}] = position.offset;
    impl_->assign_when_rested();
}

void Bus::poll(std::size_t limit, std::vector<Message>& messages, std::vector<Ask>& asks) {
    Impl& impl = *impl_;
    rd_kafka_poll(impl.producer.get(), 0);
    if (rd_kafka_event_t* answer = impl.asked ? rd_kafka_queue_poll(impl.answers.get(), 0) : nullptr) {
        impl.asked = false;
        if (rd_kafka_event_error(answer) >= RD_KAFKA_RESP_ERR_NO_ERROR) {  // also a refusal comes from a Kafka that is there
            impl.producing->back();
            impl.shared->back();
        }
        rd_kafka_event_destroy(answer);
    }
    if ((impl.producing->down || impl.shared->down) && !impl.asked) impl.are_you_back();
    char why[256];
    if (rd_kafka_fatal_error(impl.producer.get(), why, sizeof why)) {
        if (impl.options.log) impl.options.log(true, std::string("producer replaced after a fatal error: ") + why);
        impl.failures_before += impl.producing->failures + 1;
        impl.answers.reset();
        rd_kafka_purge(impl.producer.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
        destroy_aside(std::move(impl.producer), impl.producing);
        impl.make_producer();
    }
    if (impl.assignment_due) impl.assign_when_rested();
    if (impl.assignment_due) return;
    bool reassign = false;
    // With no room for messages nothing is taken: librdkafka holds its own bounded queue, asks included.
    for (std::size_t taken = 0; taken < limit; ++taken) {
        rd_kafka_message_t* raw = rd_kafka_consumer_poll(impl.consumer.get(), 0);
        if (!raw) break;
        if (raw->err) {
            if (raw->rkt && (raw->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || raw->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)) {
                // What we read is gone from Kafka: read what is there, the numbers tell what to skip and what to ask for.
                if (const auto known = impl.positions.find({rd_kafka_topic_name(raw->rkt), raw->partition}); known != impl.positions.end()) known->second = -1;
                reassign = true;
                impl.failures_before++;
            } else if (raw->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || raw->err == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || raw->err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC) {
                if (impl.options.log) impl.options.log(true, std::string("a topic is missing: ") + rd_kafka_message_errstr(raw));
                impl.failures_before++;
            }
            rd_kafka_message_destroy(raw);
            continue;
        }
        impl.shared->back();
        if (rd_kafka_topic_name(raw->rkt) == asks_topic) {
            try {
                asks.push_back(json::from_json<Ask>({static_cast<const char*>(raw->payload), raw->len}));
            } catch (const std::exception&) {
                if (impl.options.log) impl.options.log(true, "an ask that cannot be read was skipped");
            }
        } else {
            const auto known = impl.positions.find({rd_kafka_topic_name(raw->rkt), raw->partition});
            if (known != impl.positions.end()) {
                known->second = raw->offset + 1;
                if (auto message = decode(raw)) messages.push_back(*std::move(message));
            }
        }
        rd_kafka_message_destroy(raw);
    }
    if (reassign) impl.assign_when_rested();
}

bool Bus::publish(const Message& message) {
    const auto& envelope = message.envelope;
    const bool note = message.kind == Message::Kind::head_note;
    rd_kafka_headers_t* headers = rd_kafka_headers_new(12);
    const auto add = [&](const char* name, std::string_view text) { rd_kafka_header_add(headers, name, -1, text.data(), static_cast<ssize_t>(text.size())); };
    add("ce_specversion", "1.0");
    add("ce_id", note ? envelope.id() + "/head" : envelope.id());
    add("ce_source", "/waybill/" + envelope.source);
    add("ce_type", note ? head_note_type : std::string_view(envelope.type));
    add("ce_time", to_text(envelope.time));
    if (!note) add("ce_subject", envelope.subject);
    add("content-type", note ? "application/json" : "application/protobuf");
    if (!envelope.trace.empty()) add("traceparent", envelope.trace);
    add("waybill_lane", std::to_string(envelope.lane));
    add("waybill_inc", std::to_string(envelope.incarnation));
    add("waybill_seq", std::to_string(envelope.seq));
    if (!envelope.cause.empty()) add("waybill_cause", envelope.cause);
    try {
        impl_->produce(envelope.topic, envelope.partition, note ? nullptr : &envelope.subject, message.payload, headers, !note && impl_->options.follows && impl_->options.follows(envelope.trace));
        return true;
    } catch (rd_kafka_resp_err_t) {
        return false;
    }
}

void Bus::ask(const Ask& ask) {
    const std::string text = json::to_json(ask);
    try {
        impl_->produce(std::string(asks_topic), 0, nullptr, text, rd_kafka_headers_new(0));
    } catch (rd_kafka_resp_err_t) {
        // It is repeated until it is answered.
    }
}

// Not by rd_kafka_commit(): a consumer begins no new assignment before its commits are answered, which after an outage of
// Kafka can take its session timeout of 45 s.
void Bus::remember(const std::vector<Position>& positions) {
    Impl& impl = *impl_;
    if (impl.asked) return;
    List list(rd_kafka_topic_partition_list_new(static_cast<int>(positions.size())));
    for (const auto& position : positions) rd_kafka_topic_partition_list_add(list.get(), position.topic.c_str(), position.partition)->offset = position.offset;
    rd_kafka_AlterConsumerGroupOffsets_t* request = rd_kafka_AlterConsumerGroupOffsets_new(impl.options.group.c_str(), list.get());
    rd_kafka_AlterConsumerGroupOffsets(impl.producer.get(), &request, 1, nullptr, impl.answers.get());
    rd_kafka_AlterConsumerGroupOffsets_destroy(request);
    impl.asked = true;
}

std::uint64_t Bus::failures() { return impl_->failures_before + impl_->producing->failures + impl_->shared->failures; }
std::size_t Bus::unacknowledged() { return static_cast<std::size_t>(std::max<std::int64_t>(0, impl_->producing->unacknowledged)); }
bool Bus::connected() const { return !impl_->producing->down && !impl_->shared->down; }

class Tail::Impl {
public:
    explicit Impl(const Options& options) : shared(std::make_shared<Shared>(options.log)), consumer(make(RD_KAFKA_CONSUMER, consumer_settings(options, *shared))) {}
    const std::shared_ptr<Shared> shared;
    Handle consumer;
};

Tail::Tail(Options options, const std::vector<std::string>& topics, int partitions, bool from_start) : impl_(std::make_unique<Impl>(options)) {
    rd_kafka_poll_set_consumer(impl_->consumer.get());
    List list(rd_kafka_topic_partition_list_new(static_cast<int>(topics.size()) * partitions));
    for (const auto& topic : topics)
        for (int partition = 0; partition < partitions; ++partition)
            rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = from_start ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END;
    if (const auto error = rd_kafka_assign(impl_->consumer.get(), list.get())) throw std::runtime_error(std::string("librdkafka: ") + rd_kafka_err2str(error));
}

Tail::~Tail() {
    impl_->shared->hush();
    destroy_aside(std::move(impl_->consumer), impl_->shared);
}

std::optional<Message> Tail::next(std::chrono::milliseconds wait) {
    const auto deadline = std::chrono::steady_clock::now() + wait;
    while (true) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        rd_kafka_message_t* raw = rd_kafka_consumer_poll(impl_->consumer.get(), static_cast<int>(std::max<long>(0, left)));
        if (!raw) return {};
        std::optional<Message> message;
        if (!raw->err) message = decode(raw);
        rd_kafka_message_destroy(raw);
        if (message || left <= 0) return message;
    }
}

}  // namespace waybill::kafka
