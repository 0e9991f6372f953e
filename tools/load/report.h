// What a load came to, as data and as one HTML page that needs no network.
#pragma once

#include <waybill/json.h>

#include <histogram.h>

#include <optional>
#include <string>
#include <vector>

namespace waybill::load {

struct StepFigures {
    std::string name, what;
    std::uint64_t count = 0;
    double p50_ms = 0, p90_ms = 0, p99_ms = 0, p999_ms = 0, max_ms = 0, mean_ms = 0;
    std::vector<std::uint64_t> micros, counts;  // every value at the histogram's resolution, and how often it came
};
BOOST_DESCRIBE_STRUCT(StepFigures, (), (name, what, count, p50_ms, p90_ms, p99_ms, p999_ms, max_ms, mean_ms, micros, counts))

struct Second {  // of the run
    int at = 0, offers = 0, invoices = 0;
    double asked_p50_ms = 0, asked_p99_ms = 0;  // of the offers that were due in it, until a driver was asked
    double services_cpu = 0, postgres_cpu = 0, kafka_cpu = 0, generator_cpu = 0;  // processors
    double services_mb = 0;
};
BOOST_DESCRIBE_STRUCT(Second, (), (at, offers, invoices, asked_p50_ms, asked_p99_ms, services_cpu, postgres_cpu, kafka_cpu, generator_cpu, services_mb))

struct Machine {
    int processors = 0;
    double memory_gb = 0;
    std::string processor, kernel;
};
BOOST_DESCRIBE_STRUCT(Machine, (), (processors, memory_gb, processor, kernel))

struct Share {
    std::string name;
    double ms = 0;  // of the mean request
};
BOOST_DESCRIBE_STRUCT(Share, (), (name, ms))
struct HopFigures {
    std::string service, event;
    std::vector<Share> parts;
    double ms = 0;
};
BOOST_DESCRIBE_STRUCT(HopFigures, (), (service, event, parts, ms))

// Of the mean followed request, over all its hops.
struct Budget {
    std::string stretch;         // "due to driver asked"
    std::uint64_t followed = 0;  // requests whose way is known from end to end
    double took_ms = 0;          // as the watch saw it from outside, by its own stamps
    double explained_ms = 0;     // the sum of the parts
    std::vector<Share> parts;
    std::vector<HopFigures> hops;  // of the most frequent way
    std::uint64_t on_this_way = 0;
};
BOOST_DESCRIBE_STRUCT(Budget, (), (stretch, followed, took_ms, explained_ms, parts, hops, on_this_way))

struct Report {
    std::string scenario, began_at, verdict;  // "clean", "failed: ..."
    double rate = 0, offers_per_second = 0, seconds = 0, pace = 1;
    int warm_up = 0, offers = 0, tries_again = 0;
    std::uint64_t seed = 1;
    double generator_late_p99_ms = 0;         // how late requests left
    bool generator_was_the_bound = false, settled = false;
    std::vector<StepFigures> steps;
    std::vector<Second> timeline;
    std::vector<std::string> broken;          // what was killed, and when
    int poisoned = 0;                         // events that nobody can read, all parked as they should be
    std::vector<Budget> budgets;
    std::map<std::string, int> offers_by_state, shipments_by_stage;
    Machine machine;
    std::string settings;                     // the scenario, as its file
    std::string judge;                        // its board, as JSON
};
BOOST_DESCRIBE_STRUCT(Report, (), (scenario, began_at, verdict, rate, offers_per_second, seconds, pace, warm_up, offers, tries_again, seed, generator_late_p99_ms, generator_was_the_bound, settled, steps,
                                   timeline, broken, poisoned, budgets, offers_by_state, shipments_by_stage, machine, settings, judge))

StepFigures figures_of(std::string name, std::string what, const bench::Histogram& micros);
Machine this_machine();

// One rate that was tried in the search for the highest.
struct Tried {
    double rate = 0, p50_ms = 0, value_ms = 0;  // value: of the percentile that the limit is about
    bool sustained = false;
    std::string why;  // not sustained
};
BOOST_DESCRIBE_STRUCT(Tried, (), (rate, p50_ms, value_ms, sustained, why))
struct Capacity {
    std::string scenario, slo, sentence;
    double highest = 0;  // sustained
    std::vector<Tried> tried;  // by rate
    Machine machine;
};
BOOST_DESCRIBE_STRUCT(Capacity, (), (scenario, slo, sentence, highest, tried, machine))
std::string page(const Capacity& capacity, double limit_ms);

// `histograms`: of the report's steps, in their order.
std::string page(const Report& report, const std::vector<bench::Histogram>& histograms);

}  // namespace waybill::load
