#include "failure.h"
#include "kafka_client.h"
#include "run_folder.h"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace waybill::stack {

namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr auto first_delay = 200ms;
constexpr auto longest_delay = 5000ms;
constexpr auto long_lived = 10s;
constexpr std::chrono::milliseconds topic_look = 2s;
constexpr auto child_grace = 15s;

struct Kept {
    std::string name;
    std::function<Process()> launch;
    std::optional<Hold> hold = {};  // nothing while it is down
    Steady::time_point since = {};
    Steady::time_point due = {};    // when to start it, while it is down
    std::chrono::milliseconds delay = first_delay;
};

bool is_server(const Kept& kept) { return kept.name == "postgres" || kept.name == "kafka"; }

std::string text_of(const Provisioned& made) {
    const auto text = to_text(made);
    return text.empty() ? "nothing was missing" : text + " made again";
}

}  // namespace

std::string to_text(const SupervisorEvent& event) {
    switch (event.what) {
        case SupervisorEvent::started: return event.child + ": started, pid " + std::to_string(event.pid);
        case SupervisorEvent::died: return event.child + ": pid " + std::to_string(event.pid) + " " + event.how;
        case SupervisorEvent::restarting: return event.child + ": again in " + std::to_string(event.delay.count()) + " ms";
        case SupervisorEvent::provisioned: return event.child + ": " + event.how;
        case SupervisorEvent::trouble: return event.child + ": " + event.how;
    }
    return event.child;
}

