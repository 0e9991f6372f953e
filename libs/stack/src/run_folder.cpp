#include "run_folder.h"

#include "failure.h"

#include <boost/json.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <random>
#include <set>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace waybill::stack {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::size_t longest_socket_path = 100;  // sockaddr_un holds 107

struct Descriptor {
    int fd;
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
};

json::object to_json(const Process& process) { return {{"pid", process.pid}, {"started", process.started}}; }

Process process_in(const json::value& value) {
    return {value.at("pid").to_number<pid_t>(), value.at("started").to_number<std::uint64_t>()};
}

std::string text_of(const RunFile& file) {
    json::object processes;
    for (const auto& [name, process] : file.processes) processes[name] = to_json(process);
    const json::object whole{
        {"state", file.state},
        {"mode", file.mode},
        {"started_at", file.started_at},
        {"boot", file.boot},
        {"ports", {{"postgres", file.ports.postgres}, {"kafka", file.ports.kafka}, {"kafka_controller", file.ports.kafka_controller}}},
        {"postgres_folder", file.postgres_folder},
        {"kafka_libs", file.kafka_libs},
        {"for_load", file.for_load},
        {"keeper", to_json(file.keeper)},
        {"processes", processes},
    };
    return json::serialize(whole) + "\n";
}

RunFile parse(const std::string& text) {
    const json::value whole = json::parse(text);
    const auto word = [&](const char* name) { return std::string(whole.at(name).as_string()); };
    const auto port = [&](const char* name) { return whole.at("ports").at(name).to_number<int>(); };
    RunFile file{word("state"), word("mode"), word("started_at"), word("boot"),
                 {port("postgres"), port("kafka"), port("kafka_controller")},
                 word("postgres_folder"), word("kafka_libs"), whole.at("for_load").as_bool(), process_in(whole.at("keeper")), {}};
    for (const auto& [name, process] : whole.at("processes").as_object()) file.processes[std::string(name)] = process_in(process);
    if (file.boot != boot_id()) {
        file.keeper = {};
        for (auto& [name, process] : file.processes) process = {};
    }
    return file;
}

