#include "commands.h"
#include "flow.h"
#include "run_files.h"

#include <waybill/http.h>

#include <arpa/inet.h>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <set>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace waybill::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

bool is_free(int port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    return bound;
}

// The wanted port, else the usual one, else any that is free and not given yet.
int choose(int wanted, int usual, std::set<int>& given, const std::string& name) {
    if (wanted != 0) {
        if (!is_free(wanted)) throw std::runtime_error("port " + std::to_string(wanted) + " for " + name + " is taken; choose another or leave it out");
        given.insert(wanted);
        return wanted;
    }
    for (int port = usual; port < usual + 2000; ++port)
        if (!given.contains(port) && is_free(port)) {
            given.insert(port);
            return port;
        }
    throw std::runtime_error("no free port for " + name);
}

std::string ready_reasons(http::Client& client, const Endpoints& endpoints) {
    std::string reasons;
    for (const auto& [process, url] : endpoints.admin) {
        const auto answer = client.call({"GET", url + "/readyz", {}, {}, 2s});
        if (answer && answer->status == 200) continue;
        reasons += (reasons.empty() ? "" : "; ") + process + ": " + (answer ? answer->body : answer.refusal().why);
        while (reasons.ends_with('\n')) reasons.pop_back();  // they are told in one line
    }
    return reasons;
}

struct UpReport {
    std::string state, edge, operations, postgres, kafka, run;
    double seconds = 0;
};
BOOST_DESCRIBE_STRUCT(UpReport, (), (state, edge, operations, postgres, kafka, run, seconds))

UpReport report_of(const fs::path& run, double seconds) {
    const auto found = endpoints(run);
    const auto looked = stack::look(run);
    UpReport report{"ready", found.edge, found.operations, "", "", fs::absolute(run).string(), seconds};
    if (looked) {
        report.postgres = "127.0.0.1:" + std::to_string(looked->ports.postgres);
        report.kafka = "127.0.0.1:" + std::to_string(looked->ports.kafka);
    }
    return report;
}

volatile std::sig_atomic_t interrupted = 0;

}  // namespace

// ---- the keeper --------------------------------------------------------------------------------------------------------

