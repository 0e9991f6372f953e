#include "headers.h"

#include <boost/locale/utf.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace waybill::kafka {
namespace {

// A whole number from 0 on, and nothing else; else -1. The greatest is none, so that the next number is a number too.
template <class Number>
Number number(std::string_view text) {
    Number value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && value >= 0 && value < std::numeric_limits<Number>::max() ? value : -1;
}

bool is_text(std::string_view bytes) {
    using Utf8 = boost::locale::utf::utf_traits<char>;
    for (auto at = bytes.begin(); at != bytes.end();)
        if (const auto c = Utf8::decode(at, bytes.end()); c < 0x20 || c == boost::locale::utf::illegal || c == boost::locale::utf::incomplete) return false;
    return true;
}

// What is not UTF-8, or has control characters, could be written neither into a row nor, when it is parked, into the database at
// all: of such bytes only the visible characters of ASCII are kept, and each other one becomes a "?".
std::string readable(std::string_view bytes) {
    std::string made(bytes);
    if (!is_text(bytes)) std::ranges::replace_if(made, [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
    return made;
}

}  // namespace

runtime::Envelope unread(std::string topic, int partition) {
    runtime::Envelope envelope;
    envelope.topic = std::move(topic);
    envelope.partition = partition;
    envelope.lane = -1;
    envelope.seq = -1;
    return envelope;
}

void read_header(std::string_view name, std::string_view value, runtime::Envelope& envelope) {
    if (name == "ce_type") envelope.type = readable(value);
    else if (name == "ce_source") envelope.source = readable(value.substr(std::min<std::size_t>(value.size(), 9)));  // after "/waybill/"
    else if (name == "ce_subject") envelope.subject = readable(value);
    else if (name == "ce_time") { if (const auto time = parse_instant(value)) envelope.time = *time; }
    else if (name == "traceparent") envelope.trace = readable(value);
    else if (name == "waybill_cause") envelope.cause = readable(value);
    else if (name == "waybill_lane") envelope.lane = number<int>(value);
    else if (name == "waybill_inc") envelope.incarnation = number<std::int64_t>(value);
    else if (name == "waybill_seq") envelope.seq = number<std::int64_t>(value);
}

bool is_ours(const runtime::Envelope& envelope) { return !envelope.type.empty() && envelope.lane >= 0 && envelope.seq >= 0 && envelope.incarnation >= 1; }

}  // namespace waybill::kafka
