#include "witness.h"

#include <bit>
#include <cstring>

namespace waybill::simulate {
namespace {

using namespace runtime;

// A multiplication and a shift for each eight bytes, since everything that happens goes through it. The same on every machine.
std::uint64_t digest(std::string_view text, std::uint64_t hash = 14695981039346656037ull) {
    const auto mix = [&](std::uint64_t word) {
        hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
        hash ^= hash >> 29;
    };
    mix(text.size());
    while (!text.empty()) {
        std::uint64_t word = 0;
        const auto bytes = std::min<std::size_t>(8, text.size());
        std::memcpy(&word, text.data(), bytes);
        if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
        mix(word);
        text.remove_prefix(bytes);
    }
    return hash;
}
std::uint64_t content_of(const Message& message) {
    return digest(message.envelope.cause, digest(message.payload, digest(message.envelope.subject, digest(message.envelope.type))));
}
std::string number(std::int64_t value) { return std::to_string(value); }

}  // namespace

std::string_view name(Invariant invariant) { return boost::describe::enum_to_string(invariant, ""); }

void Witness::broken(Invariant invariant, std::string what) {
    if (violations_.size() < 20) violations_.push_back({invariant, std::move(what)});
}

void Witness::mix(std::string_view text) { hash_ = digest(text, hash_); }
void Witness::mix(std::uint64_t value) { hash_ = (hash_ ^ value) * 1099511628211ull; }

int Witness::stream(const std::string& topic, int partition, int lane, std::int64_t incarnation) {
    const auto [found, is_new] = stream_index_.try_emplace({topic, partition, lane, incarnation}, static_cast<int>(streams_.size()));
    if (is_new) streams_.push_back({topic, partition, lane, incarnation, {}, {}, {}});
    return found->second;
}

int Witness::subject(const std::string& text) {
    const auto [found, is_new] = subjects_.try_emplace(text, static_cast<int>(subject_names_.size()));
    if (is_new) subject_names_.push_back(text);
    return found->second;
}

Row Witness::audit(const Envelope& envelope) {
    audits_.push_back({stream(envelope.topic, envelope.partition, envelope.lane, envelope.incarnation), envelope.seq, subject(envelope.subject)});
    const std::string n = std::to_string(audits_.size() - 1);
    return {"~applied", {"n"}, {"n"}, "{\"n\":" + n + "}", n + ","};
}

void Witness::committed(std::size_t service, const Batch& batch, const LaneRecord& before, const simulation::Database& database) {
    const std::string where = services_[service] + " lane " + std::to_string(batch.lane) + " batch " + number(batch.next.batch);
    mix(services_[service]);
    mix(static_cast<std::uint64_t>(batch.lane * 1000003 + batch.next.batch));
    for (const auto& state : batch.states) mix(state.key), mix(state.body);
    for (const auto& timer : batch.timers) mix(timer.key), mix(timer.due ? static_cast<std::uint64_t>(timer.due->time_since_epoch().count()) : 1);
    for (const auto& row : batch.rows) mix(row.values);
    for (const auto& parked : batch.parked) mix(parked.why);

    // What waits for a person holds back its whole key.
    for (auto parked = database.parked.lower_bound({batch.lane, 0}); parked != database.parked.end() && parked->first.first == batch.lane; ++parked) {
        const Parked& each = parked->second;
        if (each.outcome != Outcome::never || each.position >= batch.next.batch * 65536) continue;  // parked in this batch
        if (std::any_of(batch.parked.begin(), batch.parked.end(), [&](const Parked& fresh) { return fresh.position == each.position; })) continue;  // found hopeless in this batch
        for (const auto& state : batch.states)
            if (state.aggregate == each.aggregate && state.key == each.key) broken(Invariant::parked_in_order, where + ": " + each.key + " went on past its parked " + each.name);
    }

    // The lane's row only goes forward.
    const Ledger &old = before.ledger, &now = batch.next.ledger;
    const auto backwards = [&](const std::string& what) { broken(Invariant::lane_row_forward, where + ": " + what); };
    if (batch.next.batch != before.batch + 1) backwards("follows batch " + number(before.batch));
    if (batch.next.epoch != before.epoch) backwards("the epoch is " + number(batch.next.epoch) + ", the row's " + number(before.epoch));
    if (batch.next.incarnation < before.incarnation) backwards("incarnation " + number(batch.next.incarnation) + " after " + number(before.incarnation));
    if (now.time < old.time) backwards("its time is " + to_text(now.time) + ", after " + to_text(old.time));
    for (auto a = old.seen.begin(), b = now.seen.begin(); a != old.seen.end(); ++a) {
        while (b != now.seen.end() && b->first < a->first) ++b;
        if (b == now.seen.end() || b->first != a->first || b->second < a->second) { backwards("forgot what it saw of " + a->first); break; }
    }
    for (const auto& [incarnation, heads] : old.past)
        if (const auto kept = now.past.find(incarnation); kept == now.past.end() || kept->second != heads) backwards("the heads of incarnation " + incarnation + " changed");

    // Numbers are dense, and a wait ended once and not early.
    const auto ends_wait = [&](const std::string& cause, Instant time) {
        if (!cause.starts_with("timer:")) return;
        const Instant due{std::chrono::milliseconds(std::stoll(cause.substr(cause.rfind('/') + 1)))};
        if (time < due) broken(Invariant::timer_once, where + ": " + cause + " ended at " + to_text(time) + ", early");
        const auto [known, first_time] = ended_waits_.try_emplace(services_[service] + " " + cause, std::pair(batch.lane, batch.next.batch));
        if (!first_time && known->second != std::pair(batch.lane, batch.next.batch) && !restored_) broken(Invariant::timer_once, where + ": " + cause + " ended before");
    };
    Ledger::Heads heads = batch.next.incarnation == before.incarnation ? old.heads : Ledger::Heads{};
    for (const auto& row : batch.outbox) {
        auto& head = heads[row.topic + "/" + std::to_string(row.partition)];
        const auto messages = unpack(row, services_[service], batch.lane);
        if (row.incarnation != batch.next.incarnation) broken(Invariant::numbers_dense, where + ": numbers of incarnation " + number(row.incarnation));
        if (static_cast<std::int64_t>(messages.size()) != row.last - row.first + 1) broken(Invariant::numbers_dense, where + ": a row of the outbox says " + number(row.first) + " to " + number(row.last) + " and holds " + std::to_string(messages.size()));
        Stream& told = streams_[static_cast<std::size_t>(stream(row.topic, row.partition, batch.lane, row.incarnation))];
        for (const auto& message : messages) {
            if (message.envelope.seq != head) broken(Invariant::numbers_dense, where + ": " + message.envelope.id() + " where " + number(head) + " is next");
            head = message.envelope.seq + 1;
            const int about = subject(message.envelope.subject);
            const auto [last, first_time] = told.last.try_emplace(about, -1);
            told.told.push_back({about, last->second, content_of(message)});
            last->second = static_cast<std::int64_t>(told.told.size()) - 1;
            mix(message.envelope.id());
            mix(message.payload);
            ++events_;
            ends_wait(message.envelope.cause, message.envelope.time);
        }
    }
    if (heads != now.heads) broken(Invariant::numbers_dense, where + ": the heads do not follow from the outbox");
    for (const auto& effect : batch.effects) ends_wait(effect.cause, effect.asked_at);

    // Each event is applied as the next one of its key.
    for (const auto& row : batch.rows) {
        if (row.table != "~applied") continue;
        const Audit& applied = audits_[static_cast<std::size_t>(std::stoll(row.values.substr(5)))];
        const Stream& from = streams_[static_cast<std::size_t>(applied.stream)];
        const std::string what = services_[service] + " applied " + from.topic + "/" + std::to_string(from.partition) + "/" + std::to_string(from.lane) + "/" + number(from.incarnation) + "/" + number(applied.seq) + " of " + subject_names_[static_cast<std::size_t>(applied.subject)];
        auto& last = reads_[service].last.try_emplace({applied.stream, applied.subject}, -1).first->second;
        if (applied.seq >= static_cast<std::int64_t>(from.told.size())) {
            if (!restored_) broken(Invariant::applied_as_announced, what + ", which nobody announced");
        } else if (const Told& told = from.told[static_cast<std::size_t>(applied.seq)]; told.subject != applied.subject) {
            broken(Invariant::applied_as_announced, what + ", which is about something else");
        } else if (last >= applied.seq) {
            broken(Invariant::applied_as_announced, what + " again, after " + number(last));
        } else if (told.before != last) {
            broken(Invariant::applied_as_announced, what + " after " + number(last) + ", but " + number(told.before) + " comes before it");
        }
        last = applied.seq;
    }
}

void Witness::published(std::size_t service, const Message& message) {
    if (message.kind != Message::Kind::event) return;
    const auto& envelope = message.envelope;
    const auto found = stream_index_.find({envelope.topic, envelope.partition, envelope.lane, envelope.incarnation});
    const std::string what = services_[service] + " published " + envelope.id() + " " + envelope.type;
    const Stream* from = found == stream_index_.end() ? nullptr : &streams_[static_cast<std::size_t>(found->second)];
    const auto seq = static_cast<std::size_t>(envelope.seq);
    if (!from || seq >= from->told.size() + from->forgotten.size()) return broken(Invariant::published_is_committed, what + ", which is not committed");
    const auto content = seq < from->told.size() ? from->told[seq].content : from->forgotten[seq - from->told.size()];
    if (content != content_of(message) && from->forgotten.empty()) broken(Invariant::published_is_committed, what + " with another content than the committed one");
}

void Witness::called(const std::string& service, const Effect& effect) {
    const auto [known, first_time] = requests_.try_emplace(effect.id, effect.call + effect.request);
    if (!first_time && known->second != effect.call + effect.request && !restored_) broken(Invariant::effect_once, service + ": key " + effect.id + " came with another request");
    if (effect.call != "collect" && effect.call != "deliver") return;
    const auto body = effect.request.find(",\"body\":");  // of a notice: its words tell the time they were written
    const std::string intent = service + "/" + effect.call + "/" + effect.key + "/" + effect.request.substr(0, body);
    const auto [meant, first] = intents_.try_emplace(intent, effect.id);
    if (!first && meant->second != effect.id && !restored_) broken(Invariant::effect_once, intent + " was asked for under two keys: " + meant->second + " and " + effect.id);
}

void Witness::restored(std::size_t service, Read read, const simulation::Database& database) {
    restored_ = true;
    reads_[service] = std::move(read);
    for (Stream& each : streams_) {
        if (!each.topic.starts_with(services_[service] + ".")) continue;
        const auto lane = database.lanes.find(each.lane);
        std::int64_t known = 0;
        if (lane != database.lanes.end()) {
            const auto& record = lane->second;
            const auto past = record.ledger.past.find(std::to_string(each.incarnation));
            const auto* heads = each.incarnation == record.incarnation ? &record.ledger.heads : past == record.ledger.past.end() ? nullptr : &past->second;
            if (heads)
                if (const auto head = heads->find(each.topic + "/" + std::to_string(each.partition)); head != heads->end()) known = head->second;
        }
        while (static_cast<std::int64_t>(each.told.size()) > known) {
            each.forgotten.insert(each.forgotten.begin(), each.told.back().content);
            each.last[each.told.back().subject] = each.told.back().before;
            each.told.pop_back();
        }
    }
}

std::int64_t Witness::announced(const std::string& topic, int partition, int lane, std::int64_t incarnation) const {
    const auto found = stream_index_.find({topic, partition, lane, incarnation});
    return found == stream_index_.end() ? 0 : static_cast<std::int64_t>(streams_[static_cast<std::size_t>(found->second)].told.size());
}

std::vector<std::int64_t> Witness::incarnations(const std::string& topic, int partition, int lane) const {
    std::vector<std::int64_t> all;
    for (auto it = stream_index_.lower_bound({topic, partition, lane, INT64_MIN}); it != stream_index_.end(); ++it) {
        const auto& [of_topic, of_partition, of_lane, incarnation] = it->first;
        if (of_topic != topic || of_partition != partition || of_lane != lane) break;
        all.push_back(incarnation);
    }
    return all;
}

void Witness::nothing_missing(std::size_t service, const std::string& topic, const simulation::Database& database, const std::set<std::string>& excused) {
    for (std::size_t index = 0; index < streams_.size(); ++index) {
        const Stream& from = streams_[index];
        if (from.topic != topic) continue;
        for (const auto& [about, last] : from.last) {
            if (excused.contains(subject_names_[static_cast<std::size_t>(about)])) continue;
            const auto found = reads_[service].last.find({static_cast<int>(index), about});
            const std::int64_t applied = found == reads_[service].last.end() ? -1 : found->second;
            if (applied == last) continue;
            bool orphaned = false;  // applied beyond what the source still knows, and listed for a person
            for (const auto& each : database.orphaned)
                orphaned |= each.topic == topic && each.source_lane == from.lane && each.incarnation == from.incarnation && applied > last && each.first <= applied && applied <= each.last;
            if (!orphaned)
                broken(Invariant::applied_as_announced, services_[service] + " applied " + topic + "/" + std::to_string(from.partition) + "/" + std::to_string(from.lane) + "/" + number(from.incarnation) + " of " +
                           subject_names_[static_cast<std::size_t>(about)] + " up to " + number(applied) + ", and " + number(last) + " was announced");
        }
    }
}

}  // namespace waybill::simulate
