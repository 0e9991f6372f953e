// The runtime's promise on two services and a broker in memory: fulfilment asks for routes on command, routes answers by a
// call, fulfilment hears it. Every fault the seams can have is drawn from a seed; the promise is checked on what is stored.
#include <waybill/contracts/fulfilment.h>
#include <waybill/contracts/routes.h>
#include <waybill/runtime/worker.h>
#include <waybill/simulation.h>

#include <gtest/gtest.h>

#include <random>

namespace waybill::runtime {
namespace {

constexpr int lane_count = 2;
constexpr simulation::Fault doubts[] = {simulation::Fault::lost_reply, simulation::Fault::lost_request, simulation::Fault::late_reply, simulation::Fault::late_rollback};

// ---- two small services ------------------------------------------------------------------------------------------------

struct Asker {
    int asked = 0;
    std::vector<int> heard;
    int reminded = 0;
};
BOOST_DESCRIBE_STRUCT(Asker, (), (asked, heard, reminded))
struct AskRoute { std::string shipment; };
using AskerDecision = Decision<Asker, ::fulfilment::v1::Emits>;

AskerDecision ask_route(const Asker* asker, const AskRoute& command, Instant now) {
    Asker next = asker ? *asker : Asker{};
    ::fulfilment::v1::RouteRequested event;
    event.set_shipment_id(command.shipment);
    event.set_equipment(std::to_string(next.asked++));
    return AskerDecision::becomes(next).announcing(event).expecting("reminder", now + 10s);
}
AskerDecision route_found(const Asker& asker, const ::routes::v1::RouteFound& found, Instant) {
    Asker next = asker;
    next.heard.push_back(found.kilometres());
    return AskerDecision::becomes(next);
}
AskerDecision reminder(const Asker& asker, Instant) {
    Asker next = asker;
    ++next.reminded;
    return AskerDecision::becomes(next);
}

struct Finder {
    std::vector<int> requests, answered;
};
BOOST_DESCRIBE_STRUCT(Finder, (), (requests, answered))
struct Measure {
    static constexpr std::string_view call = "measure";
    struct Answer { int kilometres = 0; };
    std::string shipment;
    int request = 0;
};
BOOST_DESCRIBE_STRUCT(Measure::Answer, (), (kilometres))
BOOST_DESCRIBE_STRUCT(Measure, (), (shipment, request))
using FinderDecision = Decision<Finder, ::routes::v1::Emits>;

FinderDecision route_requested(const Finder* finder, const ::fulfilment::v1::RouteRequested& event, Instant) {
    Finder next = finder ? *finder : Finder{};
    next.requests.push_back(std::stoi(event.equipment()));
    return FinderDecision::becomes(next).calling(Measure{event.shipment_id(), next.requests.back()});
}
FinderDecision measured(const Finder& finder, const Answered<Measure>& answer, Instant) {
    Finder next = finder;
    next.answered.push_back(answer.request.request);
    ::routes::v1::RouteFound event;
    event.set_shipment_id(answer.request.shipment);
    event.set_kilometres(answer.answer->kilometres);
    return FinderDecision::becomes(next).announcing(event);
}

Definition fulfilment_definition() {
    return service<::fulfilment::v1::Emits>("fulfilment").keeps<Asker>("asker").on_command(ask_route).on(route_found).when_due("reminder", reminder);
}
Definition routes_definition() {
    return service<::routes::v1::Emits>("routes").keeps<Finder>("finder").on(route_requested).on_answer(measured)
        .calls<Measure>([](const Measure& measure, const Attempt&) -> CallResult<Measure::Answer> { return Measure::Answer{measure.request}; });
}

// ---- a world of two processes a service --------------------------------------------------------------------------------

class World {
public:
    explicit World(std::uint64_t seed, bool faults = true) : random_(seed), faults_(faults) {
        services_.push_back({fulfilment_definition(), {"routes.events"}});
        services_.push_back({routes_definition(), {"fulfilment.events"}});
        for (auto& service : services_)
            for (int process = 0; process < 2; ++process) service.processes.emplace_back();
        for (std::size_t s = 0; s < services_.size(); ++s)
            for (std::size_t p = 0; p < 2; ++p) start(s, p);
    }

    bool chance(int percent) { return faults_ && static_cast<int>(random_() % 100) < percent; }

