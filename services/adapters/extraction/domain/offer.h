// Reading a freight offer out of what people write: the words of it. `extract` is in extract.h.
//
// Plain values. An optional that is empty means "not said, or not decidable"; dates are "YYYY-MM-DD", times of day "HH:MM"
// at the place itself, weights kilograms, temperatures degrees Celsius, countries ISO 3166-1 alpha-2, currencies ISO 4217.
#pragma once

#include <waybill/core.h>

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waybill::extraction {

struct Message {
    std::string channel;  // email, chat, loadboard, portal, edi-note
    Instant received_at;
    std::string text;     // UTF-8; only the first 64 kB are read
};

enum class Decision {
    accept,  // one complete and consistent shipment
    review,  // an offer that a person must look at
    reject,  // no offer
};

struct Stop {
    std::optional<std::string> place, country, postal_code, date, time_from, time_to;
    bool operator==(const Stop&) const = default;
};
BOOST_DESCRIBE_STRUCT(Stop, (), (place, country, postal_code, date, time_from, time_to))

struct Temperature {
    std::optional<double> min, max;
    bool operator==(const Temperature&) const = default;
};
BOOST_DESCRIBE_STRUCT(Temperature, (), (min, max))

struct Price {
    std::optional<std::string> amount, currency, kind;  // kind: offered, maximum, per_km, negotiable
    bool operator==(const Price&) const = default;
};
BOOST_DESCRIBE_STRUCT(Price, (), (amount, currency, kind))

struct Fields {
    Stop pickup, delivery;
    std::optional<std::string> goods;
    std::optional<double> weight_kg, pallets, loading_metres;
    std::optional<Temperature> temperature_c;
    std::optional<std::string> adr;        // "UN1263", "true" or "false"
    std::optional<std::string> equipment;  // tautliner, reefer, box, flatbed, mega, tanker, container, van
    std::optional<Price> price;
    std::optional<std::string> reference, shipper, contact_email, contact_phone;
    std::optional<double> vehicles_needed;
    bool operator==(const Fields&) const = default;
};
BOOST_DESCRIBE_STRUCT(Fields, (), (pickup, delivery, goods, weight_kg, pallets, loading_metres, temperature_c, adr, equipment, price, reference,
                                   shipper, contact_email, contact_phone, vehicles_needed))

// Why an offer is not simply accepted, in words a dispatcher reads: "pickup.date", "there is no day for it".
struct Reason {
    std::string field;
    std::string what;
    bool operator==(const Reason&) const = default;
};
BOOST_DESCRIBE_STRUCT(Reason, (), (field, what))

// Where a field was read: bytes [begin, end) of Message::text as it arrived, and how sure the reading is, 0 to 1: of fields with
// 0.9 nine in ten are right. A field may have several, such as a day and the weekday beside it.
struct Evidence {
    std::string field;  // "pickup.date", "price.amount"
    std::uint32_t begin = 0, end = 0;
    double confidence = 0;
    bool operator==(const Evidence&) const = default;
};
BOOST_DESCRIBE_STRUCT(Evidence, (), (field, begin, end, confidence))

struct Answer {
    Decision decision = Decision::reject;
    Fields fields;
    std::vector<Reason> reasons;     // empty exactly when accepted
    std::vector<Evidence> evidence;  // for every field that is set, in the order of the fields
};

const char* to_text(Decision decision);

// The fields that are set, flat and as text: {"pickup.place", "Kaunas"}, {"weight_kg", "8450"}.
std::vector<std::pair<std::string, std::string>> told(const Fields& fields);

// The opposite, for one field. False when there is no such field or the value is not of its kind.
bool put(Fields& fields, std::string_view field, const std::string& value);
void forget(Fields& fields, std::string_view field);

}  // namespace waybill::extraction
