#include <waybill/simulation.h>

namespace waybill::simulation {

using namespace runtime;

// ---- Database ----------------------------------------------------------------------------------------------------------

boost::json::object& KeptRow::values() {
    for (const auto& written : std::exchange(unread_, {})) {
        const auto values = boost::json::parse(written);
        for (const auto& value : values.get_object()) values_[value.key()] = value.value();
    }
    return values_;
}

LaneRecord& Database::locked(int lane) {
    if (const auto found = undecided.find(lane); found != undecided.end()) {
        const auto [batch, will_be_done] = std::move(found->second);
        undecided.erase(found);
        if (will_be_done) write(batch);
    }
    return lanes[lane];
}

void Database::write(const Batch& batch) {
    LaneRecord& record = lanes[batch.lane];
    const LaneRecord before = std::exchange(record, batch.next);
    ++commits;
    for (const auto& state : batch.states) states[{state.aggregate, state.key}] = {state, batch.lane};
    for (const auto& timer : batch.timers) {
        if (timer.due) timers[{timer.aggregate, timer.key, timer.name}] = {batch.lane, *timer.due};
        else timers.erase({timer.aggregate, timer.key, timer.name});
    }
    for (const auto& row : batch.outbox) outbox[{batch.lane, row.topic, row.partition, row.incarnation}].push_back(row);
    for (const auto& effect : batch.effects) open_effects[effect.id] = {batch.lane, effect};
    for (const auto& answer : batch.answers) {
        open_effects.erase(answer.id);
        answers[answer.id] = answer.answer;
    }
    for (const auto position : batch.unparked) parked.erase({batch.lane, position});
    for (const auto& each : batch.parked) parked[{batch.lane, each.position}] = each;
    for (const auto& row : batch.rows) rows[row.table][row.id].write(row.values);
    orphaned.insert(orphaned.end(), batch.orphaned.begin(), batch.orphaned.end());
    if (on_commit) on_commit(batch, before);
}

// ---- Store -------------------------------------------------------------------------------------------------------------

Fault Store::check(const char* call, int lane) {
    const Fault fault = hooks_.before ? hooks_.before(call, lane) : Fault::none;
    if (fault == Fault::away) throw StoreAway(std::string("the database is away (") + call + ")");
    return fault;
}

Taken Store::take(int lane) {
    check("take", lane);
    LaneRecord& record = database_.locked(lane);
    ++record.epoch;
    Taken taken{record, database_.system, {}, {}};
    for (const auto& [id, open] : database_.open_effects)
        if (open.first == lane) taken.open.push_back(open.second);
    for (auto it = database_.parked.lower_bound({lane, INT64_MIN}); it != database_.parked.end() && it->first.first == lane; ++it) {
        taken.parked.push_back(it->second);
        taken.parked.back().payload.clear();
    }
    done("take", lane);
    return taken;
}

std::vector<StoredState> Store::load(int lane, std::size_t aggregate, const std::vector<std::string>& keys) {
    check("load", lane);
    std::vector<StoredState> found;
    for (const auto& key : keys)
        if (const auto state = database_.states.find({aggregate, key}); state != database_.states.end())
            found.push_back({key, state->second.row.version, state->second.row.shape, state->second.row.body});
    done("load", lane);
    return found;
}

std::vector<DueTimer> Store::timers(int lane, std::size_t limit) {
    check("timers", lane);
    std::vector<DueTimer> all;
    for (const auto& [id, timer] : database_.timers)
        if (timer.first == lane) all.push_back({std::get<0>(id), std::get<1>(id), std::get<2>(id), timer.second});
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return std::tie(a.due, a.aggregate, a.key, a.name) < std::tie(b.due, b.aggregate, b.key, b.name); });
    if (all.size() > limit) all.resize(limit);
    done("timers", lane);
    return all;
}

Committed Store::commit(const Batch& batch) {
    const Fault fault = check("commit", batch.lane);
    const LaneRecord& record = database_.locked(batch.lane);
    const bool unheard = fault == Fault::lost_request || fault == Fault::lost_reply || fault == Fault::late_reply || fault == Fault::late_rollback;
    if (record.batch != batch.expected.batch || record.epoch != batch.expected.epoch) return unheard ? Committed::in_doubt : Committed::fenced;
    if (fault == Fault::refused || (hooks_.refuses && hooks_.refuses(batch))) return Committed::refused;
    if (fault == Fault::lost_request) return Committed::in_doubt;
    if (fault == Fault::late_reply || fault == Fault::late_rollback) {
        database_.undecided.insert_or_assign(batch.lane, std::pair(batch, fault == Fault::late_reply));
        return Committed::in_doubt;
    }
    database_.write(batch);
    done("commit", batch.lane);
    return fault == Fault::lost_reply ? Committed::in_doubt : Committed::yes;
}

