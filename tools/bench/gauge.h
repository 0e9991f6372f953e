// Starts trips and notes how long they took: the load of the benchmark. Any thread may call it.
//
// Closed: each trip that arrives starts another, so that the same number is always under way. Open: trips start by the
// clock, and latency counts from when a trip should have started, so that nothing hides behind a slow answer.
#pragma once

#include "histogram.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace waybill::bench {

struct Passage {  // one measured stretch
    double seconds = 0;
    std::uint64_t trips = 0;
    Histogram micros;  // of a whole trip
    bool behind = false;  // the generator could not keep its own schedule
};

class Gauge {
public:
    // `start` begins the trip of that number, at once or a little later; it may call refused() instead.
    void connect(std::function<void(std::uint64_t)> start) { start_ = std::move(start); }
    void arrived(std::uint64_t number);
    void refused(std::uint64_t number);  // it is started again

    Passage closed(int under_way, std::chrono::milliseconds warm_up, std::chrono::milliseconds duration, const std::function<void(bool begins)>& edges);
    Passage open(double trips_per_second, std::chrono::milliseconds warm_up, std::chrono::milliseconds duration);
    Passage alone(int trips, int warm_up);

private:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::size_t slots = 1 << 22;  // trips under way at once never come near it

    void begin(Time intended);
    void start_refused();
    void drain();
    Passage measure(std::chrono::milliseconds warm_up, std::chrono::milliseconds duration, const std::function<void(Time until)>& during, const std::function<void(bool begins)>& edges = {});

    std::function<void(std::uint64_t)> start_;
    std::vector<std::atomic<std::int64_t>> intended_ = std::vector<std::atomic<std::int64_t>>(slots);  // nanoseconds; 0: not under way
    std::atomic<std::uint64_t> next_{1}, arrivals_{0};
    std::atomic<std::int64_t> under_way_{0};
    std::atomic<bool> closed_{false}, recording_{false}, any_refused_{false};
    std::mutex mutex_;  // of all below
    std::condition_variable changed_;
    Histogram micros_;
    std::vector<std::uint64_t> refused_;
};

}  // namespace waybill::bench
