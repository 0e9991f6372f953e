// Follows what load came to through the topics, from outside: when each step of a shipment could be seen by anybody.
#pragma once

#include "report.h"

#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>

namespace waybill::load {

using Time = std::chrono::steady_clock::time_point;

// Any thread.
class Watch {
public:
    Watch(Time began, std::chrono::seconds warm_up) : began_(began), warm_up_(warm_up) {}

    void taken(const std::string& offer, Time due, Time sent, Time answered);
    void seen(std::string_view type, const std::string& subject, Time at);  // an event of a topic

    // One for each row of `steps`; then by second.
    std::vector<bench::Histogram> histograms() const;
    std::vector<Second> timeline() const;
    bench::Histogram late() const;
    std::uint64_t invoices() const;

    // Times of one shipment; zero: not seen.
    struct Life {
        Time due{}, sent{}, answered{}, asked{}, accepted{}, confirmed{}, delivered{}, invoiced{};
    };
    std::unordered_map<std::string, Life> lives() const;  // of this load, without its warm-up

    struct StepName { const char *name, *what; };
    static const std::vector<StepName> steps;

private:
    int second_of(Time at) const { return static_cast<int>(std::chrono::floor<std::chrono::seconds>(at - began_).count()); }

    const Time began_;
    const std::chrono::seconds warm_up_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Life> lives_;
};

}  // namespace waybill::load
