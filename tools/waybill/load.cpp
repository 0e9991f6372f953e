#include "commands.h"
#include "run_files.h"
#include "world_play.h"

#include <budget.h>
#include <compare.h>
#include <cpu.h>
#include <freight.h>
#include <scenario.h>
#include <watch.h>

#include <waybill/contracts/flow.h>
#include <waybill/http.h>
#include <waybill/kafka.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iostream>
#include <mutex>
#include <sstream>
#include <stop_token>
#include <thread>
#include <unistd.h>

namespace waybill::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

std::stop_source stop_loading;

constexpr int known_late_ms = 50;  // p99 of requests that left later than this: the generator shapes what it measures

// Reads every public topic, from now on.
void follow(const stack::Run& run, load::Watch& watch, std::stop_token stop) {
    std::vector<std::string> topics;
    for (const auto& topic : contracts::flow().topics)
        if (!topic.is_private) topics.push_back(topic.name);
    const auto login = stack::kafka_login(run, "tail");
    kafka::Tail reader({login.bootstrap, login.user, login.password, "waybill-load", "tail", {}, {}, {}}, topics, contracts::flow().lanes, false);
    while (!stop.stop_requested())
        if (const auto message = reader.next(100ms); message && message->kind == runtime::Message::Kind::event) watch.seen(message->envelope.type, message->envelope.subject, steady_clock::now());
}

struct Summary {
    std::string verdict, report;
    double offers_per_second = 0;
    bool generator_was_the_bound = false;
    std::vector<load::StepFigures> steps;  // without the values of report.json
    std::vector<load::Budget> budgets;
};
BOOST_DESCRIBE_STRUCT(Summary, (), (verdict, report, offers_per_second, generator_was_the_bound, steps, budgets))

}  // namespace

namespace {

// What the scenario says, where the command line says nothing else.
Result<load::Scenario> asked_for(const LoadOptions& options) {
    auto found = load::scenario(options.scenario);
    if (!found) return found;
    auto scenario = std::move(found).value();
    if (options.rate > 0) scenario.arrivals.rate = options.rate;
    if (options.seconds > 0) {
        scenario.kill_at *= static_cast<double>(options.seconds) / scenario.seconds;
        scenario.arrivals.at *= static_cast<double>(options.seconds) / scenario.seconds;
        scenario.arrivals.lasts *= static_cast<double>(options.seconds) / scenario.seconds;
        if (options.warm_up < 0) scenario.warm_up = std::min(scenario.warm_up, options.seconds / 4);
        scenario.seconds = options.seconds;
    }
    if (options.warm_up >= 0) scenario.warm_up = options.warm_up;
    if (!options.offers_file.empty()) scenario.offers = options.offers_file.string();
    if (const auto wrong = load::wrong_with(scenario)) return *wrong;
    return scenario;
}

fs::path offers_of(const load::Scenario& scenario, std::size_t count, std::uint64_t seed, const fs::path& out, const fs::path& run) {
    if (scenario.offers == "samples") return sample_offers();
    if (scenario.offers != "synthetic") return scenario.offers;
    // Dates go on where the last load of this run ended: the fleet is booked until then.
    const auto remembered = run / "load-dates";
    auto first = parse_instant("2026-10-05T08:00:00Z", "load-dates");
    if (fs::exists(remembered))
        if (const auto known = parse_instant(read_file(remembered), "load-dates")) first = known;
    write_file(remembered, to_text(*first + std::chrono::days(21) + std::chrono::minutes(std::llround(scenario.every_minutes * static_cast<double>(count)))), false);
    const auto file = out / "offers.jsonl";
    write_file(file, load::synthetic_offers(count, scenario.every_minutes, scenario.skew, seed, *first), false);
    return file;
}

load::Report report_in(fs::path place) {
    if (fs::is_directory(place)) place /= "report.json";
    return json::from_json<load::Report>(read_file(place));
}

}  // namespace

