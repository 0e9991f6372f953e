// The reference flow written by hand, with no runtime: what the machine, Postgres and Kafka allow when the same decisions are
// made on the same bytes. Poll, decide, one pipelined transaction (compare-and-set of the position, multi-row upsert, packed
// outbox), produce. It heals nothing: no numbers, no timers, no parking, no asks; one error ends the program.
#include "sides.h"
#include "trip.h"

#include <waybill/json.h>

#include <libpq-fe.h>
#include <librdkafka/rdkafka.h>

#include <endian.h>

#include <condition_variable>
#include <cstring>
#include <iostream>
#include <thread>
#include <unordered_map>

namespace waybill::bench {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void give_up(const std::string& where, const std::string& why) {
    std::cerr << "the hand-written loop cannot go on: " << where << ": " << why << "\n";
    std::_Exit(1);
}

// A one-dimensional array in Postgres's binary form.
class Array {
public:
    explicit Array(std::uint32_t type) : type_(type) { clear(); }
    void clear() {
        bytes_.clear();
        count_ = 0;
        for (const std::uint32_t word : {1u, 0u, type_, 0u, 1u}) put(word);
    }
    void add(std::string_view text) {
        put(static_cast<std::uint32_t>(text.size()));
        bytes_ += text;
        ++count_;
    }
    void add(std::int64_t number) {
        put(8);
        const auto big = htobe64(static_cast<std::uint64_t>(number));
        bytes_.append(reinterpret_cast<const char*>(&big), 8);
        ++count_;
    }
    const std::string& done() {
        const auto big = htobe32(count_);
        std::memcpy(&bytes_[12], &big, 4);
        return bytes_;
    }
    std::uint32_t count() const { return count_; }

private:
    void put(std::uint32_t word) {
        word = htobe32(word);
        bytes_.append(reinterpret_cast<const char*>(&word), 4);
    }
    const std::uint32_t type_;
    std::uint32_t count_ = 0;
    std::string bytes_;
};

constexpr Oid bytea = 17, int8 = 20, text = 25, json_type = 114, bytea_array = 1001, text_array = 1009, int8_array = 1016, json_array = 199;

class Database {
public:
    Database(const std::string& dsn, std::string service) : service_(std::move(service)), connection_(PQconnectdb(dsn.c_str())) {
        if (PQstatus(connection_) != CONNECTION_OK) give_up("Postgres", PQerrorMessage(connection_));
        run("set search_path = " + service_);
        run("set client_min_messages = error");
        run("create table if not exists loop_trip (key text primary key, version bigint not null, body json not null) with (fillfactor = 50)");
        run("create table if not exists loop_outbox (lane int not null, first bigint not null, content bytea not null)");
        run("create table if not exists loop_position (name text primary key, batch bigint not null) with (fillfactor = 10)");
        run("insert into loop_position values ('all', 0) on conflict (name) do update set batch = 0");
        prepare("position", "with moved as (update loop_position set batch = $1 where name = 'all' and batch = $2 returning 1) select 1 / count(*) from moved", {int8, int8});
        prepare("trips", "insert into loop_trip select * from unnest($1::text[], $2::bigint[], $3::json[]) on conflict (key) do update set version = excluded.version, body = excluded.body",
                {text_array, int8_array, json_array});
        prepare("outbox", "insert into loop_outbox select 0, * from unnest($1::bigint[], $2::bytea[])", {int8_array, bytea_array});
    }
    ~Database() { PQfinish(connection_); }
    Database(const Database&) = delete;