bool is_free(int port) {
    const Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const int yes = 1;
    ::setsockopt(socket.fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::bind(socket.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

// Below the range from which the kernel hands out ports for outgoing connections, so that none of those takes it meanwhile.
int free_port(std::set<int>& taken) {
    static thread_local std::mt19937 random{std::random_device{}()};
    for (int attempt = 0; attempt < 200; ++attempt) {
        const int port = std::uniform_int_distribution(20'000, 31'999)(random);
        if (!taken.contains(port) && is_free(port)) {
            taken.insert(port);
            return port;
        }
    }
    throw Failure({"ports", "no free port between 20000 and 31999 on 127.0.0.1", "end what listens there, or set the ports"});
}

int choose_port(const char* name, int wanted, int last, std::set<int>& taken) {
    if (wanted) {
        if (!is_free(wanted))
            throw Failure({std::string("port of ") + name, "127.0.0.1:" + std::to_string(wanted) + " is taken by another program",
                           "end it (`ss -ltnp` shows which), or set another port"});
        taken.insert(wanted);
        return wanted;
    }
    if (last && !taken.contains(last) && is_free(last)) {
        taken.insert(last);
        return last;
    }
    return free_port(taken);
}

std::uint64_t fnv1a(std::string_view text) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const unsigned char byte : text) hash = (hash ^ byte) * 1099511628211ULL;
    return hash;
}

// The cluster lies in the run folder unless the user that must own it cannot walk there, or its socket's name would be too long.
fs::path choose_postgres_folder(const fs::path& folder, const std::string& last) {
    if (!last.empty() && fs::exists(fs::path(last) / "data" / "PG_VERSION")) return last;
    const auto beside = folder / "postgres";
    const auto user = postgres_user();
    const bool fits = (beside / ".s.PGSQL.65535.lock").string().size() < longest_socket_path;
    if (fits && (!user || reaches(*user, folder))) return beside;
    std::array<char, 17> hash{};
    std::snprintf(hash.data(), hash.size(), "%016llx", static_cast<unsigned long long>(fnv1a(folder.string())));
    return fs::path("/var/tmp") / ("waybill-" + std::to_string(::getuid()) + "-" + hash.data());
}

fs::path find_kafka_libs(const fs::path& wanted) {
    if (!wanted.empty()) return fs::absolute(wanted).lexically_normal();
    if (const char* set = std::getenv("WAYBILL_KAFKA_LIBS"); set && *set) return fs::absolute(set).lexically_normal();
    const fs::path usual = ".cache/kafka-4.3.1/libs";
    if (fs::exists(fs::absolute(usual))) return fs::absolute(usual);
    return fs::path(WAYBILL_SOURCE_FOLDER) / usual;
}

Run run_from(const fs::path& folder, const RunFile& file) {
    return {folder, file.postgres_folder, file.kafka_libs, file.ports, file.mode, Leash::with_starter, file.for_load};
}

fs::path whole_path(const fs::path& folder) { return fs::weakly_canonical(fs::absolute(folder)); }

// As libpq reads it in a connection string; the secrets of a run need no quotes.
std::string in_keywords(const std::string& value) {
    constexpr auto plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:/_,-";
    if (!value.empty() && value.find_first_not_of(plain) == std::string::npos) return value;
    std::string text = "'";
    for (const char letter : value) {
        if (letter == '\'' || letter == '\\') text += '\\';
        text += letter;
    }
    return text + "'";
}

bool is_self(const Process& process) {
    const auto self = this_process();
    return process.pid == self.pid && process.started == self.started;
}

// Order: the keeper, which would start again what dies; then services; then the servers they lean on; then strays.
void end_everything(const fs::path& folder) {
    const auto file = read_run_file(folder);
    if (!file) return;
    std::vector<Process> left;
    const auto all = [&](const std::vector<Ending>& endings, std::chrono::milliseconds grace) {
        for (const auto& process : end(endings, grace)) left.push_back(process);
    };
    if (!is_self(file->keeper)) all({{file->keeper, SIGTERM}}, 40s);

    std::vector<Ending> services, servers;
    const auto now = read_run_file(folder).value_or(*file);
    for (const auto& [name, process] : now.processes) {
        if (name == "postgres") servers.push_back({process, SIGINT});  // the fast shutdown: does not wait for clients
        else if (name == "kafka") servers.push_back({process, SIGTERM});
        else services.push_back({process, SIGTERM});
    }
    all(services, 15s);
    all(servers, 15s);

    std::vector<Ending> strays;
    for (const auto& process : marked_with(folder)) strays.push_back({process, SIGTERM});
    if (!strays.empty()) all(strays, 3s);
    if (left.empty()) return;
    std::string pids;
    for (const auto& process : left) pids += (pids.empty() ? "" : ", ") + std::to_string(process.pid);
    throw Failure({"processes", "could not be ended: pid " + pids, "end them by hand, as the user that started them"});
}

}  // namespace

