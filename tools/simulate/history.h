// One history of the whole business: twelve services with their real definitions, one to three processes each, on the four
// seams in memory, and the people around them. One thread; nothing but the plan decides what happens.
#pragma once

#include "plan.h"
#include "witness.h"

#include "samples.h"

#include <waybill/host.h>
#include <waybill/runtime/worker.h>
#include <waybill/simulation.h>

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>

namespace waybill::simulate {

using std::chrono::milliseconds;

// What every history shares: made once in a program, and never changed but for the answers it remembers.
struct Business {
    explicit Business(const std::filesystem::path& samples);  // throws std::runtime_error when the file is of no use
    ~Business();
    struct Service {
        host::Unit unit;
        runtime::Definition definition;
        std::vector<std::string> consumes;  // topics
    };
    std::vector<Service> services;
    std::vector<world::Sample> samples;
    settings::Settings settings;
    std::filesystem::path keys_file;                  // removed at the end
    mutable std::map<std::string, std::string> known; // answers of pure providers, by call and request
    std::size_t index(const std::string& name) const;
};

struct Outcome {
    std::uint64_t seed = 0;
    int offers = 0, shipments = 0, closed = 0, stopped = 0, refused = 0, invoices = 0;
    std::uint64_t events = 0, commits = 0, trace_hash = 0, rounds = 0, in_all = 0;  // in_all: faults
    std::map<std::string, std::uint64_t> faults;
    std::vector<Violation> violations;
};
BOOST_DESCRIBE_STRUCT(Outcome, (), (seed, offers, shipments, closed, stopped, refused, invoices, events, commits, trace_hash, rounds, in_all, faults, violations))

class People;

class History {
public:
    using Tell = std::function<void(const std::string&)>;
    History(const Business& business, Plan plan, Tell tell = {});
    ~History();
    Outcome go();

    // For those who want to see a violation seen: everything but the last look, and that look alone.
    void play();
    void look();
    Outcome outcome() const;
    simulation::Database& database(const std::string& service) { return services_[business_.index(service)].database; }
    simulation::Broker& broker() { return broker_; }
    void stop_the_whole_service_of_a_broken_lane() { frozen_ = true; }

private:
    friend class People;
    struct Service;
    struct Process;
    struct Lease { int owner = -1; milliseconds until{-1}; };
    struct Backup { simulation::Database database; Witness::Read read; };
    struct Process final : host::Commands {
        History* run = nullptr;
        Service* service = nullptr;
        int number = 0;
        bool older = false, busy = false;
        milliseconds stopped_until{-1}, up_at{0}, renewed_at{-10000};
        milliseconds rests_until{0};  // unless something comes in
        std::unique_ptr<simulation::Clock> clock;
        std::unique_ptr<simulation::Store> store;
        std::unique_ptr<simulation::Bus> bus;
        std::unique_ptr<simulation::Outbound> outbound;
        std::unique_ptr<runtime::Figures> figures;
        std::unique_ptr<http::Router> router;
        std::unique_ptr<host::Inside> inside;
        std::unique_ptr<runtime::Worker> worker;  // none: the process is down
        void submit(std::string key, std::any command, std::function<void(Result<host::Reply>)> reply) override;
        std::string name() const;
    };
    struct Service {
        std::size_t index = 0;
        std::string name;
        std::vector<std::string> consumes;
        runtime::Definition definition, older;
        simulation::Database database;
        std::deque<Process> processes;
        std::vector<Lease> leases;
        std::vector<Backup> backups;  // at most one
        bool restored = false;
    };

    runtime::Definition prepared(const runtime::Definition& original);
    void start(Process& process);
    void kill(Process& process, const char* how);
    void step(Process& process);
    bool has_something_to_do(const Process& process);
    void renew(Process& process);
    void let_others_go(milliseconds time);
    void take_over(Process& process, int lane);
    void faults_of_round();
    void restore(Service& service);
    bool round();       // true when something happened
    void advance(bool active);
    milliseconds left_of(const Service& service, const std::pair<int, Instant>& timer);
    bool leap();        // to the next thing that is due; false: nothing ever is
    void heal();
    void break_a_lane();
    bool caught_up(const Service& service, int lane) const;
    bool finished();
    std::set<std::string> waiting_for_a_person() const;

