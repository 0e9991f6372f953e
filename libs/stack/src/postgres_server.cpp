// A private Postgres: one cluster, loopback and a socket in its own folder, passwords everywhere.
#include "failure.h"
#include "run_folder.h"

#include <pqxx/pqxx>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace waybill::stack {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

fs::path data_of(const Run& run) { return run.postgres_folder / "data"; }
fs::path log_of(const Run& run) { return run.folder / "logs" / "postgres.log"; }

// The version that made the cluster, else the newest one installed.
fs::path programs(const fs::path& data) {
    const fs::path root = "/usr/lib/postgresql";
    std::string version;
    if (std::ifstream in(data / "PG_VERSION"); in) {
        std::getline(in, version);
        if (!fs::exists(root / version / "bin/postgres"))
            throw Failure({"Postgres", "the data in " + data.string() + " was made by version " + version + ", which is not installed",
                           "install postgresql-" + version + ", or remove the data with ./dev clean"});
        return root / version / "bin";
    }
    int newest = 0;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(root, none))
        if (fs::exists(entry.path() / "bin/initdb")) newest = std::max(newest, std::atoi(entry.path().filename().c_str()));
    if (!newest) throw Failure({"Postgres", "no server programs below " + root.string(), "run ./dev setup"});
    return root / std::to_string(newest) / "bin";
}

Command command_of(const Run& run, std::vector<std::string> argv, int death_signal) {
    Command command;
    command.argv = std::move(argv);
    command.environment = {{"LC_ALL", "C.UTF-8"}, {"TZ", "UTC"}};
    command.log = log_of(run);
    command.folder = run.postgres_folder;
    command.run = run.folder;
    command.user = postgres_user();
    if (run.leash == Leash::with_starter) command.death_signal = death_signal;
    return command;
}

void make_private_folder(const Run& run) {
    const auto& folder = run.postgres_folder;
    const auto user = postgres_user();
    const uid_t owner = user ? user->uid : ::getuid();
    if (::mkdir(folder.c_str(), 0700) == 0 && user && ::chown(folder.c_str(), user->uid, user->gid))
        throw Failure({folder.string(), std::string("cannot be given to user postgres: ") + std::strerror(errno), "choose another run folder"});
    struct stat found {};
    if (::lstat(folder.c_str(), &found) || !S_ISDIR(found.st_mode) || found.st_uid != owner)
        throw Failure({folder.string(), "is not a folder of the user that runs Postgres", "remove it, or choose another run folder"});
    ::chmod(folder.c_str(), 0700);
}

std::string settings_of(const Run& run) {
    std::string text =
        "listen_addresses = '127.0.0.1'\n"
        "port = " + std::to_string(run.ports.postgres) + "\n"
        "unix_socket_directories = '" + run.postgres_folder.string() + "'\n"
        "password_encryption = 'scram-sha-256'\n"
        "max_connections = 200\n"
        "synchronous_commit = on\n"
        "max_wal_size = '2GB'\n"
        "checkpoint_timeout = '15min'\n"
        "idle_in_transaction_session_timeout = '60s'\n"
        "client_connection_check_interval = '5s'\n"
        "log_line_prefix = '%m [%p] %u '\n"
        "log_timezone = 'UTC'\n"
        "timezone = 'UTC'\n"
        "datestyle = 'iso, ymd'\n"
        "lc_messages = 'C.UTF-8'\n";
    text += run.for_load ? "shared_buffers = '512MB'\nmax_wal_size = '8GB'\n" : "shared_buffers = '128MB'\n";
    return text;
}

constexpr const char* who_may_connect =
    "local all         all           scram-sha-256\n"
    "host  all         all           127.0.0.1/32 scram-sha-256\n"
    "local replication waybill_admin scram-sha-256\n"
    "host  replication waybill_admin 127.0.0.1/32 scram-sha-256\n";

}  // namespace

std::optional<User> postgres_user() {
    if (::getuid() != 0) return {};
    const passwd* entry = ::getpwnam("postgres");
    if (!entry) throw Failure({"user postgres", "does not exist, and Postgres refuses to run as root", "run ./dev setup"});
    User user{entry->pw_uid, entry->pw_gid, std::vector<gid_t>(64)};
    int count = static_cast<int>(user.groups.size());
    ::getgrouplist("postgres", user.gid, user.groups.data(), &count);
    user.groups.resize(std::clamp(count, 1, 64));
    return user;
}

bool reaches(const User& user, const fs::path& folder) {
    for (auto at = folder;; at = at.parent_path()) {
        struct stat found {};
        if (::stat(at.c_str(), &found)) return false;
        const bool in_group = std::find(user.groups.begin(), user.groups.end(), found.st_gid) != user.groups.end();
        const mode_t needed = found.st_uid == user.uid ? S_IXUSR : in_group ? S_IXGRP : S_IXOTH;
        if (!(found.st_mode & needed)) return false;
        if (at == at.root_path()) return true;
    }
}

std::optional<Making> make_postgres(const Run& run) {
    const auto data = data_of(run);
    if (fs::exists(data / "PG_VERSION")) {
        if (!read_secret(secrets_of(run), "postgres-waybill_admin"))
            throw Failure({"Postgres", "the cluster in " + data.string() + " is there, but its password is not in " + secrets_of(run).string(),
                           "remove both with ./dev clean"});
        return {};
    }
    make_private_folder(run);
    // Made beside and renamed when whole: a cluster cut off half-way is never taken for one.
    const auto half = run.postgres_folder / "data.new";
    const auto password_file = run.postgres_folder / "password";
    fs::remove_all(half);
    write_file(password_file, make_secret(secrets_of(run), "postgres-waybill_admin").value + "\n", postgres_user());
    const auto command = command_of(run, {programs(data) / "initdb", "--pgdata=" + half.string(), "--username=waybill_admin", "--pwfile=" + password_file.string(),
                                          "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions"}, SIGKILL);
    return Making{command, start(command), [=] {
                      fs::remove(password_file);
                      fs::rename(half, data);
                  }};
}

Process serve_postgres(const Run& run) {
    const auto data = data_of(run);
    const auto user = postgres_user();
    write_file(data / "postgresql.conf", settings_of(run), user);
    write_file(data / "pg_hba.conf", who_may_connect, user);
    const auto process = start(command_of(run, {programs(data) / "postgres", "-D", data}, SIGINT));
    record(run, "postgres", process);
    return process;
}

void await_postgres(const Run& run, const Process& server) {
    const auto login = postgres_dsn(servers_of(run), "waybill_admin", "postgres");
    const auto hold = Hold::on(server);
    const auto deadline = Steady::now() + 60s;
    std::string last;
    while (hold && Steady::now() < deadline) {
        try {
            const pqxx::connection connected(login);
            return;
        } catch (const pqxx::failure& not_yet) {
            last = not_yet.what();
        }
        if (hold->ended_by(Steady::now() + 20ms)) break;
    }
    if (!hold || !alive(server)) throw Failure({"Postgres", reap(server.pid) + ": " + last_lines(log_of(run), 8), "see " + log_of(run).string()});
    throw Failure({"Postgres", "does not answer within 60 s: " + last, "see " + log_of(run).string()});
}

}  // namespace waybill::stack
