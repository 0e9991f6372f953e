#include "gauge.h"

#include <stdexcept>
#include <thread>

namespace waybill::bench {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

void Gauge::begin(Time intended) {
    const auto number = next_++;
    intended_[number % slots] = intended.time_since_epoch().count();
    ++under_way_;
    start_(number);
}

void Gauge::arrived(std::uint64_t number) {
    const auto intended = intended_[number % slots].exchange(0);
    if (intended == 0) return;
    const auto now = steady_clock::now();
    ++arrivals_;
    --under_way_;
    if (recording_) {
        const std::lock_guard lock(mutex_);
        micros_.add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, now.time_since_epoch().count() - intended)) / 1000);
    }
    if (closed_) begin(now);
    else changed_.notify_one();
}

void Gauge::refused(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    refused_.push_back(number);
    any_refused_ = true;
}

void Gauge::start_refused() {
    if (!any_refused_) return;
    std::vector<std::uint64_t> again;
    {
        const std::lock_guard lock(mutex_);
        again.swap(refused_);
        any_refused_ = false;
    }
    for (const auto number : again) start_(number);
}

Passage Gauge::measure(milliseconds warm_up, milliseconds duration, const std::function<void(Time until)>& during, const std::function<void(bool begins)>& edges) {
    during(steady_clock::now() + warm_up);
    Passage passage;
    {
        const std::lock_guard lock(mutex_);
        micros_ = {};
    }
    if (edges) edges(true);
    const auto began = steady_clock::now();
    const auto before = arrivals_.load();
    recording_ = true;
    during(began + duration);
    recording_ = false;
    passage.trips = arrivals_ - before;
    passage.seconds = std::chrono::duration<double>(steady_clock::now() - began).count();
    if (edges) edges(false);
    const std::lock_guard lock(mutex_);
    passage.micros = micros_;
    return passage;
}

void Gauge::drain() {
    closed_ = false;
    for (const auto end = steady_clock::now() + 60s; under_way_ > 0; std::this_thread::sleep_for(5ms)) {
        start_refused();
        if (steady_clock::now() > end) throw std::runtime_error(std::to_string(under_way_) + " trips did not arrive within a minute");
    }
}

Passage Gauge::closed(int under_way, milliseconds warm_up, milliseconds duration, const std::function<void(bool begins)>& edges) {
    closed_ = true;
    const auto wait = [&](Time until) {
        while (steady_clock::now() < until) {
            std::this_thread::sleep_for(5ms);
            start_refused();
        }
    };
    for (int i = 0; i < under_way; ++i) begin(steady_clock::now());
    Passage passage = measure(warm_up, duration, wait, edges);
    drain();
    return passage;
}

Passage Gauge::open(double trips_per_second, milliseconds warm_up, milliseconds duration) {
    const auto zero = steady_clock::now();
    std::uint64_t started = 0;
    nanoseconds latest{0};
    Passage passage = measure(warm_up, duration, [&](Time until) {
        while (true) {
            const Time intended = zero + nanoseconds(static_cast<std::int64_t>(static_cast<double>(started) * 1e9 / trips_per_second));
            if (intended >= until) break;
            if (intended > steady_clock::now()) std::this_thread::sleep_until(intended);
            if (recording_) latest = std::max(latest, nanoseconds(steady_clock::now() - intended));
            begin(intended);
            ++started;
            start_refused();
        }
        std::this_thread::sleep_until(until);
    });
    passage.behind = latest > 100ms;
    drain();
    return passage;
}

Passage Gauge::alone(int trips, int warm_up) {
    Passage passage;
    const auto began = steady_clock::now();
    {
        const std::lock_guard lock(mutex_);
        micros_ = {};
    }
    for (int i = 0; i < warm_up + trips; ++i) {
        recording_ = i >= warm_up;
        begin(steady_clock::now());
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, 10s, [&] { return under_way_ == 0; })) throw std::runtime_error("a trip alone did not arrive within 10 s");
    }
    recording_ = false;
    const std::lock_guard lock(mutex_);
    passage.micros = micros_;
    micros_ = {};
    passage.trips = static_cast<std::uint64_t>(trips);
    passage.seconds = std::chrono::duration<double>(steady_clock::now() - began).count();
    return passage;
}

}  // namespace waybill::bench
