// The private servers of one machine: starts, provisions, supervises and stops a real Postgres and a real Kafka in a run
// folder, and the services beside them. Servers that somebody else runs are provisioned only. Only the command line links it.
//
// Everything listens on 127.0.0.1 and asks for a generated password. The run folder (`.run/`) holds
//   run.json    ports, mode, state, and every process with its start time, so that a recycled pid is never taken for ours
//   secrets/    one password a file (0600)         postgres/ kafka/   the data
//   logs/       one file a process
// A starter that was killed is harmless: the next `begin`, or `stop_all` from any process, ends what it left.
// Functions that can fail say why (a Refusal with its cure); none waits longer than the deadline named beside it.
// They may be called from any thread, but not two at once for the same run.
#pragma once

#include <waybill/core.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace waybill::stack {

struct Ports {
    int postgres = 0;  // 0: the one of the last run if it is still free, else any free one
    int kafka = 0;
    int kafka_controller = 0;
    bool operator==(const Ports&) const = default;
};

// Whether the processes end with the thread that started them, or stay until `stop_all`.
enum class Leash { with_starter, on_its_own };

struct Settings {
    std::filesystem::path folder = ".run";
    Ports ports;
    std::filesystem::path kafka_libs;   // empty: $WAYBILL_KAFKA_LIBS, else .cache/kafka-4.3.1/libs here or in the source folder
    std::string mode = "up";            // free text for people: "up", "demo", "test"
    Leash leash = Leash::with_starter;  // with_starter: call `start_*` from a thread that lives as long as the servers
    std::uintmax_t least_free_disk = 1'000'000'000;  // bytes
    bool for_load = false;              // more memory and the full JIT compiler for Kafka, more buffers for Postgres
};

// A run that this process keeps, or one found on disk.
struct Run {
    std::filesystem::path folder;           // absolute
    std::filesystem::path postgres_folder;  // <folder>/postgres, or below /var/tmp where user postgres cannot reach that
    std::filesystem::path kafka_libs;
    Ports ports;
    std::string mode;
    Leash leash = Leash::with_starter;
    bool for_load = false;
};

// Who writes and reads what; the command line fills it from contracts/flow.yaml.
struct Flow {
    struct Topic {
        std::string name;
        int partitions = 1;
        std::chrono::milliseconds retention{0};
        std::string owner;                 // its only writer; empty: every service writes and reads it
        std::vector<std::string> readers;
    };
    struct Service {
        std::string name;  // also its schema, database role, Kafka principal and consumer group
    };
    std::vector<Topic> topics;  // `waybill.asks` is added when absent
    std::vector<Service> services;
};

// Takes the run folder: ends what a killed starter left there, chooses ports, makes secrets. Refused while another
// process keeps it, when a wanted port is taken, or when less than `least_free_disk` is free.
Result<Run> begin(const Settings& settings);

// A run that some process began in this folder, running or not.
Result<Run> find(const std::filesystem::path& folder);

// Each returns nothing when the server answers, else why not. Data of an earlier run is kept and used again. At most 60 s.
// Kafka's principals are the services of the flow, `tail`, `judge` and `admin`; a new service needs a restart of Kafka.
std::optional<Refusal> start_postgres(const Run& run);
std::optional<Refusal> start_kafka(const Run& run, const Flow& flow);
std::optional<Refusal> start_servers(const Run& run, const Flow& flow);  // both at once, side by side

// Servers that somebody else runs and keeps. `secrets` holds one password a file, as a run folder does: postgres-<role> of
// every service, of waybill_host, judge and waybill_admin, and kafka-admin.
struct Servers {
    std::string postgres_host;
    int postgres_port = 5432;
    std::string kafka_bootstrap;
    std::filesystem::path secrets;
};

// What `provision` had to change; all zero when everything was in place.
struct Provisioned {
    int databases = 0;
    int roles = 0;
    int schemas = 0;
    int passwords = 0;  // set for roles that were there
    int topics = 0;
    int retentions = 0;
    int acls = 0;  // made or taken away
    int total() const { return databases + roles + schemas + passwords + topics + retentions + acls; }
};
BOOST_DESCRIBE_STRUCT(Provisioned, (), (databases, roles, schemas, passwords, topics, retentions, acls))
using waybill::to_text;
std::string to_text(const Provisioned& made);  // "1 role, 4 topics"; empty when nothing was changed

