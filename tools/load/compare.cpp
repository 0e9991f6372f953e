#include "compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace waybill::load {
namespace {

constexpr double z = 3.29;  // 99.9 %: some twenty percentiles are compared at once

double ranked(const StepFigures& step, double rank) {
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < step.micros.size(); ++i)
        if (static_cast<double>(seen += step.counts[i]) >= rank) return static_cast<double>(step.micros[i]) / 1000;
    return step.max_ms;
}

}  // namespace

Percentile percentile(const StepFigures& step, double share) {
    const double n = static_cast<double>(step.count), spread = z * std::sqrt(n * share * (1 - share));
    return {ranked(step, std::max(1.0, std::ceil(n * share))), ranked(step, std::max(1.0, std::floor(n * share - spread))), ranked(step, std::min(n, std::ceil(n * share + spread) + 1)), n * share + spread + 1 <= n};
}

Result<Comparison> compare(const Report& before, const Report& after, double allowed) {
    Comparison made;
    const auto unlike = [&](const std::string& what, const std::string& a, const std::string& b) { if (a != b) made.unlike.push_back(what + ": " + a + " and " + b); };
    unlike("scenario", before.scenario, after.scenario);
    unlike("rate", fmt::format("{:g}", before.rate), fmt::format("{:g}", after.rate));
    unlike("pace", fmt::format("{:g}", before.pace), fmt::format("{:g}", after.pace));
    unlike("processors", std::to_string(before.machine.processors), std::to_string(after.machine.processors));
    unlike("processor", before.machine.processor, after.machine.processor);
    if (before.generator_was_the_bound || after.generator_was_the_bound) made.unlike.push_back("the generator was the bound of one of them");

    std::string worst, best;
    double most_worse = 0, most_better = 0;
    bool any = false;
    for (const auto& was : before.steps) {
        const auto is = std::find_if(after.steps.begin(), after.steps.end(), [&](const StepFigures& each) { return each.name == was.name; });
        if (is == after.steps.end() || was.micros.empty() || is->micros.empty()) continue;
        any = true;
        for (const auto& [name, share] : {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}}) {
            const auto a = percentile(was, share), b = percentile(*is, share);
            Difference one{was.name, name, a.ms, b.ms, b.ms - a.ms, 0, 0, {}};
            // The interval of a difference from those of its two sides (Zou and Donner's method of variance estimates recovery).
            one.low_ms = one.change_ms - std::hypot(b.ms - b.low_ms, a.high_ms - a.ms);
            one.high_ms = one.change_ms + std::hypot(b.high_ms - b.ms, a.ms - a.low_ms);
            if (!a.enough || !b.enough) one.says = "too few values";
            else if (one.low_ms > allowed * a.ms) one.says = "worse";
            else if (one.high_ms < -allowed * a.ms) one.says = "better";
            else one.says = "no difference to be seen";
            const double share_of_it = one.change_ms / std::max(a.ms, 0.001);
            const auto told = [&] { return fmt::format("{} of \"{}\" went from {:.1f} to {:.1f} ms ({:+.0f} %; the change lies between {:+.1f} and {:+.1f} ms)", name, was.name, a.ms, b.ms, 100 * share_of_it, one.low_ms, one.high_ms); };
            if (one.says == "worse" && share_of_it > most_worse) most_worse = share_of_it, worst = told();
            if (one.says == "better" && -share_of_it > most_better) most_better = -share_of_it, best = told();
            made.differences.push_back(std::move(one));
        }
    }
    if (!any) return Refusal{"report", "the two share no step with values", "compare two report.json of `waybill load`"};

    const bool failed_now = before.verdict == "clean" && after.verdict != "clean";
    made.worse = failed_now || !worst.empty();
    if (failed_now) made.sentence = "Worse: the second run " + after.verdict + ".";
    else if (!worst.empty()) made.sentence = "Worse: " + worst + (best.empty() ? "." : "; on the other hand " + best + ".");
    else if (!best.empty()) made.sentence = "Better: " + best + ".";
    else made.sentence = fmt::format("No worse: no percentile is seen to differ by more than {:g} %.", allowed * 100);
    if (before.verdict != "clean") made.sentence += " The first run failed its judge, so it is no measure.";
    return made;
}

}  // namespace waybill::load
