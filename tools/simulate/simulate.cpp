#include "simulate.h"

#include "history.h"

#include <waybill/json.h>

#include <CLI/CLI.hpp>

#include <atomic>
#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace waybill::simulate {
namespace {

struct Options {
    std::uint64_t seed = 1, seeds = 0;
    int offers = 0, jobs = 0;
    double seconds = 0;
    bool json = false, trace = false, no_shrink = false, quiet = false, today = false;
    std::string plan, samples;
};

struct Total {
    std::uint64_t seeds = 0, offers = 0, shipments = 0, closed = 0, events = 0, commits = 0, faults_in_all = 0, trace_hash = 14695981039346656037ull;
    std::map<std::string, std::uint64_t> faults;
    void add(const Outcome& outcome) {
        ++seeds;
        offers += static_cast<std::uint64_t>(outcome.offers);
        shipments += static_cast<std::uint64_t>(outcome.shipments);
        closed += static_cast<std::uint64_t>(outcome.closed);
        events += outcome.events;
        commits += outcome.commits;
        faults_in_all += outcome.in_all;
        for (const auto& [kind, count] : outcome.faults) faults[kind] += count;
        trace_hash = (trace_hash ^ outcome.trace_hash) * 1099511628211ull;
    }
};

// Of this program and of its jobs that have ended: what rates are told by, since others may use the machine too.
double processor_seconds() {
    double sum = 0;
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage used{};
        ::getrusage(who, &used);
        sum += static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    }
    return sum;
}

std::string hex(std::uint64_t value) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
    return text;
}

Plan planned(const Options& options, std::uint64_t seed) {
    Plan plan = options.quiet ? quiet(seed) : drawn(seed);
    if (options.offers > 0) plan.offers = options.offers;
    return plan;
}

// A smaller plan that breaks the same promise: fewer kinds of faults, then fewer offers, rounds, lanes and processes. Greedy,
// and at most `budget` runs.
Plan shrunk(const Business& business, Plan plan, Invariant invariant, int budget) {
    const auto still_breaks = [&](const Plan& smaller) {
        if (budget-- <= 0) return false;
        for (const auto& violation : History(business, smaller).go().violations)
            if (violation.invariant == invariant) return true;
        return false;
    };
    const auto attempt = [&](Plan smaller) {
        if (smaller == plan || !still_breaks(smaller)) return false;
        plan = std::move(smaller);
        return true;
    };
    for (std::size_t many = std::max<std::size_t>(1, plan.faults.size() / 2); many > 0; many /= 2) {
        for (std::size_t from = 0; from < plan.faults.size();) {
            Plan smaller = plan;
            auto begin = smaller.faults.begin();
            std::advance(begin, from);
            auto end = begin;
            for (std::size_t n = 0; n < many && end != smaller.faults.end(); ++n) ++end;
            smaller.faults.erase(begin, end);
            if (!attempt(std::move(smaller))) from += many;
        }
    }
    for (int Plan::*size : {&Plan::offers, &Plan::rounds, &Plan::lanes, &Plan::processes})
        for (bool smaller_breaks = true; smaller_breaks && plan.*size > 1;) {
            smaller_breaks = false;
            for (const int value : {1, plan.*size / 2, plan.*size * 3 / 4, plan.*size - 1}) {
                if (value < 1 || value >= plan.*size) continue;
                Plan smaller = plan;
                smaller.*size = value;
                if ((smaller_breaks = attempt(std::move(smaller)))) break;
            }
        }
    for (bool Plan::*flag : {&Plan::hot, &Plan::witnessed})
        if (plan.*flag) {
            Plan smaller = plan;
            smaller.*flag = false;
            attempt(std::move(smaller));
        }
    return plan;
}

// Plays the seeds and hands over what came of each, in their order, until one breaks a promise: then those below it are ended
// too, so that the first one reported is the same with any number of jobs. Histories share nothing, so each job is a process of
// its own; throws std::runtime_error when one of them ends otherwise than by ending its histories.
class Crew {
public:
    Crew(const Business& business, const Options& options, std::function<bool()> time_is_up) : business_(business), options_(options), time_is_up_(std::move(time_is_up)) {
        void* shared = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (shared == MAP_FAILED) throw std::runtime_error("no memory to share");
        shared_ = new (shared) Shared;
    }
    ~Crew() { ::munmap(shared_, sizeof(Shared)); }