int list_scenarios(bool json) {
    if (!json) {
        for (const auto& each : load::built_in()) std::cout << fmt::format("{:8}  {}\n", each.name, each.what);
        return ok;
    }
    std::map<std::string, std::string> listed;
    for (const auto& each : load::built_in()) listed[each.name] = each.what;
    std::cout << json::to_json(listed) << "\n";
    return ok;
}

int show_scenario(const std::string& name) {
    const auto found = load::scenario(name);
    if (!found) {
        std::cerr << "waybill: " << to_text(found.refusal()) << "\n";
        return wrong_usage;
    }
    std::cout << load::to_yaml(*found);
    return ok;
}

int compare_loads(const fs::path& before, const fs::path& after, double allowed, bool json) {
    const auto found = load::compare(report_in(before), report_in(after), allowed);
    if (!found) {
        std::cerr << "waybill: " << to_text(found.refusal()) << "\n";
        return failed;
    }
    if (json) {
        std::cout << json::to_json(*found) << "\n";
    } else {
        std::cout << found->sentence << "\n";
        for (const auto& each : found->unlike) std::cout << "   unlike: " << each << "\n";
        for (const auto& each : found->differences)
            std::cout << fmt::format("   {:18} {:6} {:>9.1f} -> {:>9.1f} ms   change {:>+8.1f}, between {:>+8.1f} and {:>+8.1f}   {}\n", each.step, each.percentile, each.before_ms, each.after_ms, each.change_ms, each.low_ms, each.high_ms, each.says);
    }
    return found->worse ? became_worse : ok;
}

