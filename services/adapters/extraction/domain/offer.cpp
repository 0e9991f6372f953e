#include "domain/offer.h"

#include <fmt/format.h>

#include <boost/mp11.hpp>

#include <charconv>
#include <cmath>

namespace waybill::extraction {
namespace {

template <class T>
inline constexpr bool is_leaf = std::is_same_v<T, std::string> || std::is_same_v<T, double>;

// Calls with the name and the optional of every field; `make` creates what holds them (a price, a temperature) where it is not.
template <class Struct, class Function>
void each_field(Struct& all, const std::string& prefix, bool make, const Function& function) {
    using Plain = std::remove_const_t<Struct>;
    boost::mp11::mp_for_each<boost::describe::describe_members<Plain, boost::describe::mod_public>>([&](auto member) {
        auto& value = all.*member.pointer;
        using Value = std::remove_const_t<std::remove_reference_t<decltype(value)>>;
        const std::string name = prefix + member.name;
        if constexpr (std::is_same_v<Value, Stop>) each_field(value, name + ".", make, function);
        else if constexpr (is_leaf<typename Value::value_type>) function(name, value);
        else {
            if constexpr (!std::is_const_v<Struct>)
                if (make && !value) value.emplace();
            if (value) each_field(*value, name + ".", make, function);
        }
    });
}

bool set(std::optional<std::string>& field, const std::string& value) {
    field = value;
    return true;
}

bool set(std::optional<double>& field, const std::string& value) {
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size() || !std::isfinite(number)) return false;
    field = number;
    return true;
}

void drop_empty(Fields& fields) {
    if (fields.price == Price{}) fields.price.reset();
    if (fields.temperature_c == Temperature{}) fields.temperature_c.reset();
}

}  // namespace

const char* to_text(Decision decision) {
    switch (decision) {
        case Decision::accept: return "accept";
        case Decision::review: return "review";
        case Decision::reject: break;
    }
    return "reject";
}

std::vector<std::pair<std::string, std::string>> told(const Fields& fields) {
    std::vector<std::pair<std::string, std::string>> out;
    each_field(fields, "", false, [&](const std::string& name, const auto& value) {
        if (value) out.emplace_back(name, fmt::format("{}", *value));
    });
    return out;
}

bool put(Fields& fields, std::string_view field, const std::string& value) {
    bool done = false;
    each_field(fields, "", true, [&](const std::string& name, auto& mine) {
        if (name == field) done = set(mine, value);
    });
    drop_empty(fields);
    return done;
}

void forget(Fields& fields, std::string_view field) {
    each_field(fields, "", false, [&](const std::string& name, auto& mine) {
        if (name == field) mine.reset();
    });
    drop_empty(fields);
}

}  // namespace waybill::extraction
