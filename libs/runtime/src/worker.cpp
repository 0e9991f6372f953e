#include <waybill/runtime/worker.h>

#include "lane.h"

namespace waybill::runtime {
namespace {
using std::chrono::milliseconds;

std::map<std::string, std::size_t> aggregates_of_any_version(const Definition& definition) {
    std::map<std::string, std::size_t> made;
    for (const auto& [type, handler] : definition.events) made[without_version(type)] = handler.aggregate;
    return made;
}

}  // namespace

void Histogram::add(double value) {
    std::size_t bucket = 0;
    while (bucket < bounds.size() && value > bounds[bucket]) ++bucket;
    counts[bucket].fetch_add(1, std::memory_order_relaxed);
    sum.fetch_add(value, std::memory_order_relaxed);
}

Worker::Worker(const Definition& definition, std::vector<std::string> consumes, int lanes, Seams seams, Figures& figures, Limits limits, Log log)
    : definition_(definition), consumes_(std::move(consumes)), lane_count_(lanes), seams_(seams), figures_(figures), limits_(limits), log_(std::move(log)),
      aggregates_of_any_version_(aggregates_of_any_version(definition)) {}

Worker::~Worker() = default;

void Worker::grant(std::set<int> lanes, milliseconds until) {
    const std::lock_guard lock(mutex_);
    grant_ = {std::move(lanes), until, grant_.version + 1};
}

void Worker::submit(std::string key, std::any command, std::function<void(Result<CommandReply>)> reply) {
    {
        const std::lock_guard lock(mutex_);
        if (commands_.size() < limits_.waiting_commands) {
            commands_.push_back({std::move(key), std::move(command), std::move(reply), seams_.trail ? micros_now() : 0});
            return;
        }
    }
    figures_.commands_refused++;
    reply(Refusal{"service", "too many requests wait", "try again in a second"});
}

std::set<int> Worker::held() const {
    const std::lock_guard lock(mutex_);
    return held_;
}

std::string Worker::trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
}

bool Worker::step() {
    take_and_drop();
    poll();

    std::map<int, std::deque<Command>> commands;
    const bool stuffed = seams_.bus.unacknowledged() > limits_.unacknowledged;
    if (lanes_.empty()) {
        refuse_commands("no lane is held here" + (trouble().empty() ? "" : ": " + trouble()));
    } else if (stuffed) {
        refuse_commands("Kafka is away and the outbox has reached its bound");
    } else {
        const std::lock_guard lock(mutex_);
        for (std::size_t n = 0; n < limits_.batch_inputs && !commands_.empty(); ++n) {
            // The lanes of a service that reads no topic are not tied to keys: any of them takes the request.
            const int lane = consumes_.empty() ? lanes_.begin()->first : partition_of(commands_.front().key, lane_count_);
            commands[lane].push_back(std::move(commands_.front()));
            commands_.pop_front();
        }
    }

    bool more = false;
    numbers_.clear();
    for (const auto& [number, lane] : lanes_) numbers_.push_back(number);
    for (const int number : numbers_) {
        const auto own = commands.find(number);
        try {
            Lane& lane = *lanes_.at(number);
            if (!stuffed) more |= lane.step(own == commands.end() ? no_commands_ : own->second);
            auto& retry = retries_[number];
            if (lane.waiting() == 0) retry.one_by_one = false;
            if (!stuffed) retry.wait = milliseconds(0);
        } catch (const Fenced& fenced) {
            Retry& retry = drop(number, fenced.what());
            retry.one_by_one = false;
            const std::lock_guard lock(mutex_);
            retry.only_after = grant_.version;  // the lease must speak again before we fence whoever fenced us
        } catch (const Refused& refused) {
            figures_.store_away++;
            drop(number, refused.what()).one_by_one = true;
        } catch (const std::exception& away) {
            figures_.store_away++;
            drop(number, away.what());
        }
    }
    for (auto& [number, left] : commands)
        for (auto& command : left) {
            if (lanes_.contains(number)) {
                const std::lock_guard lock(mutex_);
                commands_.push_back(std::move(command));
                more = true;
            } else {
                figures_.commands_refused++;
                command.reply(Refusal{"service", "the lane of this key is not held here", "try again in a second"});
            }
        }
    try {
        serve_asks();
        const auto now = seams_.clock.elapsed();
        if (!lanes_.empty() && now - remembered_at_ > 5s) {
            std::vector<Position> positions;
            for (const auto& [number, lane] : lanes_)
                for (auto& position : lane->positions())
                    if (position.offset >= 0) positions.push_back(position);
            if (!positions.empty()) seams_.bus.remember(positions);
            remembered_at_ = now;
        }
        if (lanes_.contains(0) && (tidied_at_ < 0ms || now - tidied_at_ > 1h)) {
            tidied_at_ = now;
            seams_.store.tidy(seams_.clock.now());
        }
    } catch (const StoreAway& away) {
        log_(Level::warning, away.what(), -1);
    }

    std::int64_t parked = 0;
    for (const auto& [number, lane] : lanes_) parked += static_cast<std::int64_t>(lane->parked_count());
    figures_.parked_now = parked;
    figures_.lanes_held = static_cast<std::int64_t>(lanes_.size());
    figures_.unacknowledged = static_cast<std::int64_t>(seams_.bus.unacknowledged());
    return more && !stuffed;
}

