// The four seams between the runtime and the world: Clock, Store, Bus, Outbound. The runtime knows nothing else.
//
// Each has a real side (libs/postgres, libs/kafka, libs/host) and one in memory (libs/simulation); the same conformance
// suites in tests/seams run on both. All calls for the lanes of one worker come from that worker's thread.
#pragma once

#include <waybill/runtime.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace waybill::runtime {

// ---- Clock -------------------------------------------------------------------------------------------------------------

class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() = 0;                          // the business's time; may jump either way
    virtual std::chrono::milliseconds elapsed() = 0;    // monotonic: for waits, back-off and schedules
    virtual std::chrono::milliseconds until(Instant due) { return due - now(); }  // by `elapsed`, for a clock that runs faster
};

// ---- Store -------------------------------------------------------------------------------------------------------------

// The database cannot be reached or refuses to work: nothing of the call took effect. Drop the lane and try again later.
class StoreAway : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// What a lane remembers of its numbers. It rests as JSON in the lane's row and is written with every batch, so that the
// compare-and-set of that row is fence, dedupe and cursor at once.
struct Ledger {
    using Heads = std::map<std::string, std::int64_t>;  // "<topic>/<partition>" -> the next number to give

    Heads heads;                                        // of the current incarnation
    std::map<std::string, Heads> past;                  // by older incarnation: their final heads
    std::map<std::string, std::int64_t> seen;           // "<topic>/<source lane>/<incarnation>" -> the last number applied
    std::map<std::string, std::int64_t> positions;      // topic -> the next Kafka offset to read, of partition = this lane
    Instant time{};                                     // of the last batch: the time of the next is never earlier
    std::string system;                                 // the database this was written in; another one begins an incarnation
    bool operator==(const Ledger&) const = default;
};
BOOST_DESCRIBE_STRUCT(Ledger, (), (heads, past, seen, positions, time, system))

struct LaneRecord {
    std::int64_t batch = 0;        // raised by each commit
    std::int64_t epoch = 0;        // raised by each take-over
    std::int64_t incarnation = 1;
    Ledger ledger;
};

// The two numbers that decide who committed what.
struct LaneMark {
    std::int64_t batch = 0, epoch = 0;
    bool operator==(const LaneMark&) const = default;
};

struct StoredState {
    std::string key;
    std::int64_t version = 0;  // counts the changes of this aggregate
    int shape = 1;
    std::string body;          // JSON
};

struct StateWrite {
    std::size_t aggregate = 0;  // index into Definition::aggregates
    std::string key;
    std::int64_t version = 1;
    int shape = 1;
    std::string stage;
    std::string body;
};

struct DueTimer {
    std::size_t aggregate = 0;
    std::string key, name;
    Instant due{};
    auto operator<=>(const DueTimer&) const = default;
};

struct TimerWrite {
    std::size_t aggregate = 0;
    std::string key, name;
    std::optional<Instant> due;  // unset: the timer is gone
};

// Some consecutive events for one topic and partition, packed: the outbox is read only when somebody asks.
struct OutboxRow {
    std::string topic;
    int partition = 0;
    std::int64_t incarnation = 1, first = 0, last = 0;
    std::string content;  // pack()ed messages
};

struct Effect {
    std::string id;        // from the causing event, so the same after any crash: the Idempotency-Key of every attempt
    std::size_t aggregate = 0;
    std::string key, call, request, cause, trace;
    Instant asked_at{};
};

struct EffectAnswer {
    std::string id;
    std::string answer;  // answer_text()
};

// An input that waits in the database.
struct Parked {
    std::int64_t position = 0;   // order within the lane: batch * 65536 + index
    std::size_t aggregate = 0;
    std::string key;
    std::string source;          // whose later events queue behind it; of an answer or timer: "answer" or "timer"
    Outcome outcome = Outcome::later;  // later or never
    std::string why;
    std::string kind;            // event, timer or answer
    std::string name;            // type of the event, name of the timer or call
    Envelope envelope;           // of an event; of the others cause and trace
    std::string payload;
};

// What a restored source will never tell again though it was applied here: for compensation by a person.
struct Orphaned {
    std::string topic;
    int source_lane = 0;
    std::int64_t incarnation = 1, first = 0, last = 0;
};

// Everything a batch changes, in one transaction.
struct Batch {
    int lane = 0;
    LaneMark expected;             // the compare: batch and epoch as the lane holds them
    LaneRecord next;               // the set: batch + 1, the same epoch
    std::vector<StateWrite> states;
    std::vector<TimerWrite> timers;
    std::vector<OutboxRow> outbox;
    std::vector<Effect> effects;
    std::vector<EffectAnswer> answers;
    std::vector<Parked> parked;
    std::vector<std::int64_t> unparked;  // positions
    std::vector<Row> rows;
    std::vector<Orphaned> orphaned;
};

enum class Committed {
    yes,
    fenced,    // the compare failed: somebody else holds the lane. Nothing was written
    refused,   // Postgres refused the content (a constraint, a type): it would refuse it again. Nothing was written
    in_doubt,  // the connection was lost at COMMIT: read the mark
};

