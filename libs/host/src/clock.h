// The real clock, which a demo may let run faster: business time is `epoch` plus `pace` times what passed since.
#pragma once

#include <waybill/runtime/seams.h>

namespace waybill::host {

class PacedClock final : public runtime::Clock {
public:
    PacedClock(double pace, Instant epoch) : pace_(pace), epoch_(epoch) {}
    Instant now() override {
        const auto wall = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        return epoch_ + std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>((wall - epoch_).count()) * pace_));
    }
    std::chrono::milliseconds elapsed() override { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()); }
    std::chrono::milliseconds until(Instant due) override { return std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>((due - now()).count()) / pace_)); }

private:
    const double pace_;
    const Instant epoch_;
};

}  // namespace waybill::host