void Worker::take_and_drop() {
    {
        const std::lock_guard lock(mutex_);
        if (granted_.version != grant_.version) granted_ = grant_;
        else if (lanes_.size() == granted_.lanes.size() && seams_.clock.elapsed() <= granted_.until) return;  // all as it was
    }
    Grant grant = granted_;
    // Not at the mere end of a lease: that it is another's only a later grant can say, and until then its answers are kept.
    for (auto it = kept_.begin(); it != kept_.end();) {
        if (grant.lanes.contains(*it)) {
            ++it;
        } else {
            seams_.outbound.keep(*it, {});
            it = kept_.erase(it);
        }
    }
    const auto now = seams_.clock.elapsed();
    if (now > grant.until) grant.lanes.clear();
    bool changed = false;
    for (auto it = lanes_.begin(); it != lanes_.end();) {
        if (grant.lanes.contains(it->first)) {
            ++it;
        } else {
            log_(Level::info, "lane given back", it->first);
            it = lanes_.erase(it);
            changed = true;
        }
    }
    for (const int number : grant.lanes) {
        if (lanes_.contains(number)) continue;
        Retry& retry = retries_[number];
        if (now < retry.at || retry.only_after >= grant.version) continue;
        kept_.insert(number);
        try {
            auto lane = std::make_unique<Lane>(*this, number);
            lanes_[number] = std::move(lane);
            troubles_.erase(number);
            figures_.takes++;
            changed = true;
        } catch (const std::exception& away) {
            figures_.store_away++;
            drop(number, away.what());
        }
    }
    if (changed) assign();
}

Worker::Retry& Worker::drop(int number, const std::string& why) {
    Retry& retry = retries_[number];
    const bool was_held = lanes_.erase(number) > 0;
    retry.wait = std::clamp(retry.wait * 2, limits_.first_retake, limits_.longest_retake);
    retry.at = seams_.clock.elapsed() + retry.wait;
    if (was_held || troubles_[number] != why) log_(Level::warning, "lane dropped: " + why, number);
    troubles_[number] = why;
    if (was_held) assign();
    return retry;
}

void Worker::assign() {
    std::vector<Position> positions;
    std::set<int> held;
    for (const auto& [number, lane] : lanes_) {
        held.insert(number);
        for (auto& position : lane->positions()) positions.push_back(std::move(position));
    }
    // What was polled and not yet decided stays with its lane: its numbers tell whether it is still the next.
    seams_.bus.assign(positions);
    const std::lock_guard lock(mutex_);
    held_ = std::move(held);
    trouble_.clear();
    for (const auto& [number, why] : troubles_)
        if (!lanes_.contains(number)) trouble_ += (trouble_.empty() ? "lane " : "; lane ") + std::to_string(number) + ": " + why;
}