    void commit(Array& keys, Array& versions, Array& bodies, const std::string& events, std::size_t count) {
        if (!PQenterPipelineMode(connection_)) give_up("Postgres", PQerrorMessage(connection_));
        const std::uint64_t next = htobe64(batch_ + 1), last = htobe64(batch_);
        send("position", {std::string_view(reinterpret_cast<const char*>(&next), 8), std::string_view(reinterpret_cast<const char*>(&last), 8)});
        send("trips", {keys.done(), versions.done(), bodies.done()});
        firsts_.clear();
        contents_.clear();
        for (std::size_t from = 0; from < events.size(); from += 8000) {
            firsts_.add(first_ + static_cast<std::int64_t>(from));
            contents_.add(std::string_view(events).substr(from, 8000));
        }
        send("outbox", {firsts_.done(), contents_.done()});
        if (!PQpipelineSync(connection_)) give_up("Postgres", PQerrorMessage(connection_));
        for (int statement = 0; statement < 3; ++statement) {
            PGresult* result = PQgetResult(connection_);
            const auto status = PQresultStatus(result);
            if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) give_up("Postgres", PQresultErrorMessage(result));
            PQclear(result);
            PQclear(PQgetResult(connection_));
        }
        PGresult* sync = PQgetResult(connection_);
        if (PQresultStatus(sync) != PGRES_PIPELINE_SYNC) give_up("Postgres", PQerrorMessage(connection_));
        PQclear(sync);
        PQexitPipelineMode(connection_);
        ++batch_;
        first_ += static_cast<std::int64_t>(count);
    }

private:
    void run(const std::string& sql) {
        PGresult* result = PQexec(connection_, sql.c_str());
        if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK) give_up(sql, PQerrorMessage(connection_));
        PQclear(result);
    }
    void prepare(const char* name, const char* sql, std::vector<Oid> types) {
        PGresult* result = PQprepare(connection_, name, sql, static_cast<int>(types.size()), types.data());
        if (PQresultStatus(result) != PGRES_COMMAND_OK) give_up(sql, PQerrorMessage(connection_));
        PQclear(result);
    }
    void send(const char* name, std::initializer_list<std::string_view> parameters) {
        const char* values[4];
        int lengths[4], formats[4], count = 0;
        for (const auto parameter : parameters) {
            values[count] = parameter.data();
            lengths[count] = static_cast<int>(parameter.size());
            formats[count++] = 1;
        }
        if (!PQsendQueryPrepared(connection_, name, count, values, lengths, formats, 0)) give_up(name, PQerrorMessage(connection_));
    }

    const std::string service_;
    PGconn* connection_;
    std::uint64_t batch_ = 0;
    std::int64_t first_ = 0;
    Array firsts_{int8}, contents_{bytea};
};

void set(rd_kafka_conf_t* conf, const char* key, const std::string& value) {
    char why[256];
    if (rd_kafka_conf_set(conf, key, value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK) give_up(key, why);
}

rd_kafka_conf_t* common(const stack::KafkaLogin& login) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", login.bootstrap);
    set(conf, "security.protocol", "SASL_PLAINTEXT");
    set(conf, "sasl.mechanism", "PLAIN");
    set(conf, "sasl.username", login.user);
    set(conf, "sasl.password", login.password);
    set(conf, "socket.nagle.disable", "true");
    set(conf, "broker.address.family", "v4");
    set(conf, "log_level", "3");
    return conf;
}

rd_kafka_t* make(rd_kafka_type_t type, rd_kafka_conf_t* conf) {
    char why[256];
    rd_kafka_t* handle = rd_kafka_new(type, conf, why, sizeof why);
    if (!handle) give_up("librdkafka", why);
    return handle;
}

