#include "plan.h"

#include <waybill/json.h>

#include <array>

namespace waybill::simulate {
namespace {

struct Strength { Kind kind; int most; };

// Opportunities: store_* and the kinds of a call to the store: each call; publish_*: each message; call_*: each attempt at a
// third party; of clients: each request; of poison: each event; the others: each turn of a process or each round.
constexpr std::array<Strength, kinds> strengths{{
    {Kind::store_away, 2000}, {Kind::store_slow, 1000}, {Kind::store_hangs, 150}, {Kind::reply_lost, 2500}, {Kind::request_lost, 2500},
    {Kind::reply_late, 2500}, {Kind::rollback_late, 2500}, {Kind::content_refused, 1500},
    {Kind::killed_between_steps, 400}, {Kind::killed_before_call, 600}, {Kind::killed_after_call, 600}, {Kind::stopped_and_woken, 250},
    {Kind::taken_over_at_commit, 1500}, {Kind::lease_lost, 1500}, {Kind::lease_given_twice, 1500},
    {Kind::clock_jumps, 300},
    {Kind::publish_lost, 8000}, {Kind::publish_twice, 8000}, {Kind::publish_late, 8000}, {Kind::queue_full, 4000}, {Kind::note_lost, 60000}, {Kind::kafka_away, 1500},
    {Kind::tail_lost, 2500}, {Kind::head_lost, 1500}, {Kind::kafka_wiped, 500}, {Kind::topic_deleted, 800}, {Kind::read_again, 4000}, {Kind::ask_lost, 40000}, {Kind::ask_twice, 20000},
    {Kind::call_slow, 20000}, {Kind::call_done_but_silent, 10000}, {Kind::call_lost, 10000}, {Kind::call_error, 15000}, {Kind::call_refused, 1500}, {Kind::answer_twice, 20000},
    {Kind::reply_to_client_lost, 20000}, {Kind::client_repeats, 20000}, {Kind::client_changes_body, 10000}, {Kind::client_withdraws, 15000},
    {Kind::driver_contradicts, 20000}, {Kind::report_before_answer, 20000}, {Kind::nobody_reviews, 20000},
    {Kind::poison_content, 700}, {Kind::poison_version, 700}, {Kind::poison_type, 700}, {Kind::handler_throws, 700},
    {Kind::restored, 400}, {Kind::older_reader, 100000}, {Kind::lane_broken, 100000},
}};
static_assert([] {
    for (int i = 0; i < kinds; ++i)
        if (static_cast<int>(strengths[static_cast<std::size_t>(i)].kind) != i) return false;
    return true;
}(), "a row for every kind, in their order");

}  // namespace

std::uint64_t Random::next() {
    std::uint64_t mixed = (state_ += 0x9e3779b97f4a7c15ull);
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ull;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebull;
    return mixed ^ (mixed >> 31);
}

std::string_view name(Kind kind) { return boost::describe::enum_to_string(kind, ""); }
int most_often(Kind kind) { return strengths[static_cast<std::size_t>(kind)].most; }

Plan quiet(std::uint64_t seed) {
    Plan plan = drawn(seed);
    plan.faults.clear();
    return plan;
}

// The swarm: what is on differs from seed to seed, since faults hide one another when all are on.
Plan drawn(std::uint64_t seed) {
    Random random(seed * 2 + 1);
    Plan plan;
    plan.seed = seed;
    plan.offers = 4 + static_cast<int>(random.below(28));
    plan.rounds = 150 + static_cast<int>(random.below(500));
    plan.lanes = random.chance(1, 4) ? 1 : random.chance(1, 3) ? 2 : 4;
    plan.processes = 1 + static_cast<int>(random.below(3));
    plan.witnessed = random.chance(2, 3);
    plan.hot = random.chance(1, 4);
    const std::uint64_t share = 1 + random.below(9);  // tenths of the kinds
    for (const auto& [kind, most] : strengths) {
        const bool on = random.chance(share, 10);
        const int strength = std::max(1, most >> random.below(5));
        const bool rare = kind == Kind::restored || kind == Kind::poison_content || kind == Kind::poison_version || kind == Kind::poison_type || kind == Kind::handler_throws ||
                          kind == Kind::content_refused || kind == Kind::call_refused || kind == Kind::lane_broken;
        if (on && (!rare || random.chance(1, 3))) plan.faults[std::string(name(kind))] = strength;
    }
    return plan;
}

Result<Plan> read_plan(const std::string& text) {
    Plan plan;
    try {
        plan = json::from_json<Plan>(text);
    } catch (const std::exception& wrong) {
        return Refusal{"plan", wrong.what(), "give the JSON that a failing seed printed"};
    }
    for (const auto& [kind, chances] : plan.faults) {
        Kind known;
        if (!boost::describe::enum_from_string(kind.c_str(), known)) return Refusal{"faults." + kind, "there is no such fault", "see docs/simulation.md for their names"};
        if (chances < 0 || chances > 100000) return Refusal{"faults." + kind, "is not from 0 to 100000", "give chances in 100,000 opportunities"};
    }
    if (plan.lanes < 1 || plan.lanes > 64 || plan.processes < 1 || plan.processes > 9 || plan.offers < 0 || plan.rounds < 0)
        return Refusal{"plan", "lanes, processes, offers or rounds are out of bounds", "1 to 64 lanes, 1 to 9 processes"};
    return plan;
}

}  // namespace waybill::simulate