int keep(const UpOptions& options, int report) {
    const auto tell = [&](const std::string& line) {
        const std::string whole = line + "\n";
        if (report >= 0) { if (::write(report, whole.data(), whole.size()) < 0) return; }
        std::cerr << whole;
    };
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    std::optional<stack::Run> run;
    try {
        stack::Settings wanted;
        wanted.folder = options.run;
        wanted.ports = {options.postgres_port, options.kafka_port, 0};
        wanted.kafka_libs = ::getenv("WAYBILL_KAFKA_LIBS") ? fs::path() : beside_sources(".cache/kafka-4.3.1/libs");
        wanted.mode = options.mode;
        wanted.for_load = options.for_load;
        auto begun = stack::begin(wanted);
        if (!begun) throw std::runtime_error(to_text(begun.refusal()));
        run = *begun;

        tell("starting Postgres and Kafka");
        if (const auto refusal = stack::start_servers(*run, flow())) throw std::runtime_error(to_text(*refusal));
        tell("making topics, schemas, roles and rights");
        if (auto made = stack::provision(*run, flow()); !made) throw std::runtime_error(to_text(made.refusal()));
        const Keys made_keys = make_keys(run->folder);

        std::set<int> given{run->ports.postgres, run->ports.kafka, run->ports.kafka_controller};
        Endpoints ends;
        ends.pace = options.pace;
        const int edge_port = choose(options.edge_port, 8080, given, "edge"), operations_port = choose(options.operations_port, 8081, given, "operations");
        ends.edge = "http://127.0.0.1:" + std::to_string(edge_port);
        ends.operations = "http://127.0.0.1:" + std::to_string(operations_port);
        ends.hooks_port = choose(0, 8090, given, "webhooks");

        std::string epoch = to_text(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
        if (fs::exists(run->folder / "epoch")) epoch = read_file(run->folder / "epoch");  // business time never goes back over a restart
        else write_file(run->folder / "epoch", epoch, false);
        const std::string q = "'";
        write_file(run->folder / "settings.yaml",
                   "# Made by `waybill up`. A flag or an environment variable is stronger.\n"
                   "postgres: {port: " + std::to_string(run->ports.postgres) + "}\n"
                   "kafka: {bootstrap: " + q + "127.0.0.1:" + std::to_string(run->ports.kafka) + q + "}\n"
                   "secrets: {folder: " + q + (run->folder / "secrets").string() + q + "}\n"
                   "clock: {pace: " + std::to_string(options.pace) + ", epoch: " + q + epoch + q + "}\n"
                   "edge: {port: " + std::to_string(edge_port) + ", keys-file: " + q + (run->folder / "keys-public.json").string() + q + "}\n"
                   "operations: {port: " + std::to_string(operations_port) + ", keys-file: " + q + (run->folder / "keys-public.json").string() + q + "}\n" +
                   (options.for_load ? "trail: {file: " + q + (run->folder / "trail.jsonl").string() + q + "}\n" : "") +
                   "payments: {seed: " + std::to_string(options.seed) + "}\n"
                   "notices: {driver-url: " + q + "http://127.0.0.1:" + std::to_string(ends.hooks_port) + "/drivers/{id}" + q +
                   ", customer-url: " + q + "http://127.0.0.1:" + std::to_string(ends.hooks_port) + "/customers/{id}" + q + "}\n", false);

        std::vector<stack::Child> children;
        const auto child = [&](const std::string& name, const std::string& service) {
            const int admin = choose(service == "all" ? options.admin_port : 0, 9600, given, "admin");
            ends.admin[name] = "http://127.0.0.1:" + std::to_string(admin);
            const std::vector<std::string> flags{"--settings", (run->folder / "settings.yaml").string(), "--admin.port", std::to_string(admin)};
            std::vector<std::string> argv{program(), "serve", service};
            argv.insert(argv.end(), flags.begin(), flags.end());
            children.push_back({name, argv, {{"WAYBILL_NOTICES_SECRET", made_keys.hooks_secret}}, {}});
        };
        if (options.processes) for (const auto& service : flow().services) child(service.name, service.name);
        else child("services", "all");
        write_file(run->folder / "endpoints.json", json::to_json(ends), false);

        tell("starting " + std::string(options.processes ? "twelve processes" : "the services"));
        std::atomic<bool> refuses{false};
        stack::Supervisor supervisor(*run, flow(), std::move(children), {[&](const stack::SupervisorEvent& event) {
            std::cerr << to_text(event) << std::endl;
            if (event.what == stack::SupervisorEvent::died && event.how == "exited with 2") refuses = true;  // wrong settings: no restart would help
        }, {}});

        http::Client client;
        std::string reasons = "not asked yet", told;
        const auto until = steady_clock::now() + std::chrono::seconds(options.ready_within);
        const timespec pause{0, 50'000'000};
        int signal = -1;
        while (!(reasons = ready_reasons(client, ends)).empty() && !refuses && steady_clock::now() < until && (signal = sigtimedwait(&signals, nullptr, &pause)) < 0) {}
        if (signal < 0 && refuses) tell("failed: a service refuses its settings; see the end of its log in " + (run->folder / "logs").string());
        else if (signal < 0 && !reasons.empty()) tell("failed: not ready after " + std::to_string(options.ready_within) + " s: " + reasons + "; look into " + (run->folder / "logs").string());
        else if (signal < 0) tell("ready");
        if (report >= 0) ::close(report);
        if (signal < 0 && reasons.empty()) sigwait(&signals, &signal);
        supervisor.stop();
        if (const auto refusal = stack::stop_all(*run)) throw std::runtime_error(to_text(*refusal));
        return reasons.empty() ? ok : failed;
    } catch (const std::exception& error) {
        tell(std::string("failed: ") + error.what());
        if (report >= 0) ::close(report);
        if (run) stack::stop_all(*run);
        return failed;
    }
}

// ---- up, down, status --------------------------------------------------------------------------------------------------

int up(const UpOptions& options) {
    const auto began = steady_clock::now();
    if (options.foreground) return keep(options, -1);
    if (const auto looked = stack::look(options.run); looked && looked->keeper.alive && looked->state == "running") {
        http::Client client;
        if (ready_reasons(client, endpoints(options.run)).empty()) {
            if (options.json) std::cout << json::to_json(report_of(options.run, 0)) << "\n";
            else std::cout << "already up: edge " << endpoints(options.run).edge << ", operations " << endpoints(options.run).operations << "\n";
            return ok;
        }
        std::cerr << "waybill: it was started before and is not ready; see `waybill status`, or stop it with `waybill down`\n";
        return failed;
    }
    fs::create_directories(options.run / "logs");
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    const pid_t keeper = ::fork();
    if (keeper < 0) throw std::runtime_error("no new process");
    if (keeper == 0) {
        // Away from the terminal: the keeper lives on when the shell ends, until `down`.
        ::setsid();
        ::close(ends[0]);
        const int nothing = ::open("/dev/null", O_RDONLY), log = ::open((options.run / "logs" / "keeper.log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
        ::dup2(nothing, 0);
        ::dup2(log, 1);
        ::dup2(log, 2);
        std::vector<std::string> words{program(), "--run", options.run.string(), "keep", "--report", std::to_string(ends[1]), "--pace", std::to_string(options.pace), "--seed", std::to_string(options.seed), "--mode", options.mode, "--ready-within", std::to_string(options.ready_within)};
        if (options.processes) words.push_back("--processes");
        if (options.for_load) words.push_back("--for-load");
        const std::pair<const char*, int> ports[] = {{"--postgres-port", options.postgres_port}, {"--kafka-port", options.kafka_port}, {"--edge-port", options.edge_port}, {"--operations-port", options.operations_port}, {"--admin-port", options.admin_port}};
        for (const auto& [flag, port] : ports) {
            words.push_back(flag);
            words.push_back(std::to_string(port));
        }
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    ::close(ends[1]);
    struct sigaction action{};
    action.sa_handler = [](int) { interrupted = 1; };  // without SA_RESTART: the read below is interrupted
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);

    std::string text, last;
    char bytes[4096];
    while (!interrupted) {
        const ssize_t count = ::read(ends[0], bytes, sizeof bytes);
        if (count <= 0) break;
        text.append(bytes, static_cast<std::size_t>(count));
        for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
            last = text.substr(0, end);
            text.erase(0, end + 1);
            if (!options.quiet && last != "ready" && last.rfind("failed", 0) != 0) std::cerr << "   " << last << "\n";
        }
    }
    ::close(ends[0]);
    if (interrupted) {
        std::cerr << "waybill: interrupted; stopping what was started\n";
        ::kill(keeper, SIGTERM);
        ::waitpid(keeper, nullptr, 0);
        return failed;
    }
    if (last != "ready") {
        std::cerr << "waybill: " << (last.rfind("failed: ", 0) == 0 ? last.substr(8) : "the keeper ended early; see " + (options.run / "logs" / "keeper.log").string()) << "\n";
        ::waitpid(keeper, nullptr, 0);
        return failed;
    }
    const auto report = report_of(options.run, std::chrono::duration<double>(steady_clock::now() - began).count());
    if (options.json) {
        std::cout << json::to_json(report) << "\n";
    } else if (!options.quiet) {
        std::printf("up in %.1f s\n   writes      %s   (POST /v1/offers ...; /openapi.json)\n   reads       %s   (GET /v1/shipments ...)\n   Postgres    %s\n   Kafka       %s\n   next        waybill offer FILE; waybill where ID; waybill tail; waybill world; waybill down\n",
                    report.seconds, report.edge.c_str(), report.operations.c_str(), report.postgres.c_str(), report.kafka.c_str());
    }
    return ok;
}

int down(const fs::path& run, bool json) {
    const auto found = stack::find(run);
    if (!found) {
        if (json) std::cout << "{\"state\":\"stopped\"}\n";
        else std::cout << "nothing was ever started in " << fs::absolute(run).string() << "\n";
        return ok;
    }
    if (const auto refusal = stack::stop_all(*found)) {
        std::cerr << "waybill: " << to_text(*refusal) << "\n";
        return failed;
    }
    if (json) std::cout << "{\"state\":\"stopped\"}\n";
    else std::cout << "stopped; the data stays in " << found->folder.string() << "\n";
    return ok;
}

namespace {
struct ShownProcess { std::string name; int pid = 0; bool alive = false; };
BOOST_DESCRIBE_STRUCT(ShownProcess, (), (name, pid, alive))
struct ShownStatus { std::string state, mode; bool ready = false; std::string reasons, edge, operations; std::vector<ShownProcess> processes; };
BOOST_DESCRIBE_STRUCT(ShownStatus, (), (state, mode, ready, reasons, edge, operations, processes))
}  // namespace

int status(const fs::path& run, bool json) {
    const auto looked = stack::look(run);
    if (!looked) {
        if (json) std::cout << "{\"state\":\"never started\"}\n";
        else std::cout << to_text(looked.refusal()) << "\n";
        return not_up;
    }
    ShownStatus shown{looked->state, looked->mode};
    for (const auto& process : looked->processes) shown.processes.push_back({process.name, process.pid, process.alive});
    if (looked->state == "running") {
        const auto ends = endpoints(run);
        http::Client client;
        shown.reasons = ready_reasons(client, ends);
        shown.ready = shown.reasons.empty();
        shown.edge = ends.edge;
        shown.operations = ends.operations;
    }
    if (json) {
        std::cout << json::to_json(shown) << "\n";
    } else {
        std::cout << shown.state << (shown.ready ? ", ready" : shown.reasons.empty() ? "" : ", not ready: " + shown.reasons) << "\n";
        if (!shown.edge.empty()) std::cout << "   writes " << shown.edge << "   reads " << shown.operations << "\n";
        for (const auto& process : shown.processes) std::cout << "   " << process.name << std::string(process.name.size() < 14 ? 14 - process.name.size() : 1, ' ') << (process.alive ? "pid " + std::to_string(process.pid) : "gone") << "\n";
    }
    return shown.ready ? ok : not_up;
}

}  // namespace waybill::cli