namespace {

// What goes on beside the offers; all of it ends with the object.
class Beside {
public:
    Beside(const load::Scenario& scenario, const stack::Run& run, const Endpoints& ends, std::string operator_key, std::uint64_t seed, steady_clock::time_point began)
        : scenario_(scenario), run_(run), ends_(ends), operator_key_(std::move(operator_key)), seed_(seed), began_(began) {
        if (scenario.kill != load::Kill::nothing) threads_.emplace_back([this](std::stop_token stop) { kill(stop); });
        if (scenario.poisoned > 0) threads_.emplace_back([this](std::stop_token stop) { poison(stop); });
        if (scenario.reads > 0)
            for (int reader = 0; reader < readers; ++reader) threads_.emplace_back([this, reader](std::stop_token stop) { read(reader, stop); });
    }
    void knows(const std::string& offer) {
        const std::lock_guard lock(mutex_);
        if (offers_.size() < 10'000) offers_.push_back(offer);
    }
    void end() { threads_.clear(); }
    const std::vector<std::string>& broken() const { return broken_; }       // after end()
    const std::vector<std::string>& poisoned() const { return poisoned_; }   // keys
    const std::string& trouble() const { return trouble_; }
    const bench::Histogram& reads() const { return reads_; }

private:
    static constexpr int readers = 8;
    bool wait_until(steady_clock::time_point when, std::stop_token stop) {
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any woken;
        woken.wait_until(lock, stop, when, [] { return false; });
        return !stop.stop_requested();
    }

    void kill(std::stop_token stop) {
        if (!wait_until(began_ + std::chrono::milliseconds(std::llround(1000 * scenario_.kill_at)), stop)) return;
        const auto looked = stack::look(run_.folder);
        int killed = 0;
        const std::string victim = boost::describe::enum_to_string(scenario_.kill, "?");
        if (looked)
            for (const auto& process : looked->processes) {
                const bool is_server = process.name == "kafka" || process.name == "postgres";
                if (process.alive && (scenario_.kill == load::Kill::services ? !is_server && process.pid != looked->keeper.pid : process.name == victim)) killed += ::kill(process.pid, SIGKILL) == 0;
            }
        const std::lock_guard lock(mutex_);
        if (killed) broken_.push_back(fmt::format("At second {:g} of the run {} died by kill -9 ({} {}).", scenario_.kill_at, victim, killed, killed == 1 ? "process" : "processes"));
        else trouble_ = "nothing was there to kill: " + victim;
    }

    // As from an edge of the next version, on a lane that no edge here has, about shipments that nobody knows.
    void poison(std::stop_token stop) {
        const auto login = stack::kafka_login(run_, "edge");
        kafka::Bus bus({login.bootstrap, login.user, login.password, "waybill-load-poison", "edge", {}, {}});
        const int lanes = contracts::flow().lanes, lane = 1000 + static_cast<int>(seed_ % 1'000'000);
        std::map<int, std::int64_t> numbers;
        for (int i = 0; i < scenario_.poisoned; ++i) {
            if (!wait_until(began_ + std::chrono::milliseconds(1000LL * scenario_.seconds * (i + 1) / (scenario_.poisoned + 1)), stop)) break;
            runtime::Message message;
            const std::string key = fmt::format("wb-poisoned-{}-{}", seed_, i);
            const int partition = runtime::partition_of(key, lanes);
            message.envelope = {.type = "edge.v2.GoodsPickedUp", .source = "edge", .topic = "edge.events", .partition = partition, .lane = lane, .incarnation = 1, .seq = numbers[partition]++, .subject = key,
                                .cause = "an edge of the next version", .time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
            message.payload = "what the next version says";
            const bool taken = bus.publish(message);
            std::vector<runtime::Message> unread;
            std::vector<runtime::Ask> asks;
            for (int look = 0; taken && bus.unacknowledged() > 0 && look < 500; ++look) {
                bus.poll(0, unread, asks);
                wait_until(steady_clock::now() + 10ms, stop);
            }
            const std::lock_guard lock(mutex_);
            if (taken && bus.unacknowledged() == 0 && bus.failures() == 0) poisoned_.push_back(key);
            else trouble_ = "Kafka did not take a poisoned event";
        }
    }

    void read(int reader, std::stop_token stop) {
        http::Client client;
        for (std::uint64_t number = static_cast<std::uint64_t>(reader);; number += readers) {
            const auto due = began_ + std::chrono::microseconds(std::llround(1e6 * static_cast<double>(number) / scenario_.reads));
            if (due >= began_ + std::chrono::seconds(scenario_.seconds) || !wait_until(due, stop)) return;
            std::string offer;
            {
                const std::lock_guard lock(mutex_);
                if (!offers_.empty()) offer = offers_[(number * 7919) % offers_.size()];
            }
            if (offer.empty()) continue;
            const auto answer = client.call({"GET", ends_.operations + "/v1/offers/" + offer, {{"authorization", "Bearer " + operator_key_}}, {}, 10s});
            const std::lock_guard lock(mutex_);
            // 404: the time-line lags behind the edge's answer for a moment.
            if (answer && (answer->status == 200 || answer->status == 404)) reads_.add(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - due).count()));
            else trouble_ = "a read was answered " + (answer ? std::to_string(answer->status) : answer.refusal().why);
        }
    }

