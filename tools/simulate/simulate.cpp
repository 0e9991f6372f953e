#include "simulate.h"

#include "history.h"

#include <waybill/json.h>

#include <CLI/CLI.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>

namespace waybill::simulate {
namespace {

struct Options {
    std::uint64_t seed = 1, seeds = 0;
    double seconds = 0;
    bool json = false, trace = false, no_shrink = false, quiet = false;
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

std::string hex(std::uint64_t value) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
    return text;
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
    const History::Tell tell = options.trace ? History::Tell([](const std::string& line) { std::cout << line << "\n"; }) : History::Tell();
    const std::uint64_t seeds = given ? 1 : options.seeds > 0 ? options.seeds : options.seconds > 0 ? UINT64_MAX : 1;
    double told_at = 0;
    for (std::uint64_t n = 0; n < seeds && violations.empty(); ++n) {
        if (options.seconds > 0 && seconds() >= options.seconds) break;
        const Plan plan = given ? *given : drawn(options.seed + n);
        const Outcome outcome = History(business, options.quiet ? quiet(plan.seed) : plan, tell).go();
        total.add(outcome);
        violations = outcome.violations;
        if (!violations.empty()) failing = options.quiet ? quiet(plan.seed) : plan;
        if (!options.json && !options.trace && seconds() - told_at > 5) {
            told_at = seconds();
            std::cerr << total.seeds << " seeds, " << total.shipments << " shipments, " << total.events << " events, " << total.faults_in_all << " faults\n";
        }
    }
    const double took = seconds();
    if (failing && !options.no_shrink) {
        if (!options.json) std::cerr << "seed " << failing->seed << " breaks " << name(violations.front().invariant) << "; looking for a smaller history that does\n";
        failing = shrunk(business, *failing, violations.front().invariant, 150);
        if (const auto again = History(business, *failing).go().violations; !again.empty()) violations = again;
    }

    if (options.json) {
        boost::json::array broken;
        for (const auto& violation : violations) broken.push_back({{"invariant", std::string(name(violation.invariant))}, {"what", violation.what}});
        boost::json::object made{{"seeds", total.seeds}, {"offers", total.offers}, {"shipments", total.shipments}, {"closed", total.closed}, {"events", total.events}, {"commits", total.commits},
                                 {"faults_in_all", total.faults_in_all}, {"faults", in_json(total.faults)}, {"violations", broken}, {"trace_hash", hex(total.trace_hash)}, {"seconds", took}};
        if (failing) made["seed"] = failing->seed, made["plan"] = boost::json::parse(json::to_json(*failing));
        std::cout << boost::json::serialize(made) << "\n";
    } else {
        std::cout << total.seeds << (total.seeds == 1 ? " seed: " : " seeds: ") << total.offers << " offers, " << total.shipments << " shipments (" << total.closed << " closed), " << total.events << " events, "
                  << total.commits << " commits, " << total.faults_in_all << " faults in " << static_cast<int>(took * 10) / 10.0 << " s; trace " << hex(total.trace_hash) << "\n";
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
    app.add_option("--plan", options.plan, "A file with the plan that a failing seed printed")->excludes(seed)->excludes(seeds);
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
    try {
        return run(options);
    } catch (const std::exception& error) {
        std::cerr << "simulate: " << error.what() << "\n";
        return 2;
    }
}

}  // namespace waybill::simulate
