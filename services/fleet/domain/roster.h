// The fleet: depots, their vehicles and drivers. A table in roster.cpp, which a fork replaces with its own.
//
// Ids: depot "KUN", its third vehicle "KUN-03", that vehicle's driver "KUN-D03". Made once, constant, safe from any thread.
#pragma once

#include "domain/road.h"

#include <string>
#include <string_view>
#include <vector>

namespace waybill::fleet {

enum class Kind { tautliner, mega, reefer, box, flatbed, tanker, container, van };
BOOST_DESCRIBE_ENUM(Kind, tautliner, mega, reefer, box, flatbed, tanker, container, van)
std::string_view name(Kind kind);

struct Vehicle {
    std::string id;
    std::string driver;
    Kind kind = Kind::tautliner;
    int capacity_kg = 0;
    int pallets = 0;            // euro pallets
    double loading_metres = 0;
    bool adr = false;           // the driver is licensed for dangerous goods
};

// A depot as the roster knows it; what is booked there is the Depot's own state.
struct Yard {
    std::string id;
    std::string town;
    std::string country;  // ISO 3166-1 alpha-2
    Position position;
    std::vector<Vehicle> vehicles;
};

const std::vector<Yard>& roster();
const Yard* yard(std::string_view depot);                                // null: no such depot
const Vehicle* vehicle_of(const Yard& yard, std::string_view vehicle);   // null: not of this depot

// Every driver of the roster, in its order: whoever sets up access gives each a key.
std::vector<std::string> driver_ids();

}  // namespace waybill::fleet
