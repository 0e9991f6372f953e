#include "commands.h"
#include "run_files.h"
#include "world_play.h"

#include <compare.h>
#include <cpu.h>
#include <freight.h>
#include <scenario.h>
#include <watch.h>

#include <waybill/contracts/flow.h>
#include <waybill/kafka.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <iostream>
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
    std::vector<load::StepFigures> steps;
};
BOOST_DESCRIBE_STRUCT(Summary, (), (verdict, report, offers_per_second, generator_was_the_bound, steps))

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

fs::path offers_of(const load::Scenario& scenario, std::size_t count, std::uint64_t seed, const fs::path& out) {
    if (scenario.offers == "samples") return sample_offers();
    if (scenario.offers != "synthetic") return scenario.offers;
    const auto file = out / "offers.jsonl";
    write_file(file, load::synthetic_offers(count, scenario.every_minutes, scenario.skew, seed), false);
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

int load(const LoadOptions& options) {
    const auto asked = asked_for(options);
    if (!asked) {
        std::cerr << "waybill: " << to_text(asked.refusal()) << "\n";
        return wrong_usage;
    }
    const auto& scenario = *asked;
    const auto run = stack::find(options.run);
    const auto looked = stack::look(options.run);
    if (!run || !looked || looked->state != "running") {
        std::cerr << "waybill: the system is not up in " << options.run.string() << "; start it with: waybill up --pace 20\n";
        return not_up;
    }
    fs::create_directories(options.out);
    const auto wall = std::chrono::system_clock::now();

    WorldCommand playing;
    playing.run = options.run;
    playing.seed = options.seed ? options.seed : static_cast<std::uint64_t>(wall.time_since_epoch() / 1ms);
    auto due = load::due_times(scenario.arrivals, scenario.seconds, playing.seed);
    if (!due) {
        std::cerr << "waybill: " << to_text(due.refusal()) << "\n";
        return wrong_usage;
    }
    playing.offers = static_cast<int>(due->size());
    playing.offers_file = offers_of(scenario, due->size(), playing.seed, options.out);
    auto world_options = options_for(playing);
    world_options.due = std::move(due).value();
    world_options.threads = 64;
    std::unique_ptr<load::Watch> watch;
    world_options.on_offer = [&watch](const std::string& offer, load::Time due_at, load::Time sent) { watch->taken(offer, due_at, sent, steady_clock::now()); };
    const double pace = world_options.pace;
    auto opened = world::World::open(std::move(world_options));
    if (!opened) {
        std::cerr << "waybill: " << to_text(opened.refusal()) << "\n";
        return failed;
    }
    std::signal(SIGINT, [](int) { stop_loading.request_stop(); });
    std::signal(SIGTERM, [](int) { stop_loading.request_stop(); });

    // The reader begins first, so that no early event is missed.
    const auto began = steady_clock::now() + 3s;
    watch = std::make_unique<load::Watch>(began, std::chrono::seconds(scenario.warm_up));
    std::jthread reader([&](std::stop_token stop) { follow(*run, *watch, stop); });
    std::this_thread::sleep_until(began);
    std::vector<bench::Cpu> cpus{bench::cpu_now(*run)};
    const bool terminal = ::isatty(2);
    auto told = began;
    const auto progress = (*opened)->run([&](const world::Progress& now) {
        while (steady_clock::now() - began >= std::chrono::seconds(cpus.size())) cpus.push_back(bench::cpu_now(*run));
        if (options.json || steady_clock::now() - told < (terminal ? 500ms : 10000ms)) return;
        told = steady_clock::now();
        const auto steps = watch->histograms();
        std::cerr << (terminal ? "\r\033[K   " : "   ")
                  << fmt::format("{:.0f} s: {} of {} offers, {} invoices; driver asked p50 {:.0f} ms, p99 {:.0f} ms", std::chrono::duration<double>(told - began).count(), now.offers_sent, playing.offers, watch->invoices(),
                                 static_cast<double>(steps[1].at(0.5)) / 1000, static_cast<double>(steps[1].at(0.99)) / 1000)
                  << (terminal ? "" : "\n") << std::flush;
    }, stop_loading.get_token());
    if (!options.json) std::cerr << (terminal ? "\r\033[K" : "") << "   " << to_text(progress) << "\n";

    const fs::path board = options.out / "judge.json";
    const int judged = run_judge(options.run, true, 60, -1, {}, board);
    reader.request_stop();
    reader.join();

    load::Report report;
    report.scenario = scenario.name;
    report.began_at = to_text(std::chrono::floor<std::chrono::milliseconds>(wall));
    report.rate = static_cast<double>(playing.offers) / scenario.seconds;
    report.seed = playing.seed;
    report.warm_up = scenario.warm_up;
    report.settings = load::to_yaml(scenario);
    report.pace = pace;
    report.offers = progress.offers_sent;
    report.tries_again = progress.tries_again;
    report.settled = progress.settled;
    report.offers_by_state = progress.offers_by_state;
    report.shipments_by_stage = progress.shipments_by_stage;
    report.machine = load::this_machine();
    report.judge = read_file(board);
    const auto histograms = watch->histograms();
    for (std::size_t i = 0; i < histograms.size(); ++i) report.steps.push_back(load::figures_of(load::Watch::steps[i].name, load::Watch::steps[i].what, histograms[i]));
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
    const auto page = fs::absolute(options.out / "report.html").string();
    if (options.json) {
        std::cout << json::to_json(Summary{report.verdict, page, report.offers_per_second, report.generator_was_the_bound, report.steps}) << "\n";
    } else {
        std::cout << report.verdict << "\n" << fmt::format("{} offers, {:.1f} a second\n", report.offers, report.offers_per_second);
        for (const auto& step : report.steps) std::cout << fmt::format("   {:18} {:>7}   p50 {:>8.1f} ms   p99 {:>8.1f} ms   max {:>8.1f} ms\n", step.name, step.count, step.p50_ms, step.p99_ms, step.max_ms);
        if (report.generator_was_the_bound) std::cout << fmt::format("   the generator was late (p99 {:.0f} ms): a part of this is its own doing\n", report.generator_late_p99_ms);
        std::cout << "   " << page << "\n";
    }
    return judged == judged_bad ? judged_bad : report.verdict == "clean" ? ok : failed;
}

}  // namespace waybill::cli
