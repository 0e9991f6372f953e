// Described structs (Boost.Describe) as JSON text and back: the form in which state rests in Postgres and answers rest
// beside their calls.
//
// Text, whole numbers, doubles, booleans, enums (by name), std::optional (null), std::vector, std::map<std::string, T>,
// Instant (RFC 3339), Id and nested described structs. Reading is lenient where versions differ: a member that is absent
// keeps its default, a member that is unknown is skipped. What is malformed throws std::invalid_argument naming the member.
// Doubles of up to fifteen digits read back the same; of longer ones the last digit may change once (Boost.JSON 1.81). What is
// not finite has no JSON: writing it throws too. Own code because Boost.JSON's converter builds a tree first,
// refuses absent members, and this runs for every event.
#pragma once

#include <waybill/core.h>

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>

#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace waybill::json {

namespace detail {

template <class T> struct is_optional : std::false_type {};
template <class T> struct is_optional<std::optional<T>> : std::true_type {};
template <class T> struct is_vector : std::false_type {};
template <class T> struct is_vector<std::vector<T>> : std::true_type {};
template <class T> struct is_map : std::false_type {};
template <class T> struct is_map<std::map<std::string, T>> : std::true_type {};
template <class T> struct is_id : std::false_type {};
template <class Tag> struct is_id<Id<Tag>> : std::true_type {};

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

void write_text(std::string& out, std::string_view text);
[[noreturn]] void malformed(std::string_view expected);

template <class T>
void write(std::string& out, const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::is_enum_v<T>) {
        write_text(out, boost::describe::enum_to_string(value, "?"));
    } else if constexpr (std::is_arithmetic_v<T>) {
        if constexpr (std::is_floating_point_v<T>)
            if (!std::isfinite(value)) malformed("a finite number");
        char digits[40];
        const auto end = std::to_chars(digits, digits + sizeof digits, value);
        out.append(digits, end.ptr);
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        write_text(out, value);
    } else if constexpr (std::is_same_v<T, Instant>) {
        write_text(out, to_text(value));
    } else if constexpr (is_id<T>::value) {
        write_text(out, value.text());
    } else if constexpr (is_optional<T>::value) {
        if (value) write(out, *value); else out += "null";
    } else if constexpr (is_vector<T>::value) {
        char before = '[';
        for (const auto& each : value) { out += before; write<typename T::value_type>(out, each); before = ','; }
        out += value.empty() ? "[]" : "]";
    } else if constexpr (is_map<T>::value) {
        char before = '{';
        for (const auto& [key, each] : value) { out += before; write_text(out, key); out += ':'; write(out, each); before = ','; }
        out += value.empty() ? "{}" : "}";
    } else {
        char before = '{';
        boost::mp11::mp_for_each<Members<T>>([&](auto member) {
            out += before;
            out += '"';
            out += member.name;  // an identifier: nothing to escape
            out += "\":";
            write(out, value.*member.pointer);
            before = ',';
        });
        out += before == '{' ? "{}" : "}";
    }
}

template <class T>
void read(const boost::json::value& from, T& into) {
    if constexpr (std::is_same_v<T, bool>) {
        if (!from.is_bool()) malformed("true or false");
        into = from.get_bool();
    } else if constexpr (std::is_enum_v<T>) {
        if (!from.is_string() || !boost::describe::enum_from_string(std::string(from.get_string()).c_str(), into)) malformed("a known name");
    } else if constexpr (std::is_integral_v<T>) {
        boost::system::error_code error;
        into = from.to_number<T>(error);
        if (error) malformed("a whole number");
    } else if constexpr (std::is_floating_point_v<T>) {
        if (!from.is_number()) malformed("a number");
        into = from.to_number<T>();
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (!from.is_string()) malformed("text");
        into.assign(from.get_string().data(), from.get_string().size());
    } else if constexpr (std::is_same_v<T, Instant>) {
        const auto parsed = from.is_string() ? parse_instant(std::string_view(from.get_string())) : Result<Instant>(Refusal{});
        if (!parsed) malformed("an RFC 3339 time");
        into = *parsed;
    } else if constexpr (is_id<T>::value) {
        const auto parsed = from.is_string() ? T::parse(std::string_view(from.get_string())) : Result<T>(Refusal{});
        if (!parsed && !(from.is_string() && from.get_string().empty())) malformed("an id");
        into = parsed ? *parsed : T();
    } else if constexpr (is_optional<T>::value) {
        if (from.is_null()) into.reset(); else read(from, into.emplace());
    } else if constexpr (is_vector<T>::value) {
        if (!from.is_array()) malformed("an array");
        into.clear();
        for (const auto& each : from.get_array()) {
            typename T::value_type item{};
            read(each, item);
            into.push_back(std::move(item));
        }
    } else if constexpr (is_map<T>::value) {
        if (!from.is_object()) malformed("an object");
        into.clear();
        for (const auto& each : from.get_object()) read(each.value(), into[std::string(each.key())]);
    } else {
        if (!from.is_object()) malformed("an object");
        const auto& object = from.get_object();
        boost::mp11::mp_for_each<Members<T>>([&](auto member) {
            const auto* found = object.if_contains(member.name);
            if (!found) return;
            try {
                read(*found, into.*member.pointer);
            } catch (const std::invalid_argument& wrong) {
                throw std::invalid_argument(std::string(member.name) + ": " + wrong.what());
            }
        });
    }
}

boost::json::value parse(std::string_view text);

}  // namespace detail

template <class T>
std::string to_json(const T& value) {
    std::string out;
    out.reserve(256);  // most states and answers: one allocation
    detail::write(out, value);
    return out;
}

template <class T>
T from_json(std::string_view text) {
    T value{};
    detail::read(detail::parse(text), value);
    return value;
}

}  // namespace waybill::json
