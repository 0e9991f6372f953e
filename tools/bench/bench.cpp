#include "bench.h"

#include "cpu.h"
#include "sides.h"
#include "trip.h"

#include <waybill/json.h>

#include <fmt/format.h>

#include <iostream>
#include <optional>

#include <unistd.h>

namespace waybill::bench {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct Latency {
    double p50_ms = 0, p99_ms = 0, max_ms = 0;
};
BOOST_DESCRIBE_STRUCT(Latency, (), (p50_ms, p99_ms, max_ms))

struct CpuMicros {  // of processor time, a hop
    double ours = 0, postgres = 0, kafka = 0;
};
BOOST_DESCRIBE_STRUCT(CpuMicros, (), (ours, postgres, kafka))

struct Figures {
    double hops_per_second = 0;
    Latency full, half, alone;     // of a whole trip: at full load, at part load, alone
    double half_hops_per_second = 0;
    bool generator_behind = false; // part load: the arrivals came later than planned
    CpuMicros cpu;
};
BOOST_DESCRIBE_STRUCT(Figures, (), (hops_per_second, full, half, alone, half_hops_per_second, generator_behind, cpu))

struct Report {
    double hops_per_second = 0, loop_hops_per_second = 0, ratio = 0;
    double alone_ratio = 0;        // p50 of a trip alone, ours to the loop's
    int lanes = 0, seconds = 0, processors = 0;
    double rate = 0;               // asked for at part load
    Figures runtime;
    std::optional<Figures> loop;
};
BOOST_DESCRIBE_STRUCT(Report, (), (hops_per_second, loop_hops_per_second, ratio, alone_ratio, lanes, seconds, processors, rate, runtime, loop))

struct LocalReport {
    double steps_per_second = 0;
    Latency full, alone;
    CpuMicros cpu;
};
BOOST_DESCRIBE_STRUCT(LocalReport, (), (steps_per_second, full, alone, cpu))

Latency latency_of(const Histogram& micros) {
    return {static_cast<double>(micros.at(0.5)) / 1000, static_cast<double>(micros.at(0.99)) / 1000, static_cast<double>(micros.max()) / 1000};
}

// Private servers that end with this object.
class Servers {
public:
    explicit Servers(const Options& options) : keep_(options.keep) {
        stack::Settings wanted;
        wanted.folder = options.folder;
        wanted.mode = "bench";
        wanted.for_load = true;
        auto begun = stack::begin(wanted);
        if (!begun) throw std::runtime_error(to_text(begun.refusal()));
        run_ = *begun;
        if (const auto refusal = stack::start_servers(*run_, flow(options.lanes))) fail(*refusal);
        if (const auto made = stack::provision(*run_, flow(options.lanes)); !made) fail(made.refusal());
    }
    ~Servers() {
        stack::stop_all(*run_);
        if (keep_) return;
        std::error_code ignored;
        fs::remove_all(run_->folder, ignored);
        fs::remove_all(run_->postgres_folder, ignored);
    }
    const stack::Run& run() const { return *run_; }

private:
    [[noreturn]] void fail(const Refusal& refusal) {
        stack::stop_all(*run_);
        throw std::runtime_error(to_text(refusal));
    }
    std::optional<stack::Run> run_;
    const bool keep_;
};

struct Measured {
    Histogram full, half, alone;
    double seconds = 0, half_seconds = 0;
    std::uint64_t trips = 0, half_trips = 0;
    bool behind = false;
    Cpu cpu;