    const load::Scenario& scenario_;
    const stack::Run& run_;
    const Endpoints ends_;
    const std::string operator_key_;
    const std::uint64_t seed_;
    const steady_clock::time_point began_;
    std::mutex mutex_;  // of all below
    std::vector<std::string> offers_, broken_, poisoned_;
    std::string trouble_;
    bench::Histogram reads_;
    std::vector<std::jthread> threads_;
};

struct Findings {
    int count = 0;
    std::vector<std::string> first;
};
BOOST_DESCRIBE_STRUCT(Findings, (), (count, first))
struct Board {
    Findings lost, repeated, gaps, stuck, unbalanced;
};
BOOST_DESCRIBE_STRUCT(Board, (), (lost, repeated, gaps, stuck, unbalanced))

// Whether all that the judge found is what was poisoned, and each of it waits.
bool only_poison(const std::string& board, const std::vector<std::string>& keys) {
    const auto found = json::from_json<Board>(board);
    if (found.lost.count + found.repeated.count + found.gaps.count + found.unbalanced.count > 0 || found.stuck.count != static_cast<int>(keys.size())) return false;
    return std::all_of(found.stuck.first.begin(), found.stuck.first.end(), [&](const std::string& line) {
        return line.starts_with("parked at fulfilment") && std::any_of(keys.begin(), keys.end(), [&](const auto& key) { return line.find(key + ":") != line.npos; });
    });
}

struct Loaded {
    int code = failed;
    load::Report report;
    fs::path page;
};

Loaded play_load(const LoadOptions& options, const load::Scenario& scenario) {
    const auto run = stack::find(options.run);
    const auto looked = stack::look(options.run);
    if (!run || !looked || looked->state != "running") {
        std::cerr << "waybill: the system is not up in " << options.run.string() << "; start it with: waybill up --for-load --pace 100\n";
        return {not_up, {}, {}};
    }
    if (!run->for_load) std::cerr << "this system was not started with --for-load: Kafka is slower than it could be, and no hop is told\n";
    fs::create_directories(options.out);
    const auto wall = std::chrono::system_clock::now();

    WorldCommand playing;
    playing.run = options.run;
    playing.seed = options.seed ? options.seed : static_cast<std::uint64_t>(wall.time_since_epoch() / 1ms);
    auto due = load::due_times(scenario.arrivals, scenario.seconds, playing.seed);
    if (!due) {
        std::cerr << "waybill: " << to_text(due.refusal()) << "\n";
        return {wrong_usage, {}, {}};
    }
    playing.offers = static_cast<int>(due->size());
    playing.offers_file = offers_of(scenario, due->size(), playing.seed, options.out, options.run);
    auto world_options = options_for(playing);
    world_options.due = std::move(due).value();
    world_options.threads = 64;
    world_options.withdrawn = scenario.withdrawn;
    std::unique_ptr<Beside> beside;
    std::unique_ptr<load::Watch> watch;
    world_options.on_offer = [&](const std::string& offer, load::Time due_at, load::Time sent) {
        watch->taken(offer, due_at, sent, steady_clock::now());
        beside->knows(offer);
    };
    const double pace = world_options.pace;
    auto opened = world::World::open(std::move(world_options));
    if (!opened) {
        std::cerr << "waybill: " << to_text(opened.refusal()) << "\n";
        return {failed, {}, {}};
    }
    std::signal(SIGINT, [](int) { stop_loading.request_stop(); });
    std::signal(SIGTERM, [](int) { stop_loading.request_stop(); });

    // The reader begins first, so that no early event is missed.
    const auto began = steady_clock::now() + 3s;
    watch = std::make_unique<load::Watch>(began, std::chrono::seconds(scenario.warm_up));
    beside = std::make_unique<Beside>(scenario, *run, endpoints(options.run), keys(options.run).operator_key, playing.seed, began);
    std::jthread reader([&](std::stop_token stop) { follow(*run, *watch, stop); });
    std::this_thread::sleep_until(began);
    std::error_code none;
    const auto trail_size = fs::file_size(options.run / "trail.jsonl", none);
    const auto trail_from = none ? std::streamoff(0) : static_cast<std::streamoff>(trail_size);
    std::vector<bench::Cpu> cpus{bench::cpu_now(*run)};
    const bool terminal = ::isatty(2);
    auto told = began;
    std::size_t shown = 0;  // lines on the terminal, to be written over
    const auto progress = (*opened)->run([&](const world::Progress& now) {
        while (steady_clock::now() - began >= std::chrono::seconds(cpus.size())) cpus.push_back(bench::cpu_now(*run));
        if (options.json || steady_clock::now() - told < (terminal ? 500ms : 10000ms)) return;
        told = steady_clock::now();
        const auto steps = watch->histograms();
        std::vector<std::string> lines{fmt::format("{:.0f} s of {} s: {} of {} offers, {} invoices; driver asked p50 {:.0f} ms, p99 {:.0f} ms", std::chrono::duration<double>(told - began).count(), scenario.seconds, now.offers_sent, playing.offers,
                                                   watch->invoices(), static_cast<double>(steps[1].at(0.5)) / 1000, static_cast<double>(steps[1].at(0.99)) / 1000)};
        if (terminal) {
            if (told - began < std::chrono::seconds(scenario.warm_up)) lines.front() += "; warm-up, not counted yet";
            for (std::size_t i = 0; i < steps.size(); ++i)
                lines.push_back(fmt::format("   {:18} {:>7}   p50 {:>8.1f} ms   p99 {:>8.1f} ms   max {:>8.1f} ms", load::Watch::steps[i].name, steps[i].count(), static_cast<double>(steps[i].at(0.5)) / 1000,
                                            static_cast<double>(steps[i].at(0.99)) / 1000, static_cast<double>(steps[i].max()) / 1000));
            if (cpus.size() > 1) {
                const auto used = cpus.back() - cpus[cpus.size() - 2];
                lines.push_back(fmt::format("   processors: services {:.2f}, Postgres {:.2f}, Kafka {:.2f}, generator {:.2f}; services {:.0f} MB", used.services, used.postgres, used.kafka, used.ours, used.services_mb));
            }
            lines.push_back(fmt::format("   {} webhooks, {} requests again, {} troubles; people have {} things to do", now.hooks, now.tries_again, now.troubles_in_all, now.waiting));
        }
        if (shown) std::cerr << "\033[" << shown << "A\033[J";
        for (const auto& line : lines) std::cerr << line << "\n";
        std::cerr << std::flush;
        shown = terminal ? lines.size() : 0;
    }, stop_loading.get_token());
    if (!options.json) std::cerr << "   " << to_text(progress) << "\n";

    beside->end();
    load::Trail trail;
    if (std::ifstream lines(options.run / "trail.jsonl", std::ios::binary); lines && lines.seekg(trail_from)) {
        std::ostringstream text;
        text << lines.rdbuf();
        trail.read(text.str());
    }
    const fs::path board = options.out / "judge.json";
    int judged = run_judge(options.run, true, beside->poisoned().empty() ? 60 : 5, -1, {}, board);
    if (judged == judged_bad && !beside->poisoned().empty() && only_poison(read_file(board), beside->poisoned())) judged = ok;
    reader.request_stop();
    reader.join();

    load::Report report;
    report.scenario = scenario.name;
    report.began_at = to_text(std::chrono::floor<std::chrono::milliseconds>(wall));
    report.rate = static_cast<double>(playing.offers) / scenario.seconds;
    report.seed = playing.seed;
    report.warm_up = scenario.warm_up;
    report.settings = load::to_yaml(scenario) + (run->for_load ? "" : "\n# The servers were started without --for-load: Kafka is slower than it could be.");
    report.pace = pace;
    report.offers = progress.offers_sent;
    report.tries_again = progress.tries_again;
    report.settled = progress.settled;
    report.offers_by_state = progress.offers_by_state;
    report.shipments_by_stage = progress.shipments_by_stage;
    report.budgets = load::budgets(trail, *watch);
    report.machine = load::this_machine();
    report.judge = read_file(board);
    auto histograms = watch->histograms();
    for (std::size_t i = 0; i < histograms.size(); ++i) report.steps.push_back(load::figures_of(load::Watch::steps[i].name, load::Watch::steps[i].what, histograms[i]));
    if (beside->reads().count()) report.steps.push_back(load::figures_of("read", "an offer read through HTTP, from when it was due", beside->reads()));
    if (beside->reads().count()) histograms.push_back(beside->reads());
    report.broken = beside->broken();
    report.poisoned = static_cast<int>(beside->poisoned().size());
    const auto late = watch->late();
    report.generator_late_p99_ms = static_cast<double>(late.at(0.99)) / 1000;
    report.generator_was_the_bound = report.generator_late_p99_ms > known_late_ms;
    report.timeline = watch->timeline();
    int offers_until = 0;
    for (std::size_t i = 0; i < report.timeline.size(); ++i) {
        auto& second = report.timeline[i];
        if (second.offers) offers_until = second.at + 1;
        if (i + 1 >= cpus.size()) continue;
        const auto used = cpus[i + 1] - cpus[i];
        second.services_cpu = used.services;
        second.postgres_cpu = used.postgres;
        second.kafka_cpu = used.kafka;
        second.generator_cpu = used.ours;
        second.services_mb = cpus[i + 1].services_mb;
    }
    report.seconds = offers_until;
    report.offers_per_second = offers_until ? static_cast<double>(report.offers) / offers_until : 0;
    if (judged == judged_bad) report.verdict = "failed: the judge found something lost, doubled, reordered or stuck";
    else if (judged != ok) report.verdict = "failed: the judge could not judge";
    else if (stop_loading.stop_requested()) report.verdict = "failed: it was interrupted";
    else if (!beside->trouble().empty()) report.verdict = "failed: " + beside->trouble();
    else if (progress.troubles_in_all > 0) report.verdict = fmt::format("failed: {} requests were refused or given up, the first: {}", progress.troubles_in_all, progress.troubles.front());
    else if (!progress.settled) report.verdict = "failed: it did not come to its end in time";
    else report.verdict = "clean";

    write_file(options.out / "report.json", json::to_json(report) + "\n", false);
    write_file(options.out / "report.html", load::page(report, histograms), false);
    for (std::size_t i = 0; i < histograms.size(); ++i) {
        std::string name = report.steps[i].name;
        std::replace(name.begin(), name.end(), ' ', '-');
        write_file(options.out / (name + ".hgrm"), histograms[i].hgrm(1000), false);
    }
    return {judged == judged_bad ? judged_bad : report.verdict == "clean" ? ok : failed, report, fs::absolute(options.out / "report.html")};
}

}  // namespace

