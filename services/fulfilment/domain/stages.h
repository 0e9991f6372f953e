// The workflow as a table: what each stage waits for, from whom, how long, what happens when nothing comes, and how the step
// is undone. The handlers move shipments from row to row; everything that depends on the stage alone is read from here.
#pragma once

#include "domain/shipment.h"

#include <array>
#include <chrono>
#include <string>
#include <string_view>

namespace waybill::fulfilment {

enum class WhenDue {
    nothing,             // no deadline
    ask_again,           // the same question once more; after the last of them a person
    ask_another_driver,  // silence is a no
    say_late,            // everyone is told, and the wait doubles
};

struct Step {
    Stage stage;
    std::string_view awaited;      // "" when nothing is
    std::string_view from;
    std::chrono::minutes within;   // of the machine's clock; zero: no deadline
    WhenDue when_due;
    std::string_view undo;         // the events that take the step back
};

inline constexpr int most_asks = 5;     // of one question to places, routes or fleet
inline constexpr int most_drivers = 5;  // asked for one shipment

using namespace std::chrono_literals;

inline constexpr std::array<Step, 12> workflow{{
    // stage                 what is awaited           from          within   when it does not come         undone by
    {Stage::placing,         "both places on the map", "places",     10min,   WhenDue::ask_again,          "nothing was done"},
    {Stage::routing,         "the road",               "routes",     10min,   WhenDue::ask_again,          "nothing was done"},
    {Stage::pricing,         "the price",              "fulfilment", 0min,    WhenDue::nothing,            "nothing was done"},  // passed in one decision
    {Stage::finding_vehicle, "a vehicle",              "fleet",      15min,   WhenDue::ask_again,          "VehicleReleased, when a proposal comes late"},
    {Stage::offered,         "the driver's answer",    "driver",     10min,   WhenDue::ask_another_driver, "AssignmentWithdrawn, VehicleReleased"},
    {Stage::assigned,        "the pick-up",            "driver",     24h * 3, WhenDue::say_late,           "AssignmentWithdrawn, VehicleReleased"},
    {Stage::in_transit,      "the delivery",           "driver",     24h * 3, WhenDue::say_late,           "a person: goods on the road are brought on or back"},
    {Stage::delivered,       "the invoice",            "billing",    30min,   WhenDue::say_late,           "a credit note of billing"},
    {Stage::billing,         "the payment",            "billing",    24h * 30, WhenDue::say_late,          "a credit note of billing, paid back"},
    {Stage::closed,          "",                       "",           0min,    WhenDue::nothing,            "nothing: it is over"},
    {Stage::needs_person,    "a decision",             "operator",   0min,    WhenDue::nothing,            "that of the stage where it stopped"},
    {Stage::cancelled,       "",                       "",           0min,    WhenDue::nothing,            "nothing: it is over"},  // no step leads here yet
}};
static_assert([] {
    for (std::size_t i = 0; i < workflow.size(); ++i)
        if (workflow[i].stage != static_cast<Stage>(i) || (workflow[i].within == 0min) != (workflow[i].when_due == WhenDue::nothing)) return false;
    return true;
}(), "a row for every stage, in their order; a deadline exactly where something happens when it passes");

constexpr const Step& step(Stage stage) { return workflow[static_cast<std::size_t>(stage)]; }
std::string name_of(Stage stage);

// The shipment at the beginning of a stage, its deadline set.
Shipment entering(Stage stage, Shipment shipment, Instant now);

// The same stage, asked or called late once more: the deadline of a question is the same again, that of a late step doubles.
Shipment waiting_again(Shipment shipment, Instant now);

// Nothing moves until a person decides.
Shipment stopped(Shipment shipment);

}  // namespace waybill::fulfilment
