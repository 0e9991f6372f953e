// The words every part of Waybill shares: instants, refusals, ids that cannot be swapped, exact money.
//
// Plain values; no input or output, no clock, no allocation beyond their strings. Safe to use from any thread.
// Everything that comes in as text is parsed by a function that can refuse, and a refusal names the field and the cure.
#pragma once

#include <boost/describe.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace waybill {

// A point in time, UTC, to the millisecond. Waits are std::chrono durations; neither is ever a bare number.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

// RFC 3339 in UTC: "2026-10-05T07:42:00.000Z".
std::string to_text(Instant instant);

// Why something was not accepted: which field, what is wrong with it, and what would be right.
struct Refusal {
    std::string field;
    std::string why;
    std::string cure;
    bool operator==(const Refusal&) const = default;
};
std::string to_text(const Refusal& refusal);

// Either a value or the reason why there is none. Reading the wrong side throws std::logic_error.
template <class T>
class Result {
public:
    Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    Result(Refusal refusal) : held_(std::in_place_index<1>, std::move(refusal)) {}

    explicit operator bool() const { return held_.index() == 0; }
    const T& value() const& { return held_.index() == 0 ? std::get<0>(held_) : throw std::logic_error("refused: " + to_text(std::get<1>(held_))); }
    T&& value() && { return held_.index() == 0 ? std::move(std::get<0>(held_)) : throw std::logic_error("refused: " + to_text(std::get<1>(held_))); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    const T* operator->() const { return &value(); }
    const Refusal& refusal() const { return held_.index() == 1 ? std::get<1>(held_) : throw std::logic_error("not refused"); }

private:
    std::variant<T, Refusal> held_;
};

// Accepts RFC 3339 with "Z" or an offset, with or without a fraction; digits beyond milliseconds are cut off.
Result<Instant> parse_instant(std::string_view text, std::string_view field = "time");

// An id of one kind of thing. `Id<struct ShipmentTag>` and `Id<struct InvoiceTag>` do not mix.
// The text is 1 to 64 characters of A-Z a-z 0-9 . _ - so that it fits keys, topics, URLs and file names unescaped.
template <class Tag>
class Id {
public:
    Id() = default;  // Empty only until a value is assigned: an empty id never leaves the service that made it.
    static Result<Id> parse(std::string_view text, std::string_view field = "id");
    const std::string& text() const { return text_; }
    auto operator<=>(const Id&) const = default;

private:
    std::string text_;
};

std::optional<Refusal> not_an_id(std::string_view text, std::string_view field);

template <class Tag>
Result<Id<Tag>> Id<Tag>::parse(std::string_view text, std::string_view field) {
    if (auto refusal = not_an_id(text, field)) return *std::move(refusal);
    Id id;
    id.text_ = text;
    return id;
}

// An exact amount: minor units (cents, øre) and an ISO 4217 code. Adding or comparing two currencies is a
// programmer's error and throws std::logic_error, as does an overflow of 64 bits.
struct Money {
    std::int64_t minor = 0;
    std::string currency;

    // "1380.00" or "1380" with "EUR". Refuses more digits than the currency has, signs other than one leading '-', and
    // anything that is not a number.
    static Result<Money> parse(std::string_view amount, std::string_view currency, std::string_view field = "amount");

    bool operator==(const Money&) const = default;
};
BOOST_DESCRIBE_STRUCT(Money, (), (minor, currency))

int minor_digits(std::string_view currency);  // 2 for EUR, 0 for JPY and ISK
std::string to_text(const Money& money);      // "1380.00 EUR"
std::string amount_text(const Money& money);  // "1380.00"
Money operator+(const Money& a, const Money& b);
Money operator-(const Money& a, const Money& b);
Money operator-(const Money& a);
bool operator<(const Money& a, const Money& b);

// `money * numerator / denominator`, halves rounded away from zero (the usual rule for VAT on an invoice).
Money share(const Money& money, std::int64_t numerator, std::int64_t denominator);

}  // namespace waybill

template <class Tag>
struct std::hash<waybill::Id<Tag>> {
    std::size_t operator()(const waybill::Id<Tag>& id) const { return std::hash<std::string>{}(id.text()); }
};
