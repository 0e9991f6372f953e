// When offers are due: by the clock and the seed alone, never by how fast the last one was answered.
#pragma once

#include <waybill/core.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace waybill::load {

enum class Shape {
    constant,  // `rate` a second, evenly
    poisson,   // `rate` a second, each independent of the others
    ramp,      // from `rate` to `to`, evenly growing
    spike,     // `rate`, but `peak` from second `at` for `lasts` seconds
    replay,    // as recorded in `file`: lines of "second,rate"; each rate holds until the next line
};
BOOST_DESCRIBE_ENUM(Shape, constant, poisson, ramp, spike, replay)

struct Arrivals {
    Shape shape = Shape::constant;
    double rate = 10, to = 0, peak = 0, at = 0, lasts = 0;
    std::string file;
};

// In order, from the begin of the load, up to `seconds`. Refused when the shape's own figures are absent or senseless, or
// when more than ten million offers would come.
Result<std::vector<std::chrono::microseconds>> due_times(const Arrivals& arrivals, int seconds, std::uint64_t seed);

}  // namespace waybill::load
