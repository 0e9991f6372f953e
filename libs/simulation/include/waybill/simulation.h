// The four seams in memory: the same promises as the real sides, in one thread, with faults on demand.
//
// A Database and a Broker are what survives; Store, Bus and Outbound are one process's connections to them, so that a killed
// process is a destroyed Worker and its three connections. Nothing here waits: time moves when the test moves it. A hook may
// throw something that is no std::exception to kill the process at that very call.
#pragma once

#include <waybill/runtime/seams.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace waybill::simulation {

// The world's time, or, made from another clock, one machine's reading of it.
class Clock final : public runtime::Clock {
public:
    explicit Clock(Instant start = Instant(std::chrono::hours(24 * 365 * 50))) : start_(start) {}
    explicit Clock(Clock& world) : world_(&world) {}
    Instant now() override { return (world_ ? world_->now() : start_ + passed_) + skew_; }
    std::chrono::milliseconds elapsed() override { return world_ ? world_->elapsed() : passed_; }
    void pass(std::chrono::milliseconds time) { passed_ += time; }
    void skew(std::chrono::milliseconds by) { skew_ += by; }  // the wall clock jumps, the monotonic one does not
    std::chrono::milliseconds skewed() const { return skew_; }

private:
    Clock* world_ = nullptr;
    Instant start_{};
    std::chrono::milliseconds passed_{0}, skew_{0};
};

// What goes wrong with one call to the store.
enum class Fault {
    none,
    away,            // the call throws StoreAway; nothing was written
    lost_reply,      // a commit took effect, but its reply never came: in doubt
    lost_request,    // a commit did not take effect, and that is not known: in doubt
    late_reply,      // in doubt, and the server is still at it: durable and visible only when the lane's row is locked again
    late_rollback,   // in doubt, and undecided until the lane's row is locked again: then it is found not done
    refused,         // Postgres refuses the content of a commit
};

// A row that a projection keeps: what was written of it comes together when somebody looks at it, which is seldom.
class KeptRow {
public:
    void write(std::string values) { unread_.push_back(std::move(values)); }
    boost::json::object& values();

private:
    boost::json::object values_;
    std::vector<std::string> unread_;  // JSON objects, the newest last
};

// The durable state of one service, as in its schema.
struct Database {
    struct State { runtime::StateWrite row; int lane = 0; };
    using Stream = std::tuple<int, std::string, int, std::int64_t>;  // lane, topic, partition, incarnation
    std::string system = "memory/1";
    std::map<int, runtime::LaneRecord> lanes;
    std::map<std::pair<std::size_t, std::string>, State> states;
    std::map<std::tuple<std::size_t, std::string, std::string>, std::pair<int, Instant>> timers;
    std::map<Stream, std::vector<runtime::OutboxRow>> outbox;  // of a stream by number
    std::map<std::string, std::pair<int, runtime::Effect>> open_effects;
    std::map<std::string, std::string> answers;
    std::map<std::pair<int, std::int64_t>, runtime::Parked> parked;
    std::map<std::string, std::map<std::string, KeptRow>> rows;  // table -> Row::id -> row
    std::vector<runtime::Orphaned> orphaned;
    std::map<int, std::pair<runtime::Batch, bool>> undecided;  // by lane: a COMMIT whose connection was lost; whether it will be done
    std::uint64_t commits = 0;

    // Told of every batch that takes effect, with the lane's row as it was before.
    std::function<void(const runtime::Batch&, const runtime::LaneRecord& before)> on_commit;

    runtime::LaneRecord& locked(int lane);  // the lane's row once whatever was undecided about it is decided
    void write(const runtime::Batch& batch);
};

// Called before each call to a store (take load timers commit mark outbox parked), and `after` once it took effect.
struct StoreHooks {
    std::function<Fault(const char* call, int lane)> before;
    std::function<void(const char* call, int lane)> after;
    std::function<bool(const runtime::Batch&)> refuses;  // a content that Postgres would never take
};

class Store final : public runtime::Store {
public:
    explicit Store(Database& database, StoreHooks hooks = {}) : database_(database), hooks_(std::move(hooks)) {}

    runtime::Taken take(int lane) override;
    std::vector<runtime::StoredState> load(int lane, std::size_t aggregate, const std::vector<std::string>& keys) override;
    std::vector<runtime::DueTimer> timers(int lane, std::size_t limit) override;
    runtime::Committed commit(const runtime::Batch& batch) override;
    runtime::LaneMark mark(int lane) override;
    std::vector<runtime::OutboxRow> outbox(int lane, const std::string& topic, int partition, std::int64_t incarnation, std::int64_t from, std::size_t bytes) override;
    std::vector<runtime::Parked> parked(int lane, std::size_t aggregate, const std::string& key, std::int64_t from, std::size_t limit) override;
    void tidy(Instant) override {}

private:
    Fault check(const char* call, int lane);
    void done(const char* call, int lane) { if (hooks_.after) hooks_.after(call, lane); }
    Database& database_;
    StoreHooks hooks_;
};

