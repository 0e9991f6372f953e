#include "lane.h"

#include <charconv>

namespace waybill::runtime {
namespace {

using std::chrono::milliseconds;

std::string seen_key(const std::string& topic, int lane, std::int64_t incarnation) {
    return topic + "/" + std::to_string(lane) + "/" + std::to_string(incarnation);
}
std::string head_key(const std::string& topic, int partition) { return topic + "/" + std::to_string(partition); }

// FNV-1a, 64 bits (RFC-less; constants from the authors' page). Spreads ids, protects nothing.
std::uint64_t fnv(std::string_view text, std::uint64_t seed) {
    std::uint64_t hash = 14695981039346656037ull ^ seed;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    return hash;
}
void write_hex(char* into, std::uint64_t value) {
    for (int digit = 15; digit >= 0; --digit, value >>= 4) into[digit] = "0123456789abcdef"[value & 15];
}
std::string hex(std::uint64_t value) {
    std::string text(16, '0');
    write_hex(text.data(), value);
    return text;
}

// A child span of the cause's trace, or, where there is none, a trace made of the cause. W3C Trace Context, version 00.
std::string child_trace(const std::string& parent, const std::string& cause, std::size_t index) {
    std::string trace = "00-00000000000000000000000000000000-0000000000000000-01";
    if (parent.size() == trace.size()) {
        parent.copy(trace.data() + 3, 32, 3);
    } else {
        write_hex(trace.data() + 3, fnv(cause, 1) | 1);
        write_hex(trace.data() + 19, fnv(cause, 2));
    }
    write_hex(trace.data() + 36, fnv(cause, 3 + index) | 1);
    return trace;
}

// What a head note says of its older incarnations, by number; nothing when it cannot be read.
std::optional<std::map<std::int64_t, std::int64_t>> past_in(const std::string& note) {
    std::map<std::int64_t, std::int64_t> past;
    try {
        for (const auto& [text, head] : json::from_json<HeadNote>(note).past) {
            std::int64_t number = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
            if (error != std::errc{} || end != text.data() + text.size() || number < 1 || head < 0) return {};
            past[number] = head;
        }
    } catch (const std::invalid_argument&) {
        return {};
    }
    return past;
}

}  // namespace

std::string without_version(std::string_view type) {
    const auto first = type.find('.'), last = type.rfind('.');
    return first == last ? std::string(type) : std::string(type.substr(0, first)) + std::string(type.substr(last));
}

std::string Lane::Input::identity() const {
    if (kind == Kind::event) return envelope.id();
    return (kind == Kind::timer ? "timer:" : kind == Kind::answer ? "answer:" : "request:") + std::to_string(aggregate) + "/" + key + "/" + name;
}

Lane::Lane(Worker& worker, int number) : worker_(worker), definition_(worker.definition_), number_(number), cache_(std::max<std::size_t>(1, worker.definition_.aggregates.size())) {
    Taken taken = worker_.seams_.store.take(number);
    record_ = std::move(taken.record);
    Ledger& ledger = record_.ledger;
    if (ledger.system.empty()) {
        ledger.system = taken.system;
    } else if (ledger.system != taken.system) {
        // A restored database may have given these numbers before: never give them again. Seconds since 1970 are greater
        // than any incarnation this lane had, also one that the restored copy does not remember.
        ledger.past[std::to_string(record_.incarnation)] = std::move(ledger.heads);
        ledger.heads.clear();
        record_.incarnation = std::max<std::int64_t>(record_.incarnation + 1, worker_.seams_.clock.now().time_since_epoch() / 1s);
        ledger.system = taken.system;
        must_commit_ = true;
        worker_.log_(Level::warning, "the database was restored: incarnation " + std::to_string(record_.incarnation) + " begins", number_);
    }
    for (auto& [key, last] : ledger.seen) {
        const auto cut = key.rfind('/'), before = key.rfind('/', cut - 1);
        Source& source = sources_[{key.substr(0, before), std::stoi(key.substr(before + 1, cut - before - 1))}];
        if (const std::int64_t incarnation = std::stoll(key.substr(cut + 1)); incarnation > source.newest) source = {incarnation, &last, {}};
    }
    for (const auto& topic : definition_.emits_to)
        for (int partition = 0; partition < worker_.lane_count_; ++partition) {
            Target& to = target(topic, partition);
            if (const auto head = ledger.heads.find(head_key(topic, partition)); head != ledger.heads.end()) to.next = &head->second;
        }
    for (auto& parked : taken.parked) parked_[{parked.aggregate, parked.key}].push_back(std::move(parked));
    reload_timers();
    std::set<std::string> ids;
    for (const auto& effect : taken.open) ids.insert(effect.id);
    worker_.seams_.outbound.keep(number_, ids);
    for (auto& effect : taken.open) {
        open_.emplace(effect.id, effect);
        worker_.seams_.outbound.start(number_, effect);
    }
}

Lane::Source& Lane::source_of(const Envelope& envelope) {
    const auto found = sources_.find(std::tuple<std::string_view, int>(envelope.topic, envelope.lane));
    return found != sources_.end() ? found->second : sources_[{envelope.topic, envelope.lane}];
}

Lane::Target& Lane::target(std::string_view topic, int partition) {
    const auto found = targets_.find(std::tuple(topic, partition));
    return found != targets_.end() ? found->second : targets_[{std::string(topic), partition}];
}

void Lane::note_now() {
    note_at_ = milliseconds(0);
    for (auto& [where, target] : targets_) target = {target.next, milliseconds(0), worker_.limits_.note_after_burst * 4};
}

std::int64_t Lane::seen(const std::string& key) const {
    const auto found = record_.ledger.seen.find(key);
    return found == record_.ledger.seen.end() ? -1 : found->second;
}

std::int64_t Lane::head(const std::string& topic, int partition, std::int64_t incarnation) const {
    const Ledger::Heads* heads = &record_.ledger.heads;
    if (incarnation != record_.incarnation) {
        const auto old = record_.ledger.past.find(std::to_string(incarnation));
        if (old == record_.ledger.past.end()) return 0;
        heads = &old->second;
    }
    const auto found = heads->find(head_key(topic, partition));
    return found == heads->end() ? 0 : found->second;
}

std::vector<Position> Lane::positions() const {
    std::vector<Position> all;
    for (const auto& topic : worker_.consumes_) {
        const auto found = record_.ledger.positions.find(topic);
        all.push_back({topic, number_, found == record_.ledger.positions.end() ? -1 : found->second});
    }
    return all;
}

std::size_t Lane::parked_count() const {
    std::size_t count = 0;
    for (const auto& [key, queue] : parked_) count += queue.size();
    return count;
}

const Handler* Lane::handler_of(Input::Kind kind, std::size_t aggregate, const std::string& name) const {
    const auto& handlers = kind == Input::Kind::event ? definition_.events : kind == Input::Kind::timer ? definition_.timers : definition_.answers;
    const auto found = handlers.find(kind == Input::Kind::event ? name : aggregate_name(aggregate) + "/" + name);
    return found == handlers.end() ? nullptr : &found->second;
}

std::string Lane::aggregate_name(std::size_t index) const { return definition_.aggregates.empty() ? "rows" : definition_.aggregates[index].name; }

milliseconds Lane::rest() const {
    Clock& clock = worker_.seams_.clock;
    const auto now = clock.elapsed();
    milliseconds rest = 1s;
    const auto until = [&](milliseconds at) { rest = std::min(rest, std::max(milliseconds(0), at - now)); };
    if (!timers_.empty()) rest = std::min(rest, std::max(milliseconds(0), clock.until(std::get<0>(*timers_.begin()))));
    for (const auto& [key, want] : wants_) until(want.ask_at);
    until(note_at_);
    if (moved_at_ >= 0ms) until(moved_at_ + worker_.limits_.flush_after);
    return rest;
}

// ---- gather and check numbers ------------------------------------------------------------------------------------------

bool Lane::step(std::deque<Worker::Command>& commands) {
    const Instant now = std::max(worker_.seams_.clock.now(), record_.ledger.time);
    const bool flush = moved_at_ >= 0ms && worker_.seams_.clock.elapsed() - moved_at_ >= worker_.limits_.flush_after;
    if (inbox_.empty() && answers_.empty() && commands.empty() && !must_commit_ && !flush && !timers_run_out() && !a_timer_is_due(now)) {
        ask_and_note();
        return false;
    }
    Draft draft;
    Footprint footprint;
    const auto mark = [&](std::int64_t& when) { if (worker_.seams_.trail) when = micros_now(); };
    draft.now = now;
    draft.batch.lane = number_;
    draft.batch.expected = {record_.batch, record_.epoch};

    std::vector<Input> inputs = gather(commands, draft);
    mark(footprint.gathered);
    if (!inputs.empty() || must_commit_ || flush) {
        try {
            load(inputs);
            mark(footprint.loaded);
            for (Input& input : inputs) handle(input, draft);
            mark(footprint.decided);
            commit(draft, inputs);
            mark(footprint.committed);
        } catch (const std::exception& lost) {
            for (auto& [reply, result] : draft.replies) reply(Refusal{"service", std::string("the request was not committed: ") + lost.what(), "send it again with the same Idempotency-Key"});
            for (Input& input : inputs)
                if (input.command.reply) input.command.reply(Refusal{"service", "the request was not committed", "send it again with the same Idempotency-Key"});
            throw;
        }
        publish(draft);
        mark(footprint.published);
        if (worker_.seams_.trail) leave_footprint(inputs, draft, footprint);
    }
    ask_and_note();
    return waiting() > 0 || !commands.empty();
}

bool Lane::timers_run_out() const { return timers_.empty() && timers_complete_until_ != Instant::max(); }
bool Lane::a_timer_is_due(Instant now) const { return !timers_.empty() && std::get<0>(*timers_.begin()) <= now; }

std::vector<Lane::Input> Lane::gather(std::deque<Worker::Command>& commands, Draft& draft) {
    const Limits& limits = worker_.limits_;
    // A batch that Postgres refused is decided again one input at a time, to find the one that is to blame.
    const std::size_t most = worker_.retries_[number_].one_by_one ? 1 : limits.batch_inputs;
    std::vector<Input> inputs;
    inputs.reserve(std::min(most, inbox_.size() + answers_.size() + commands.size()));
    std::size_t bytes = 0;
    const auto room = [&] { return inputs.size() < most && bytes < limits.batch_bytes; };

    for (; room() && !answers_.empty(); answers_.pop_front()) {
        auto& finished = answers_.front().what;
        const auto effect = open_.find(finished.id);
        if (effect == open_.end()) continue;  // answered already
        Input input{.kind = Input::Kind::answer, .aggregate = effect->second.aggregate, .key = effect->second.key, .name = effect->second.call};
        input.handler = handler_of(input.kind, input.aggregate, input.name);
        input.envelope.cause = effect->second.id;
        input.envelope.trace = effect->second.trace;
        input.payload = finished.answer;
        input.arrived = answers_.front().micros;
        bytes += input.payload.size();
        draft.batch.answers.push_back({finished.id, std::move(finished.answer)});
        open_.erase(effect);
        inputs.push_back(std::move(input));
        worker_.figures_.effects_answered++;
    }

    if (timers_run_out()) reload_timers();
    while (room() && a_timer_is_due(draft.now)) {
        const auto [due, aggregate, key, name] = *timers_.begin();
        Input input{.kind = Input::Kind::timer, .aggregate = aggregate, .key = key, .name = name};
        input.handler = handler_of(input.kind, aggregate, name);
        input.envelope.cause = "timer:" + definition_.name + "/" + key + "/" + name + "/" + std::to_string(due.time_since_epoch().count());
        set_timer(aggregate, key, name, std::nullopt, draft);
        worker_.figures_.timers_fired++;
        worker_.figures_.timer_lateness_seconds.add(std::chrono::duration<double>(draft.now - due).count());
        inputs.push_back(std::move(input));
    }

    for (; room() && !inbox_.empty(); inbox_.pop_front()) {
        Message& message = inbox_.front().what;
        if (!admit(message, draft)) continue;
        bytes += message.payload.size();
        const auto age = std::chrono::duration<double>(draft.now - message.envelope.time).count();
        worker_.figures_.lag_seconds = age > 0 ? age : 0;
        if (auto input = input_of(std::move(message))) {
            input->arrived = inbox_.front().micros;
            inputs.push_back(*std::move(input));
        }
    }

    for (; room() && !commands.empty(); commands.pop_front()) {
        Input input{.kind = Input::Kind::command, .key = commands.front().key};
        const auto handler = definition_.commands.find(std::type_index(commands.front().command.type()));
        input.handler = handler == definition_.commands.end() ? nullptr : &handler->second;
        if (input.handler) input.aggregate = input.handler->aggregate;
        input.envelope.cause = "request:" + input.key;
        input.command = std::move(commands.front());
        input.arrived = input.command.arrived;
        inputs.push_back(std::move(input));
        worker_.figures_.commands++;
    }
    return inputs;
}

// Whether this message is the next of its source. Anything else changes nothing but where we read on.
bool Lane::admit(const Message& message, Draft& draft) {
    const Envelope& envelope = message.envelope;
    record_.ledger.positions[envelope.topic] = message.offset + 1;  // goes with the next batch: to read a note again costs nothing
    Source& source = source_of(envelope);
    if (message.kind == Message::Kind::head_note) {
        read_note(message, source, draft);
        return false;
    }
    if (envelope.incarnation < source.newest) {
        worker_.figures_.repeats++;  // the older incarnation was whole when the newer one opened: whatever else comes of it, the source has forgotten
        return false;
    }
    if (source.opens_by_note(envelope.incarnation)) {
        worker_.figures_.skipped++;  // a new incarnation opens only by its head note
        return false;
    }
    const std::int64_t last = source.applied();
    if (envelope.seq <= last) {
        worker_.figures_.repeats++;
        // The time of a lane never goes back, so what is older by number and younger by time was decided anew.
        if (source.told_at && envelope.time > *source.told_at) {
            source.told_at = Instant::max();  // said once
            worker_.figures_.given_twice++;
            worker_.log_(Level::error, "lane " + std::to_string(envelope.lane) + " of " + envelope.topic + " gave a number twice: the database of " + envelope.source +
                                       " was put back without a new timeline, and events are lost", number_);
        }
        return false;
    }
    if (envelope.seq > last + 1) {
        worker_.figures_.skipped++;
        want(envelope.topic, envelope.lane, envelope.incarnation, envelope.seq + 1);
        return false;
    }
    if (!source.last) source = {envelope.incarnation, &record_.ledger.seen[seen_key(envelope.topic, envelope.lane, envelope.incarnation)], {}};
    *source.last = envelope.seq;
    source.told_at = envelope.time;
    if (moved_at_ < 0ms) moved_at_ = worker_.seams_.clock.elapsed();
    worker_.figures_.events_in++;
    if (wants_.empty()) return true;
    const auto wanted = wants_.find(seen_key(envelope.topic, envelope.lane, envelope.incarnation));
    if (wanted != wants_.end() && envelope.seq + 1 >= wanted->second.head) wants_.erase(wanted);
    return true;
}

void Lane::read_note(const Message& note, Source& source, Draft& draft) {
    const Envelope& envelope = note.envelope;
    if (envelope.incarnation < source.newest) return;
    if (source.opens_by_note(envelope.incarnation)) {
        auto past = past_in(note.payload);
        if (!past) return worker_.log_(Level::error, "a head note of " + envelope.topic + " that cannot be read was skipped", number_);
        // Of an incarnation that began after the copy was made, the source forgot everything.
        const std::string prefix = envelope.topic + "/" + std::to_string(envelope.lane) + "/";
        for (auto known = record_.ledger.seen.lower_bound(prefix); known != record_.ledger.seen.end() && known->first.starts_with(prefix); ++known) past->try_emplace(std::stoll(known->first.substr(prefix.size())), 0);
        bool complete = true;
        for (const auto& [number, head] : *past) {
            if (number >= envelope.incarnation) continue;
            // One that nobody tells of any more opens by the note of a later one, once those before it are whole.
            if (complete && head > 0 && source.opens_by_note(number)) open(source, envelope, number);
            if (seen(seen_key(envelope.topic, envelope.lane, number)) < head - 1) {
                want(envelope.topic, envelope.lane, number, head);
                complete = false;
            }
        }
        if (!complete) return;
        for (const auto& [number, head] : *past) {
            const std::int64_t last = seen(seen_key(envelope.topic, envelope.lane, number));
            if (number < envelope.incarnation && last >= head) {
                draft.batch.orphaned.push_back({envelope.topic, envelope.lane, number, head, last});
                worker_.log_(Level::warning, "a restored source forgot " + std::to_string(last - head + 1) + " events that were applied here: " + envelope.topic, number_);
            }
        }
        std::erase_if(wants_, [&](const auto& each) { return each.second.topic == envelope.topic && each.second.source_lane == envelope.lane && each.second.incarnation < envelope.incarnation; });
        open(source, envelope, envelope.incarnation);
    }
    if (source.applied() < envelope.seq - 1) want(envelope.topic, envelope.lane, envelope.incarnation, envelope.seq);
}

void Lane::open(Source& source, const Envelope& of, std::int64_t incarnation) {
    std::int64_t& last = record_.ledger.seen[seen_key(of.topic, of.lane, incarnation)];
    last = -1;
    source = {incarnation, &last, {}};
    must_commit_ = true;
}

void Lane::want(const std::string& topic, int source_lane, std::int64_t incarnation, std::int64_t head) {
    const auto [found, is_new] = wants_.try_emplace(seen_key(topic, source_lane, incarnation));
    Want& wanted = found->second;
    wanted.head = std::max(wanted.head, head);
    if (!is_new) return;
    wanted.topic = topic;
    wanted.source_lane = source_lane;
    wanted.incarnation = incarnation;
    wanted.wait = worker_.limits_.first_ask;
    wanted.ask_at = worker_.seams_.clock.elapsed() + wanted.wait;
    worker_.figures_.gaps++;
}

std::optional<Lane::Input> Lane::input_of(Message message) {
    Input input{.kind = Input::Kind::event, .key = message.envelope.subject, .name = message.envelope.type};
    input.handler = handler_of(input.kind, 0, message.envelope.type);
    if (input.handler) {
        input.aggregate = input.handler->aggregate;
    } else {
        const auto other = worker_.aggregates_of_any_version_.find(without_version(message.envelope.type));
        if (other != worker_.aggregates_of_any_version_.end()) input.aggregate = other->second, input.name = message.envelope.type + "?";
        else if (!definition_.every_event) return {};
    }
    input.envelope = std::move(message.envelope);
    input.payload = std::move(message.payload);
    return input;
}

// ---- decide ------------------------------------------------------------------------------------------------------------

void Lane::load(const std::vector<Input>& inputs) {
    if (definition_.aggregates.empty()) return;
    for (auto& states : cache_)
        if (states.size() > worker_.limits_.cached_states) states.clear();
    std::vector<std::set<std::string>> missing(cache_.size());
    for (const Input& input : inputs)
        if (input.handler && !cache_[input.aggregate].contains(input.key)) missing[input.aggregate].insert(input.key);
    for (std::size_t index = 0; index < missing.size(); ++index) {
        if (missing[index].empty()) continue;
        const Aggregate& aggregate = definition_.aggregates[index];
        for (const auto& key : missing[index]) cache_[index][key] = {};
        for (const auto& stored : worker_.seams_.store.load(number_, index, {missing[index].begin(), missing[index].end()})) {
            if (stored.shape > aggregate.shape)
                throw StoreAway("stopped: " + aggregate.name + " " + stored.key + " was written in shape " + std::to_string(stored.shape) + ", newer than the " +
                                std::to_string(aggregate.shape) + " this program knows; run the newer version");
            cache_[index][stored.key] = {aggregate.read(stored.body, stored.shape), stored.version};
        }
    }
}

void Lane::handle(Input& input, Draft& draft) {
    const AggregateKey key{input.aggregate, input.key};
    const bool is_command = input.kind == Input::Kind::command;
    if (const auto condemned = worker_.condemned_.empty() ? worker_.condemned_.end() : worker_.condemned_.find(input.identity()); condemned != worker_.condemned_.end()) {
        if (is_command) draft.replies.emplace_back(std::move(input.command.reply), Refusal{"request", condemned->second, "change the request"});
        else park(input, Outcome::never, condemned->second, draft);
        return;
    }
    if (const auto queue = parked_.empty() ? parked_.end() : parked_.find(key); queue != parked_.end()) {
        for (const Parked& ahead : queue->second) {
            if (ahead.outcome != Outcome::never && ahead.source != input.source()) continue;
            if (is_command) draft.replies.emplace_back(std::move(input.command.reply), Refusal{"id", "work for " + input.key + " is parked: " + ahead.why, "an operator must look at it"});
            else park(input, Outcome::later, "queued behind " + (ahead.envelope.type.empty() ? ahead.name : ahead.envelope.type), draft);
            return;
        }
    }
    std::string why;
    const Outcome outcome = decide(input, draft, why);
    if (is_command) {
        CommandReply reply{outcome, why, {}};
        draft.reply_states.emplace_back(draft.replies.size(), key);
        draft.replies.emplace_back(std::move(input.command.reply), std::move(reply));
        input.command.reply = nullptr;
        return;
    }
    if (outcome == Outcome::later || outcome == Outcome::never) park(input, outcome, std::move(why), draft);
}

// Calls the handler and applies what it decided. Later and never change nothing.
Outcome Lane::decide(Input& input, Draft& draft, std::string& why) {
    Arrival arrival{&input.envelope, input.payload, input.command.reply ? &input.command.command : nullptr};
    ErasedDecision decision;
    std::vector<Row> rows;
    try {
        if (input.kind == Input::Kind::event && definition_.every_event) rows = definition_.every_event->decide(nullptr, arrival, draft.now).rows;
        const Handler* handler = input.handler;
        if (!handler) {
            if (input.kind != Input::Kind::event || input.name != input.envelope.type) {
                why = input.kind == Input::Kind::event ? "this version of " + without_version(input.envelope.type) + " is not known here: " + input.envelope.type
                                                       : "no handler for " + input.name;
                return Outcome::never;
            }
            decision.outcome = Outcome::ignored;  // only the time-line wants it
        } else {
            const void* state = handler->needs == Needs::nothing ? nullptr : cache_[input.aggregate][input.key].state.get();
            if (handler->needs == Needs::present && !state) {
                if (input.kind == Input::Kind::event) {
                    why = "the " + aggregate_name(input.aggregate) + " is not there yet";
                    return Outcome::later;
                }
                decision = {.outcome = Outcome::ignored, .why = "the " + aggregate_name(input.aggregate) + " is gone"};
            } else if (handler->needs == Needs::absent && state) {
                decision = {.outcome = Outcome::ignored, .why = "the " + aggregate_name(input.aggregate) + " exists already"};
            } else {
                decision = handler->decide(state, arrival, draft.now);
            }
        }
    } catch (const std::exception& thrown) {
        why = std::string("the handler failed: ") + thrown.what();
        worker_.log_(Level::error, input.identity() + " " + input.name + ": " + why, number_);
        return Outcome::never;
    }
    why = decision.why;
    if (decision.outcome == Outcome::later || decision.outcome == Outcome::never) return decision.outcome;
    if (decision.outcome == Outcome::ignored) {
        worker_.figures_.ignored++;
        decision = {.outcome = Outcome::ignored, .why = std::move(decision.why)};
    }
    const Outcome outcome = decision.outcome;
    for (Row& each : rows) merge(std::move(each), draft);
    apply(input, std::move(decision), draft);
    return outcome;
}

void Lane::apply(Input& input, ErasedDecision&& decision, Draft& draft) {
    const AggregateKey key{input.aggregate, input.key};
    const std::string cause = decision.events.empty() && decision.calls.empty() ? std::string() : input.cause();
    ++draft.decided;
    if (decision.state) {
        Entry& entry = cache_[input.aggregate][input.key];
        entry.state = std::move(decision.state);
        ++entry.version;
        draft.changed.insert(key);
    }
    for (Emission& emission : decision.events) {
        Message message;
        Envelope& envelope = message.envelope;
        envelope.type = emission.type;
        envelope.source = definition_.name;
        envelope.topic = emission.topic;
        envelope.partition = partition_of(emission.subject, worker_.lane_count_);
        envelope.lane = number_;
        envelope.incarnation = record_.incarnation;
        Target& to = target(envelope.topic, envelope.partition);
        if (!to.next) to.next = &record_.ledger.heads[head_key(envelope.topic, envelope.partition)];
        envelope.seq = (*to.next)++;
        envelope.subject = std::move(emission.subject);
        envelope.cause = cause;
        envelope.trace = child_trace(input.envelope.trace, cause, draft.messages.size());
        envelope.time = draft.now;
        message.payload = std::move(emission.payload);
        draft.messages.push_back(std::move(message));
    }
    for (Timer& timer : decision.timers) set_timer(input.aggregate, input.key, timer.name, timer.due, draft);
    std::size_t index = 0;
    for (CallIntent& call : decision.calls) {
        const std::string seed = definition_.name + "|" + cause + "|" + std::to_string(index++) + "|" + call.call + "|" + input.key;
        Effect effect{definition_.name + "-" + hex(fnv(seed, 11)) + hex(fnv(seed, 12)), input.aggregate, input.key, std::move(call.call), std::move(call.request),
                      cause, child_trace(input.envelope.trace, cause, 1000 + index), draft.now};
        open_.emplace(effect.id, effect);
        draft.batch.effects.push_back(std::move(effect));
    }
    for (Row& each : decision.rows) merge(std::move(each), draft);
    if (draft.changed.contains(key) && parked_.contains(key) && !retrying_) retry_parked(key, draft);
}

// Two rows for the same key and columns in one batch: the last one stands.
void Lane::merge(Row row, Draft& draft) {
    std::string identity = row.table + "\x1e" + row.id;
    for (const auto& column : row.columns) identity += "\x1f" + column;
    const auto [found, is_new] = draft.row_at.try_emplace(identity, draft.batch.rows.size());
    if (!is_new) {
        draft.batch.rows[found->second].table.clear();  // not written; at the end, so that it also stands against other columns' rows
        found->second = draft.batch.rows.size();
    }
    draft.batch.rows.push_back(std::move(row));
}

void Lane::set_timer(std::size_t aggregate, const std::string& key, const std::string& name, std::optional<Instant> due, Draft& draft) {
    const auto id = std::make_tuple(aggregate, key, name);
    if (const auto known = timer_index_.find(id); known != timer_index_.end()) {
        timers_.erase({known->second, aggregate, key, name});
        timer_index_.erase(known);
    }
    if (due && *due <= timers_complete_until_) {
        timers_.insert({*due, aggregate, key, name});
        timer_index_[id] = *due;
    }
    // Keep only the earliest; the others come back from the store in their time.
    if (timers_.size() > worker_.limits_.timers_in_memory * 4) {
        while (timers_.size() > worker_.limits_.timers_in_memory) {
            const auto& [last_due, a, k, n] = *timers_.rbegin();
            timers_complete_until_ = last_due - 1ms;
            timer_index_.erase({a, k, n});
            timers_.erase(std::prev(timers_.end()));
        }
        while (!timers_.empty() && std::get<0>(*timers_.rbegin()) > timers_complete_until_) {
            const auto& [last_due, a, k, n] = *timers_.rbegin();
            timer_index_.erase({a, k, n});
            timers_.erase(std::prev(timers_.end()));
        }
    }
    draft.timers[id] = due;
}

void Lane::reload_timers() {
    const std::size_t limit = worker_.limits_.timers_in_memory;
    auto stored = worker_.seams_.store.timers(number_, limit);
    timers_.clear();
    timer_index_.clear();
    timers_complete_until_ = stored.size() < limit ? Instant::max() : stored.back().due;
    for (auto& timer : stored) {
        timer_index_[{timer.aggregate, timer.key, timer.name}] = timer.due;
        timers_.insert({timer.due, timer.aggregate, std::move(timer.key), std::move(timer.name)});
    }
}

// ---- parking -----------------------------------------------------------------------------------------------------------

void Lane::park(Input& input, Outcome outcome, std::string why, Draft& draft) {
    static const char* kinds[] = {"event", "timer", "answer", "command"};
    Parked parked{(record_.batch + 1) * 65536 + static_cast<std::int64_t>(draft.batch.parked.size()), input.aggregate, input.key, input.source(), outcome,
                  std::move(why), kinds[static_cast<int>(input.kind)], input.name, input.envelope, input.payload};
    worker_.log_(outcome == Outcome::never ? Level::error : Level::info, "parked " + input.name + " of " + input.key + ": " + parked.why, number_);
    worker_.figures_.parked++;
    parked_[{input.aggregate, input.key}].push_back(parked);
    draft.batch.parked.push_back(std::move(parked));
}

// Something of this key changed: what waited may go now, in order; what still cannot holds back only its own source.
void Lane::retry_parked(const AggregateKey& key, Draft& draft) {
    auto& queue = parked_[key];
    if (std::any_of(queue.begin(), queue.end(), [](const Parked& p) { return p.outcome == Outcome::never; })) return;
    retrying_ = true;
    bool progress = true;
    while (progress) {
        progress = false;
        std::set<std::string> held_back;
        for (std::size_t i = 0; i < queue.size() && !progress; ++i) {
            if (held_back.contains(queue[i].source)) continue;
            if (queue[i].payload.empty() && queue[i].kind != "timer") {
                for (auto& stored : worker_.seams_.store.parked(number_, key.first, key.second, queue[i].position, worker_.limits_.parked_per_key))
                    for (auto& waiting : queue)
                        if (waiting.position == stored.position) waiting = stored;
            }
            const Parked waiting = queue[i];
            Input input{.kind = waiting.kind == "event" ? Input::Kind::event : waiting.kind == "timer" ? Input::Kind::timer : Input::Kind::answer,
                        .aggregate = key.first, .key = key.second, .name = waiting.name, .envelope = waiting.envelope, .payload = waiting.payload};
            input.handler = handler_of(input.kind, key.first, input.kind == Input::Kind::event ? input.envelope.type : input.name);
            std::string why;
            const Outcome outcome = decide(input, draft, why);
            if (outcome == Outcome::later) {
                held_back.insert(waiting.source);
                continue;
            }
            const auto in_draft = std::find_if(draft.batch.parked.begin(), draft.batch.parked.end(), [&](const Parked& p) { return p.position == waiting.position; });
            if (outcome == Outcome::never) {
                queue[i].outcome = Outcome::never;
                queue[i].why = why;
                if (in_draft != draft.batch.parked.end()) *in_draft = queue[i];
                else { draft.batch.unparked.push_back(waiting.position); draft.batch.parked.push_back(queue[i]); }
                break;  // the whole key waits for a person now
            }
            worker_.figures_.unparked++;
            queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(i));
            if (in_draft != draft.batch.parked.end()) in_draft->position = -1;  // never written
            else draft.batch.unparked.push_back(waiting.position);
            progress = true;
        }
    }
    retrying_ = false;
    if (queue.empty()) parked_.erase(key);
}

