// Whether one load's report is worse than another's, or only luckier.
#pragma once

#include "report.h"

#include <waybill/core.h>

#include <string>
#include <vector>

namespace waybill::load {

// Of a percentile, with the interval that holds the true one 999 times in 1000: by the binomial law of how many values lie
// below it, so nothing is assumed about their distribution. Values of one run are not wholly independent of each other,
// so true intervals are somewhat wider.
struct Percentile {
    double ms = 0, low_ms = 0, high_ms = 0;
    bool enough = false;  // enough values lie beyond it to say how high it may be
};
Percentile percentile(const StepFigures& step, double share);

struct Difference {
    std::string step, percentile;
    double before_ms = 0, after_ms = 0, change_ms = 0, low_ms = 0, high_ms = 0;  // of the change
    std::string says;  // "worse", "better", "no difference to be seen", "too few values"
};
BOOST_DESCRIBE_STRUCT(Difference, (), (step, percentile, before_ms, after_ms, change_ms, low_ms, high_ms, says))

struct Comparison {
    bool worse = false;
    std::string sentence;
    std::vector<std::string> unlike;  // what makes the two hard to compare: rates, machines, scenarios
    std::vector<Difference> differences;
};
BOOST_DESCRIBE_STRUCT(Comparison, (), (worse, sentence, unlike, differences))

// `allowed`: the share by which a percentile may grow and still count as no worse. A run that failed its judge is worse than
// one that did not. Refused when the reports share no step.
Result<Comparison> compare(const Report& before, const Report& after, double allowed);

}  // namespace waybill::load
