#include "domain/shown.h"

#include "domain/calendar.h"
#include "domain/freight.h"
#include "domain/reading.h"
#include "domain/text.h"

#include <algorithm>

namespace waybill::extraction {
namespace rules {
namespace {

constexpr std::string_view cut = "...";

std::string shown_part(const std::string& text, Day received) {
    Reading r = read(text);
    hide_what_nobody_should_read(r);
    const int signature = signature_of(r);

    // What only people need: marked as used by the functions that look for it, before and after everything that is freight.
    std::vector<bool> people(r.gone);
    const auto take = [&](auto&& look) {
        const std::vector<bool> before = r.used;
        look();
        for (int i = 0; i < r.size(); ++i) people[i] = people[i] || (r.used[i] && !before[i]);
    };
    take([&] { email_in(r); phone_in(r, true, signature); });
    days_in(r, received);
    temperature_in(r);
    amounts_in(r);
    price_in(r);
    take([&] { phone_in(r, false, signature); });

    std::string out;
    std::size_t from = 0;
    bool cutting = false;
    for (int i = 0; i < signature; ++i) {
        if (!people[i]) {
            cutting = false;
            continue;
        }
        if (!cutting) (out += text.substr(from, std::max<std::size_t>(from, r.tokens[i].begin) - from)) += cut;
        cutting = true;
        from = r.tokens[i].end;
    }
    const std::size_t end = signature < r.size() ? r.tokens[signature].begin : text.size();
    if (end > from) out += text.substr(from, end - from);
    return out;
}

}  // namespace
}  // namespace rules

std::string shown(const Message& message) {
    using namespace rules;
    const Day received = std::chrono::floor<std::chrono::days>(message.received_at);
    const Parts parts = apart(plain(message.text));
    std::string out = shown_part(parts.newest.text, received);
    if (!parts.older.text.empty()) (out += "\n\n[an older message that it quotes]\n") += shown_part(parts.older.text, received);
    return out;
}

std::string as_quoted(std::string_view text) {
    std::string out;
    const std::string read = rules::plain(text).text;
    for (const char c : read) {
        const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (space && (out.empty() || out.back() == ' ')) continue;
        out += space ? ' ' : c;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

std::string language_of(const Message& message) {
    using namespace rules;
    const std::uint32_t spoken = read(apart(plain(message.text)).newest.text).languages;
    std::string found;
    for (std::size_t bit = 0; bit < language_codes().size(); ++bit) {
        if (!(spoken >> bit & 1)) continue;
        if (!found.empty()) return "mixed";
        found = language_codes()[bit];
    }
    return found;
}

}  // namespace waybill::extraction