struct Supervisor::Inside {
    Inside(Run run_, Flow flow_, std::vector<Child> children, Callbacks callbacks_)
        : run(std::move(run_)), flow(std::move(flow_)), callbacks(std::move(callbacks_)), wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        change_run_file(run.folder, [&](RunFile& file) {
            file.keeper = this_process();
            for (const auto& [name, process] : file.processes) {
                if (name != "postgres" && name != "kafka") continue;
                Kept server{name, {}};
                if (name == "postgres") server.launch = [this] { finish(make_postgres(run)); return serve_postgres(run); };
                else server.launch = [this] { finish(make_kafka(run, flow)); return serve_kafka(run, flow); };
                server.hold = Hold::on(process);
                server.since = Steady::now();
                has_kafka |= name == "kafka";
                kept.push_back(std::move(server));
            }
        });
        for (auto& child : children) {
            const auto name = child.name;
            kept.push_back({name, [this, child = std::move(child)] { return launch(child); }});
        }
        keeper = std::thread([this] { keep(); });
        if (has_kafka) watcher = std::thread([this] { watch_topics(); });
    }

    ~Inside() {
        stop();
        ::close(wake);
    }

    void stop() {
        const std::lock_guard once(stop_once);
        {
            const std::lock_guard lock(mutex);
            stopping = true;
        }
        ::eventfd_write(wake, 1);
        changed.notify_all();
        if (keeper.joinable()) keeper.join();
        if (watcher.joinable()) watcher.join();
    }

    void tell(SupervisorEvent event) {
        const std::lock_guard one_at_a_time(telling);
        if (callbacks.on_event) callbacks.on_event(event);
    }

    Process launch(const Child& child) {
        Command command;
        command.argv = child.argv;
        command.environment = child.environment;
        command.log = child.log.empty() ? run.folder / "logs" / (child.name + ".log") : child.log;
        command.run = run.folder;
        if (run.leash == Leash::with_starter) command.death_signal = SIGTERM;
        const auto process = start(command);
        record(run, child.name, process);
        return process;
    }

    void bring_up(Kept& it) {
        std::optional<Process> process;
        const auto refusal = refusal_of(it.name, [&] { process = it.launch(); });
        const auto now = Steady::now();
        if (refusal) {
            it.due = now + it.delay;
            tell({SupervisorEvent::trouble, it.name, 0, to_text(*refusal)});
            tell({SupervisorEvent::restarting, it.name, 0, "", it.delay});
            it.delay = std::min<std::chrono::milliseconds>(it.delay * 2, longest_delay);
            return;
        }
        {
            const std::lock_guard lock(mutex);
            it.hold = Hold::on(*process);
            it.since = now;
        }
        tell({SupervisorEvent::started, it.name, process->pid, ""});
        if (!it.hold) mourn(it, process->pid);
        else if (it.name == "kafka") {
            {
                const std::lock_guard lock(mutex);
                kafka_is_new = true;
            }
            changed.notify_all();
        }
    }

    void mourn(Kept& it, pid_t pid) {
        const auto how = reap(pid);
        const auto now = Steady::now();
        {
            const std::lock_guard lock(mutex);
            it.hold.reset();
        }
        if (now - it.since >= long_lived) it.delay = first_delay;
        it.due = now + it.delay;
        tell({SupervisorEvent::died, it.name, pid, how});
        tell({SupervisorEvent::restarting, it.name, 0, "", it.delay});
        it.delay = std::min<std::chrono::milliseconds>(it.delay * 2, longest_delay);
    }

    void keep() {
        while (!is_stopping()) {
            auto next = Steady::now() + 60s;
            for (auto& it : kept) {
                if (!it.hold && it.due <= Steady::now() && !is_stopping()) bring_up(it);
                if (!it.hold) next = std::min(next, it.due);
            }
            std::vector<pollfd> waits{{wake, POLLIN, 0}};
            std::vector<Kept*> whose;
            for (auto& it : kept)
                if (it.hold) {
                    waits.push_back({it.hold->fd(), POLLIN, 0});
                    whose.push_back(&it);
                }
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Steady::now());
            ::poll(waits.data(), waits.size(), static_cast<int>(std::max(left, 0ms).count()));
            for (std::size_t i = 0; i < whose.size(); ++i)
                if (waits[i + 1].revents) mourn(*whose[i], whose[i]->hold->process().pid);
        }
        // Ended by this thread, before it ends itself: with the leash, its end would be theirs.
        std::vector<Ending> endings;
        for (const auto& it : kept)
            if (it.hold && !is_server(it)) endings.push_back({it.hold->process(), SIGTERM});
        end(endings, child_grace);
    }

    void watch_topics() {
        std::unique_ptr<KafkaAdmin> admin;
        std::chrono::milliseconds pause = topic_look;
        bool owed = false;  // Kafka was restarted and `after_kafka` was not called yet
        while (!is_stopping()) {
            {
                std::unique_lock lock(mutex);
                changed.wait_for(lock, pause, [&] { return stopping || kafka_is_new; });
                if (stopping) return;
                owed |= std::exchange(kafka_is_new, false);
            }
            const auto refusal = refusal_of("Kafka", [&] {
                if (!admin) admin = std::make_unique<KafkaAdmin>(kafka_login(run, "admin"));
                const auto there = admin->topics(500ms);
                if (!there) return;  // away: the keeper's business, and the next look is soon
                const bool missing = !there->contains("waybill.asks") || std::any_of(flow.topics.begin(), flow.topics.end(), [&](const auto& topic) { return !there->contains(topic.name); });
                if (!missing && !owed) return;
                const auto made = provision_kafka(run, flow);
                if (!made) throw Failure(made.refusal());
                owed = false;
                tell({SupervisorEvent::provisioned, "kafka", 0, text_of(*made)});
                const std::lock_guard one_at_a_time(telling);
                if (callbacks.after_kafka) callbacks.after_kafka();
            });
            if (refusal) tell({SupervisorEvent::trouble, "kafka", 0, to_text(*refusal)});
            pause = owed && !refusal ? 50ms : topic_look;
        }
    }

    bool is_stopping() {
        const std::lock_guard lock(mutex);
        return stopping;
    }

    const Run run;
    const Flow flow;
    const Callbacks callbacks;
    const int wake;
    bool has_kafka = false;

    std::vector<Kept> kept;  // the keeper's; `hold` is changed, and read by others, under the mutex
    std::mutex mutex, telling, stop_once;
    std::condition_variable changed;
    bool stopping = false;
    bool kafka_is_new = false;
    std::thread keeper, watcher;
};

Supervisor::Supervisor(Run run, Flow flow, std::vector<Child> children, Callbacks callbacks)
    : inside_(std::make_unique<Inside>(std::move(run), std::move(flow), std::move(children), std::move(callbacks))) {}

Supervisor::~Supervisor() = default;

void Supervisor::stop() { inside_->stop(); }

bool Supervisor::signal(const std::string& child, int number) {
    const std::lock_guard lock(inside_->mutex);
    for (const auto& it : inside_->kept)
        if (it.name == child && it.hold) {
            it.hold->signal(number);
            return true;
        }
    return false;
}

}  // namespace waybill::stack