// ---- commit, then publish ----------------------------------------------------------------------------------------------

void Lane::commit(Draft& draft, const std::vector<Input>& inputs) {
    Batch& batch = draft.batch;
    record_.ledger.time = draft.now;
    const auto refused = [&](const std::string& why) {
        worker_.figures_.refused++;
        if (inputs.size() == 1) worker_.condemned_[inputs.front().identity()] = why;
        throw Refused(why);
    };
    for (const auto& key : draft.changed) try {
        const Aggregate& aggregate = definition_.aggregates[key.first];
        const Entry& entry = cache_[key.first][key.second];
        batch.states.push_back({key.first, key.second, entry.version, aggregate.shape, aggregate.stage(entry.state.get()), aggregate.write(entry.state.get())});
    } catch (const std::invalid_argument& unwritable) {
        refused("what was decided on it cannot be kept: " + std::string(unwritable.what()));
    }
    for (auto& [index, key] : draft.reply_states) {
        const Entry& entry = cache_[key.first][key.second];
        if (entry.state) {
            CommandReply reply = draft.replies[index].second.value();
            reply.state = definition_.aggregates[key.first].write(entry.state.get());
            draft.replies[index].second = std::move(reply);
        }
    }
    for (const auto& [id, due] : draft.timers) batch.timers.push_back({std::get<0>(id), std::get<1>(id), std::get<2>(id), due});
    std::erase_if(batch.parked, [](const Parked& parked) { return parked.position < 0; });
    std::erase_if(batch.rows, [](const Row& row) { return row.table.empty(); });

    std::map<std::pair<std::string, int>, std::size_t> open_row;
    for (const Message& message : draft.messages) {
        const auto target = std::make_pair(message.envelope.topic, message.envelope.partition);
        auto row = open_row.find(target);
        if (row == open_row.end() || batch.outbox[row->second].content.size() + message.payload.size() > worker_.limits_.outbox_row) {
            batch.outbox.push_back({message.envelope.topic, message.envelope.partition, record_.incarnation, message.envelope.seq, message.envelope.seq, {}});
            row = open_row.insert_or_assign(target, batch.outbox.size() - 1).first;
        }
        pack(batch.outbox[row->second].content, message);
        batch.outbox[row->second].last = message.envelope.seq;
    }

    // Lent to the batch: when this does not end well, the lane is dropped and with it what it remembers.
    batch.next = std::move(record_);
    batch.next.batch += 1;

    const auto began = worker_.seams_.clock.elapsed();
    const Committed committed = worker_.seams_.store.commit(batch);
    worker_.figures_.batch_seconds.add(std::chrono::duration<double>(worker_.seams_.clock.elapsed() - began).count());
    worker_.figures_.batch_inputs.add(static_cast<double>(draft.decided));
    if (committed == Committed::fenced) {
        worker_.figures_.fenced++;
        throw Fenced("another process holds the lane");
    }
    if (committed == Committed::refused) refused("Postgres refuses what was decided on it");
    if (committed == Committed::in_doubt) {
        worker_.figures_.in_doubt++;
        const LaneMark mark = worker_.seams_.store.mark(number_);
        if (mark != LaneMark{batch.next.batch, batch.next.epoch}) {
            if (mark.epoch != batch.next.epoch) throw Fenced("another process took the lane while a commit was in doubt");
            throw StoreAway("a commit was in doubt and did not happen");
        }
    }
    record_ = std::move(batch.next);
    must_commit_ = false;
    moved_at_ = -1ms;
    worker_.figures_.batches++;
}