class Loop {
public:
    Loop(const Setup& setup, std::string service, std::string other, Gauge& gauge)
        : service_(std::move(service)), lanes_(setup.lanes), out_("loop-" + service_ + ".events"), gauge_(gauge), database_(stack::postgres_dsn(setup.run, service_), service_) {
        const auto login = stack::kafka_login(setup.run, service_);
        rd_kafka_conf_t* conf = common(login);
        set(conf, "acks", "all");
        set(conf, "enable.idempotence", "true");
        set(conf, "max.in.flight", "1");
        set(conf, "linger.ms", "0");
        set(conf, "compression.codec", "lz4");
        set(conf, "queue.buffering.max.messages", "100000");
        rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void*) { if (message->err) give_up("Kafka", rd_kafka_err2str(message->err)); });
        producer_ = make(RD_KAFKA_PRODUCER, conf);

        conf = common(login);
        set(conf, "group.id", service_);
        set(conf, "enable.auto.commit", "false");
        set(conf, "enable.auto.offset.store", "false");
        set(conf, "fetch.min.bytes", "1");
        set(conf, "fetch.wait.max.ms", "300");
        set(conf, "queued.min.messages", "20000");
        consumer_ = make(RD_KAFKA_CONSUMER, conf);
        rd_kafka_poll_set_consumer(consumer_);
        queue_ = rd_kafka_queue_get_consumer(consumer_);
        rd_kafka_queue_cb_event_enable(queue_, [](rd_kafka_t*, void* opaque) { static_cast<Loop*>(opaque)->ring(); }, this);
        const std::string from = "loop-" + other + ".events";
        rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(lanes_);
        for (int partition = 0; partition < lanes_; ++partition) {
            std::int64_t low = 0, high = 0;
            if (const auto error = rd_kafka_query_watermark_offsets(consumer_, from.c_str(), partition, &low, &high, 10000)) give_up(from, rd_kafka_err2str(error));
            rd_kafka_topic_partition_list_add(list, from.c_str(), partition)->offset = high;
        }
        if (const auto error = rd_kafka_assign(consumer_, list)) give_up(from, rd_kafka_err2str(error));
        rd_kafka_topic_partition_list_destroy(list);
        thread_ = std::jthread([this](std::stop_token stop) {
            while (!stop.stop_requested())
                if (!step()) rest();
        });
    }
    ~Loop() {
        thread_.request_stop();
        ring();
        thread_.join();
        rd_kafka_queue_cb_event_enable(queue_, nullptr, nullptr);
        rd_kafka_queue_destroy(queue_);
        rd_kafka_flush(producer_, 5000);
        rd_kafka_destroy(producer_);
        rd_kafka_destroy(consumer_);
    }

    void start(std::uint64_t number) {
        {
            const std::lock_guard lock(mutex_);
            begins_.push_back(number);
        }
        ring();
    }

