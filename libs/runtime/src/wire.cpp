#include <waybill/runtime/seams.h>

#include <cstring>

namespace waybill::runtime {
namespace {

// Everything of a message but what its row says already. Fields in this order, each: length (4 bytes, little endian), bytes.
void put(std::string& into, std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    char bytes[4] = {char(size), char(size >> 8), char(size >> 16), char(size >> 24)};
    into.append(bytes, 4);
    into.append(text);
}

std::string_view take(std::string_view& from) {
    if (from.size() < 4) throw std::invalid_argument("a packed row of the outbox is cut short");
    const auto byte = [&](int i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(from[i])); };
    const std::uint32_t size = byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
    from.remove_prefix(4);
    if (from.size() < size) throw std::invalid_argument("a packed row of the outbox is cut short");
    const std::string_view text = from.substr(0, size);
    from.remove_prefix(size);
    return text;
}

}  // namespace

void pack(std::string& into, const Message& message) {
    const Envelope& envelope = message.envelope;
    put(into, envelope.type);
    put(into, envelope.subject);
    put(into, envelope.cause);
    put(into, envelope.trace);
    put(into, std::to_string(envelope.time.time_since_epoch().count()));
    put(into, message.payload);
}

std::vector<Message> unpack(const OutboxRow& row, const std::string& source, int lane) {
    std::vector<Message> messages;
    std::string_view rest = row.content;
    for (std::int64_t seq = row.first; seq <= row.last; ++seq) {
        Message message;
        Envelope& envelope = message.envelope;
        envelope.type = take(rest);
        envelope.subject = take(rest);
        envelope.cause = take(rest);
        envelope.trace = take(rest);
        envelope.time = Instant(std::chrono::milliseconds(std::stoll(std::string(take(rest)))));
        message.payload = take(rest);
        envelope.source = source;
        envelope.topic = row.topic;
        envelope.partition = row.partition;
        envelope.lane = lane;
        envelope.incarnation = row.incarnation;
        envelope.seq = seq;
        messages.push_back(std::move(message));
    }
    return messages;
}

int partition_of(std::string_view key, int partitions) {
    constexpr std::uint32_t m = 0x5bd1e995;
    std::uint32_t hash = 0x9747b28c ^ static_cast<std::uint32_t>(key.size());
    std::size_t at = 0;
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(key[i])); };
    for (; at + 4 <= key.size(); at += 4) {
        std::uint32_t k = byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
        k *= m;
        k ^= k >> 24;
        k *= m;
        hash = (hash * m) ^ k;
    }
    const std::size_t left = key.size() - at;
    if (left >= 3) hash ^= byte(at + 2) << 16;
    if (left >= 2) hash ^= byte(at + 1) << 8;
    if (left >= 1) hash = (hash ^ byte(at)) * m;
    hash ^= hash >> 13;
    hash *= m;
    hash ^= hash >> 15;
    return static_cast<int>((hash & 0x7fffffff) % static_cast<std::uint32_t>(partitions));
}

}  // namespace waybill::runtime
