#include <waybill/core.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace waybill {
namespace {

using namespace std::chrono;

bool read_digits(std::string_view text, std::size_t at, std::size_t count, int& out) {
    if (at + count > text.size()) return false;
    const char* begin = text.data() + at;
    if (!std::all_of(begin, begin + count, [](char c) { return c >= '0' && c <= '9'; })) return false;
    std::from_chars(begin, begin + count, out);
    return true;
}

std::int64_t narrow(__int128 wide) {
    if (wide > INT64_MAX || wide < INT64_MIN) throw std::logic_error("amount of money overflows");
    return static_cast<std::int64_t>(wide);
}

void same_currency(const Money& a, const Money& b) {
    if (a.currency != b.currency) throw std::logic_error("mixed currencies: " + a.currency + " and " + b.currency);
}

}  // namespace

std::string to_text(Instant instant) {
    const auto day = floor<days>(instant);
    const year_month_day date(day);
    const hh_mm_ss time(instant - day);
    // By hand: states and rows are full of times, and snprintf takes ten times as long.
    std::string text = "0000-00-00T00:00:00.000Z";
    const auto put = [&](std::size_t last, long value) { for (; value > 0; value /= 10) text[last--] = static_cast<char>('0' + value % 10); };
    put(3, std::clamp(int(date.year()), 0, 9999));  // RFC 3339 has no others
    put(6, unsigned(date.month()));
    put(9, unsigned(date.day()));
    put(12, time.hours().count());
    put(15, time.minutes().count());
    put(18, time.seconds().count());
    put(22, time.subseconds().count());
    return text;
}

Result<Instant> parse_instant(std::string_view text, std::string_view field) {
    const Refusal refusal{std::string(field), "'" + std::string(text.substr(0, 40)) + "' is not an RFC 3339 time",
                          "write it like 2026-10-05T07:42:00Z"};
    int y, mo, d, h, mi, s;
    const bool shaped = read_digits(text, 0, 4, y) && read_digits(text, 5, 2, mo) && read_digits(text, 8, 2, d) &&
                        read_digits(text, 11, 2, h) && read_digits(text, 14, 2, mi) && read_digits(text, 17, 2, s) &&
                        text[4] == '-' && text[7] == '-' && (text[10] == 'T' || text[10] == 't') && text[13] == ':' && text[16] == ':';
    const year_month_day date{year(shaped ? y : 0), month(shaped ? mo : 0), day(shaped ? d : 0)};
    if (!shaped || !date.ok() || h > 23 || mi > 59 || s > 60) return refusal;

    std::size_t at = 19;
    int millis = 0;
    if (at < text.size() && text[at] == '.') {
        int scale = 100;
        for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) millis += scale * (text[at] - '0');
    }
    const std::string_view zone = text.substr(at);
    minutes offset{0};
    if (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':') {
        int zh, zm;
        if (!read_digits(zone, 1, 2, zh) || !read_digits(zone, 4, 2, zm) || zh > 23 || zm > 59) return refusal;
        offset = (zone[0] == '-' ? -1 : 1) * (hours(zh) + minutes(zm));
    } else if (zone != "Z" && zone != "z") {
        return refusal;
    }
    return Instant(sys_days(date) + hours(h) + minutes(mi) - offset + seconds(s) + milliseconds(millis));
}

std::string to_text(const Refusal& refusal) {
    return refusal.field + ": " + refusal.why + (refusal.cure.empty() ? "" : "; " + refusal.cure);
}

std::optional<Refusal> not_an_id(std::string_view text, std::string_view field) {
    const auto allowed = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    };
    if (!text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), allowed)) return {};
    return Refusal{std::string(field), "'" + std::string(text.substr(0, 64)) + "' is not an id",
                   "use 1 to 64 letters, digits, dots, dashes or underscores"};
}

int minor_digits(std::string_view currency) {
    return currency == "JPY" || currency == "ISK" || currency == "KRW" || currency == "CLP" ? 0 : 2;
}

Result<Money> Money::parse(std::string_view amount, std::string_view currency, std::string_view field) {
    const bool three_letters = currency.size() == 3 && std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!three_letters)
        return Refusal{std::string(field), "'" + std::string(currency.substr(0, 16)) + "' is not a currency", "use an ISO 4217 code like EUR"};
    const Refusal refusal{std::string(field), "'" + std::string(amount.substr(0, 32)) + "' is not an amount of " + std::string(currency),
                          "write it like 1380.00, with at most " + std::to_string(minor_digits(currency)) + " decimals"};

    const bool negative = !amount.empty() && amount.front() == '-';
    if (negative) amount.remove_prefix(1);
    const auto dot = amount.find('.');
    const std::string_view whole = amount.substr(0, dot);
    const std::string_view fraction = dot == std::string_view::npos ? std::string_view() : amount.substr(dot + 1);
    const auto digits_only = [](std::string_view t) { return std::all_of(t.begin(), t.end(), [](char c) { return c >= '0' && c <= '9'; }); };
    const auto decimals = static_cast<std::size_t>(minor_digits(currency));
    if (whole.empty() || whole.size() > 15 || fraction.size() > decimals || (dot != std::string_view::npos && fraction.empty()) ||
        !digits_only(whole) || !digits_only(fraction))
        return refusal;

    std::int64_t minor = 0;
    for (const char c : whole) minor = minor * 10 + (c - '0');
    for (std::size_t i = 0; i < decimals; ++i) minor = minor * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
    return Money{negative ? -minor : minor, std::string(currency)};
}

std::string amount_text(const Money& money) {
    const int decimals = minor_digits(money.currency);
    std::string digits = std::to_string(money.minor < 0 ? -static_cast<__int128>(money.minor) > INT64_MAX ? INT64_MAX : -money.minor : money.minor);
    if (decimals > 0) {
        if (digits.size() <= static_cast<std::size_t>(decimals)) digits.insert(0, decimals + 1 - digits.size(), '0');
        digits.insert(digits.size() - decimals, ".");
    }
    return (money.minor < 0 ? "-" : "") + digits;
}

std::string to_text(const Money& money) { return amount_text(money) + " " + money.currency; }

Money operator+(const Money& a, const Money& b) {
    same_currency(a, b);
    return {narrow(static_cast<__int128>(a.minor) + b.minor), a.currency};
}
Money operator-(const Money& a, const Money& b) { return a + -b; }
Money operator-(const Money& a) { return {narrow(-static_cast<__int128>(a.minor)), a.currency}; }
bool operator<(const Money& a, const Money& b) {
    same_currency(a, b);
    return a.minor < b.minor;
}

Money share(const Money& money, std::int64_t numerator, std::int64_t denominator) {
    if (denominator <= 0) throw std::logic_error("a share needs a positive denominator");
    const __int128 product = static_cast<__int128>(money.minor) * numerator;
    const __int128 half = product < 0 ? -(denominator / 2) : denominator / 2;
    return {narrow((product + half) / denominator), money.currency};
}

}  // namespace waybill
