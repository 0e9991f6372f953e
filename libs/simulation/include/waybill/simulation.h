// The four seams in memory: the same promises as the real sides, in one thread, with faults on demand.
//
// A Database and a Broker are what survives; Store and Bus are one process's connections to them, so that a killed process
// is a destroyed Worker and its Store and Bus. Nothing here waits: time moves when the test moves it.
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

class Clock final : public runtime::Clock {
public:
    explicit Clock(Instant start = Instant(std::chrono::hours(24 * 365 * 50))) : start_(start) {}
    Instant now() override { return start_ + passed_ + skew_; }
    std::chrono::milliseconds elapsed() override { return passed_; }
    void pass(std::chrono::milliseconds time) { passed_ += time; }
    void skew(std::chrono::milliseconds by) { skew_ += by; }  // the wall clock jumps, the monotonic one does not

private:
    Instant start_;
    std::chrono::milliseconds passed_{0}, skew_{0};
};

// What goes wrong with one call to the store.
enum class Fault {
    none,
    away,            // the call throws StoreAway; nothing was written
    lost_reply,      // a commit took effect, but its reply never came: in doubt
    lost_request,    // a commit did not take effect, and that is not known: in doubt
    refused,         // Postgres refuses the content of a commit
};

// The durable state of one service, as in its schema.
struct Database {
    struct State { runtime::StateWrite row; int lane = 0; };
    std::string system = "memory/1";
    std::map<int, runtime::LaneRecord> lanes;
    std::map<std::pair<std::size_t, std::string>, State> states;
    std::map<std::tuple<std::size_t, std::string, std::string>, std::pair<int, Instant>> timers;
    std::vector<std::pair<int, runtime::OutboxRow>> outbox;
    std::map<std::string, std::pair<int, runtime::Effect>> open_effects;
    std::map<std::string, std::string> answers;
    std::map<std::pair<int, std::int64_t>, runtime::Parked> parked;
    std::map<std::string, std::map<std::string, boost::json::object>> rows;  // table -> key columns as text -> row
    std::vector<runtime::Orphaned> orphaned;
    std::uint64_t commits = 0;
};

class Store final : public runtime::Store {
public:
    using FaultOf = std::function<Fault(const std::string& call)>;  // take load timers commit mark outbox parked
    explicit Store(Database& database, FaultOf fault = {}) : database_(database), fault_(std::move(fault)) {}

    runtime::Taken take(int lane) override;
    std::vector<runtime::StoredState> load(int lane, std::size_t aggregate, const std::vector<std::string>& keys) override;
    std::vector<runtime::DueTimer> timers(int lane, std::size_t limit) override;
    runtime::Committed commit(const runtime::Batch& batch) override;
    runtime::LaneMark mark(int lane) override;
    std::vector<runtime::OutboxRow> outbox(int lane, const std::string& topic, int partition, std::int64_t incarnation, std::int64_t from, std::size_t bytes) override;
    std::vector<runtime::Parked> parked(int lane, std::size_t aggregate, const std::string& key, std::int64_t from, std::size_t limit) override;
    void tidy(Instant) override {}

private:
    Fault check(const std::string& call);
    Database& database_;
    FaultOf fault_;
};

// Topics of ordered partitions, which may be wiped, cut short or repeated.
struct Broker {
    std::map<std::pair<std::string, int>, std::vector<runtime::Message>> logs;
    std::vector<runtime::Ask> asks;
    bool away = false;
    void wipe() { logs.clear(); asks.clear(); }
};

class Bus final : public runtime::Bus {
public:
    enum class Fate { delivered, lost, twice };
    explicit Bus(Broker& broker, std::function<Fate(const runtime::Message&)> fate = {}) : broker_(broker), fate_(std::move(fate)), asks_read_(broker.asks.size()) {}

    void assign(const std::vector<runtime::Position>& positions) override;
    void poll(std::size_t limit, std::vector<runtime::Message>& messages, std::vector<runtime::Ask>& asks) override;
    bool publish(const runtime::Message& message) override;
    void ask(const runtime::Ask& ask) override;
    void remember(const std::vector<runtime::Position>&) override {}
    std::uint64_t failures() override { return failures_; }
    std::size_t unacknowledged() override { return waiting_.size(); }

private:
    void flush();
    Broker& broker_;
    std::function<Fate(const runtime::Message&)> fate_;
    std::map<std::pair<std::string, int>, std::int64_t> positions_;
    std::deque<runtime::Message> waiting_;  // published while the broker was away
    std::size_t asks_read_;
    std::uint64_t failures_ = 0;
};

// Calls the providers of a definition when finished() is asked, once an id. `lost`: the process dies before it hears.
class Outbound final : public runtime::Outbound {
public:
    explicit Outbound(const runtime::Definition& definition) : definition_(definition) {}
    void start(int lane, const runtime::Effect& effect) override;
    void finished(std::vector<Finished>& into) override;
    void settled(const std::vector<std::string>& ids) override;
    std::size_t performed() const { return performed_; }

private:
    const runtime::Definition& definition_;
    std::map<std::string, std::pair<int, runtime::Effect>> started_;
    std::map<std::string, Finished> done_;
    std::set<std::string> told_;
    std::size_t performed_ = 0;
};

}  // namespace waybill::simulation