    void start(std::size_t s, std::size_t p) {
        auto& service = services_[s];
        auto& process = service.processes[p];
        process = {};
        process.store = std::make_unique<simulation::Store>(service.database, simulation::StoreHooks{.before = [this](const std::string& call, int) {
            if (chance(2)) return simulation::Fault::away;
            if (call == "commit" && chance(3)) return doubts[random_() % 4];
            return simulation::Fault::none;
        }});
        process.bus = std::make_unique<simulation::Bus>(broker, simulation::Bus::Hooks{.publish = [this](const Message&) {
            return chance(3) ? simulation::Bus::Fate::lost : chance(3) ? simulation::Bus::Fate::twice : simulation::Bus::Fate::delivered;
        }});
        process.outbound = std::make_unique<simulation::Outbound>(service.definition);
        process.figures = std::make_unique<Figures>();
        process.worker = std::make_unique<Worker>(service.definition, service.consumes, lane_count,
            Worker::Seams{*process.store, *process.bus, *process.outbound, clock}, *process.figures, Limits{}, [](Level, const std::string&, int) {});
        grant(s, p);
    }
    // Both processes are sometimes told that they hold the same lane: the compare-and-set must sort it out.
    void grant(std::size_t s, std::size_t p) {
        std::set<int> lanes;
        for (int lane = 0; lane < lane_count; ++lane)
            if (static_cast<std::size_t>(lane + service_turn_) % 2 == p || chance(10)) lanes.insert(lane);
        services_[s].processes[p].worker->grant(lanes, clock.elapsed() + 3s);
    }

    void step() {
        const std::size_t s = random_() % services_.size(), p = random_() % 2;
        auto& process = services_[s].processes[p];
        const int what = static_cast<int>(random_() % 1000);
        if (what < 5 && faults_) { start(s, p); return; }                                        // kill -9
        if (what < 9 && faults_) { service_turn_++; return; }                                    // lanes move
        if (what < 11 && faults_) { broker.wipe(); return; }                                     // Kafka forgets all
        if (what < 15 && faults_) { auto log = broker.logs.begin(); if (log != broker.logs.end()) { std::advance(log, random_() % broker.logs.size()); if (const auto size = log->second.messages.size()) broker.lose_tail(log->first, random_() % size / 2); } return; }
        if (what < 20 && faults_) { broker.away = !broker.away; return; }
        if (what < 120) grant(s, p);
        if (what < 300) command();
        process.worker->step();
        clock.pass(std::chrono::milliseconds(random_() % 40));
    }
    void command() {
        const std::string shipment = "S" + std::to_string(random_() % 5);
        services_[0].processes[random_() % 2].worker->submit(shipment, AskRoute{shipment}, [](Result<CommandReply>) {});
    }

    void restore_database(std::size_t s, const simulation::Database& copy) {
        services_[s].database = copy;
        services_[s].database.system = "memory/" + std::to_string(++restores_ + 1);
        for (std::size_t p = 0; p < 2; ++p) start(s, p);
    }

    // No more faults: everything must come to rest within a bound.
    bool heal() {
        faults_ = false;
        broker.away = false;
        clock.pass(1h);
        for (int round = 0; round < 4000; ++round) {
            for (std::size_t s = 0; s < services_.size(); ++s)
                for (std::size_t p = 0; p < 2; ++p) {
                    if (round % 20 == 0) grant(s, p);
                    services_[s].processes[p].worker->step();
                }
            clock.pass(25ms);
            if (round % 50 == 49 && problem().empty()) return true;
        }
        return false;
    }

    template <class State>
    std::map<std::string, State> states(std::size_t s) const {
        std::map<std::string, State> all;
        for (const auto& [key, state] : services_[s].database.states) all[key.second] = json::from_json<State>(state.row.body);
        return all;
    }

    // What the promise says, read from what is stored.
    std::string problem() const {
        const auto askers = states<Asker>(0);
        const auto finders = states<Finder>(1);
        for (const auto& [shipment, asker] : askers) {
            std::vector<int> all(asker.asked);
            for (int i = 0; i < asker.asked; ++i) all[i] = i;
            const auto finder = finders.contains(shipment) ? finders.at(shipment) : Finder{};
            if (finder.requests != all) return shipment + ": " + std::to_string(asker.asked) + " asked, " + json::to_json(finder);
            auto answered = finder.answered;
            std::sort(answered.begin(), answered.end());
            if (answered != all) return shipment + ": answers " + json::to_json(finder);
            if (asker.heard != finder.answered) return shipment + ": heard " + json::to_json(asker) + " of " + json::to_json(finder);
            if (asker.asked > 0 && asker.reminded == 0) return shipment + ": never reminded";
        }
        for (const auto& service : services_)
            if (!service.database.parked.empty() || !service.database.open_effects.empty()) return service.definition.name + ": work left over";
        return "";
    }

