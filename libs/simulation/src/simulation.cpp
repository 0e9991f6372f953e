#include <waybill/simulation.h>

namespace waybill::simulation {

using namespace runtime;

// ---- Store -------------------------------------------------------------------------------------------------------------

Fault Store::check(const std::string& call) {
    const Fault fault = fault_ ? fault_(call) : Fault::none;
    if (fault == Fault::away) throw StoreAway("the database is away (" + call + ")");
    return fault;
}

Taken Store::take(int lane) {
    check("take");
    LaneRecord& record = database_.lanes[lane];
    ++record.epoch;
    Taken taken{record, database_.system, {}, {}};
    for (const auto& [id, open] : database_.open_effects)
        if (open.first == lane) taken.open.push_back(open.second);
    for (const auto& [where, parked] : database_.parked) {
        if (where.first != lane) continue;
        taken.parked.push_back(parked);
        taken.parked.back().payload.clear();
    }
    return taken;
}

std::vector<StoredState> Store::load(int, std::size_t aggregate, const std::vector<std::string>& keys) {
    check("load");
    std::vector<StoredState> found;
    for (const auto& key : keys)
        if (const auto state = database_.states.find({aggregate, key}); state != database_.states.end())
            found.push_back({key, state->second.row.version, state->second.row.shape, state->second.row.body});
    return found;
}

std::vector<DueTimer> Store::timers(int lane, std::size_t limit) {
    check("timers");
    std::vector<DueTimer> all;
    for (const auto& [id, timer] : database_.timers)
        if (timer.first == lane) all.push_back({std::get<0>(id), std::get<1>(id), std::get<2>(id), timer.second});
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.due < b.due; });
    if (all.size() > limit) all.resize(limit);
    return all;
}

Committed Store::commit(const Batch& batch) {
    const Fault fault = check("commit");
    LaneRecord& record = database_.lanes[batch.lane];
    if (record.batch != batch.expected.batch || record.epoch != batch.expected.epoch) return Committed::fenced;
    if (fault == Fault::refused) return Committed::refused;
    if (fault == Fault::lost_request) return Committed::in_doubt;

    record = batch.next;
    ++database_.commits;
    for (const auto& state : batch.states) database_.states[{state.aggregate, state.key}] = {state, batch.lane};
    for (const auto& timer : batch.timers) {
        if (timer.due) database_.timers[{timer.aggregate, timer.key, timer.name}] = {batch.lane, *timer.due};
        else database_.timers.erase({timer.aggregate, timer.key, timer.name});
    }
    for (const auto& row : batch.outbox) database_.outbox.emplace_back(batch.lane, row);
    for (const auto& effect : batch.effects) database_.open_effects[effect.id] = {batch.lane, effect};
    for (const auto& answer : batch.answers) {
        database_.open_effects.erase(answer.id);
        database_.answers[answer.id] = answer.answer;
    }
    for (const auto position : batch.unparked) database_.parked.erase({batch.lane, position});
    for (const auto& parked : batch.parked) database_.parked[{batch.lane, parked.position}] = parked;
    for (const auto& row : batch.rows) {
        const auto values = boost::json::parse(row.values).as_object();
        std::string key;
        for (const auto& column : row.key) key += boost::json::serialize(values.at(column)) + "|";
        auto& kept = database_.rows[row.table][key];
        for (const auto& value : values) kept[value.key()] = value.value();
    }
    database_.orphaned.insert(database_.orphaned.end(), batch.orphaned.begin(), batch.orphaned.end());
    return fault == Fault::lost_reply ? Committed::in_doubt : Committed::yes;
}

LaneMark Store::mark(int lane) {
    check("mark");
    return {database_.lanes[lane].batch, database_.lanes[lane].epoch};
}

