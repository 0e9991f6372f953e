#include "processes.h"

#include "failure.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
extern "C" {  // glibc 2.36 forgot it in this header
#include <sys/pidfd.h>
}
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace waybill::stack {

namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr std::string_view mark = "WAYBILL_CHILD_OF_RUN=";
constexpr std::uintmax_t biggest_log = 16 << 20;

struct Stat {
    char state;
    std::uint64_t started;
};

std::optional<Stat> stat_of(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    if (!std::getline(file, line)) return {};
    const auto name_end = line.rfind(')');  // the name in parentheses may itself hold spaces and parentheses
    if (name_end == std::string::npos) return {};
    std::istringstream rest(line.substr(name_end + 1));
    const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
    if (fields.size() < 20) return {};
    return Stat{fields[0][0], std::stoull(fields[19])};
}

int milliseconds_until(Steady::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 60'000));
}

std::string program(const std::string& name) {
    if (name.find('/') != std::string::npos) return name;
    const char* path = std::getenv("PATH");
    std::istringstream folders(path ? path : "/usr/bin:/bin");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (const auto candidate = folder + "/" + name; ::access(candidate.c_str(), X_OK) == 0) return candidate;
    throw Failure({name, "there is no such program in PATH", "run ./dev setup"});
}

int open_log(const fs::path& log) {
    if (log.empty()) return ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    fs::create_directories(log.parent_path());
    std::error_code none;
    if (fs::file_size(log, none) > biggest_log && !none) fs::rename(log, log.string() + ".1", none);
    return ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

// Between fork and exec only calls that are safe in a child of a program with threads.
[[noreturn]] void become(const Command& command, const char* path, char** argv, char** env, int log, int report, pid_t parent) {
    const auto give_up = [&] {
        const int error = errno;
        [[maybe_unused]] const auto written = ::write(report, &error, sizeof error);
        ::_exit(127);
    };
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    ::setpgid(0, 0);  // Ctrl-C at the terminal is for the keeper, which ends its children in order
    ::umask(077);
    if (command.user) {
        if (::setgroups(command.user->groups.size(), command.user->groups.data()) || ::setgid(command.user->gid) || ::setuid(command.user->uid)) give_up();
    }
    if (command.death_signal) {
        ::prctl(PR_SET_PDEATHSIG, command.death_signal);  // after setuid, which clears it
        if (::getppid() != parent) ::_exit(127);
    }
    if (!command.folder.empty() && ::chdir(command.folder.c_str())) give_up();
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, 0);
    ::dup2(log, 1);
    ::dup2(log, 2);
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    ::execve(path, argv, env);
    give_up();
    ::_exit(127);
}

}  // namespace

std::optional<Hold> Hold::on(const Process& process) {
    if (process.pid <= 0) return {};
    const int fd = ::pidfd_open(process.pid, 0);
    if (fd < 0) return {};
    Hold hold(process, fd);
    // Asked after the hold was taken: if the start time is right now, the hold is on the right process for good.
    if (!alive(process)) return {};
    return hold;
}

Hold& Hold::operator=(Hold&& other) noexcept {
    std::swap(process_, other.process_);
    std::swap(fd_, other.fd_);
    return *this;
}

Hold::~Hold() {
    if (fd_ >= 0) ::close(fd_);
}

void Hold::signal(int number) const { ::pidfd_send_signal(fd_, number, nullptr, 0); }

bool Hold::ended_by(Steady::time_point deadline) const {
    for (;;) {
        pollfd wait{fd_, POLLIN, 0};
        const int left = milliseconds_until(deadline);
        if (const int got = ::poll(&wait, 1, left); got > 0) return true;
        else if (got == 0 && Steady::now() >= deadline) return false;
    }
}

Process this_process() { return {::getpid(), stat_of(::getpid()).value_or(Stat{}).started}; }

bool alive(const Process& process) {
    const auto stat = stat_of(process.pid);
    return stat && stat->started == process.started && stat->state != 'Z' && stat->state != 'X';
}

std::string boot_id() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(file, id);
    return id;
}