void Worker::poll() {
    std::size_t waiting = 0;
    for (const auto& [number, lane] : lanes_) waiting += lane->waiting();
    polled_.clear();
    asks_.clear();
    seams_.bus.poll(waiting < limits_.waiting_messages ? limits_.waiting_messages - waiting : 0, polled_, asks_);
    const std::int64_t now = seams_.trail ? micros_now() : 0;
    for (Message& message : polled_)
        if (const auto lane = lanes_.find(message.envelope.partition); lane != lanes_.end()) lane->second->arrived(std::move(message), now);
    finished_.clear();
    seams_.outbound.finished(finished_);
    for (auto& finished : finished_)
        if (const auto lane = lanes_.find(finished.lane); lane != lanes_.end()) lane->second->answered(std::move(finished), now);

    if (const auto failures = seams_.bus.failures(); failures != bus_failures_) {
        bus_failures_ = failures;
        for (auto& [number, lane] : lanes_) lane->note_now();
    }
    for (const Ask& ask : asks_) {
        const auto lane = lanes_.find(ask.lane);
        if (lane == lanes_.end() || std::find(definition_.emits_to.begin(), definition_.emits_to.end(), ask.topic) == definition_.emits_to.end()) continue;
        if (ask.from < 0 || ask.from >= lane->second->head(ask.topic, ask.partition, ask.incarnation)) continue;
        const auto [serving, is_new] = serving_.try_emplace({ask.topic, ask.partition, ask.lane, ask.incarnation}, Serving{ask.from, ask.from});
        if (is_new) figures_.asks_served++;
        else if (ask.from < serving->second.from) serving->second = {ask.from, ask.from};
    }
}

void Worker::serve_asks() {
    for (auto it = serving_.begin(); it != serving_.end();) {
        const auto& [topic, partition, number, incarnation] = it->first;
        Serving& serving = it->second;
        const auto lane = lanes_.find(number);
        const std::int64_t head = lane == lanes_.end() ? 0 : lane->second->head(topic, partition, incarnation);
        if (serving.next >= head) {
            it = serving_.erase(it);
            continue;
        }
        if (seams_.bus.unacknowledged() > limits_.unacknowledged / 2) return;
        std::vector<OutboxRow> rows;
        try {
            rows = seams_.store.outbox(number, topic, partition, incarnation, serving.next, limits_.republish_bytes);
        } catch (const StoreAway& away) {  // of this lane alone, maybe: the others are served, and the reader asks again
            log_(Level::warning, away.what(), number);
            it = serving_.erase(it);
            continue;
        }
        if (rows.empty() || rows.front().first > serving.next) {
            log_(Level::error, "asked for numbers of " + topic + "/" + std::to_string(partition) + " from " + std::to_string(serving.next) +
                               " that the outbox no longer holds: raise its retention, or mend the reader by hand", number);
            it = serving_.erase(it);
            continue;
        }
        for (const OutboxRow& row : rows) {
            for (const Message& message : unpack(row, definition_.name, number)) {
                if (message.envelope.seq < serving.next || !seams_.bus.publish(message)) continue;
                figures_.republished++;
            }
            serving.next = row.last + 1;
        }
        ++it;
    }
}

void Worker::refuse_commands(const std::string& why) {
    std::deque<Command> refused;
    {
        const std::lock_guard lock(mutex_);
        refused.swap(commands_);
    }
    for (Command& command : refused) {
        figures_.commands_refused++;
        command.reply(Refusal{"service", why, "try again in a second"});
    }
}

milliseconds Worker::rest() const {
    const auto now = seams_.clock.elapsed();
    milliseconds rest = 1s;
    for (const auto& [number, lane] : lanes_) rest = std::min(rest, lane->rest());
    for (const auto& [number, retry] : retries_)
        if (!lanes_.contains(number) && retry.at > now) rest = std::min(rest, retry.at - now);
    if (!serving_.empty()) rest = std::min(rest, milliseconds(5));
    return std::max(rest, milliseconds(1));
}

bool Worker::drained() { return seams_.bus.unacknowledged() == 0; }

void Worker::drop_all() {
    refuse_commands("the service stops");
    lanes_.clear();
    const std::lock_guard lock(mutex_);
    held_.clear();
}

}  // namespace waybill::runtime