    void play(std::uint64_t seeds, int jobs, const std::function<void(const Outcome&)>& ended) {
        struct Job { pid_t process; int outcomes; std::string read; };
        std::vector<Job> crew;
        for (int job = 0; job < jobs; ++job) {
            int ends[2];
            if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
            const pid_t process = ::fork();
            if (process < 0) throw std::runtime_error("no process");
            if (process == 0) {
                ::close(ends[0]);
                work(job, seeds, ends[1]);
            }
            ::close(ends[1]);
            crew.push_back({process, ends[0], {}});
        }
        std::map<std::uint64_t, Outcome> waiting;
        std::uint64_t next = options_.seed;
        for (std::size_t open = crew.size(); open > 0;) {
            std::vector<pollfd> watched;
            for (const Job& job : crew) watched.push_back({job.outcomes, POLLIN, 0});
            if (::poll(watched.data(), watched.size(), -1) < 0) continue;
            for (std::size_t index = 0; index < crew.size(); ++index) {
                if (watched[index].revents == 0) continue;
                char bytes[65536];
                const auto count = ::read(crew[index].outcomes, bytes, sizeof bytes);
                if (count <= 0) {
                    ::close(std::exchange(crew[index].outcomes, -1));
                    --open;
                    continue;
                }
                std::string& read = crew[index].read.append(bytes, static_cast<std::size_t>(count));
                for (auto end = read.find('\n'); end != std::string::npos; end = read.find('\n')) {
                    auto outcome = json::from_json<Outcome>(read.substr(0, end));
                    read.erase(0, end + 1);
                    waiting.emplace(outcome.seed, std::move(outcome));
                }
                for (; !waiting.empty() && waiting.begin()->first == next; waiting.erase(waiting.begin()), ++next) ended(waiting.begin()->second);
            }
        }
        for (std::size_t job = 0; job < crew.size(); ++job) {
            int status = 0;
            ::waitpid(crew[job].process, &status, 0);
            if (status == 0) continue;
            const std::string how = WIFSIGNALED(status) ? "by signal " + std::to_string(WTERMSIG(status)) : "with exit code " + std::to_string(WEXITSTATUS(status));
            throw std::runtime_error("the program of seed " + std::to_string(shared_->current[job]) + " was ended " + how + "; try simulate --jobs 1 --seed with it");
        }
    }

    static constexpr int most_jobs = 64;

private:
    struct Shared {
        std::atomic<std::uint64_t> next{0};
        std::atomic<bool> broken{false};
        std::array<std::atomic<std::uint64_t>, most_jobs> current{};
    };

    [[noreturn]] void work(int job, std::uint64_t seeds, int outcomes) {
        try {
            while (!shared_->broken && !time_is_up_()) {
                const std::uint64_t n = shared_->next++;
                if (n >= seeds) break;
                shared_->current[static_cast<std::size_t>(job)] = options_.seed + n;
                const Outcome outcome = History(business_, planned(options_, options_.seed + n)).go();
                if (!outcome.violations.empty()) shared_->broken = true;
                const std::string line = json::to_json(outcome) + "\n";
                for (std::size_t written = 0; written < line.size();) {
                    const auto count = ::write(outcomes, line.data() + written, line.size() - written);
                    if (count < 0) ::_exit(1);
                    written += static_cast<std::size_t>(count);
                }
            }
        } catch (const std::exception& error) {
            std::cerr << "simulate: seed " << shared_->current[static_cast<std::size_t>(job)] << ": " << error.what() << std::endl;
            ::_exit(1);
        }
        ::_exit(0);  // what belongs to the parent, its files among it, is not taken down here
    }

    const Business& business_;
    const Options& options_;
    const std::function<bool()> time_is_up_;
    Shared* shared_;
};

boost::json::value in_json(const std::map<std::string, std::uint64_t>& counts) {
    boost::json::object made;
    for (const auto& [kind, count] : counts) made[kind] = count;
    return made;
}