void Lane::publish(Draft& draft) {
    for (const Message& message : draft.messages) {
        worker_.figures_.events_out++;
        if (!worker_.seams_.bus.publish(message)) worker_.figures_.bus_full++;  // its reader will ask
    }
    for (auto& [reply, result] : draft.replies) reply(std::move(result));
    if (!draft.batch.answers.empty()) {
        std::vector<std::string> ids;
        for (const auto& answer : draft.batch.answers) ids.push_back(answer.id);
        worker_.seams_.outbound.settled(ids);
    }
    for (const Effect& effect : draft.batch.effects) {
        worker_.figures_.effects_started++;
        worker_.seams_.outbound.start(number_, effect);
    }
    if (draft.messages.empty()) return;
    const auto note_at = worker_.seams_.clock.elapsed() + worker_.limits_.note_after_burst;
    for (const Message& message : draft.messages) {
        Target& to = target(message.envelope.topic, message.envelope.partition);
        to.note_at = note_at;
        to.note_wait = worker_.limits_.note_after_burst * 4;
    }
    note_at_ = std::min(note_at_, note_at);
}

void Lane::leave_footprint(const std::vector<Input>& inputs, const Draft& draft, Footprint& footprint) {
    Trail& trail = *worker_.seams_.trail;
    for (const Input& input : inputs) {
        const std::string& trace = input.envelope.trace;
        if (trace.empty() ? trail.follows(child_trace(trace, input.cause(), 0)) : trail.follows(trace)) footprint.inputs.push_back({input.cause(), input.arrived ? input.arrived : footprint.gathered});
    }
    for (const Message& message : draft.messages)
        if (trail.follows(message.envelope.trace)) footprint.events.push_back({message.envelope.id(), message.envelope.cause, message.envelope.type, message.envelope.subject});
    for (const Effect& effect : draft.batch.effects)
        if (trail.follows(effect.trace)) footprint.calls.push_back({effect.id, effect.cause});
    if (footprint.inputs.empty() && footprint.events.empty() && footprint.calls.empty()) return;
    footprint.service = definition_.name;
    footprint.lane = number_;
    trail.went(footprint);
}

