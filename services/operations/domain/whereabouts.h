// Where is it? What is known of a shipment, as one plain sentence.
#pragma once

#include <waybill/core.h>

#include <optional>
#include <string>
#include <vector>

namespace waybill::operations {

struct LastSeen {
    double latitude = 0, longitude = 0;
    Instant seen_at{};
    bool operator==(const LastSeen&) const = default;
};
BOOST_DESCRIBE_STRUCT(LastSeen, (), (latitude, longitude, seen_at))

struct Whereabouts {
    std::string id;
    std::string stage;  // of the shipment; while there is none, the state of its offer
    std::optional<std::string> awaited, awaited_from;
    std::optional<Instant> awaited_until;
    bool late = false;
    std::optional<std::string> why;  // what led here
    std::optional<LastSeen> last_seen;
    std::string sentence;
};
BOOST_DESCRIBE_STRUCT(Whereabouts, (), (id, stage, awaited, awaited_from, awaited_until, late, why, last_seen, sentence))

// What the rows say.
struct Known {
    std::string id;
    std::string offer_state, stage;  // empty: not yet
    std::optional<std::string> awaited, awaited_from;
    std::optional<Instant> awaited_until;
    std::string why;
    int attempt = 0;
    std::string driver, vehicle, question;
    std::vector<std::string> offer_reasons;
    std::optional<LastSeen> last_seen;
};

Whereabouts whereabouts(const Known& known, Instant now);

}  // namespace waybill::operations
