// What a hop costs the runtime, in instructions: the reference flow on seams that do next to nothing, in one thread, the same
// steps each time. price.py counts them with callgrind.
#include "stations.h"
#include "trip.h"

#include <waybill/runtime/worker.h>

#include <iostream>

namespace waybill::bench {
namespace {

using namespace std::chrono_literals;

constexpr int lanes = 4;

class StandingClock final : public runtime::Clock {
public:
    Instant now() override { return Instant(std::chrono::hours(24 * 365 * 50)) + passed; }
    std::chrono::milliseconds elapsed() override { return passed; }
    std::chrono::milliseconds passed{0};
};

// Keeps the lanes' rows and nothing else: states stay in the worker's cache.
class ForgetfulStore final : public runtime::Store {
public:
    runtime::Taken take(int lane) override {
        runtime::Taken taken;
        taken.record = rows_[static_cast<std::size_t>(lane)];
        taken.system = "price/1";
        return taken;
    }
    std::vector<runtime::StoredState> load(int, std::size_t, const std::vector<std::string>&) override { return {}; }
    std::vector<runtime::DueTimer> timers(int, std::size_t) override { return {}; }
    runtime::Committed commit(const runtime::Batch& batch) override {
        auto& row = rows_[static_cast<std::size_t>(batch.lane)];
        if (row.batch != batch.expected.batch || row.epoch != batch.expected.epoch) return runtime::Committed::fenced;
        row.batch = batch.next.batch;
        return runtime::Committed::yes;
    }
    runtime::LaneMark mark(int lane) override { return {rows_[static_cast<std::size_t>(lane)].batch, 0}; }
    std::vector<runtime::OutboxRow> outbox(int, const std::string&, int, std::int64_t, std::int64_t, std::size_t) override { return {}; }
    std::vector<runtime::Parked> parked(int, std::size_t, const std::string&, std::int64_t, std::size_t) override { return {}; }
    void tidy(Instant) override {}

private:
    std::array<runtime::LaneRecord, lanes> rows_;
};

// Hands over to the other service.
class Wire final : public runtime::Bus {
public:
    void assign(const std::vector<runtime::Position>&) override {}
    void poll(std::size_t limit, std::vector<runtime::Message>& messages, std::vector<runtime::Ask>&) override {
        for (; limit > 0 && !incoming.empty(); incoming.pop_front(), --limit) messages.push_back(std::move(incoming.front()));
    }
    bool publish(const runtime::Message& message) override {
        runtime::Message copy = message;
        copy.offset = offset_++;
        last_hops += arrived(copy);
        other->incoming.push_back(std::move(copy));
        return true;
    }
    void ask(const runtime::Ask&) override {}
    void remember(const std::vector<runtime::Position>&) override {}
    std::uint64_t failures() override { return 0; }
    std::size_t unacknowledged() override { return 0; }

    Wire* other = nullptr;
    std::deque<runtime::Message> incoming;
    int last_hops = 0;

private:
    std::int64_t offset_ = 0;
};

}  // namespace
}  // namespace waybill::bench

int main(int count, char** words) {
    using namespace waybill;
    using namespace waybill::bench;
    const int trips = count > 1 ? std::atoi(words[1]) : 1000, at_once = count > 2 ? std::atoi(words[2]) : 200;
    StandingClock clock;
    NoCalls outbound;
    ForgetfulStore left_store, right_store;
    Wire left_wire, right_wire;
    left_wire.other = &right_wire;
    right_wire.other = &left_wire;
    const auto left_definition = left(), right_definition = right();
    runtime::Figures figures;
    const runtime::Log silent = [](runtime::Level, const std::string&, int) {};
    runtime::Worker left_worker(left_definition, {"right.events"}, lanes, {left_store, left_wire, outbound, clock}, figures, {}, silent);
    runtime::Worker right_worker(right_definition, {"left.events"}, lanes, {right_store, right_wire, outbound, clock}, figures, {}, silent);
    left_worker.grant({0, 1, 2, 3}, std::chrono::milliseconds::max());
    right_worker.grant({0, 1, 2, 3}, std::chrono::milliseconds::max());
    for (int sent = 0, steps = 0; right_wire.last_hops < trips; ++steps) {
        for (; sent < trips && sent < right_wire.last_hops + at_once; ++sent) {
            auto id = trip_id(static_cast<std::uint64_t>(sent));
            left_worker.submit(id, Begin{id}, [](const Result<runtime::CommandReply>&) {});
        }
        left_worker.step();
        right_worker.step();
        clock.passed += 1ms;
        if (steps > 1000 + trips * hops) {
            std::cerr << "only " << right_wire.last_hops << " of " << trips << " trips arrived\n";
            return 1;
        }
    }
    std::cout << right_wire.last_hops << " trips of " << hops << " hops in " << figures.batches << " batches\n";
    return 0;
}
