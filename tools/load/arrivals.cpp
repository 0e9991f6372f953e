#include "arrivals.h"

#include <cmath>
#include <fstream>
#include <random>

namespace waybill::load {
namespace {

constexpr double most_offers = 1e7;

// A stretch of time in which the rate grows or falls evenly.
struct Stretch {
    double begin, end, first, last;
    double offers() const { return (first + last) / 2 * (end - begin); }
    // Until when `count` offers of this stretch are due.
    double until(double count) const {
        const double slope = (last - first) / (end - begin);
        if (std::abs(slope) < 1e-12) return begin + count / first;
        return begin + (std::sqrt(std::max(0.0, first * first + 2 * slope * count)) - first) / slope;
    }
};

Result<std::vector<Stretch>> recorded(const std::string& file, double seconds) {
    std::ifstream in(file);
    if (!in) return Refusal{"arrivals.file", "\"" + file + "\" cannot be read", "name a file with lines of \"second,rate\""};
    std::vector<Stretch> made;
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        if (line.find_first_not_of(" \t\r") == std::string::npos || line.starts_with('#')) continue;
        const auto wrong = [&](const std::string& why) { return Refusal{"arrivals.file", file + ":" + std::to_string(number) + ": " + why, "write \"second,rate\", such as 30,12.5, in the order of time"}; };
        double at = 0, rate = 0;
        char rest = 0;
        if (std::sscanf(line.c_str(), " %lf , %lf %c", &at, &rate, &rest) != 2 || !std::isfinite(at) || !std::isfinite(rate)) {
            if (number == 1) continue;  // a heading
            return wrong("\"" + line.substr(0, 60) + "\" is not two numbers");
        }
        if (at < 0 || rate < 0) return wrong("neither may be below zero");
        if (!made.empty() && at <= made.back().begin) return wrong("its second is not after the one before");
        if (!made.empty()) made.back().end = at;
        made.push_back({at, seconds, rate, rate});
    }
    std::erase_if(made, [&](const Stretch& one) { return one.begin >= seconds; });
    if (made.empty()) return Refusal{"arrivals.file", file + " says nothing of the first " + std::to_string(static_cast<int>(seconds)) + " seconds", "write lines of \"second,rate\" from second 0 on"};
    made.back().end = seconds;
    return made;
}

Result<std::vector<Stretch>> stretches_of(const Arrivals& arrivals, double seconds) {
    const auto positive = [](const char* field, double value) -> std::optional<Refusal> {
        if (value > 0 && std::isfinite(value)) return {};
        return Refusal{std::string("arrivals.") + field, "it is not above zero", "name a number a second"};
    };
    if (arrivals.shape == Shape::replay) return recorded(arrivals.file, seconds);
    if (const auto wrong = positive("rate", arrivals.rate)) return *wrong;
    if (arrivals.shape == Shape::ramp) {
        if (const auto wrong = positive("to", arrivals.to)) return *wrong;
        return std::vector<Stretch>{{0, seconds, arrivals.rate, arrivals.to}};
    }
    if (arrivals.shape == Shape::spike) {
        if (const auto wrong = positive("peak", arrivals.peak)) return *wrong;
        if (const auto wrong = positive("lasts", arrivals.lasts)) return *wrong;
        if (arrivals.at < 0 || arrivals.at + arrivals.lasts > seconds) return Refusal{"arrivals.at", "the spike is not within the run's seconds", "begin it earlier, or make it shorter"};
        std::vector<Stretch> made{{0, arrivals.at, arrivals.rate, arrivals.rate}, {arrivals.at, arrivals.at + arrivals.lasts, arrivals.peak, arrivals.peak}, {arrivals.at + arrivals.lasts, seconds, arrivals.rate, arrivals.rate}};
        std::erase_if(made, [](const Stretch& one) { return one.end <= one.begin; });
        return made;
    }
    return std::vector<Stretch>{{0, seconds, arrivals.rate, arrivals.rate}};
}

}  // namespace

Result<std::vector<std::chrono::microseconds>> due_times(const Arrivals& arrivals, int seconds, std::uint64_t seed) {
    if (seconds < 1) return Refusal{"seconds", "it is below 1", "let offers arrive for a second at least"};
    const auto stretches = stretches_of(arrivals, seconds);
    if (!stretches) return stretches.refusal();
    double in_all = 0;
    for (const auto& one : *stretches) in_all += one.offers();
    if (in_all > most_offers) return Refusal{"arrivals", "more than ten million offers would come", "lower the rate or the seconds"};

    std::mt19937_64 random(seed);
    const auto gap = [&] { return arrivals.shape == Shape::poisson ? -std::log(1 - static_cast<double>(random() >> 11) * 0x1p-53) : 1.0; };
    std::vector<std::chrono::microseconds> made;
    double wanted = arrivals.shape == Shape::poisson ? gap() : 0, passed = 0;
    for (const auto& one : *stretches) {
        for (; wanted < passed + one.offers() - 1e-9; wanted += gap()) made.emplace_back(std::llround(1e6 * one.until(wanted - passed)));
        passed += one.offers();
    }
    if (made.empty()) return Refusal{"arrivals", "not one offer would come", "raise the rate or the seconds"};
    return made;
}

}  // namespace waybill::load
