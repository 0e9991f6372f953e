// Sees every batch that takes effect and every message that is published, and says which promise was broken. It knows the
// stored form and the contracts, and nothing of how the runtime works. Each check is linear in what happened.
#pragma once

#include "plan.h"

#include <waybill/simulation.h>

#include <optional>
#include <set>

namespace waybill::simulate {

BOOST_DEFINE_ENUM_CLASS(Invariant,
    one_final_state,        // every accepted offer comes to exactly one end
    one_invoice,            // at most one invoice a shipment, and one if it was completed
    ledger_zero,            // every entry, and the whole ledger, sums to zero in each currency
    numbers_dense,          // events of a source are numbered without a hole or a repetition
    applied_as_announced,   // what a reader applied of a key is the source's list: order, loss, repetition and phantom in one
    lane_row_forward,       // batch, numbers given and seen, and the lane's time never go back
    published_is_committed, // nothing is told that is not in the books, and it is told word for word
    effect_once,            // a third party is never asked twice for the same thing under two keys, nor for two things under one
    timer_once,             // a wait ends never early and never twice
    answer_true,            // what a client was answered stays true
    parked_in_order,        // what waits is in its source's order, and nothing of that key went past it
    vehicle_in_one_place,   // no vehicle is booked for two journeys at once, no shipment on two vehicles
    invoice_numbers,        // 1, 2, 3, ... without a gap
    healthy_lanes_move,     // a broken lane holds up no other
    bounded,                // queues, asks and repeats stay within bounds
    comes_to_rest)          // once nothing goes wrong any more, everything is finished within a bound of rounds
std::string_view name(Invariant invariant);

struct Violation {
    Invariant invariant{};
    std::string what;
};
BOOST_DESCRIBE_STRUCT(Violation, (), (invariant, what))

class Witness {
public:
    explicit Witness(std::vector<std::string> services) : services_(std::move(services)), reads_(services_.size()) {}

    // Of one service: what its readers applied, by stream and subject. A restored database brings the older one back.
    struct Read {
        std::map<std::pair<int, int>, std::int64_t> last;
    };

    void committed(std::size_t service, const runtime::Batch& batch, const runtime::LaneRecord& before, const simulation::Database& database);
    void published(std::size_t service, const runtime::Message& message);
    runtime::Row audit(const runtime::Envelope& envelope);  // the row by which a service writes down that it applies this
    void called(const std::string& service, const runtime::Effect& effect);
    void broken(Invariant invariant, std::string what);

    Read read_of(std::size_t service) const { return reads_[service]; }
    void restored(std::size_t service, Read read, const simulation::Database& database);  // its heads are what the source still knows
    bool any_restored() const { return restored_; }

    // How many events of this stream were announced and are still known to their source.
    std::int64_t announced(const std::string& topic, int partition, int lane, std::int64_t incarnation) const;
    std::vector<std::int64_t> incarnations(const std::string& topic, int partition, int lane) const;

    // At the end: nothing that was announced is missing where it is read. `excused`: keys that wait for a person.
    void nothing_missing(std::size_t service, const std::string& topic, const simulation::Database& database, const std::set<std::string>& excused);

    const std::vector<Violation>& violations() const { return violations_; }
    std::uint64_t hash() const { return hash_; }
    void mix(std::string_view text);
    void mix(std::uint64_t number);
    std::uint64_t events() const { return events_; }

private:
    struct Told { int subject; std::int64_t before; std::uint64_t content; };
    struct Stream {
        std::string topic;
        int partition = 0, lane = 0;
        std::int64_t incarnation = 1;
        std::vector<Told> told;
        std::vector<std::uint64_t> forgotten;       // contents of what a restored source no longer knows, from told.size() on
        std::map<int, std::int64_t> last;           // by subject
    };
    int stream(const std::string& topic, int partition, int lane, std::int64_t incarnation);
    int subject(const std::string& text);

    std::vector<std::string> services_;
    std::vector<Read> reads_;
    std::map<std::tuple<std::string, int, int, std::int64_t>, int> stream_index_;
    std::vector<Stream> streams_;
    std::map<std::string, int> subjects_;
    std::vector<std::string> subject_names_;
    struct Audit { int stream; std::int64_t seq; int subject; };
    std::vector<Audit> audits_;
    std::map<std::string, std::pair<int, std::int64_t>> ended_waits_;  // cause -> lane, batch
    std::map<std::string, std::string> intents_, requests_;            // what was asked for -> effect id; effect id -> request
    std::vector<Violation> violations_;
    std::uint64_t hash_ = 14695981039346656037ull, events_ = 0;
    bool restored_ = false;
};

}  // namespace waybill::simulate
