// What the runtime must know of an event type: its name on the wire, who owns it, its topic and which field is its
// subject. The specialisations are made from contracts/flow.yaml; there are no others.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace waybill::runtime {

template <class Event>
struct Contract;

template <class Event>
concept Contracted = requires(const Event& event) {
    { Contract<Event>::type } -> std::convertible_to<std::string_view>;
    { Contract<Event>::topic } -> std::convertible_to<std::string_view>;
    { Contract<Event>::subject(event) } -> std::convertible_to<const std::string&>;
};

template <class Event, class Emits>
struct is_one_of : std::false_type {};
template <class Event, class... Emit>
struct is_one_of<Event, std::variant<Emit...>> : std::bool_constant<(std::same_as<Event, Emit> || ...)> {};

// Satisfied when contracts/flow.yaml says that the service announces this event.
template <class Event, class Emits>
concept Declared = is_one_of<Event, Emits>::value;

}  // namespace waybill::runtime
