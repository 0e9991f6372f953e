// A shipment: everything fulfilment knows of it, from the clean offer to the paid invoice. Plain values, kept as JSON.
#pragma once

#include <waybill/core.h>

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <vector>

namespace waybill::fulfilment {

using ShipmentId = Id<struct ShipmentTag>;  // the waybill number; the offer had it before
using CustomerId = Id<struct CustomerTag>;
using DepotId = Id<struct DepotTag>;
using VehicleId = Id<struct VehicleTag>;
using DriverId = Id<struct DriverTag>;

// In the order of a life; what each waits for is in domain/stages.h.
enum class Stage { placing, routing, pricing, finding_vehicle, offered, assigned, in_transit, delivered, billing, closed, needs_person, cancelled };
BOOST_DESCRIBE_ENUM(Stage, placing, routing, pricing, finding_vehicle, offered, assigned, in_transit, delivered, billing, closed, needs_person, cancelled)

// As the offer says it; empty: not said.
struct Stop {
    std::string place, country, postal_code;
    std::string date, time_from, time_to;  // YYYY-MM-DD and HH:MM, local
    bool operator==(const Stop&) const = default;
};
BOOST_DESCRIBE_STRUCT(Stop, (), (place, country, postal_code, date, time_from, time_to))

struct Position {
    double latitude = 0, longitude = 0;
    bool operator==(const Position&) const = default;
};
BOOST_DESCRIBE_STRUCT(Position, (), (latitude, longitude))

// Zero or empty: not said.
struct Load {
    std::string goods;
    double weight_kg = 0, pallets = 0, loading_metres = 0;
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
    Money amount;  // empty exactly while negotiable
    bool operator==(const Price&) const = default;
};
BOOST_DESCRIBE_STRUCT(Price, (), (kind, amount))

// When the vehicle must stand at the pick-up. Business time: it counts from the offer, not from the machine's clock.
struct Window {
    Instant from{}, until{};
    bool operator==(const Window&) const = default;
};
BOOST_DESCRIBE_STRUCT(Window, (), (from, until))

struct Road {
    int kilometres = 0, driving_minutes = 0, total_minutes = 0;
    bool operator==(const Road&) const = default;
};
BOOST_DESCRIBE_STRUCT(Road, (), (kilometres, driving_minutes, total_minutes))

// The vehicle that fleet reserved, and who drives it.
struct Candidate {
    DepotId depot;
    VehicleId vehicle;
    DriverId driver;
    bool operator==(const Candidate&) const = default;
};
BOOST_DESCRIBE_STRUCT(Candidate, (), (depot, vehicle, driver))

struct Shipment {
    ShipmentId id;
    CustomerId customer;
    std::string reference;  // the customer's own
    Stop pickup, delivery;
    Load load;
    Price price;
    Instant received_at{};
    Window pickup_window;

    Stage stage = Stage::placing;
    int asked = 1;                         // how often this step was asked for, or called late
    std::optional<Instant> awaited_until;  // unset exactly when the step has no deadline
    std::optional<Stage> stopped_at;       // set exactly while a person is needed

    std::optional<Position> pickup_at, delivery_at;  // from routing on
    Road road;                                       // zeros until pricing
    std::optional<Money> net;                        // from finding_vehicle on

    int attempt = 0;                      // the n-th driver is looked for, asked, or has it
    std::optional<Candidate> candidate;   // from offered on
    std::vector<DriverId> passed_over;    // the drivers of attempts 1, 2, ... who were asked in vain

    std::optional<Instant> picked_up_at, delivered_at;
    std::string proof_of_delivery;
    std::string invoice_number;

    bool operator==(const Shipment&) const = default;
};
BOOST_DESCRIBE_STRUCT(Shipment, (), (id, customer, reference, pickup, delivery, load, price, received_at, pickup_window, stage, asked, awaited_until,
    stopped_at, pickup_at, delivery_at, road, net, attempt, candidate, passed_over, picked_up_at, delivered_at, proof_of_delivery, invoice_number))

// The name of the question that the candidate's driver is asked: "<shipment>.<attempt>".
std::string assignment_id(const ShipmentId& shipment, int attempt);
std::string assignment_id(const Shipment& shipment);

// The candidate is given up: nobody has the shipment, and its driver is not asked again.
Shipment without_candidate(Shipment shipment);

}  // namespace waybill::fulfilment