// Makes what is missing and takes away rights that the flow no longer grants. May be called again at any time.
// Postgres: database `waybill`; per service a login role that owns one schema and sees no other; `waybill_host` with the
// schema `waybill`; `judge`, which may read every table there is or will be, and write nothing.
// Kafka: topics; WRITE on own topics, READ on consumed ones, both on shared ones, READ on the group of the service's name;
// `tail` reads every `*.events`; `judge` reads everything. Refused when a topic exists with another number of partitions.
Result<Provisioned> provision(const Run& run, const Flow& flow);
Result<Provisioned> provision_postgres(const Run& run, const Flow& flow);
Result<Provisioned> provision_kafka(const Run& run, const Flow& flow);

// The same on servers that somebody else runs, as the Postgres superuser `waybill_admin` and the Kafka super user `admin`,
// whose own passwords and the principals' logins are theirs to change. Waits up to 60 s for both servers to answer; a login
// they refuse is refused at once. Never makes a secret: one that is missing is refused before anything is changed. Sets the
// passwords, logins and settings of all roles every time. Takes away rights of the flow's principals, and rights on the
// flow's topics; those of others stay, as do other databases. Topics are replicated as often as the brokers' default says.
Result<Provisioned> provision(const Servers& servers, const Flow& flow);

// Ends everything of the run: first the process that keeps it (unless it is the caller), then services, then servers.
// Orderly first, by force after 15 s each. Nothing on success, else what could not be ended. A stopped run is no error.
std::optional<Refusal> stop_all(const Run& run);

// Role: a service, "waybill_host", "judge", or "waybill_admin" (the superuser). Database `waybill`. Both throw
// std::runtime_error when that name has no secret in the run folder.
std::string postgres_dsn(const Run& run, const std::string& role);

struct KafkaLogin {
    std::string bootstrap;
    std::string user;
    std::string password;  // security.protocol=SASL_PLAINTEXT, sasl.mechanism=PLAIN
};
KafkaLogin kafka_login(const Run& run, const std::string& user);

// What run.json says, checked against the processes that really live.
struct Status {
    struct Process {
        std::string name;
        pid_t pid = 0;
        bool alive = false;
    };
    std::string state;  // "starting", "running", "stopping" or "stopped"; "abandoned" when its keeper was killed
    std::string mode;
    Instant started_at;
    Ports ports;
    Process keeper;
    std::vector<Process> processes;
};
Result<Status> look(const std::filesystem::path& folder);

struct Child {
    std::string name;
    std::vector<std::string> argv;  // visible to every user of the machine: never a secret
    std::vector<std::pair<std::string, std::string>> environment;
    std::filesystem::path log;  // empty: <run>/logs/<name>.log
};

struct SupervisorEvent {
    enum What { started, died, restarting, provisioned, trouble } what;
    std::string child;
    pid_t pid = 0;
    std::string how;                     // died: "killed by signal 9"; provisioned: what was made again; trouble: why
    std::chrono::milliseconds delay{0};  // restarting: in how long
};
std::string to_text(const SupervisorEvent& event);

// Keeps children alive, and the servers of the run that were started before it. What dies is started again after 0.2 s,
// doubling to 5 s, from 0.2 s again once it lived 10 s; without end, since it is never more than one start in 5 s.
// When Kafka was restarted, or lacks topics (looked at every 2 s), its topics and rights are made anew and then
// `after_kafka` is called. Callbacks come from the supervisor's two threads, never two at once; they must not throw and
// must not call the supervisor.
class Supervisor {
public:
    struct Callbacks {
        std::function<void(const SupervisorEvent&)> on_event;
        std::function<void()> after_kafka;
    };
    Supervisor(Run run, Flow flow, std::vector<Child> children, Callbacks callbacks);
    ~Supervisor();
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    // Ends the children (SIGTERM, SIGKILL after 15 s) and stops watching. The servers are left to `stop_all`, which
    // should follow: with Leash::with_starter those that the supervisor restarted go down with its thread.
    void stop();

    // Sends a signal to a child or server by its name, for drills. False when there is no such process.
    bool signal(const std::string& child, int number);

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace waybill::stack
