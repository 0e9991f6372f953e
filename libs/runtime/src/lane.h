// One lane while it is held: its cache, timers, parked inputs and numbers, all true because nobody else writes its rows.
// Whatever goes wrong, the whole object is dropped and the lane is taken anew: nothing here is ever undone.
#pragma once

#include <waybill/runtime/worker.h>

#include <unordered_map>

namespace waybill::runtime {

// The hold is over: somebody else took the lane.
struct Fenced : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Postgres refuses what the batch holds, and would again. Nothing was written.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Of the machine's monotonic clock, for footprints alone: nothing is decided by it.
inline std::int64_t micros_now() { return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// "billing.v2.InvoiceIssued" -> "billing.InvoiceIssued"
std::string without_version(std::string_view type);

class Lane {
public:
    Lane(Worker& worker, int number);  // takes the lane; throws StoreAway

    // Decides and commits one batch of what waits. True when more waits. Throws StoreAway, Refused or Fenced: then drop the lane.
    bool step(std::deque<Worker::Command>& commands);

    void arrived(Message message, std::int64_t micros) { inbox_.push_back({std::move(message), micros}); }
    void answered(Outbound::Finished finished, std::int64_t micros) { answers_.push_back({std::move(finished), micros}); }
    std::size_t waiting() const { return inbox_.size() + answers_.size(); }
    std::int64_t head(const std::string& topic, int partition, std::int64_t incarnation) const;
    void note_now();
    std::chrono::milliseconds rest() const;
    std::vector<Position> positions() const;
    std::size_t parked_count() const;

private:
    using AggregateKey = std::pair<std::size_t, std::string>;

    struct Entry {
        std::shared_ptr<const void> state;  // null: the aggregate is absent
        std::int64_t version = 0;
    };

    // One thing to decide.
    struct Input {
        enum class Kind { event, timer, answer, command } kind;
        const Handler* handler = nullptr;
        std::size_t aggregate = 0;
        std::string key, name;
        Envelope envelope;                   // of an event; of the others: cause and trace of what they follow from
        std::string payload;
        Worker::Command command;
        std::int64_t arrived = 0;            // micros_now(), for a footprint
        // What events and calls that follow from it name as their cause.
        std::string cause() const { return kind == Kind::event ? envelope.id() : kind == Kind::answer ? "answer:" + envelope.cause : envelope.cause; }
        // What is in order with itself: later events of the same source queue behind a parked one, others flow.
        std::string source() const { return kind == Kind::event ? envelope.topic + "/" + std::to_string(envelope.lane) : kind == Kind::timer ? "timer" : "answer"; }
        std::string identity() const;
    };

    // What the batch will write.
    struct Draft {
        Instant now{};
        Batch batch;
        std::set<AggregateKey> changed;
        std::map<std::tuple<std::size_t, std::string, std::string>, std::optional<Instant>> timers;
        std::vector<Message> messages;
        std::map<std::string, std::size_t> row_at;  // table, columns and key -> index into batch.rows
        std::vector<std::pair<std::function<void(Result<CommandReply>)>, Result<CommandReply>>> replies;
        std::vector<std::pair<std::size_t, AggregateKey>> reply_states;
        std::size_t bytes = 0, decided = 0;
    };

    // A lane of a topic that is read here. Of an incarnation that is older than the newest one nothing more is ever applied.
    struct Source {
        std::int64_t newest = 0;        // the incarnation that is open; 0: nothing was applied yet
        std::int64_t* last = nullptr;   // the last number applied of it: in record_.ledger.seen
        std::optional<Instant> told_at; // the time of the last one applied in this hold
        std::int64_t applied() const { return last ? *last : -1; }
        bool opens_by_note(std::int64_t incarnation) const { return incarnation > std::max<std::int64_t>(1, newest); }  // the first needs none
    };

    // A partition that this lane writes to.
    struct Target {
        std::int64_t* next = nullptr;   // the next number to give: in record_.ledger.heads; null: none was given
        std::chrono::milliseconds note_at{0}, note_wait{0};  // when its head is told again, and how long until then
    };
    // Found by a view of the topic, since that happens for every event.
    template <class Each> using ByTopic = std::map<std::tuple<std::string, int>, Each, std::less<>>;

    struct Want {  // numbers of one source that are known to exist and are not here
        std::string topic;
        int source_lane = 0;
        std::int64_t incarnation = 1, head = 0, asked_from = -1;
        std::chrono::milliseconds ask_at{0}, wait{0};
    };

    bool timers_run_out() const;  // of those in memory, while the store has more
    bool a_timer_is_due(Instant now) const;
    std::vector<Input> gather(std::deque<Worker::Command>& commands, Draft& draft);
    bool admit(const Message& message, Draft& draft);
    void read_note(const Message& note, Source& source, Draft& draft);
    void open(Source& source, const Envelope& of, std::int64_t incarnation);
    Source& source_of(const Envelope& envelope);
    Target& target(std::string_view topic, int partition);
    void want(const std::string& topic, int source_lane, std::int64_t incarnation, std::int64_t head);
    std::optional<Input> input_of(Message message);
    void load(const std::vector<Input>& inputs);
    void handle(Input& input, Draft& draft);
    Outcome decide(Input& input, Draft& draft, std::string& why);
    void apply(Input& input, ErasedDecision&& decision, Draft& draft);
    void merge(Row row, Draft& draft);
    void park(Input& input, Outcome outcome, std::string why, Draft& draft);
    void retry_parked(const AggregateKey& key, Draft& draft);
    void commit(Draft& draft, const std::vector<Input>& inputs);
    void publish(Draft& draft);
    void leave_footprint(const std::vector<Input>& inputs, const Draft& draft, Footprint& footprint);
    void ask_and_note();
    void tell_head(const std::string& topic, int partition, const Target& to);
    void set_timer(std::size_t aggregate, const std::string& key, const std::string& name, std::optional<Instant> due, Draft& draft);
    void reload_timers();
    const Handler* handler_of(Input::Kind kind, std::size_t aggregate, const std::string& name) const;  // of an event, timer or answer
    std::string aggregate_name(std::size_t index) const;
    std::int64_t seen(const std::string& key) const;

    Worker& worker_;
    const Definition& definition_;
    const int number_;
    LaneRecord record_;
    std::vector<std::unordered_map<std::string, Entry>> cache_;  // by aggregate
    std::map<AggregateKey, std::deque<Parked>> parked_;
    std::set<std::tuple<Instant, std::size_t, std::string, std::string>> timers_;
    std::map<std::tuple<std::size_t, std::string, std::string>, Instant> timer_index_;
    Instant timers_complete_until_{};  // every stored timer due until then is in memory
    std::map<std::string, Want> wants_;  // by key of Ledger::seen
    ByTopic<Source> sources_;
    ByTopic<Target> targets_;
    std::map<std::string, Effect> open_;
    template <class What> struct Arrived { What what; std::int64_t micros = 0; };
    std::deque<Arrived<Message>> inbox_;
    std::deque<Arrived<Outbound::Finished>> answers_;
    bool retrying_ = false;
    bool must_commit_ = false;                   // a new incarnation is not true until it is committed
    std::chrono::milliseconds moved_at_{-1};     // numbers moved that no batch has committed yet
    std::chrono::milliseconds note_at_{0};       // when the next head is to be told
};

}  // namespace waybill::runtime