void write_file(const fs::path& file, const std::string& text, const std::optional<User>& owner) {
    const auto beside = file.string() + ".new";
    ::unlink(beside.c_str());
    const Descriptor out{::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    const auto fail = [&] { throw Failure({file.string(), std::string("cannot be written: ") + std::strerror(errno), "make room on the disk and the folder writable"}); };
    if (out.fd < 0) fail();
    if (::write(out.fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) fail();
    if (owner && ::fchown(out.fd, owner->uid, owner->gid)) fail();
    if (::rename(beside.c_str(), file.c_str())) fail();
}

std::optional<RunFile> read_run_file(const fs::path& folder) {
    std::ifstream in(folder / "run.json");
    if (!in) return {};
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    try {
        return parse(text);
    } catch (const std::exception& broken) {
        throw Failure({(folder / "run.json").string(), std::string("is not what this version writes: ") + broken.what(), "remove the folder with ./dev clean"});
    }
}

void change_run_file(const fs::path& folder, const std::function<void(RunFile&)>& change) {
    const Descriptor lock{::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (lock.fd < 0) throw Failure({folder.string(), std::string("cannot be locked: ") + std::strerror(errno), "make the folder writable"});
    ::flock(lock.fd, LOCK_EX);  // held only for the reading and writing below
    RunFile file = read_run_file(folder).value_or(RunFile{});
    change(file);
    write_file(folder / "run.json", text_of(file));
}

void record(const Run& run, const std::string& name, const Process& process) {
    change_run_file(run.folder, [&](RunFile& file) { file.processes[name] = process; });
}

fs::path secrets_of(const Run& run) { return run.folder / "secrets"; }

std::optional<std::string> read_secret(const fs::path& secrets, const std::string& name) {
    std::ifstream in(secrets / name);
    std::string value;
    if (!std::getline(in, value) || value.empty()) return {};
    return value;
}

Secret make_secret(const fs::path& secrets, const std::string& name) {
    if (auto old = read_secret(secrets, name)) return {*old, false};
    std::array<unsigned char, 24> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) throw Failure({"secrets", "no random bytes from the kernel", "try again"});
    std::string value;
    for (const unsigned char byte : bytes) {
        value += "0123456789abcdef"[byte >> 4];
        value += "0123456789abcdef"[byte & 15];
    }
    fs::create_directories(secrets);
    ::chmod(secrets.c_str(), 0700);
    write_file(secrets / name, value + "\n");
    return {value, true};
}

void check_flow(const Flow& flow) {
    static const std::set<std::string> reserved{"admin", "broker", "judge", "postgres", "public", "tail", "waybill", "waybill_admin", "waybill_host"};
    std::set<std::string> names;
    for (const auto& service : flow.services) {
        const auto& name = service.name;
        const bool plain = !name.empty() && name.size() <= 40 && name[0] >= 'a' && name[0] <= 'z' &&
                           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos && !name.starts_with("pg_");
        if (!plain || reserved.contains(name))
            throw Failure({"service", "\"" + name + "\" cannot name a schema, a role and a principal", "use a-z, 0-9 and _, beginning with a letter, and none of the reserved names"});
        if (!names.insert(name).second) throw Failure({"service", "\"" + name + "\" is there twice", "give each service a name of its own"});
    }
    for (const auto& topic : flow.topics) {
        auto users = topic.readers;
        if (!topic.owner.empty()) users.push_back(topic.owner);
        for (const auto& user : users)
            if (!names.contains(user)) throw Failure({"topic " + topic.name, "\"" + user + "\" is no service of the flow", "add the service, or take it from the topic"});
        if (topic.partitions < 1 || topic.retention <= 0ms)
            throw Failure({"topic " + topic.name, "needs at least one partition and some retention", "set both in the flow"});
    }
}

Result<Run> begin(const Settings& settings) {
    std::optional<Run> run;
    const auto refusal = refusal_of("run folder", [&] {
        const fs::path folder = whole_path(settings.folder);
        fs::create_directories(folder);
        ::chmod(folder.c_str(), ::getuid() == 0 ? 0711 : 0700);
        fs::create_directories(folder / "logs");
        if (const auto space = fs::space(folder); space.available < settings.least_free_disk)
            throw Failure({"disk", "only " + std::to_string(space.available / 1'000'000) + " MB free at " + folder.string(), "free at least " + std::to_string(settings.least_free_disk / 1'000'000) + " MB"});

        change_run_file(folder, [&](RunFile& file) {
            if (file.keeper.pid && !is_self(file.keeper) && alive(file.keeper))
                throw Failure({"run folder", folder.string() + " is kept by the running process " + std::to_string(file.keeper.pid) + " (" + file.mode + ")",
                               "stop it with `./dev down`, or choose another run folder"});
            file.keeper = this_process();  // from here on nobody else begins
            file.boot = boot_id();
            file.state = "starting";
        });
        end_everything(folder);

        change_run_file(folder, [&](RunFile& file) {
            std::set<int> taken;
            const Ports last = file.ports;
            file.ports.postgres = choose_port("Postgres", settings.ports.postgres, last.postgres, taken);
            file.ports.kafka = choose_port("Kafka", settings.ports.kafka, last.kafka, taken);
            file.ports.kafka_controller = choose_port("Kafka's controller", settings.ports.kafka_controller, last.kafka_controller, taken);
            file.mode = settings.mode;
            file.started_at = to_text(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
            file.postgres_folder = choose_postgres_folder(folder, file.postgres_folder);
            file.kafka_libs = find_kafka_libs(settings.kafka_libs);
            file.for_load = settings.for_load;
            file.processes.clear();
            run = run_from(folder, file);
        });
        run->leash = settings.leash;
    });
    if (!refusal) return *run;
    refusal_of("run folder", [&] {
        change_run_file(whole_path(settings.folder), [](RunFile& file) {
            if (is_self(file.keeper)) file.keeper = {};
        });
    });
    return *refusal;
}

Result<Run> find(const fs::path& folder) {
    std::optional<Run> run;
    const auto refusal = refusal_of("run folder", [&] {
        const auto whole = whole_path(folder);
        const auto file = read_run_file(whole);
        if (!file) throw Failure({"run folder", "nothing was ever started in " + whole.string(), "start it with ./dev up"});
        run = run_from(whole, *file);
    });
    if (refusal) return *refusal;
    return *run;
}

std::optional<Refusal> stop_all(const Run& run) {
    return refusal_of("stop", [&] {
        if (!read_run_file(run.folder)) return;
        change_run_file(run.folder, [](RunFile& file) { file.state = "stopping"; });
        end_everything(run.folder);
        change_run_file(run.folder, [](RunFile& file) {
            file.state = "stopped";
            file.keeper = {};
            file.processes.clear();
        });
    });
}

Result<Status> look(const fs::path& folder) {
    Status status;
    const auto refusal = refusal_of("run folder", [&] {
        const auto whole = whole_path(folder);
        const auto file = read_run_file(whole);
        if (!file) throw Failure({"run folder", "nothing was ever started in " + whole.string(), "start it with ./dev up"});
        const auto started_at = parse_instant(file->started_at);
        status = {file->state, file->mode, started_at ? *started_at : Instant{}, file->ports, {"keeper", file->keeper.pid, alive(file->keeper)}, {}};
        for (const auto& [name, process] : file->processes) status.processes.push_back({name, process.pid, alive(process)});
        if (file->state != "stopped" && !status.keeper.alive) status.state = "abandoned";
    });
    if (refusal) return *refusal;
    return status;
}

Servers servers_of(const Run& run) { return {"127.0.0.1", run.ports.postgres, "127.0.0.1:" + std::to_string(run.ports.kafka), secrets_of(run)}; }

std::string postgres_dsn(const Servers& servers, const std::string& role, const std::string& database) {
    const auto password = read_secret(servers.secrets, "postgres-" + role);
    if (!password) throw Failure({"database role", "\"" + role + "\" has no secret in " + servers.secrets.string(), "provision first"});
    return "host=" + in_keywords(servers.postgres_host) + " port=" + std::to_string(servers.postgres_port) + " dbname=" + database + " user=" + role +
           " password=" + in_keywords(*password) + " connect_timeout=5";
}

KafkaLogin kafka_login(const Servers& servers, const std::string& user) {
    const auto password = read_secret(servers.secrets, "kafka-" + user);
    if (!password) throw Failure({"Kafka principal", "\"" + user + "\" has no secret in " + servers.secrets.string(), "start Kafka with it in the flow first"});
    return {servers.kafka_bootstrap, user, *password};
}

std::string postgres_dsn(const Run& run, const std::string& role) { return postgres_dsn(servers_of(run), role); }
KafkaLogin kafka_login(const Run& run, const std::string& user) { return kafka_login(servers_of(run), user); }

}  // namespace waybill::stack