std::vector<OutboxRow> Store::outbox(int lane, const std::string& topic, int partition, std::int64_t incarnation, std::int64_t from, std::size_t bytes) {
    check("outbox");
    std::vector<OutboxRow> rows;
    std::size_t size = 0;
    for (const auto& [owner, row] : database_.outbox) {
        if (owner != lane || row.topic != topic || row.partition != partition || row.incarnation != incarnation || row.last < from) continue;
        rows.push_back(row);
        if ((size += row.content.size()) >= bytes) break;
    }
    return rows;
}

std::vector<Parked> Store::parked(int lane, std::size_t aggregate, const std::string& key, std::int64_t from, std::size_t limit) {
    check("parked");
    std::vector<Parked> all;
    for (const auto& [where, parked] : database_.parked)
        if (where.first == lane && parked.aggregate == aggregate && parked.key == key && where.second >= from && all.size() < limit) all.push_back(parked);
    return all;
}

// ---- Bus ---------------------------------------------------------------------------------------------------------------

void Bus::assign(const std::vector<Position>& positions) {
    positions_.clear();
    for (const auto& position : positions) positions_[{position.topic, position.partition}] = position.offset;
}

void Bus::flush() {
    if (broker_.away || waiting_.empty()) return;
    ++failures_;  // an outage ended
    for (; !waiting_.empty(); waiting_.pop_front()) {
        const auto& envelope = waiting_.front().envelope;
        broker_.logs[{envelope.topic, envelope.partition}].push_back(waiting_.front());
    }
}

void Bus::poll(std::size_t limit, std::vector<Message>& messages, std::vector<Ask>& asks) {
    if (broker_.away) return;
    flush();
    for (auto& [where, offset] : positions_) {
        const auto log = broker_.logs.find(where);
        if (log == broker_.logs.end()) continue;
        if (offset < 0 || offset > static_cast<std::int64_t>(log->second.size())) offset = 0;
        for (; limit > 0 && offset < static_cast<std::int64_t>(log->second.size()); --limit, ++offset) {
            messages.push_back(log->second[static_cast<std::size_t>(offset)]);
            messages.back().offset = offset;
        }
    }
    for (asks_read_ = std::min(asks_read_, broker_.asks.size()); asks_read_ < broker_.asks.size(); ++asks_read_) asks.push_back(broker_.asks[asks_read_]);
}

bool Bus::publish(const Message& message) {
    const Fate fate = fate_ ? fate_(message) : Fate::delivered;
    if (fate == Fate::lost) return true;
    for (int copies = fate == Fate::twice ? 2 : 1; copies > 0; --copies) {
        if (broker_.away) waiting_.push_back(message);
        else broker_.logs[{message.envelope.topic, message.envelope.partition}].push_back(message);
    }
    return true;
}

void Bus::ask(const Ask& ask) {
    if (!broker_.away) broker_.asks.push_back(ask);
}

// ---- Outbound ----------------------------------------------------------------------------------------------------------

void Outbound::start(int lane, const Effect& effect) {
    if (const auto done = done_.find(effect.id); done != done_.end()) {
        done->second.lane = lane;
        told_.erase(effect.id);
        return;
    }
    started_[effect.id] = {lane, effect};
}

void Outbound::finished(std::vector<Finished>& into) {
    for (const auto& [id, started] : started_) {
        const auto& [lane, effect] = started;
        const auto kind = definition_.calls.find(effect.call);
        CallResult<std::string> result = CallFailed{"no provider for " + effect.call, false};
        if (kind != definition_.calls.end()) {
            try {
                result = kind->second.perform(effect.request, {id, 1, kind->second.limits.timeout});
            } catch (const std::exception& thrown) {
                result = CallFailed{std::string("the provider failed: ") + thrown.what()};
            }
        }
        ++performed_;
        done_[id] = {lane, id, answer_text(effect.request, result, 1)};
    }
    started_.clear();
    for (const auto& [id, done] : done_)
        if (told_.insert(id).second) into.push_back(done);
}

void Outbound::settled(const std::vector<std::string>& ids) {
    for (const auto& id : ids) {
        done_.erase(id);
        told_.erase(id);
    }
}

}  // namespace waybill::simulation
