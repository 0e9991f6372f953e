// Processes that are told apart from others that got their pid later. Linux only: pidfd and /proc.
#pragma once

#include <waybill/core.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace waybill::stack {

struct Process {
    pid_t pid = 0;
    std::uint64_t started = 0;  // clock ticks since boot, field 22 of /proc/<pid>/stat
};

struct User {
    uid_t uid;
    gid_t gid;
    std::vector<gid_t> groups;
};

struct Command {
    std::vector<std::string> argv;  // argv[0] is looked up in PATH
    std::vector<std::pair<std::string, std::string>> environment;
    std::filesystem::path log;     // appended to; empty: /dev/null
    std::filesystem::path folder;  // where it runs
    std::filesystem::path run;     // marks it, and what it starts, as belonging to this run
    std::optional<User> user;      // nothing: as ourselves
    int death_signal = 0;          // what it gets when the thread that started it ends; 0: nothing
};

// A hold on one process: signals and waits meant for it reach no other.
class Hold {
public:
    static std::optional<Hold> on(const Process& process);  // nothing when it is gone
    Hold(Hold&& other) noexcept : process_(other.process_), fd_(std::exchange(other.fd_, -1)) {}
    Hold& operator=(Hold&& other) noexcept;
    ~Hold();

    const Process& process() const { return process_; }
    int fd() const { return fd_; }  // readable once it ended
    void signal(int number) const;
    bool ended_by(std::chrono::steady_clock::time_point deadline) const;

private:
    Hold(Process process, int fd) : process_(process), fd_(fd) {}
    Process process_;
    int fd_ = -1;
};

Process this_process();
bool alive(const Process& process);  // a zombie is not
std::string boot_id();

Process start(const Command& command);  // throws Failure when it cannot be run

// What became of a process that ended: "exited with 1", "killed by signal 9 (Killed)". Reaps it when it is a child of ours.
std::string reap(pid_t pid);

// Runs to its end and throws Failure, with the end of its log, unless it exits with 0 in time.
void run_to_end(const Process& process, const Command& command, std::chrono::seconds limit);

// Ends all: the signal, then SIGKILL after `grace`. Returns those that even that did not end within 5 s.
struct Ending {
    Process process;
    int signal;
};
std::vector<Process> end(const std::vector<Ending>& endings, std::chrono::milliseconds grace);

// Every live process, other than this one, that was started for the run, even one nobody recorded.
std::vector<Process> marked_with(const std::filesystem::path& run);

std::string last_lines(const std::filesystem::path& log, int lines);

}  // namespace waybill::stack
