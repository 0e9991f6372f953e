#include "outbound.h"

#include <algorithm>

namespace waybill::host {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

Outbound::Outbound(const runtime::Definition& definition, std::function<void()> on_finished) : definition_(definition), on_finished_(std::move(on_finished)) {
    int threads = 0;
    for (const auto& [name, kind] : definition_.calls) threads += kind.limits.at_once;
    for (int i = 0; i < std::min(threads, 16); ++i) threads_.emplace_back([this](std::stop_token stop) { work(stop); });
}

Outbound::~Outbound() {
    for (auto& thread : threads_) thread.request_stop();
    changed_.notify_all();
}

void Outbound::start(int lane, const runtime::Effect& effect) {
    const std::lock_guard lock(mutex_);
    if (const auto done = done_.find(effect.id); done != done_.end()) {
        done->second.lane = lane;
        untold_.insert(effect.id);
        return;
    }
    const auto now = steady_clock::now();
    const auto [found, is_new] = pending_.try_emplace(effect.id, Pending{lane, effect, 0, now, now});
    found->second.lane = lane;
    if (!is_new) return;
    if (!definition_.calls.contains(effect.call)) {
        done_[effect.id] = {lane, effect.id, runtime::answer_text(effect.request, runtime::CallFailed{"this program has no provider for " + effect.call, false}, 0)};
        untold_.insert(effect.id);
        pending_.erase(found);
        return;
    }
    tell();
}

void Outbound::tell() {
    ++changes_;
    changed_.notify_one();
}

void Outbound::finished(std::vector<Finished>& into) {
    const std::lock_guard lock(mutex_);
    for (const auto& id : untold_)
        if (const auto done = done_.find(id); done != done_.end()) into.push_back(done->second);
    untold_.clear();
}

void Outbound::settled(const std::vector<std::string>& ids) {
    const std::lock_guard lock(mutex_);
    for (const auto& id : ids) done_.erase(id);
}

void Outbound::keep(int lane, const std::set<std::string>& ids) {
    const std::lock_guard lock(mutex_);
    std::erase_if(done_, [&](const auto& done) { return done.second.lane == lane && !ids.contains(done.first); });
    for (auto it = pending_.begin(); it != pending_.end();) {
        if (it->second.lane != lane || ids.contains(it->first)) {
            ++it;
        } else if (it->second.under_way) {
            it++->second.lane = -1;
        } else {
            it = pending_.erase(it);
        }
    }
}

// The first attempt that may go now; else `wake` says when to look again.
std::map<std::string, Outbound::Pending>::iterator Outbound::next_due(Time now, Time& wake) {
    for (auto it = pending_.begin(); it != pending_.end(); ++it) {
        const Pending& pending = it->second;
        if (pending.under_way) continue;
        const auto& limits = definition_.calls.at(pending.effect.call).limits;
        const Kind& kind = kinds_[pending.effect.call];
        if (kind.under_way >= limits.at_once) continue;
        const Time at = std::max({pending.due, kind.open_until, kind.next_at});
        if (at <= now) return it;
        wake = std::min(wake, at);
    }
    return pending_.end();
}

void Outbound::work(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        const Time now = steady_clock::now();
        Time wake = now + 1h;
        const auto it = next_due(now, wake);
        if (it == pending_.end()) {
            changed_.wait_until(lock, stop, wake, [&, seen = changes_] { return changes_ != seen; });
            continue;
        }
        Pending& pending = it->second;
        pending.under_way = true;
        ++pending.attempts;
        const auto& call = definition_.calls.at(pending.effect.call);
        Kind& kind = kinds_[pending.effect.call];
        ++kind.under_way;
        kind.next_at = now + std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(1 / call.limits.per_second));
        const runtime::Effect effect = pending.effect;
        const int attempt = pending.attempts;
        tell();  // somebody else is to wait for the next one

        lock.unlock();
        runtime::CallResult<std::string> result = runtime::CallFailed{};
        try {
            result = call.perform(effect.request, {effect.id, attempt, call.limits.timeout});
        } catch (const std::exception& thrown) {
            result = runtime::CallFailed{std::string("the provider failed: ") + thrown.what()};
        }
        lock.lock();

        --kind.under_way;
        auto* failed = std::get_if<runtime::CallFailed>(&result);
        kind.failures_in_row = failed && failed->again ? kind.failures_in_row + 1 : 0;
        if (kind.failures_in_row >= call.limits.failures_to_open) {
            kind.open_until = steady_clock::now() + call.limits.open_for;
            kind.failures_in_row = call.limits.failures_to_open / 2;  // half open: a few more failures open it again
        }
        const auto still = pending_.find(effect.id);
        still->second.under_way = false;
        if (still->second.lane < 0) {
            pending_.erase(still);
            tell();
            continue;
        }
        if (failed && failed->again && attempt < call.limits.attempts && steady_clock::now() - still->second.began < call.limits.give_up_after) {
            auto wait = std::min(call.limits.longest_wait, call.limits.first_wait * (1 << std::min(attempt - 1, 20)));
            wait += std::chrono::milliseconds(jitter_() % static_cast<std::uint64_t>(wait.count() / 4 + 1));
            if (failed->wait) wait = std::max(wait, std::min(*failed->wait, call.limits.give_up_after));
            still->second.due = steady_clock::now() + wait;
            tell();
            continue;
        }
        done_[effect.id] = {still->second.lane, effect.id, runtime::answer_text(effect.request, result, attempt)};
        untold_.insert(effect.id);
        pending_.erase(still);
        tell();
        lock.unlock();
        on_finished_();
        lock.lock();
    }
}

}  // namespace waybill::host
