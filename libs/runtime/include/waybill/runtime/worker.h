// The runtime of one service in one process: a plain object that is stepped.
//
// Promise: every event a service announced is applied exactly once, in order per key and source, to every service that
// consumes it, whatever is killed, cut, delayed, repeated, reordered or wiped, as long as Postgres keeps what it
// acknowledged (docs/architecture.md, "The promise"). The term is exactly-once effect.
//
// All but submit() and grant() are called from one thread. step() never blocks but in the Store. When the Store is away
// the worker drops its lanes, keeps nothing, and takes them again with back-off; when the Bus is away it goes on until its
// bound of unacknowledged messages and then rests.
#pragma once

#include <waybill/runtime/seams.h>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>

namespace waybill::runtime {

// Counts of values in fixed buckets, for Prometheus.
struct Histogram {
    std::vector<double> bounds;
    std::vector<std::atomic<std::uint64_t>> counts;
    std::atomic<double> sum{0};
    explicit Histogram(std::vector<double> upper_bounds) : bounds(std::move(upper_bounds)), counts(bounds.size() + 1) {}
    void add(double value);
};

// What one service does in this process. Written by its worker, read by anybody.
struct Figures {
    std::atomic<std::uint64_t> batches{0}, events_in{0}, events_out{0}, repeats{0}, skipped{0}, gaps{0}, asks_sent{0}, asks_served{0},
        republished{0}, given_twice{0}, ignored{0}, parked{0}, unparked{0}, effects_started{0}, effects_answered{0}, timers_fired{0}, commands{0}, commands_refused{0},
        in_doubt{0}, fenced{0}, refused{0}, store_away{0}, takes{0}, head_notes{0}, bus_full{0};
    std::atomic<std::int64_t> lanes_held{0}, parked_now{0}, unacknowledged{0};
    std::atomic<double> lag_seconds{0};  // age of the last event applied
    Histogram batch_inputs{{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000}};
    Histogram batch_seconds{{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 5}};
    Histogram timer_lateness_seconds{{.001, .005, .01, .05, .1, .5, 1, 5, 30, 300}};
};

struct Limits {
    std::size_t batch_inputs = 500;
    std::size_t batch_bytes = 1 << 20;
    std::size_t waiting_messages = 4000;     // polled and not yet decided
    std::size_t waiting_commands = 2000;
    std::size_t cached_states = 20000;       // per lane
    std::size_t timers_in_memory = 1000;     // per lane: the earliest
    std::size_t unacknowledged = 50000;      // published and not yet acknowledged by the bus
    std::size_t parked_per_key = 1000;       // loaded at once for a retry
    std::size_t outbox_row = 8000;           // bytes
    std::size_t republish_bytes = 256 * 1024;  // of the outbox, in one step
    std::chrono::milliseconds first_ask = 30ms, longest_ask = 5s;
    std::chrono::milliseconds note_after_burst = 50ms, longest_note = 30s;
    std::chrono::milliseconds flush_after = 1s;   // positions that moved without anything else to commit
    std::chrono::milliseconds first_retake = 50ms, longest_retake = 2s;
};

enum class Level { info, warning, error };
using Log = std::function<void(Level, const std::string& what, int lane)>;

// What came of a command: see host::Reply.
struct CommandReply {
    Outcome outcome = Outcome::decided;
    std::string why;
    std::string state;  // JSON as committed
};

// When a batch did what, for whoever asks where the time goes: microseconds of the machine's monotonic clock, the same for all
// processes on it. Only what belongs to followed traces is listed.
struct Footprint {
    struct In { std::string id; std::int64_t arrived = 0; };                  // id: as `cause` of what it led to
    struct Out { std::string id, cause, type, subject; };
    struct Call { std::string id, cause; };
    std::string service;
    int lane = 0;
    std::int64_t gathered = 0, loaded = 0, decided = 0, committed = 0, published = 0;
    std::vector<In> inputs;
    std::vector<Out> events;
    std::vector<Call> calls;
};
BOOST_DESCRIBE_STRUCT(Footprint::In, (), (id, arrived))
BOOST_DESCRIBE_STRUCT(Footprint::Out, (), (id, cause, type, subject))
BOOST_DESCRIBE_STRUCT(Footprint::Call, (), (id, cause))
BOOST_DESCRIBE_STRUCT(Footprint, (), (service, lane, gathered, loaded, decided, committed, published, inputs, events, calls))

// Follows some traces through the services. Called from the worker's thread for every input and event; must not block or throw.
class Trail {
public:
    virtual ~Trail() = default;
    virtual bool follows(std::string_view trace) const = 0;  // a W3C traceparent
    virtual void went(const Footprint& batch) = 0;
};

class Lane;

class Worker {
public:
    struct Seams { Store& store; Bus& bus; Outbound& outbound; Clock& clock; Trail* trail = nullptr; };

