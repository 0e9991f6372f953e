// Calls to third parties on threads of their own: bounded in number, rate, time and attempts, with a breaker a kind.
#pragma once

#include <waybill/runtime/worker.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

namespace waybill::host {

class Outbound final : public runtime::Outbound {
public:
    // `on_finished` is called from a thread of this object, and must not block.
    Outbound(const runtime::Definition& definition, std::function<void()> on_finished);
    ~Outbound() override;  // waits for calls under way: at most their timeout

    void start(int lane, const runtime::Effect& effect) override;
    void finished(std::vector<Finished>& into) override;
    void settled(const std::vector<std::string>& ids) override;
    void keep(int lane, const std::set<std::string>& ids) override;

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Pending {
        int lane = 0;  // -1: nobody waits for it, and it is made no more
        runtime::Effect effect;
        int attempts = 0;
        Time began, due;
        bool under_way = false;
    };
    struct Kind {
        int under_way = 0, failures_in_row = 0;
        Time open_until{}, next_at{};
    };

    void work(std::stop_token stop);
    void tell();
    std::map<std::string, Pending>::iterator next_due(Time now, Time& wake);

    const runtime::Definition& definition_;
    const std::function<void()> on_finished_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::uint64_t changes_ = 0;  // told by changed_: whoever waits looks anew at what is due, and when
    std::map<std::string, Pending> pending_;
    std::map<std::string, Kind> kinds_;
    std::map<std::string, Finished> done_;   // kept until settled, or until the lane is another's: an answer is never bought twice
    std::set<std::string> untold_;
    std::mt19937_64 jitter_{std::random_device{}()};
    std::vector<std::jthread> threads_;
};

}  // namespace waybill::host
