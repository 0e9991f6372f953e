// What one simulated history is drawn to be: a value that is made from a seed, printed as JSON, read back, and made smaller
// when the history breaks a promise. The same plan is the same history, on any machine.
#pragma once

#include <waybill/core.h>

#include <boost/describe.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace waybill::simulate {

// SplitMix64: own code, because the distributions of <random> differ between libraries.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next();
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }
    bool chance(std::uint64_t part, std::uint64_t of) { return below(of) < part; }

private:
    std::uint64_t state_;
};

// What can go wrong. The numbers beside them, in plan.cpp, say how often at the most.
BOOST_DEFINE_ENUM_CLASS(Kind,
    store_away, store_slow, store_hangs, reply_lost, request_lost, reply_late, rollback_late, content_refused,
    killed_between_steps, killed_before_call, killed_after_call, stopped_and_woken, taken_over_at_commit, lease_lost, lease_given_twice,
    clock_jumps,
    publish_lost, publish_twice, publish_late, queue_full, note_lost, kafka_away, tail_lost, head_lost, kafka_wiped, topic_deleted, read_again, ask_lost, ask_twice,
    call_slow, call_done_but_silent, call_lost, call_error, call_refused, answer_twice,
    reply_to_client_lost, client_repeats, client_changes_body, client_withdraws, driver_contradicts, report_before_answer, nobody_reviews,
    poison_content, poison_version, poison_type, handler_throws,
    restored, older_reader, lane_broken)
constexpr int kinds = static_cast<int>(Kind::lane_broken) + 1;
std::string_view name(Kind kind);

struct Plan {
    std::uint64_t seed = 1;
    int offers = 12;
    int rounds = 400;                   // of the phase with faults; in each, every process gets a turn or misses it
    int lanes = 4;
    int processes = 2;                  // of each service
    bool witnessed = true;              // every service writes down what it applied, in the same transaction
    bool hot = false;                   // a few texts, and so a few depots, take nearly all of the traffic
    std::map<std::string, int> faults;  // kind -> chances in 100,000 opportunities; absent: off
    bool operator==(const Plan&) const = default;
};
BOOST_DESCRIBE_STRUCT(Plan, (), (seed, offers, rounds, lanes, processes, witnessed, hot, faults))

Plan drawn(std::uint64_t seed);
Plan quiet(std::uint64_t seed);               // the same history without a fault
int most_often(Kind kind);                    // chances in 100,000
Result<Plan> read_plan(const std::string& json);  // refuses a fault that is none

}  // namespace waybill::simulate