LaneMark Store::mark(int lane) {
    check("mark", lane);
    const LaneRecord& record = database_.locked(lane);
    done("mark", lane);
    return {record.batch, record.epoch};
}

std::vector<OutboxRow> Store::outbox(int lane, const std::string& topic, int partition, std::int64_t incarnation, std::int64_t from, std::size_t bytes) {
    check("outbox", lane);
    std::vector<OutboxRow> rows;
    if (const auto stream = database_.outbox.find({lane, topic, partition, incarnation}); stream != database_.outbox.end()) {
        std::size_t size = 0;
        auto row = std::lower_bound(stream->second.begin(), stream->second.end(), from, [](const OutboxRow& each, std::int64_t number) { return each.last < number; });
        for (; row != stream->second.end(); ++row) {
            rows.push_back(*row);
            if ((size += row->content.size()) >= bytes) break;
        }
    }
    done("outbox", lane);
    return rows;
}

std::vector<Parked> Store::parked(int lane, std::size_t aggregate, const std::string& key, std::int64_t from, std::size_t limit) {
    check("parked", lane);
    std::vector<Parked> all;
    for (auto it = database_.parked.lower_bound({lane, from}); it != database_.parked.end() && it->first.first == lane && all.size() < limit; ++it)
        if (it->second.aggregate == aggregate && it->second.key == key) all.push_back(it->second);
    done("parked", lane);
    return all;
}

// ---- Broker and Bus ----------------------------------------------------------------------------------------------------

void Broker::append(const Message& message) {
    logs[{message.envelope.topic, message.envelope.partition}].messages.push_back(message);
    ++changes;
}

void Broker::delete_topic(const std::string& topic) {
    std::erase_if(logs, [&](const auto& each) { return each.first.first == topic; });
    ++changes;
    ++losses;
}

void Broker::lose_tail(const Where& where, std::size_t messages) {
    auto& log = logs[where];
    log.messages.resize(log.messages.size() - std::min(messages, log.messages.size()));
    ++changes;
}

void Broker::lose_head(const Where& where, std::size_t messages) {
    auto& log = logs[where];
    messages = std::min(messages, log.messages.size());
    log.messages.erase(log.messages.begin(), log.messages.begin() + static_cast<std::ptrdiff_t>(messages));
    log.first += static_cast<std::int64_t>(messages);
    ++changes;
}

void Broker::deliver_late() {
    for (const auto& message : late) append(message);
    late.clear();
}

void Bus::assign(const std::vector<Position>& positions) {
    readings_.clear();
    for (const auto& position : positions) readings_.push_back({{position.topic, position.partition}, position.offset});
    seen_changes_ = ~0ull;
}

void Bus::flush() {
    if (broker_.away || waiting_.empty()) return;
    ++failures_;  // an outage ended
    for (; !waiting_.empty(); waiting_.pop_front()) broker_.append(waiting_.front());
}

void Bus::poll(std::size_t limit, std::vector<Message>& messages, std::vector<Ask>& asks) {
    if (broker_.away) return;
    flush();
    for (asks_read_ = std::min(asks_read_, broker_.asks.size()); asks_read_ < broker_.asks.size(); ++asks_read_) asks.push_back(broker_.asks[asks_read_]);
    if (seen_changes_ == broker_.changes) return;  // nothing is new since everything was read
    bool all_read = true;
    const bool lost = std::exchange(seen_losses_, broker_.losses) != broker_.losses;
    for (auto& [where, offset, log] : readings_) {
        if (!log || lost) {
            const auto found = broker_.logs.find(where);
            log = found == broker_.logs.end() ? nullptr : &found->second;
        }
        if (!log) continue;
        const auto first = log->first, end = log->end();
        if (offset < first || offset > end) offset = first;
        if (hooks_.reread && offset > first && limit > 0) offset -= std::min(offset - first, hooks_.reread(where));
        for (; limit > 0 && offset < end; --limit, ++offset) {
            messages.push_back(log->messages[static_cast<std::size_t>(offset - first)]);
            messages.back().offset = offset;
        }
        all_read &= offset == end;
    }
    if (all_read) seen_changes_ = broker_.changes;
}