    // `consumes`: topics to read. `lanes`: how many every service has.
    Worker(const Definition& definition, std::vector<std::string> consumes, int lanes, Seams seams, Figures& figures, Limits limits, Log log);
    ~Worker();

    // Which lanes the lease gives to this process, until when (Clock::elapsed). Any thread. Lanes beyond it are dropped at
    // the next step; a lane from which we were fenced is taken again only under a later grant.
    void grant(std::set<int> lanes, std::chrono::milliseconds until);

    // A request for the aggregate `key`. Any thread. The reply comes from step(), exactly once; refused at once when the
    // queue is full.
    void submit(std::string key, std::any command, std::function<void(Result<CommandReply>)> reply);

    // One round: take and drop lanes, poll, one batch for each lane that has something to do. True: call again at once.
    bool step();

    // How long step() has nothing to do unless the bus, an answer, a grant or a command comes in. At most a second.
    std::chrono::milliseconds rest() const;

    // Orderly end: no new inputs; true when everything published was acknowledged.
    bool drained();
    void drop_all();  // the last call: the bus is left as it is, and is to be destroyed next

    std::set<int> held() const;              // any thread
    std::string trouble() const;             // why lanes of the grant are not held; empty: all well. Any thread

private:
    friend class Lane;
    struct Command { std::string key; std::any command; std::function<void(Result<CommandReply>)> reply; std::int64_t arrived = 0; };
    struct Grant { std::set<int> lanes; std::chrono::milliseconds until{0}; std::uint64_t version = 0; };
    struct Retry {
        std::chrono::milliseconds at{0}, wait{0};
        std::uint64_t only_after = 0;  // a grant: the lane is taken again only under a later one
        bool one_by_one = false;       // Postgres refused a batch: each input goes alone, until the one to blame is found
    };

    void take_and_drop();
    Retry& drop(int lane, const std::string& why);
    void assign();
    void poll();
    void serve_asks();
    void refuse_commands(const std::string& why);

    const Definition& definition_;
    const std::vector<std::string> consumes_;
    const int lane_count_;
    Seams seams_;
    Figures& figures_;
    const Limits limits_;
    const Log log_;

    std::map<int, std::unique_ptr<Lane>> lanes_;
    std::map<int, Retry> retries_;
    std::set<int> kept_;  // lanes whose calls Outbound knows: held, or dropped and to be taken again
    std::map<int, std::string> troubles_;
    std::map<std::string, std::string> condemned_;  // inputs whose batch Postgres refuses -> why; parked when met again
    struct Serving { std::int64_t next = 0, from = 0; };
    std::map<std::tuple<std::string, int, int, std::int64_t>, Serving> serving_;  // (topic, partition, lane, incarnation)
    const std::map<std::string, std::size_t> aggregates_of_any_version_;  // of the events that are known here, by type without its version
    Grant granted_;                    // as the last step read it
    std::vector<int> numbers_;         // of the lanes that this step goes through
    std::vector<Message> polled_;
    std::vector<Ask> asks_;
    std::deque<Command> no_commands_;  // for a lane that none came for: to build a deque is to allocate
    std::vector<Outbound::Finished> finished_;
    std::uint64_t bus_failures_ = 0;
    std::chrono::milliseconds remembered_at_{0}, tidied_at_{-1};

    mutable std::mutex mutex_;  // of all below
    Grant grant_;
    std::deque<Command> commands_;
    std::set<int> held_;
    std::string trouble_;
};

}  // namespace waybill::runtime
