// An offer of freight, from its text to a load one can plan. Plain values; the text stays here and goes nowhere else.
#pragma once

#include <waybill/core.h>

#include <optional>
#include <string>
#include <vector>

namespace waybill::intake {

enum class Stage {
    extracting,  // the text is being read
    in_review,   // a person must look
    accepted,    // a shipment has begun
    refused,     // not carried
    withdrawn,   // the customer took it back before it was accepted
};
BOOST_DESCRIBE_ENUM(Stage, extracting, in_review, accepted, refused, withdrawn)

// Empty text: not said.
struct Stop {
    std::string place, country, postal_code;
    std::string date;                // YYYY-MM-DD at the place
    std::string time_from, time_to;  // HH:MM local
    bool operator==(const Stop&) const = default;
};
BOOST_DESCRIBE_STRUCT(Stop, (), (place, country, postal_code, date, time_from, time_to))

// Zero or empty: not said.
struct Load {
    std::string goods;
    double weight_kg = 0;
    double pallets = 0;
    double loading_metres = 0;
    std::string equipment;
    std::optional<double> temperature_min_c, temperature_max_c;
    bool adr = false;
    std::string un_number;
    bool operator==(const Load&) const = default;
};
BOOST_DESCRIBE_STRUCT(Load, (), (goods, weight_kg, pallets, loading_metres, equipment, temperature_min_c, temperature_max_c, adr, un_number))

enum class PriceKind { offered, maximum, per_km, negotiable };
BOOST_DESCRIBE_ENUM(PriceKind, offered, maximum, per_km, negotiable)

struct Price {
    PriceKind kind = PriceKind::negotiable;
    std::optional<Money> amount;  // set unless negotiable
    bool operator==(const Price&) const = default;
};
BOOST_DESCRIBE_STRUCT(Price, (), (kind, amount))

// What the text says, as read by a machine or corrected by a person.
struct Fields {
    Stop pickup, delivery;
    Load load;
    Price price;
    std::string reference;    // the customer's own
    int vehicles_needed = 0;  // 0: not said
    bool operator==(const Fields&) const = default;
};
BOOST_DESCRIBE_STRUCT(Fields, (), (pickup, delivery, load, price, reference, vehicles_needed))

// What a person set in place of what was extracted; what is unset stays.
struct Corrections {
    std::optional<Stop> pickup, delivery;
    std::optional<Load> load;
    std::optional<Price> price;
};
Fields merged(Fields extracted, Corrections by_hand);

// A field as a machine read it: its value, the bytes of the text that tell it, and how sure that is (0 to 1).
struct FieldRead {
    std::string field, value;
    int begin = 0, end = 0;
    double confidence = 0;
    bool operator==(const FieldRead&) const = default;
};
BOOST_DESCRIBE_STRUCT(FieldRead, (), (field, value, begin, end, confidence))

// What a machine read of an offer that a person then looked at, as it was before any correction.
struct MachineReading {
    Fields fields;
    std::string decision;  // accept or review
    std::string provider, language, rules_version;
    std::vector<FieldRead> read = {};
    bool operator==(const MachineReading&) const = default;
};
BOOST_DESCRIBE_STRUCT(MachineReading, (), (fields, decision, provider, language, rules_version, read))

struct Offer {
    std::string id, customer;
    std::string channel, text;
    Instant received_at{};
    Stage stage = Stage::extracting;
    int asked = 0;        // how often the text was sent to be read
    Fields fields;        // empty until the text was read
    std::vector<std::string> reasons, missing;  // why a person must look; empty unless in_review
    std::string decided_by;                     // "rules", an operator's id or "customer"; empty until decided
    std::optional<MachineReading> machine = {}; // set when a text that was read went to a person
    bool operator==(const Offer&) const = default;
};
BOOST_DESCRIBE_STRUCT(Offer, (), (id, customer, channel, text, received_at, stage, asked, fields, reasons, missing, decided_by, machine))

// A text that nobody read within ten minutes is sent again; after five more times a person reads it.
constexpr auto reading_deadline = std::chrono::minutes(10);
constexpr int most_times_asked = 6;

Offer asked_again(Offer offer);
Offer read_as(Offer offer, Fields fields);
Offer put_in_review(Offer offer, std::vector<std::string> reasons, std::vector<std::string> missing);
Offer decided(Offer offer, Stage stage, std::string by);

// What a person made of an offer: the measure of what machines read. One row of the table `truth` each, in truths.h.
struct Truth {
    std::string offer_id, text_digest, language, customer;
    Instant received_at{}, reviewed_at{};
    std::string verdict;   // accept or reject
    std::string decision, provider, rules_version;  // the machine's
    Fields before, after;  // `after` is empty when rejected
    bool operator==(const Truth&) const = default;
};
BOOST_DESCRIBE_STRUCT(Truth, (), (offer_id, text_digest, language, customer, received_at, reviewed_at, verdict, decision, provider, rules_version, before, after))

// Nothing for a text that no machine read. `judged` is the offer after the person's verdict.
std::optional<Truth> truth_of(const Offer& judged, Instant reviewed_at);

}  // namespace waybill::intake
