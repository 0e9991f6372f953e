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

struct Report {
    std::string scenario, began_at, verdict;  // "clean", "failed: ..."
    double rate = 0, offers_per_second = 0, seconds = 0, pace = 1;
    int warm_up = 0, offers = 0, tries_again = 0;
    std::uint64_t seed = 1;
    double generator_late_p99_ms = 0;         // how late requests left
    bool generator_was_the_bound = false, settled = false;
    std::vector<StepFigures> steps;
    std::vector<Second> timeline;
    std::map<std::string, int> offers_by_state, shipments_by_stage;
    Machine machine;
    std::string settings;                     // the scenario, as its file
    std::string judge;                        // its board, as JSON
};
BOOST_DESCRIBE_STRUCT(Report, (), (scenario, began_at, verdict, rate, offers_per_second, seconds, pace, warm_up, offers, tries_again, seed, generator_late_p99_ms, generator_was_the_bound, settled, steps,
                                   timeline, offers_by_state, shipments_by_stage, machine, settings, judge))

StepFigures figures_of(std::string name, std::string what, const bench::Histogram& micros);
Machine this_machine();

// `histograms`: of the report's steps, in their order.
std::string page(const Report& report, const std::vector<bench::Histogram>& histograms);

}  // namespace waybill::load
