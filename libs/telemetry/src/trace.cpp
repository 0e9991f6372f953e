#include <waybill/telemetry.h>

#include <algorithm>
#include <span>

namespace waybill::telemetry {
namespace {

// SplitMix64: every seed gives another well spread number.
std::uint64_t spread(std::uint64_t seed) {
    seed += 0x9e3779b97f4a7c15;
    seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
    seed = (seed ^ (seed >> 27)) * 0x94d049bb133111eb;
    return seed ^ (seed >> 31);
}

// W3C forbids ids of zeros only.
void put(std::uint64_t number, std::span<std::uint8_t, 8> bytes) {
    if (number == 0) number = 1;
    for (int i = 0; i < 8; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
}

std::uint64_t number_of(std::span<const std::uint8_t, 8> bytes) {
    std::uint64_t number = 0;
    for (const std::uint8_t byte : bytes) number = number << 8 | byte;
    return number;
}

std::string hex_of(std::span<const std::uint8_t> bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) text += {digits[byte >> 4], digits[byte & 15]};
    return text;
}

std::optional<int> digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return std::nullopt;   // W3C: capitals are not allowed
}

bool read_hex(std::string_view text, std::span<std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        if (!high || !low) return false;
        bytes[i] = static_cast<std::uint8_t>(*high << 4 | *low);
    }
    return true;
}

}  // namespace

Trace begin_trace(std::uint64_t seed, std::uint64_t other_seed, bool sampled) {
    Trace trace;
    trace.sampled = sampled;
    const std::span<std::uint8_t, 16> id(trace.trace_id);
    const std::uint64_t high = spread(seed), low = spread(high ^ other_seed);
    put(high, id.first<8>());
    put(low, id.last<8>());
    put(spread(low ^ seed), trace.span_id);
    return trace;
}

Trace child_of(const Trace& trace, std::uint64_t seed) {
    Trace child = trace;
    const std::uint64_t parent = number_of(trace.span_id);
    std::uint64_t span = spread(spread(parent) ^ seed);
    if (span == parent) ++span;
    put(span, child.span_id);
    return child;
}

Result<Trace> parse_traceparent(std::string_view text) {
    const auto refuse = [](const char* why) {
        return Refusal{"traceparent", why, "write 00-<32 hex digits>-<16 hex digits>-<2 hex digits>, or leave the header out"};
    };
    constexpr std::size_t length = 55;
    if (text.size() < length || text[2] != '-' || text[35] != '-' || text[52] != '-') return refuse("does not have its four parts");
    std::uint8_t version = 0, flags = 0;
    Trace trace;
    if (!read_hex(text.substr(0, 2), {&version, 1}) || !read_hex(text.substr(3, 32), trace.trace_id) || !read_hex(text.substr(36, 16), trace.span_id) ||
        !read_hex(text.substr(53, 2), {&flags, 1}))
        return refuse("has something other than 0-9 a-f in a part");
    if (version == 0xff) return refuse("has the version ff, which is not allowed");
    if (version == 0 ? text.size() != length : text.size() > length && text[length] != '-') return refuse("is too long for its version");
    const auto zero = [](std::uint8_t byte) { return byte == 0; };
    if (std::ranges::all_of(trace.trace_id, zero) || std::ranges::all_of(trace.span_id, zero)) return refuse("has an id of zeros only");
    trace.sampled = (flags & 1) != 0;
    return trace;
}

std::string trace_id_text(const Trace& trace) { return hex_of(trace.trace_id); }
std::string span_id_text(const Trace& trace) { return hex_of(trace.span_id); }
std::string traceparent(const Trace& trace) { return "00-" + trace_id_text(trace) + "-" + span_id_text(trace) + (trace.sampled ? "-01" : "-00"); }

}  // namespace waybill::telemetry