int load(const LoadOptions& options) {
    const auto asked = asked_for(options);
    if (!asked) {
        std::cerr << "waybill: " << to_text(asked.refusal()) << "\n";
        return wrong_usage;
    }
    const auto loaded = play_load(options, *asked);
    if (loaded.page.empty()) return loaded.code;
    const auto& report = loaded.report;
    if (options.json) {
        auto steps = report.steps;
        for (auto& each : steps) each.micros = each.counts = {};
        std::cout << json::to_json(Summary{report.verdict, loaded.page.string(), report.offers_per_second, report.generator_was_the_bound, std::move(steps), report.budgets}) << "\n";
    } else {
        std::cout << report.verdict << "\n" << fmt::format("{} offers, {:.1f} a second\n", report.offers, report.offers_per_second);
        for (const auto& step : report.steps) std::cout << fmt::format("   {:18} {:>7}   p50 {:>8.1f} ms   p99 {:>8.1f} ms   max {:>8.1f} ms\n", step.name, step.count, step.p50_ms, step.p99_ms, step.max_ms);
        for (const auto& budget : report.budgets)
            if (budget.followed) {
                std::cout << fmt::format("   {}: {:.1f} ms, of which", budget.stretch, budget.took_ms);
                for (const auto& part : budget.parts)
                    if (part.ms > 0.02 * budget.took_ms) std::cout << fmt::format(" {} {:.1f},", part.name, part.ms);
                std::cout << fmt::format(" explained {:.1f} % ({} followed)\n", 100 * budget.explained_ms / std::max(budget.took_ms, 1e-9), budget.followed);
            }
        if (report.generator_was_the_bound) std::cout << fmt::format("   the generator was late (p99 {:.0f} ms): a part of this is its own doing\n", report.generator_late_p99_ms);
        std::cout << "   " << loaded.page.string() << "\n";
    }
    return loaded.code;
}