// The one way to heal: readers ask for what they miss, sources tell how far their numbers go.
void Lane::ask_and_note() {
    const auto now = worker_.seams_.clock.elapsed();
    for (auto it = wants_.begin(); it != wants_.end();) {
        auto& [key, wanted] = *it;
        const std::int64_t from = seen(key) + 1;
        if (from >= wanted.head) {
            it = wants_.erase(it);
            continue;
        }
        if (now >= wanted.ask_at) {
            wanted.wait = from != wanted.asked_from ? worker_.limits_.first_ask * 4 : std::min(wanted.wait * 2, worker_.limits_.longest_ask);
            wanted.asked_from = from;
            wanted.ask_at = now + wanted.wait;
            worker_.seams_.bus.ask({wanted.topic, number_, wanted.source_lane, wanted.incarnation, from});
            worker_.figures_.asks_sent++;
        }
        ++it;
    }
    if (now < note_at_) return;
    note_at_ = milliseconds::max();
    for (auto& [where, to] : targets_) {
        if (now >= to.note_at) {
            tell_head(std::get<0>(where), std::get<1>(where), to);
            to.note_wait = std::clamp(to.note_wait * 4, worker_.limits_.note_after_burst * 4, worker_.limits_.longest_note);
            to.note_at = now + to.note_wait;
        }
        note_at_ = std::min(note_at_, to.note_at);
    }
}

void Lane::tell_head(const std::string& topic, int partition, const Target& to) {
    if (!to.next && record_.ledger.past.empty()) return;
    Message message;
    message.kind = Message::Kind::head_note;
    message.envelope.source = definition_.name;
    message.envelope.topic = topic;
    message.envelope.partition = partition;
    message.envelope.lane = number_;
    message.envelope.incarnation = record_.incarnation;
    message.envelope.seq = to.next ? *to.next : 0;
    message.envelope.time = record_.ledger.time;
    HeadNote content;
    for (const auto& [incarnation, heads] : record_.ledger.past) content.past[incarnation] = head(topic, partition, std::stoll(incarnation));
    message.payload = json::to_json(content);
    if (worker_.seams_.bus.publish(message)) worker_.figures_.head_notes++;
}

}  // namespace waybill::runtime