int run(const Options& options) {
    const auto began = std::chrono::steady_clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
    const Business business(options.samples);
    std::optional<Plan> given;
    if (!options.plan.empty()) {
        std::ifstream in(options.plan);
        std::stringstream text;
        text << in.rdbuf();
        if (!in) {
            std::cerr << "simulate: " << options.plan << " cannot be read\n";
            return 2;
        }
        auto read = read_plan(text.str());
        if (!read) {
            std::cerr << "simulate: " << options.plan << ": " << to_text(read.refusal()) << "\n";
            return 2;
        }
        given = *read;
    }

    Total total;
    std::vector<Violation> violations;
    std::optional<Plan> failing;
    double told_at = 0;
    const auto ended = [&](const Outcome& outcome) {
        if (!violations.empty()) return;
        total.add(outcome);
        if (!outcome.violations.empty()) violations = outcome.violations, failing = given ? *given : planned(options, outcome.seed);
        if (!options.json && !options.trace && seconds() - told_at > 5) {
            told_at = seconds();
            std::cerr << total.seeds << " seeds, " << total.shipments << " shipments, " << total.events << " events, " << total.faults_in_all << " faults\n";
        }
    };
    const auto time_is_up = [&] { return options.seconds > 0 && seconds() >= options.seconds; };
    const std::uint64_t seeds = given ? 1 : options.seeds > 0 ? options.seeds : options.seconds > 0 ? UINT64_MAX : 1;
    const int jobs = static_cast<int>(std::min<std::uint64_t>(seeds, static_cast<std::uint64_t>(options.jobs > 0 ? options.jobs : static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, 16u)))));
    if (jobs > 1 && !options.trace) {
        Crew(business, options, time_is_up).play(seeds, jobs, ended);
    } else {
        const History::Tell tell = options.trace ? History::Tell([](const std::string& line) { std::cout << line << "\n"; }) : History::Tell();
        for (std::uint64_t n = 0; n < seeds && violations.empty() && !time_is_up(); ++n) ended(History(business, given ? *given : planned(options, options.seed + n), tell).go());
    }
    const double took = seconds(), worked = processor_seconds();
    const auto rate = [&](std::uint64_t count) { return std::to_string(static_cast<std::uint64_t>(static_cast<double>(count) / worked)); };
    if (failing && !options.no_shrink) {
        if (!options.json) std::cerr << "seed " << failing->seed << " breaks " << name(violations.front().invariant) << "; looking for a smaller history that does\n";
        failing = shrunk(business, *failing, violations.front().invariant, 150);
        if (const auto again = History(business, *failing).go().violations; !again.empty()) violations = again;
    }

    if (options.json) {
        boost::json::array broken;
        for (const auto& violation : violations) broken.push_back({{"invariant", std::string(name(violation.invariant))}, {"what", violation.what}});
        boost::json::object made{{"seeds", total.seeds}, {"offers", total.offers}, {"shipments", total.shipments}, {"closed", total.closed}, {"events", total.events}, {"commits", total.commits},
                                 {"faults_in_all", total.faults_in_all}, {"faults", in_json(total.faults)}, {"violations", broken}, {"trace_hash", hex(total.trace_hash)}, {"seconds", took}, {"processor_seconds", worked}, {"jobs", jobs}};
        if (failing) made["seed"] = failing->seed, made["plan"] = boost::json::parse(json::to_json(*failing));
        std::cout << boost::json::serialize(made) << "\n";
    } else {
        std::cout << total.seeds << (total.seeds == 1 ? " seed: " : " seeds: ") << total.offers << " offers, " << total.shipments << " shipments (" << total.closed << " closed), " << total.events << " events, "
                  << total.commits << " commits, " << total.faults_in_all << " faults in " << static_cast<int>(took * 10) / 10.0 << " s, " << static_cast<int>(worked * 10) / 10.0 << " s of a processor (in each of these " << rate(total.shipments) << " shipments and "
                  << rate(total.faults_in_all) << " faults); trace " << hex(total.trace_hash) << "\n";
        if (violations.empty()) std::cout << "no violation\n";
        for (const auto& violation : violations) std::cout << "VIOLATION " << name(violation.invariant) << ": " << violation.what << "\n";
        if (failing) std::cout << "seed " << failing->seed << "; the smallest plan found (for --plan FILE):\n" << json::to_json(*failing) << "\n";
    }
    return violations.empty() ? 0 : 1;
}

}  // namespace

int command(const std::vector<std::string>& words) {
    CLI::App app("The whole business in one thread, from a seed, with faults everywhere: every promise is checked on what is stored.", "simulate");
    Options options;
    options.samples = WAYBILL_SAMPLES;
    auto* seed = app.add_option("--seed", options.seed, "The first seed; the same seed is the same history");
    auto* seeds = app.add_option("--seeds", options.seeds, "How many seeds from there on");
    app.add_option("--seconds", options.seconds, "As many seeds as fit into so many seconds")->check(CLI::PositiveNumber)->excludes(seeds);
    auto* today = app.add_flag("--seeds-of-today", options.today, "Other first seeds each day")->excludes(seed);
    app.add_option("--jobs", options.jobs, "How many histories at a time; what comes of them is the same (a job a processor)")->check(CLI::Range(1, Crew::most_jobs));
    auto* offers = app.add_option("--offers", options.offers, "So many offers in each history, instead of the drawn 4 to 31")->check(CLI::Range(1, 100000));
    app.add_option("--plan", options.plan, "A file with the plan that a failing seed printed")->excludes(seed)->excludes(seeds)->excludes(today)->excludes(offers);
    app.add_option("--samples", options.samples, "Texts of offers, as in tests/offers/README.md");
    app.add_flag("--json", options.json, "Print data for programs");
    app.add_flag("--trace", options.trace, "Tell the story, a line an event, request or fault");
    app.add_flag("--no-shrink", options.no_shrink, "Do not look for a smaller history that fails too");
    app.add_flag("--no-faults", options.quiet, "The same histories with nothing going wrong");
    app.footer("Exit codes: 0 clean, 1 a promise was broken, 2 wrong usage.\nExamples:\n  simulate --seconds 60\n  simulate --seed 7 --trace\n  simulate --plan failing.json --trace");
    try {
        std::vector<std::string> reversed(words.rbegin(), words.rend());
        app.parse(reversed);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    if (options.today) {
        options.seed = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::days>(std::chrono::system_clock::now().time_since_epoch()).count()) * 1'000'000;
        std::cerr << "the first seed of today is " << options.seed << "\n";
    }
    try {
        return run(options);
    } catch (const std::exception& error) {
        std::cerr << "simulate: " << error.what() << "\n";
        return 2;
    }
}

}  // namespace waybill::simulate