bool Bus::news() const {
    if (broker_.away) return false;
    if (!waiting_.empty() || asks_read_ != broker_.asks.size()) return true;
    if (seen_changes_ == broker_.changes) return false;
    if (seen_losses_ != broker_.losses) return true;
    return std::any_of(readings_.begin(), readings_.end(), [&](const Reading& each) { return each.log ? each.offset != each.log->end() : broker_.logs.contains(each.where); });
}

bool Bus::publish(const Message& message) {
    const Fate fate = hooks_.publish ? hooks_.publish(message) : Fate::delivered;
    if (fate == Fate::refused) return false;
    if (fate == Fate::lost) return true;
    for (int copies = fate == Fate::twice ? 2 : 1; copies > 0; --copies) {
        if (broker_.away) waiting_.push_back(message);
        else if (fate == Fate::late) broker_.late.push_back(message);
        else broker_.append(message);
    }
    return true;
}

void Bus::ask(const Ask& ask) {
    if (broker_.away) return;
    for (int copies = hooks_.ask ? hooks_.ask(ask) : 1; copies > 0; --copies) broker_.asks.push_back(ask);
}

// ---- Outbound ----------------------------------------------------------------------------------------------------------

void Outbound::start(int lane, const Effect& effect) {
    if (const auto done = done_.find(effect.id); done != done_.end()) {
        done->second.lane = lane;
        to_tell_[effect.id] = 1;
        return;
    }
    const auto [started, is_new] = started_.try_emplace(effect.id);
    started->second.lane = lane;
    if (!is_new) return;
    started->second.effect = effect;
    if (clock_) started->second.at = started->second.began = clock_->elapsed();
}

// One attempt begins or ends. True when the call is over and its answer is in done_.
bool Outbound::advance(const std::string& id, Started& started) {
    const auto kind = definition_.calls.find(started.effect.call);
    const CallLimits limits = kind == definition_.calls.end() ? CallLimits{} : kind->second.limits;
    const auto over = [&](const CallResult<std::string>& result, int told) {
        done_[id] = {started.lane, id, answer_text(started.effect.request, result, started.attempts)};
        to_tell_[id] = told;
        return true;
    };
    if (kind == definition_.calls.end()) return over(CallFailed{"no provider for " + started.effect.call, false}, 1);
    const Attempt attempt{id, started.attempts + 1, limits.timeout};
    if (!clock_) {
        ++started.attempts;
        ++performed_;
        try {
            return over(kind->second.perform(started.effect.request, attempt), 1);
        } catch (const std::exception& thrown) {
            return over(CallFailed{std::string("the provider failed: ") + thrown.what()}, 1);
        }
    }
    const auto now = clock_->elapsed();
    if (now < started.at) return false;
    if (!started.under_way) {
        ++started.attempts;
        ++performed_;
        started.under_way = try_(started.effect, attempt);
        started.at = now + (started.under_way->result ? std::min(started.under_way->takes, limits.timeout) : limits.timeout);
        if (started.at > now) return false;
    }
    const Tried tried = *std::move(started.under_way);
    started.under_way.reset();
    if (tried.result && (tried.result->index() == 0 || !std::get<CallFailed>(*tried.result).again)) return over(*tried.result, tried.told);
    const CallFailed failed = tried.result ? std::get<CallFailed>(*tried.result) : CallFailed{"no answer within the timeout"};
    if (started.attempts >= limits.attempts || now - started.began >= limits.give_up_after) return over(failed, tried.told);
    started.at = now + std::min(limits.longest_wait, limits.first_wait * (1 << std::min(started.attempts - 1, 12)));
    return false;
}

void Outbound::finished(std::vector<Finished>& into) {
    for (auto it = started_.begin(); it != started_.end();) {
        if (advance(it->first, it->second)) it = started_.erase(it);
        else ++it;
    }
    for (auto& [id, times] : to_tell_)
        for (; times > 0; --times) into.push_back(done_.at(id));
    to_tell_.clear();
}

void Outbound::settled(const std::vector<std::string>& ids) {
    for (const auto& id : ids) {
        done_.erase(id);
        to_tell_.erase(id);
    }
}

void Outbound::keep(int lane, const std::set<std::string>& ids) {
    const auto over = [&](const auto& call) { return call.second.lane == lane && !ids.contains(call.first); };
    std::erase_if(started_, over);
    std::erase_if(done_, over);
    std::erase_if(to_tell_, [&](const auto& told) { return !done_.contains(told.first); });
}

std::optional<std::chrono::milliseconds> Outbound::next() const {
    std::optional<std::chrono::milliseconds> soonest;
    for (const auto& [id, started] : started_)
        if (!soonest || started.at < *soonest) soonest = started.at;
    return soonest;
}

}  // namespace waybill::simulation