    Figures figures() const {
        Figures made{static_cast<double>(trips) * hops / seconds, latency_of(full), latency_of(half), latency_of(alone), half_seconds > 0 ? static_cast<double>(half_trips) * hops / half_seconds : 0, behind, {}};
        const double micros = 1e6 / (static_cast<double>(trips) * hops);
        made.cpu = {cpu.ours * micros, cpu.postgres * micros, cpu.kafka * micros};
        return made;
    }
};

void measure(const Options& options, const stack::Run& run, Gauge& gauge, Side& side, Measured& into) {
    gauge.connect([&side](std::uint64_t number) { side.start(number); });
    const auto alone = gauge.alone(options.alone / options.rounds, 50);
    into.alone.add(alone.micros);

    Cpu before, after;
    const auto full = gauge.closed(options.under_way, 3s, std::chrono::milliseconds(options.seconds * 1000 / options.rounds), [&](bool begins) { (begins ? before : after) = cpu_now(run); });
    into.full.add(full.micros);
    into.trips += full.trips;
    into.seconds += full.seconds;
    const Cpu used = after - before;
    into.cpu.ours += used.ours;
    into.cpu.kafka += used.kafka;
    into.cpu.postgres += used.postgres;

    if (options.rate <= 0) return;
    const auto half = gauge.open(options.rate / hops, 2s, std::chrono::milliseconds(std::max(4000, options.seconds * 1000 / options.rounds / 3)));
    into.half.add(half.micros);
    into.half_trips += half.trips;
    into.half_seconds += half.seconds;
    into.behind |= half.behind;
}

void say(const Options& options, const std::string& text) {
    if (!options.json) std::cerr << text << std::endl;
}

// Kafka compiles itself while it works: whoever came first would pay for it.
void warm_up(const Options& options, const Setup& setup, Gauge& gauge) {
    say(options, "== warming up the servers");
    const auto side = through_runtime(setup, gauge);
    gauge.connect([&side](std::uint64_t number) { side->start(number); });
    gauge.closed(options.under_way, 0ms, 12s, {});
}

std::string line_of(const std::string& name, const Figures& figures, double rate) {
    std::string text = fmt::format("   {:8} {:>8.0f} hops/s   a trip at full load p50 {:.0f} ms, p99 {:.0f} ms   processor {:.1f} us a hop (ours {:.1f}, Postgres {:.1f}, Kafka {:.1f})\n", name, figures.hops_per_second,
                                   figures.full.p50_ms, figures.full.p99_ms, figures.cpu.ours + figures.cpu.postgres + figures.cpu.kafka, figures.cpu.ours, figures.cpu.postgres, figures.cpu.kafka);
    text += fmt::format("   {:8} alone p50 {:.2f} ms, p99 {:.2f} ms", "", figures.alone.p50_ms, figures.alone.p99_ms);
    if (rate > 0) text += fmt::format("   at {:.0f} hops/s p50 {:.1f} ms, p99 {:.1f} ms{}{}", rate, figures.half.p50_ms, figures.half.p99_ms, figures.half_hops_per_second < rate * 0.98 ? " (it could not keep up)" : "",
                                      figures.generator_behind ? " (the generator came late)" : "");
    return text + "\n";
}

}  // namespace

int run_hops(const Options& options) {
    say(options, "== private servers in " + options.folder.string());
    const Servers servers(options);
    const Setup setup{servers.run(), options.lanes};
    Gauge gauge;
    Measured runtime, loop;
    warm_up(options, setup, gauge);
    for (int round = 1; round <= options.rounds; ++round) {
        say(options, fmt::format("== round {} of {}: the runtime", round, options.rounds));
        measure(options, servers.run(), gauge, *through_runtime(setup, gauge), runtime);
        if (!options.loop) continue;
        say(options, fmt::format("== round {} of {}: the loop", round, options.rounds));
        measure(options, servers.run(), gauge, *through_loop(setup, gauge), loop);
    }
    Report report;
    report.runtime = runtime.figures();
    report.hops_per_second = report.runtime.hops_per_second;
    report.lanes = options.lanes;
    report.seconds = options.seconds;
    report.processors = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
    report.rate = options.rate;
    if (options.loop) {
        report.loop = loop.figures();
        report.loop_hops_per_second = report.loop->hops_per_second;
        report.ratio = report.hops_per_second / report.loop_hops_per_second;
        report.alone_ratio = report.runtime.alone.p50_ms / report.loop->alone.p50_ms;
    }
    if (options.json) {
        std::cout << json::to_json(report) << "\n";
        return 0;
    }
    std::cout << fmt::format("{} hops a trip between two services through Kafka, {} lanes, {} trips under way, {} processors\n", hops, options.lanes, options.under_way, report.processors) << line_of("runtime", report.runtime, options.rate);
    if (report.loop) std::cout << line_of("loop", *report.loop, options.rate) << fmt::format("   ratio    {:.2f} of the loop's hops/s; alone {:.2f} times its time\n", report.ratio, report.alone_ratio);
    return 0;
}

int run_local(const Options& options) {
    say(options, "== private servers in " + options.folder.string());
    const Servers servers(options);
    Gauge gauge;
    Measured local;
    Options without_rate = options;
    without_rate.rate = 0;
    without_rate.rounds = 1;
    warm_up(options, {servers.run(), options.lanes}, gauge);
    measure(without_rate, servers.run(), gauge, *within_one_service({servers.run(), options.lanes}, gauge), local);
    const Figures figures = local.figures();
    if (options.json) {
        std::cout << json::to_json(LocalReport{figures.hops_per_second, figures.full, figures.alone, figures.cpu}) << "\n";
        return 0;
    }
    std::cout << fmt::format("{} steps a trip within one service, no Kafka, {} lanes\n", hops, options.lanes) << line_of("local", figures, 0);
    return 0;
}

}  // namespace waybill::bench
