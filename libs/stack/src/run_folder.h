// run.json and the secrets of a run folder, and the logins that secrets give.
#pragma once

#include "processes.h"

#include <waybill/stack.h>

#include <functional>
#include <map>

namespace waybill::stack {

struct RunFile {
    std::string state;
    std::string mode;
    std::string started_at;
    std::string boot;  // pids of another boot mean nothing
    Ports ports;
    std::string postgres_folder;
    std::string kafka_libs;
    bool for_load = false;
    Process keeper;
    std::map<std::string, Process> processes;
};

std::optional<RunFile> read_run_file(const std::filesystem::path& folder);  // nothing when absent; throws when unreadable
// Reads, changes and writes under a lock, so that a keeper and a `down` in another process do not undo each other.
void change_run_file(const std::filesystem::path& folder, const std::function<void(RunFile&)>& change);
void record(const Run& run, const std::string& name, const Process& process);

struct Secret {
    std::string value;
    bool is_new;
};
std::filesystem::path secrets_of(const Run& run);
Secret make_secret(const std::filesystem::path& secrets, const std::string& name);  // the old one when it exists
std::optional<std::string> read_secret(const std::filesystem::path& secrets, const std::string& name);

Servers servers_of(const Run& run);
// As for a run: both throw Failure when that name has no secret.
std::string postgres_dsn(const Servers& servers, const std::string& role, const std::string& database = "waybill");
KafkaLogin kafka_login(const Servers& servers, const std::string& user);

// Written beside and renamed, so that a reader never sees half; mode 0600 and, if given, another owner.
void write_file(const std::filesystem::path& file, const std::string& text, const std::optional<User>& owner = {});

void check_flow(const Flow& flow);  // throws Failure when a name cannot be a schema, role and principal

// Making a server's data and serving it are apart, so that both servers can be made side by side.
struct Making {
    Command command;
    Process process;
    std::function<void()> then;
};
std::optional<Making> make_postgres(const Run& run);                // nothing: the cluster is there
std::optional<Making> make_kafka(const Run& run, const Flow& flow);  // nothing: the data folder is formatted
void finish(const std::optional<Making>& making);
Process serve_postgres(const Run& run);
Process serve_kafka(const Run& run, const Flow& flow);
void await_postgres(const Run& run, const Process& server);
void await_kafka(const Run& run, const Process& server);
std::optional<User> postgres_user();                       // nothing: as ourselves
bool reaches(const User& user, const std::filesystem::path& folder);

}  // namespace waybill::stack