// Topics of ordered partitions, which may be wiped, cut short at either end, deleted or repeated.
struct Broker {
    using Where = std::pair<std::string, int>;  // topic, partition
    struct Log {
        std::int64_t first = 0;  // offset of the oldest message that is still there
        std::vector<runtime::Message> messages;
        std::int64_t end() const { return first + static_cast<std::int64_t>(messages.size()); }
    };
    std::map<Where, Log> logs;
    std::vector<runtime::Ask> asks;
    std::vector<runtime::Message> late;  // taken, and not yet to be seen
    bool away = false;
    std::uint64_t changes = 0;           // of the logs
    std::uint64_t losses = 0;            // of whole logs

    void append(const runtime::Message& message);
    void wipe() { logs.clear(); asks.clear(); ++changes; ++losses; }
    void delete_topic(const std::string& topic);
    void lose_tail(const Where& where, std::size_t messages);
    void lose_head(const Where& where, std::size_t messages);
    void deliver_late();
};

class Bus final : public runtime::Bus {
public:
    enum class Fate { delivered, lost, twice, late, refused };  // refused: the producer's queue is full
    struct Hooks {
        std::function<Fate(const runtime::Message&)> publish;
        std::function<int(const runtime::Ask&)> ask;  // how many copies arrive
        std::function<std::int64_t(const Broker::Where&)> reread;  // how many messages are read again
    };
    explicit Bus(Broker& broker) : Bus(broker, Hooks{}) {}
    Bus(Broker& broker, Hooks hooks) : broker_(broker), hooks_(std::move(hooks)), asks_read_(broker.asks.size()) {}

    void assign(const std::vector<runtime::Position>& positions) override;
    void poll(std::size_t limit, std::vector<runtime::Message>& messages, std::vector<runtime::Ask>& asks) override;
    bool publish(const runtime::Message& message) override;
    void ask(const runtime::Ask& ask) override;
    void remember(const std::vector<runtime::Position>&) override {}
    std::uint64_t failures() override { return failures_; }
    std::size_t unacknowledged() override { return waiting_.size(); }
    bool news() const;  // whether poll() would bring something

private:
    struct Reading { Broker::Where where; std::int64_t offset = 0; const Broker::Log* log = nullptr; };  // log: none yet
    void flush();
    Broker& broker_;
    Hooks hooks_;
    std::vector<Reading> readings_;
    std::deque<runtime::Message> waiting_;  // published while the broker was away
    std::size_t asks_read_;
    std::uint64_t failures_ = 0, seen_changes_ = ~0ull, seen_losses_ = 0;
};

// Calls the providers of a definition, once an id while it is not settled. Without a clock the answer is there at once; with
// one an attempt takes time, may be silent until its timeout, and is repeated with back-off within the limits of its kind.
class Outbound final : public runtime::Outbound {
public:
    struct Tried {
        std::chrono::milliseconds takes{0};
        std::optional<runtime::CallResult<std::string>> result;  // none: no answer came before the attempt's timeout
        int told = 1;                                            // how often the answer is handed over
    };
    using Try = std::function<Tried(const runtime::Effect&, const runtime::Attempt&)>;

    explicit Outbound(const runtime::Definition& definition) : definition_(definition) {}
    Outbound(const runtime::Definition& definition, Clock& clock, Try attempt) : definition_(definition), clock_(&clock), try_(std::move(attempt)) {}
    void start(int lane, const runtime::Effect& effect) override;
    void finished(std::vector<Finished>& into) override;
    void settled(const std::vector<std::string>& ids) override;
    void keep(int lane, const std::set<std::string>& ids) override;
    std::size_t performed() const { return performed_; }
    std::size_t held() const { return started_.size() + done_.size(); }
    std::optional<std::chrono::milliseconds> next() const;  // when something is to happen, by the clock's elapsed()

private:
    struct Started {
        int lane = 0;
        runtime::Effect effect;
        int attempts = 0;
        std::chrono::milliseconds at{0}, began{0};
        std::optional<Tried> under_way;
    };
    bool advance(const std::string& id, Started& started);
    const runtime::Definition& definition_;
    Clock* clock_ = nullptr;
    Try try_;
    std::map<std::string, Started> started_;
    std::map<std::string, Finished> done_;
    std::map<std::string, int> to_tell_;
    std::size_t performed_ = 0;
};

}  // namespace waybill::simulation