struct Taken {
    LaneRecord record;
    std::string system;             // identity of the database: system identifier and timeline
    std::vector<Effect> open;       // calls without an answer
    std::vector<Parked> parked;     // without payloads, in order
};

class Store {
public:
    virtual ~Store() = default;

    // Takes the lane: raises the epoch, whoever held it before. The lane's row is made when there is none.
    virtual Taken take(int lane) = 0;

    virtual std::vector<StoredState> load(int lane, std::size_t aggregate, const std::vector<std::string>& keys) = 0;

    // The earliest timers of the lane, by due time, at most `limit`.
    virtual std::vector<DueTimer> timers(int lane, std::size_t limit) = 0;

    // Throws StoreAway only when certainly nothing was written. Returns within the store's commit deadline.
    virtual Committed commit(const Batch& batch) = 0;

    // batch and epoch of the lane's row, read under its lock on a connection that no commit was begun on: when this
    // returns, a commit that was in doubt is decided.
    virtual LaneMark mark(int lane) = 0;

    // Packed rows of the outbox that hold numbers >= from, in order, about `bytes` at the most (at least one row).
    virtual std::vector<OutboxRow> outbox(int lane, const std::string& topic, int partition, std::int64_t incarnation, std::int64_t from, std::size_t bytes) = 0;

    // Parked inputs of one key from this position on, in order, with payloads.
    virtual std::vector<Parked> parked(int lane, std::size_t aggregate, const std::string& key, std::int64_t from, std::size_t limit) = 0;

    // Makes partitions for the days to come and drops those past retention. Called now and then by one lane's holder.
    virtual void tidy(Instant now) = 0;
};

// ---- Bus ---------------------------------------------------------------------------------------------------------------

struct Message {
    enum class Kind { event, head_note };
    Kind kind = Kind::event;
    Envelope envelope;
    std::string payload;          // Protobuf of an event; of a head note: HeadNote as JSON
    std::int64_t offset = -1;     // where it was read
};

// How far the numbers of a source lane go for this topic and partition. envelope.seq of the note is the next number.
struct HeadNote {
    std::map<std::string, std::int64_t> past;  // final heads of older incarnations, by incarnation
};
BOOST_DESCRIBE_STRUCT(HeadNote, (), (past))

// "Publish again, from this number on": the one way to heal.
struct Ask {
    std::string topic;
    int partition = 0, lane = 0;
    std::int64_t incarnation = 1, from = 0;
    auto operator<=>(const Ask&) const = default;
};
BOOST_DESCRIBE_STRUCT(Ask, (), (topic, partition, lane, incarnation, from))

struct Position {
    std::string topic;
    int partition = 0;
    std::int64_t offset = -1;  // next to read; -1 or beyond the end: from the start
    bool operator==(const Position&) const = default;
};

// Kafka as the runtime sees it: it may lose, repeat, delay or forget, and nothing breaks. No call blocks.
class Bus {
public:
    virtual ~Bus() = default;
    virtual void assign(const std::vector<Position>& positions) = 0;             // replaces what was assigned
    virtual void poll(std::size_t limit, std::vector<Message>& messages, std::vector<Ask>& asks) = 0;
    virtual bool publish(const Message& message) = 0;                            // false: its queue is full, not taken
    virtual void ask(const Ask& ask) = 0;
    virtual void remember(const std::vector<Position>& positions) = 0;           // group offsets, for Kafka's own tools
    virtual std::uint64_t failures() = 0;  // deliveries that failed and outages that ended since the start: raise head notes
    virtual std::size_t unacknowledged() = 0;
};

// ---- Outbound ----------------------------------------------------------------------------------------------------------

// Calls to third parties, made outside the lane. Repeats with back-off within the limits of the call's kind.
class Outbound {
public:
    struct Finished { int lane = 0; std::string id, answer; };
    virtual ~Outbound() = default;
    virtual void start(int lane, const Effect& effect) = 0;   // the same id again while under way: nothing
    virtual void finished(std::vector<Finished>& into) = 0;   // answers that came in since
    // Their answers are committed. Until then an answer is kept, so that a lane that is taken anew gets it again at once
    // instead of buying it twice.
    virtual void settled(const std::vector<std::string>& ids) = 0;
    // These calls of the lane are open, as whoever takes it read them; none: it was given back. Its others are forgotten,
    // answered or not: they are settled elsewhere, or are made by whoever holds the lane, under the same key.
    virtual void keep(int lane, const std::set<std::string>& ids) = 0;
};

// The packed form of messages in the outbox: length-prefixed, nothing lost of the envelope but topic and partition.
void pack(std::string& into, const Message& message);
std::vector<Message> unpack(const OutboxRow& row, const std::string& source, int lane);

// Kafka's own partitioner for a key (murmur2 as in org.apache.kafka.common.utils.Utils), so that any client finds the lane.
int partition_of(std::string_view key, int partitions);

}  // namespace waybill::runtime
