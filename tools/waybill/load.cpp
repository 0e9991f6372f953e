#include "commands.h"
#include "run_files.h"
#include "world_play.h"

#include <cpu.h>
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

int load_offers(const LoadOptions& options) {
    const auto run = stack::find(options.run);
    const auto looked = stack::look(options.run);
    if (!run || !looked || looked->state != "running") {
        std::cerr << "waybill: the system is not up in " << options.run.string() << "; start it with: waybill up --pace 20\n";
        return not_up;
    }
    if (options.warm_up >= options.seconds) {
        std::cerr << "waybill: --warm-up must be shorter than --seconds, or nothing is left to measure\n";
        return wrong_usage;
    }
    fs::create_directories(options.out);
    const auto wall = std::chrono::system_clock::now();

    WorldCommand playing;
    playing.run = options.run;
    playing.offers_file = options.offers_file;
    playing.seed = options.seed ? options.seed : static_cast<std::uint64_t>(wall.time_since_epoch() / 1ms);
    playing.offers = std::max(1, static_cast<int>(std::lround(options.rate * options.seconds)));
    playing.rate = options.rate;
    auto world_options = options_for(playing);
    world_options.threads = 32;
    std::unique_ptr<load::Watch> watch;
    world_options.on_offer = [&watch](const std::string& offer, load::Time due, load::Time sent) { watch->taken(offer, due, sent, steady_clock::now()); };
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
    watch = std::make_unique<load::Watch>(began, std::chrono::seconds(options.warm_up));
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
    report.scenario = "offers";
    report.began_at = to_text(std::chrono::floor<std::chrono::milliseconds>(wall));
    report.rate = options.rate;
    report.seed = playing.seed;
    report.warm_up = options.warm_up;
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