    simulation::Fault before_call(Process& process, const char* call, int lane);
    void after_call(Process& process, const char* call);
    simulation::Bus::Fate fate_of(Process& process, const runtime::Message& message);
    simulation::Outbound::Tried called(Service& service, const runtime::Effect& effect, const runtime::Attempt& attempt);
    bool hit(Kind kind);                       // draws, and counts
    bool on(Kind kind) const { return rates_[static_cast<std::size_t>(kind)] > 0; }
    bool marked(Kind kind, std::string_view what, std::string_view key) const;  // by content alone: the same whenever it is asked
    void tell(const std::string& line);
    bool telling() const { return static_cast<bool>(tell_); }
    milliseconds now() { return clock_.elapsed(); }

    void look_at_offers(const std::set<std::string>& excused);
    void look_at_books(const std::set<std::string>& excused);
    void look_at_fleet(const std::set<std::string>& excused);
    void look_at_applied(const std::set<std::string>& excused);
    void look_at_parked();
    void look_at_bounds();

    const Business& business_;
    const Plan plan_;
    const Tell tell_;
    std::array<int, kinds> rates_{};
    std::array<std::uint64_t, kinds> counts_{};
    Random random_;
    simulation::Clock clock_;
    simulation::Broker broker_;
    Witness witness_;
    std::deque<Service> services_;
    std::unique_ptr<People> people_;
    std::map<std::string, runtime::CallResult<std::string>> executed_;  // by effect id: what a keyed third party did
    std::set<std::string> spoilt_;  // keys of events that were spoilt on purpose
    std::string broken_service_;
    int broken_lane_ = -1;
    bool faulty_ = true, nested_ = false, rested_ = true, frozen_ = false;
    int idle_ = 0, restores_ = 0;
    std::uint64_t activity_ = 0, rounds_ = 0;
};

// Customers, an operator, drivers and a bank: they act on what they are told and can see, over the edge's own routes.
class People {
public:
    People(History& run);
    void send_next_offer();
    void act();                                   // everything that is due
    void saw(const runtime::Batch& rows);         // what operations shows now
    void heard(const std::string& body, const std::string& receiver);  // a notice was delivered
    bool idle() const { return agenda_.empty(); }
    std::optional<milliseconds> next() const;
    int offers_left() const;
    void nothing_wrong_any_more() { impatient_ = false; }

    struct Told {  // a request and what was answered, as its client wrote it down
        std::string holder, path, key, body, answer;
        int status = 0;       // 0: not answered yet
        bool asked_other = false;
    };
    std::map<std::string, Told> told;   // by key
    std::set<std::string> offers;       // that were accepted: 202
    std::set<std::string> withdrawn;

private:
    void later(milliseconds wait, std::function<void()> what);
    void ask(const std::string& holder, const std::string& path, const std::string& key, const std::string& body, std::function<void(const Told&)> then = {});
    void attempt(const std::string& key);
    void send(const std::string& key, const std::string& body, bool other_body);
    void look(const std::string& id);
    void asked_driver(const std::string& assignment, const std::string& driver);
    milliseconds between(int least, int most) { return milliseconds(least + static_cast<int>(random_.below(static_cast<std::uint64_t>(most - least + 1)))); }

    History& run_;
    Random random_;
    bool impatient_ = true;
    int sent_ = 0;
    std::map<std::pair<milliseconds, int>, std::function<void()>> agenda_;
    int agenda_number_ = 0;
    std::map<std::string, std::function<void(const Told&)>> then_;
    std::map<std::string, const world::Sample*> sample_of_;  // by offer
    std::set<std::string> to_look_;
    std::map<std::string, int> reviews_;
};

}  // namespace waybill::simulate