int capacity(const LoadOptions& options, const std::string& slo, double from, double most) {
    char step[40] = "driver-asked", unit[8] = "";
    double percent = 0, limit = 0;
    const bool named = std::sscanf(slo.c_str(), "%39[a-z-].p%lf<%lf%7s", step, &percent, &limit, unit) == 4;
    if (!named) std::strcpy(step, "driver-asked");
    const bool said = named || std::sscanf(slo.c_str(), "p%lf<%lf%7s", &percent, &limit, unit) == 3;
    std::string step_name = step, known;
    std::replace(step_name.begin(), step_name.end(), '-', ' ');
    std::size_t which = load::Watch::steps.size();
    for (std::size_t i = 0; i < load::Watch::steps.size(); ++i) {
        if (load::Watch::steps[i].name == step_name) which = i;
        std::string dashed = load::Watch::steps[i].name;
        std::replace(dashed.begin(), dashed.end(), ' ', '-');
        known += (known.empty() ? "" : ", ") + dashed;
    }
    const bool seconds = std::string_view(unit) == "s";
    if (!said || percent <= 0 || percent >= 100 || limit <= 0 || (!seconds && std::string_view(unit) != "ms") || which == load::Watch::steps.size() || from > most) {
        std::cerr << "waybill: --slo: \"" << slo << "\" is no limit; write p99<200ms, or a step before it, as in invoiced.p90<1s; steps are " << known << "\n";
        return wrong_usage;
    }
    if (seconds) limit *= 1000;

    load::Capacity found;
    found.scenario = options.scenario;
    found.slo = slo;
    found.machine = load::this_machine();
    double too_much = 0;
    bool bound = false;
    for (double rate = from; found.tried.size() < 24;) {
        auto one = options;
        one.rate = rate;
        if (one.seconds < 0) one.seconds = 20;
        one.out = options.out / fmt::format("{:g}", rate);
        one.json = true;
        const auto asked = asked_for(one);
        if (!asked) {
            std::cerr << "waybill: " << to_text(asked.refusal()) << "\n";
            return wrong_usage;
        }
        const auto loaded = play_load(one, *asked);
        if (loaded.page.empty() || stop_loading.stop_requested()) return loaded.code == ok ? failed : loaded.code;
        const auto& figures = loaded.report.steps[which];
        load::Tried tried{rate, figures.p50_ms, load::percentile(figures, percent / 100).ms, false, {}};
        if (loaded.report.generator_was_the_bound) tried.why = "the generator was the bound", bound = true;
        else if (loaded.report.verdict != "clean") tried.why = loaded.report.verdict;
        else if (figures.count == 0) tried.why = "nothing came so far";
        else if (tried.value_ms > limit) tried.why = fmt::format("{:.0f} ms is beyond the limit", tried.value_ms);
        tried.sustained = tried.why.empty();
        if (!options.json) std::cerr << fmt::format("   {:>8g} a second   p50 {:>8.1f} ms   {} {:>8.1f} ms   {}\n", rate, tried.p50_ms, slo.substr(0, slo.find('<')), tried.value_ms, tried.sustained ? "sustained" : tried.why);
        if (tried.sustained) found.highest = std::max(found.highest, rate);
        else too_much = too_much > 0 ? std::min(too_much, rate) : rate;
        found.tried.push_back(std::move(tried));
        if (loaded.code == judged_bad) break;
        if (too_much == 0) {
            if (rate >= most) break;
            rate = std::min(most, rate * 2);
        } else if (found.highest == 0) {
            if (rate < 0.5) break;
            rate /= 2;
        } else if (too_much / found.highest <= 1.1) {
            break;
        } else {
            rate = std::round(10 * std::sqrt(too_much * found.highest)) / 10;
        }
    }
    std::sort(found.tried.begin(), found.tried.end(), [](const auto& a, const auto& b) { return a.rate < b.rate; });
    found.sentence = found.highest == 0 ? "No rate that was tried keeps the limit."
                                        : fmt::format("{:g} offers a second keep {}{}.", found.highest, slo, bound ? "; beyond it the generator was the bound, so the system may take more" : too_much == 0 ? "; more was not tried" : fmt::format("; {:g} do not", too_much));
    write_file(options.out / "capacity.json", json::to_json(found) + "\n", false);
    write_file(options.out / "capacity.html", load::page(found, limit), false);
    if (options.json) std::cout << json::to_json(found) << "\n";
    else std::cout << found.sentence << "\n   " << fs::absolute(options.out / "capacity.html").string() << "\n";
    return found.highest > 0 ? ok : failed;
}

}  // namespace waybill::cli
