// The groups of columns that events write. Each struct is one group: its members are the columns, and no column is in two.
#pragma once

#include <waybill/core.h>

#include <optional>
#include <string>
#include <vector>

namespace waybill::operations {

// ---- timeline ----
struct Happened {
    std::string event_id, subject, type, source, topic;
    int lane = 0;
    std::int64_t incarnation = 0, seq = 0;
    int partition = 0;
    Instant time{};
    std::string cause;
};
BOOST_DESCRIBE_STRUCT(Happened, (), (event_id, subject, type, source, topic, lane, incarnation, seq, partition, time, cause))

// ---- shipment ----
struct Registered {
    std::string id, customer, channel;
    Instant received_at{}, registered_at{};
};
BOOST_DESCRIBE_STRUCT(Registered, (), (id, customer, channel, received_at, registered_at))

struct FieldRead {
    std::string field, value;
    int begin = 0, end = 0;
    double confidence = 0;
};
BOOST_DESCRIBE_STRUCT(FieldRead, (), (field, value, begin, end, confidence))

struct OfferDecided {
    std::string id, offer_state;  // extracting in_review accepted refused
    Instant offer_since{};
    std::optional<std::string> offer_decided_by;
    std::vector<std::string> offer_reasons, offer_missing;
    std::vector<FieldRead> offer_read = {};  // of one in review
};
BOOST_DESCRIBE_STRUCT(OfferDecided, (), (id, offer_state, offer_since, offer_decided_by, offer_reasons, offer_missing, offer_read))

struct Stop {
    std::string place, country, postal_code, date, time_from, time_to;
};
BOOST_DESCRIBE_STRUCT(Stop, (), (place, country, postal_code, date, time_from, time_to))

struct Normalised {
    std::string id;
    Stop pickup, delivery;
    std::string goods;
    double weight_kg = 0;
    std::string equipment, reference;
};
BOOST_DESCRIBE_STRUCT(Normalised, (), (id, pickup, delivery, goods, weight_kg, equipment, reference))

struct Advanced {
    std::string id, stage;
    std::optional<std::string> awaited, awaited_from;
    std::optional<Instant> awaited_until;
    std::string why;
    int attempt = 0;
    std::optional<std::string> driver, vehicle;
    std::optional<int> kilometres;
    Instant since{};
};
BOOST_DESCRIBE_STRUCT(Advanced, (), (id, stage, awaited, awaited_from, awaited_until, why, attempt, driver, vehicle, kilometres, since))

struct Asked {
    std::string id, question;
};
BOOST_DESCRIBE_STRUCT(Asked, (), (id, question))

// ---- assignment ----
struct Offered {
    std::string id, shipment, driver, vehicle;
    int kilometres = 0;
    Stop pickup, delivery;
    Instant offered_at{}, answer_until{};
};
BOOST_DESCRIBE_STRUCT(Offered, (), (id, shipment, driver, vehicle, kilometres, pickup, delivery, offered_at, answer_until))

struct Answered {
    std::string id, state;  // offered confirmed withdrawn
    std::optional<std::string> why;
    Instant since{};
};
BOOST_DESCRIBE_STRUCT(Answered, (), (id, state, why, since))

// ---- vehicle ----
struct Seen {
    std::string id, depot;
    std::optional<std::string> shipment;
    double latitude = 0, longitude = 0;
    Instant seen_at{};
};
BOOST_DESCRIBE_STRUCT(Seen, (), (id, depot, shipment, latitude, longitude, seen_at))

// ---- invoice ----
struct Issued {
    std::string shipment, customer, number, net, vat, gross, currency;
    int vat_rate_permille = 0;
    std::optional<std::string> vat_note;
    Instant issued_at{}, due_at{};
};
BOOST_DESCRIBE_STRUCT(Issued, (), (shipment, customer, number, net, vat, gross, currency, vat_rate_permille, vat_note, issued_at, due_at))

struct Paid {
    std::string shipment;
    Instant paid_at{};
    std::string bank_reference;
};
BOOST_DESCRIBE_STRUCT(Paid, (), (shipment, paid_at, bank_reference))

}  // namespace waybill::operations
