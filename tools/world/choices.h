// What the people of the played world do: pure functions of the seed and of ids, never of time, order or luck, so that two
// runs with one seed end on the same board whatever was killed, delayed or repeated in between.
#pragma once

#include <waybill/core.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::world {

// Evenly spread over 64 bits and the same on every machine for ever; std::hash promises neither.
std::uint64_t draw(std::uint64_t seed, std::initializer_list<std::string_view> words);
double share(std::uint64_t seed, std::initializer_list<std::string_view> words);  // from 0 to below 1
std::chrono::milliseconds between(std::chrono::milliseconds least, std::chrono::milliseconds most, std::uint64_t seed, std::initializer_list<std::string_view> words);

inline constexpr int most_attempts = 5;   // drivers that are asked for a shipment; the last of them always accepts
inline constexpr int most_silences = 2;   // of one shipment: each costs the whole deadline

enum class Answer {
    accepts,
    accepts_twice,  // presses the button again
    declines,
    keeps_silent,
    answers_late,   // accepts when the assignment was already taken back
};
std::string_view name(Answer answer);
Answer answer_of(std::uint64_t seed, std::string_view shipment, int attempt);

// "wb-abc.2" is the second attempt for wb-abc.
struct Assignment {
    std::string shipment;
    int attempt = 1;
};
Result<Assignment> parse_assignment(std::string_view id);

enum class Review { leaves, accepts, refuses };
Review review_of(std::uint64_t seed, std::string_view offer, bool truth_is_complete);

bool sends_twice(std::uint64_t seed, std::string_view offer_key);       // the same request again, as after a lost answer
bool pays_by_notice(std::uint64_t seed, std::string_view shipment);     // else the bank's own settling must do
bool fails_once(std::uint64_t seed, std::string_view webhook);          // the receiver's server is away at the first try

// Where on the way, from 0 to 1, the vehicle reports itself: in the order of sending. Some reports come late, some never.
std::vector<double> reports_of(std::uint64_t seed, std::string_view shipment);

// When the goods were taken and handed over, in the business time of the offer.
Instant picked_up_at(std::uint64_t seed, std::string_view shipment, Instant offered);
Instant delivered_at(std::uint64_t seed, std::string_view shipment, Instant offered);

std::string proof_of_delivery(std::uint64_t seed, std::string_view shipment);
std::string bank_reference(std::uint64_t seed, std::string_view shipment);

}  // namespace waybill::world