    struct Process {
        std::unique_ptr<simulation::Store> store;
        std::unique_ptr<simulation::Bus> bus;
        std::unique_ptr<simulation::Outbound> outbound;
        std::unique_ptr<Figures> figures;
        std::unique_ptr<Worker> worker;
    };
    struct RunningService {
        Definition definition;
        std::vector<std::string> consumes;
        simulation::Database database = {};
        std::vector<Process> processes = {};
    };
    std::deque<RunningService> services_;
    simulation::Broker broker;
    simulation::Clock clock;
    std::mt19937_64 random_;
    bool faults_;
    int service_turn_ = 0, restores_ = 0;
};

TEST(ThePromise, HoldsWithoutFaults) {
    World world(1, false);
    for (int i = 0; i < 1000; ++i) world.step();
    ASSERT_TRUE(world.heal()) << world.problem();
    EXPECT_GT(world.states<Asker>(0).size(), 3u);
}

TEST(ThePromise, HoldsUnderKillsZombiesWipesAndDoubtfulCommits) {
    std::uint64_t commits = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        World world(seed);
        for (int i = 0; i < 1500; ++i) world.step();
        ASSERT_TRUE(world.heal()) << "seed " << seed << ": " << world.problem();
        commits += world.services_[0].database.commits + world.services_[1].database.commits;
    }
    EXPECT_GT(commits, 30000u);
}

TEST(ARestoredSource, BeginsAnIncarnationAndItsReadersOpenItOnceTheOldOneIsWhole) {
    for (std::uint64_t seed = 1; seed <= 120; ++seed) {
        World world(seed);
        for (int i = 0; i < 400; ++i) world.step();
        const auto backup = world.services_[1].database;  // routes forgets what it did after this
        for (int i = 0; i < 400; ++i) world.step();
        world.restore_database(1, backup);
        for (int i = 0; i < 400; ++i) world.step();
        world.faults_ = false;
        world.heal();
        // routes is whole again: it asked fulfilment for all it forgot. fulfilment heard some answers twice, in two
        // incarnations, and those of the forgotten one are listed.
        const auto askers = world.states<Asker>(0);
        const auto finders = world.states<Finder>(1);
        std::size_t forgotten = 0, heard = 0, answered = 0;
        for (const auto& [shipment, asker] : askers) {
            const auto& finder = finders.at(shipment);
            ASSERT_EQ(finder.requests.size(), static_cast<std::size_t>(asker.asked)) << "seed " << seed;
            heard += asker.heard.size();
            answered += finder.answered.size();
        }
        for (const auto& orphaned : world.services_[0].database.orphaned) forgotten += static_cast<std::size_t>(orphaned.last - orphaned.first + 1);
        EXPECT_EQ(heard, answered + forgotten) << "seed " << seed;
    }
}

TEST(AKeyWithMoreParkedThanOneLoadBrings, GoesOnInOrderWithEveryContent) {
    const Definition definition = fulfilment_definition();
    simulation::Database database;
    simulation::Broker broker;
    simulation::Clock clock;
    Figures figures;
    simulation::Store store(database);
    simulation::Bus bus(broker);
    simulation::Outbound outbound(definition);
    Limits limits;
    limits.parked_per_key = 3;
    const std::string shipment = "S1";
    const int lane = partition_of(shipment, lane_count);
    const auto worker = [&] {
        auto made = std::make_unique<Worker>(definition, std::vector<std::string>{"routes.events"}, lane_count, Worker::Seams{store, bus, outbound, clock}, figures, limits, [](Level, const std::string&, int) {});
        made->grant({lane}, clock.elapsed() + 1h);
        return made;
    };
    for (int i = 0; i < 10; ++i) {  // answers for a shipment that is not there yet
        ::routes::v1::RouteFound found;
        found.set_shipment_id(shipment);
        found.set_kilometres(i);
        Message message;
        message.envelope = {.type = "routes.v1.RouteFound", .source = "routes", .topic = "routes.events", .partition = lane, .lane = lane, .incarnation = 1, .seq = i, .subject = shipment};
        message.payload = found.SerializeAsString();
        bus.publish(message);
    }
    worker()->step();
    ASSERT_EQ(database.parked.size(), 10u);

    const auto next = worker();  // another hold: what is parked is known, its content is in the database
    next->submit(shipment, AskRoute{shipment}, [](Result<CommandReply>) {});
    next->step();
    const auto asker = json::from_json<Asker>(database.states.at({0, shipment}).row.body);
    EXPECT_EQ(asker.heard, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    EXPECT_TRUE(database.parked.empty());
}

TEST(ADatabaseThatRefusesOneInput, ParksThatInputAndGoesOn) {
    World world(7, false);
    int refusals = 0;
    auto& service = world.services_[1];
    service.processes[0].store = nullptr;
    World::Process& process = service.processes[0];
    process = {};
    process.store = std::make_unique<simulation::Store>(service.database, simulation::StoreHooks{.before = [&](const std::string& call, int) {
        if (call != "commit") return simulation::Fault::none;
        return refusals < 3 ? (++refusals, simulation::Fault::refused) : simulation::Fault::none;
    }});
    process.bus = std::make_unique<simulation::Bus>(world.broker);
    process.outbound = std::make_unique<simulation::Outbound>(service.definition);
    process.figures = std::make_unique<Figures>();
    process.worker = std::make_unique<Worker>(service.definition, service.consumes, lane_count,
        Worker::Seams{*process.store, *process.bus, *process.outbound, world.clock}, *process.figures, Limits{}, [](Level, const std::string&, int) {});
    for (int i = 0; i < 600; ++i) world.step();
    world.heal();
    EXPECT_GE(refusals, 3);
    EXPECT_FALSE(service.database.parked.empty());
    for (const auto& [where, parked] : service.database.parked) {
        if (parked.outcome == Outcome::never) {
            EXPECT_EQ(parked.why, "Postgres refuses what was decided on it");
        }
    }
}

}  // namespace
}  // namespace waybill::runtime
