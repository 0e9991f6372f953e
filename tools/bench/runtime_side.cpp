#include "sides.h"
#include "stations.h"
#include "trip.h"

#include <waybill/kafka.h>
#include <waybill/postgres.h>
#include <waybill/runtime/worker.h>

#include <condition_variable>
#include <iostream>
#include <thread>

namespace waybill::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// ---- the seams ---------------------------------------------------------------------------------------------------------

class RealClock final : public runtime::Clock {
public:
    Instant now() override { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }
    milliseconds elapsed() override { return std::chrono::floor<milliseconds>(std::chrono::steady_clock::now().time_since_epoch()); }
};

// What is published is committed: the trip of a last hop has arrived.
class WatchedBus final : public runtime::Bus {
public:
    WatchedBus(kafka::Options options, std::function<void(const runtime::Message&)> seen) : bus_(std::move(options)), seen_(std::move(seen)) {}
    void assign(const std::vector<runtime::Position>& positions) override { bus_.assign(positions); }
    void poll(std::size_t limit, std::vector<runtime::Message>& messages, std::vector<runtime::Ask>& asks) override { bus_.poll(limit, messages, asks); }
    bool publish(const runtime::Message& message) override {
        const bool taken = bus_.publish(message);
        seen_(message);
        return taken;
    }
    void ask(const runtime::Ask& ask) override { bus_.ask(ask); }
    void remember(const std::vector<runtime::Position>& positions) override { bus_.remember(positions); }
    std::uint64_t failures() override { return bus_.failures(); }
    std::size_t unacknowledged() override { return bus_.unacknowledged(); }

private:
    kafka::Bus bus_;
    std::function<void(const runtime::Message&)> seen_;
};

// The events of `bench local` stay in the outbox.
class NoBus final : public runtime::Bus {
public:
    explicit NoBus(std::function<void(const runtime::Message&)> seen) : seen_(std::move(seen)) {}
    void assign(const std::vector<runtime::Position>&) override {}
    void poll(std::size_t, std::vector<runtime::Message>&, std::vector<runtime::Ask>&) override {}
    bool publish(const runtime::Message& message) override { seen_(message); return true; }
    void ask(const runtime::Ask&) override {}
    void remember(const std::vector<runtime::Position>&) override {}
    std::uint64_t failures() override { return 0; }
    std::size_t unacknowledged() override { return 0; }

private:
    std::function<void(const runtime::Message&)> seen_;
};

// One service with a thread of its own, as waybill::host runs it.
class Station {
public:
    Station(const Setup& setup, runtime::Definition definition, std::vector<std::string> consumes, bool with_kafka, std::function<void(const runtime::Message&)> seen)
        : definition_(std::move(definition)) {
        const postgres::Options database{stack::postgres_dsn(setup.run, definition_.name)};
        postgres::migrate(database, definition_);
        store_ = std::make_unique<postgres::Store>(database, definition_);
        if (with_kafka) {
            const auto login = stack::kafka_login(setup.run, definition_.name);
            bus_ = std::make_unique<WatchedBus>(kafka::Options{login.bootstrap, login.user, login.password, "bench-" + definition_.name, definition_.name, definition_.emits_to, [this] { ring(); },
                                                               [](bool error, const std::string& text) { if (error) std::cerr << text << "\n"; }}, std::move(seen));
        } else {
            bus_ = std::make_unique<NoBus>(std::move(seen));
        }
        worker_ = std::make_unique<runtime::Worker>(definition_, std::move(consumes), setup.lanes, runtime::Worker::Seams{*store_, *bus_, outbound_, clock_}, figures_, runtime::Limits{},
                                                    [](runtime::Level level, const std::string& what, int) { if (level != runtime::Level::info) std::cerr << what << "\n"; });
        std::set<int> lanes;
        for (int lane = 0; lane < setup.lanes; ++lane) lanes.insert(lane);
        worker_->grant(lanes, milliseconds::max());
        thread_ = std::jthread([this](std::stop_token stop) {
            while (!stop.stop_requested())
                if (!worker_->step()) rest(worker_->rest());
        });
        for (const auto end = std::chrono::steady_clock::now() + 30s; worker_->held().size() < lanes.size(); std::this_thread::sleep_for(5ms))
            if (std::chrono::steady_clock::now() > end) throw std::runtime_error(definition_.name + " does not get its lanes: " + worker_->trouble());
    }
    ~Station() {
        thread_.request_stop();
        ring();
    }

    void submit(std::uint64_t number, Gauge& gauge) {
        const auto id = trip_id(number);
        worker_->submit(id, Begin{id}, [number, &gauge](const Result<runtime::CommandReply>& reply) { if (!reply) gauge.refused(number); });
        ring();
    }

private:
    void ring() {
        {
            const std::lock_guard lock(mutex_);
            if (rung_) return;
            rung_ = true;
        }
        changed_.notify_one();
    }
    void rest(milliseconds at_most) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, at_most, [&] { return rung_; });
        rung_ = false;
    }

    runtime::Definition definition_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool rung_ = false;
    RealClock clock_;
    NoCalls outbound_;
    runtime::Figures figures_;
    std::unique_ptr<postgres::Store> store_;
    std::unique_ptr<runtime::Bus> bus_;
    std::unique_ptr<runtime::Worker> worker_;
    std::jthread thread_;
};

class ThroughRuntime final : public Side {
public:
    ThroughRuntime(const Setup& setup, Gauge& gauge)
        : gauge_(gauge),
          right_(setup, right(), {"left.events"}, true, [&gauge](const runtime::Message& message) { if (arrived(message)) gauge.arrived(number_of(message.envelope.subject)); }),
          left_(setup, left(), {"right.events"}, true, [](const runtime::Message&) {}) {}
    void start(std::uint64_t number) override { left_.submit(number, gauge_); }

private:
    Gauge& gauge_;
    Station right_, left_;
};

class WithinOneService final : public Side {
public:
    WithinOneService(const Setup& setup, Gauge& gauge)
        : gauge_(gauge), only_(setup, alone(), {}, false, [&gauge](const runtime::Message& message) { if (stepped_last(message)) gauge.arrived(number_of(message.envelope.subject)); }) {}
    void start(std::uint64_t number) override { only_.submit(number, gauge_); }

private:
    Gauge& gauge_;
    Station only_;
};

}  // namespace

std::unique_ptr<Side> through_runtime(const Setup& setup, Gauge& gauge) { return std::make_unique<ThroughRuntime>(setup, gauge); }
std::unique_ptr<Side> within_one_service(const Setup& setup, Gauge& gauge) { return std::make_unique<WithinOneService>(setup, gauge); }

stack::Flow flow(int lanes) {
    stack::Flow made;
    for (const auto* prefix : {"", "loop-"}) {
        made.topics.push_back({std::string(prefix) + "left.events", lanes, std::chrono::hours(1), "left", {"right"}});
        made.topics.push_back({std::string(prefix) + "right.events", lanes, std::chrono::hours(1), "right", {"left"}});
    }
    made.services = {{"left"}, {"right"}};
    return made;
}

}  // namespace waybill::bench