Process start(const Command& command) {
    const std::string path = program(command.argv.at(0));
    std::vector<std::string> arguments = command.argv;
    std::vector<std::string> environment;
    const auto replaced = [&](std::string_view variable) {
        return variable.starts_with(mark) || std::any_of(command.environment.begin(), command.environment.end(), [&](const auto& added) {
                   return variable.starts_with(added.first) && variable.substr(added.first.size()).starts_with('=');
               });
    };
    for (char** variable = environ; *variable; ++variable)
        if (!replaced(*variable)) environment.emplace_back(*variable);
    for (const auto& [name, value] : command.environment) environment.push_back(name + "=" + value);
    environment.push_back(std::string(mark) + command.run.string());
    auto argv = pointers(arguments), env = pointers(environment);

    const int log = open_log(command.log);
    if (log < 0) throw Failure({"log file", command.log.string() + ": " + std::strerror(errno), "make the run folder writable"});
    std::array<int, 2> report{};
    if (::pipe2(report.data(), O_CLOEXEC)) throw Failure({command.argv[0], std::strerror(errno), "raise the limit of open files"});

    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid == 0) become(command, path.c_str(), argv.data(), env.data(), log, report[1], parent);
    const int fork_error = errno;
    ::close(log);
    ::close(report[1]);
    int error = 0;
    const auto got = pid > 0 ? ::read(report[0], &error, sizeof error) : 0;  // ends at exec, which closes the other side
    ::close(report[0]);
    if (pid < 0) throw Failure({command.argv[0], std::string("cannot fork: ") + std::strerror(fork_error), "free memory or raise the limit of processes"});
    if (got == sizeof error) {
        ::waitpid(pid, nullptr, 0);
        throw Failure({command.argv[0], std::string("cannot be run: ") + std::strerror(error), "check that it exists and may be executed"});
    }
    return {pid, stat_of(pid).value_or(Stat{}).started};
}

std::string reap(pid_t pid) {
    int status = 0;
    if (::waitpid(pid, &status, WNOHANG) != pid) return "ended";  // not our child, or somebody else reaped it
    if (WIFEXITED(status)) return "exited with " + std::to_string(WEXITSTATUS(status));
    return "killed by signal " + std::to_string(WTERMSIG(status)) + " (" + ::strsignal(WTERMSIG(status)) + ")";
}

void run_to_end(const Process& process, const Command& command, std::chrono::seconds limit) {
    const std::string name = fs::path(command.argv[0]).filename();
    const auto hold = Hold::on(process);
    if (hold && !hold->ended_by(Steady::now() + limit)) {
        hold->signal(SIGKILL);
        hold->ended_by(Steady::now() + 5s);
        reap(process.pid);
        throw Failure({name, "took longer than " + std::to_string(limit.count()) + " s", "see " + command.log.string()});
    }
    if (const auto how = reap(process.pid); how != "exited with 0")
        throw Failure({name, how + ": " + last_lines(command.log, 8), "see " + command.log.string()});
}

std::vector<Process> end(const std::vector<Ending>& endings, std::chrono::milliseconds grace) {
    std::vector<Hold> holds;
    for (const auto& ending : endings)
        if (auto hold = Hold::on(ending.process)) {
            hold->signal(ending.signal);
            hold->signal(SIGCONT);  // one that was stopped by SIGSTOP cannot hear the first
            holds.push_back(std::move(*hold));
        }
    const auto deadline = Steady::now() + grace;
    for (const auto& hold : holds)
        if (!hold.ended_by(deadline)) hold.signal(SIGKILL);
    std::vector<Process> left;
    const auto last = Steady::now() + 5s;
    for (const auto& hold : holds)
        if (!hold.ended_by(last)) left.push_back(hold.process());
    for (const auto& ending : endings)
        if (ending.process.pid > 0) reap(ending.process.pid);
    return left;
}

std::vector<Process> marked_with(const fs::path& run) {
    const std::string wanted = std::string(mark) + run.string();
    std::vector<Process> found;
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator("/proc", gone)) {
        const auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const pid_t pid = std::stoi(name);
        const auto stat = stat_of(pid);
        if (pid == ::getpid() || !stat || stat->state == 'Z') continue;
        std::ifstream file(entry.path() / "environ", std::ios::binary);
        for (std::string variable; std::getline(file, variable, '\0');)
            if (variable == wanted) {
                found.push_back({pid, stat->started});
                break;
            }
    }
    return found;
}

std::string last_lines(const fs::path& log, int lines) {
    std::ifstream file(log);
    std::error_code none;
    if (const auto size = fs::file_size(log, none); !none && size > 16384) file.seekg(-16384, std::ios::end);
    std::deque<std::string> kept;
    for (std::string line; std::getline(file, line);) {
        kept.push_back(line);
        if (static_cast<int>(kept.size()) > lines) kept.pop_front();
    }
    std::string text;
    for (const auto& line : kept) text += (text.empty() ? "" : "\n") + line;
    return text.empty() ? "nothing in its log" : text;
}

}  // namespace waybill::stack
