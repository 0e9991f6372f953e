// What people and other systems tell us, once it is checked and they are known. Plain values.
#pragma once

#include <waybill/core.h>

#include <optional>
#include <string>
#include <variant>

namespace waybill::edge {

struct OfferReceived {
    std::string offer, customer, channel, text;
    Instant received_at{};
};

// Empty or unset: not said.
struct Stop {
    std::string place, country, postal_code, date, time_from, time_to;
};
struct Load {
    std::string goods;
    std::optional<double> weight_kg, pallets, loading_metres;
    std::string equipment;
    std::optional<double> temperature_min_c, temperature_max_c;
    bool adr = false;
    std::string un_number;
};
struct Price {
    std::string kind;  // offered maximum per_km negotiable
    std::optional<Money> amount;
};

struct OfferReviewed {
    std::string offer, operator_id;
    bool accepted = false;
    std::string reason;  // empty exactly when accepted
    std::optional<Stop> pickup, delivery;
    std::optional<Load> load;
    std::optional<Price> price;
};
struct OfferWithdrawn {
    std::string offer, customer;
};
struct AssignmentAccepted {
    std::string shipment, assignment, driver;
};
struct AssignmentDeclined {
    std::string shipment, assignment, driver, reason;
};
struct VehicleSeen {
    std::string depot, vehicle, driver;
    double latitude = 0, longitude = 0;
    Instant seen_at{};
};
struct GoodsPickedUp {
    std::string shipment, driver;
    Instant happened_at{};
};
struct GoodsDelivered {
    std::string shipment, driver;
    Instant happened_at{};
    std::string proof_of_delivery;
};
struct PaymentNotified {
    std::string shipment, bank_reference;
    Money amount;
};

using Fact = std::variant<OfferReceived, OfferReviewed, OfferWithdrawn, AssignmentAccepted, AssignmentDeclined, VehicleSeen, GoodsPickedUp,
                          GoodsDelivered, PaymentNotified>;

// "wb-3f.2" -> "wb-3f"; "KUN-03" -> "KUN". Nothing if the id is not so made.
std::optional<std::string> shipment_of_assignment(const std::string& assignment);
std::optional<std::string> depot_of_vehicle(const std::string& vehicle);

}  // namespace waybill::edge