private:
    static constexpr std::size_t most = 2000;  // of one transaction
    struct Kept { Trip trip; std::int64_t version = 0; };

    bool step() {
        rd_kafka_poll(producer_, 0);
        begun_.clear();
        {
            const std::lock_guard lock(mutex_);
            const auto count = std::min(begins_.size(), most);
            begun_.assign(begins_.begin(), begins_.begin() + static_cast<std::ptrdiff_t>(count));
            begins_.erase(begins_.begin(), begins_.begin() + static_cast<std::ptrdiff_t>(count));
        }
        keys_.clear();
        versions_.clear();
        bodies_.clear();
        packed_.clear();
        out_events_.clear();
        for (const auto number : begun_) keep(trips_[trip_id(number)], begun(trip_id(number)));

        const auto taken = static_cast<std::size_t>(rd_kafka_consume_batch_queue(queue_, 0, messages_.data(), messages_.size()));
        for (std::size_t i = 0; i < taken; ++i) {
            rd_kafka_message_t* message = messages_[i];
            if (message->err) give_up("Kafka", rd_kafka_message_errstr(message));
            if (service_ == "left") {
                ::bench::v1::RightHopped event;
                if (!event.ParseFromArray(message->payload, static_cast<int>(message->len))) give_up("Kafka", "not an event");
                if (event.hop().step() < hops) {
                    Kept& kept = trips_[event.hop().trip()];
                    keep(kept, moved(kept.trip, event.hop()));
                } else {
                    trips_.erase(event.hop().trip());
                }
            } else {
                ::bench::v1::LeftHopped event;
                if (!event.ParseFromArray(message->payload, static_cast<int>(message->len))) give_up("Kafka", "not an event");
                Kept& kept = trips_[event.hop().trip()];
                keep(kept, kept.version ? moved(kept.trip, event.hop()) : met(event.hop()));
            }
            rd_kafka_message_destroy(message);
        }
        if (out_events_.empty()) return taken > 0;
        database_.commit(keys_, versions_, bodies_, packed_, out_events_.size());
        for (const auto& event : out_events_) produce(event);
        for (const auto& event : out_events_)
            if (event.step == hops) {
                trips_.erase(event.id);
                gauge_.arrived(number_of(event.id));
            }
        return true;
    }

    struct Out { std::string id; int step; std::string payload; };

    // One transaction holds at most one hop of a trip: its next one comes back from the other service.
    void keep(Kept& kept, Trip next) {
        kept.trip = std::move(next);
        ++kept.version;
        keys_.add(kept.trip.id);
        versions_.add(kept.version);
        bodies_.add(json::to_json(kept.trip));
        ::bench::v1::LeftHopped event;  // all three are the same on the wire
        *event.mutable_hop() = hop_of(kept.trip);
        Out out{kept.trip.id, kept.trip.step, event.SerializeAsString()};
        const auto size = static_cast<std::uint32_t>(out.payload.size());
        packed_.append(reinterpret_cast<const char*>(&size), 4);
        packed_ += out.payload;
        out_events_.push_back(std::move(out));
    }

    // The CloudEvents of the runtime, without its numbers.
    void produce(const Out& out) {
        rd_kafka_headers_t* headers = rd_kafka_headers_new(8);
        const auto add = [&](const char* name, std::string_view value) { rd_kafka_header_add(headers, name, -1, value.data(), static_cast<ssize_t>(value.size())); };
        add("ce_specversion", "1.0");
        add("ce_id", out.id + "/" + std::to_string(out.step));
        add("ce_source", "/waybill/" + service_);
        add("ce_type", service_ == "left" ? "bench.v1.LeftHopped" : out.step < hops ? "bench.v1.RightHopped" : "bench.v1.RightArrived");
        add("ce_time", to_text(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())));
        add("ce_subject", out.id);
        add("content-type", "application/protobuf");
        add("traceparent", "00-" + out.id.substr(5) + out.id.substr(5) + "-" + out.id.substr(5) + "-01");
        while (true) {
            const auto error = rd_kafka_producev(producer_, RD_KAFKA_V_TOPIC(out_.c_str()), RD_KAFKA_V_PARTITION(static_cast<int>(number_of(out.id) % static_cast<std::uint64_t>(lanes_))),
                                                 RD_KAFKA_V_KEY(out.id.data(), out.id.size()), RD_KAFKA_V_VALUE(const_cast<char*>(out.payload.data()), out.payload.size()),
                                                 RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
            if (!error) return;
            if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) give_up("Kafka", rd_kafka_err2str(error));
            rd_kafka_poll(producer_, 10);
        }
    }

    void ring() {
        {
            const std::lock_guard lock(bell_);
            if (rung_) return;
            rung_ = true;
        }
        changed_.notify_one();
    }
    void rest() {
        std::unique_lock lock(bell_);
        changed_.wait_for(lock, 1s, [&] { return rung_; });
        rung_ = false;
    }

    const std::string service_;
    const int lanes_;
    const std::string out_;
    Gauge& gauge_;
    Database database_;
    rd_kafka_t *producer_ = nullptr, *consumer_ = nullptr;
    rd_kafka_queue_t* queue_ = nullptr;
    std::vector<rd_kafka_message_t*> messages_ = std::vector<rd_kafka_message_t*>(most);
    std::unordered_map<std::string, Kept> trips_;
    std::vector<std::uint64_t> begun_;
    Array keys_{text}, versions_{int8}, bodies_{json_type};
    std::string packed_;
    std::vector<Out> out_events_;
    std::mutex bell_;
    std::condition_variable changed_;
    bool rung_ = false;
    std::mutex mutex_;
    std::vector<std::uint64_t> begins_;
    std::jthread thread_;
};

class ThroughLoop final : public Side {
public:
    ThroughLoop(const Setup& setup, Gauge& gauge) : right_(setup, "right", "left", gauge), left_(setup, "left", "right", gauge) {}
    void start(std::uint64_t number) override { left_.start(number); }

private:
    Loop right_, left_;
};

}  // namespace

std::unique_ptr<Side> through_loop(const Setup& setup, Gauge& gauge) { return std::make_unique<ThroughLoop>(setup, gauge); }

}  // namespace waybill::bench
