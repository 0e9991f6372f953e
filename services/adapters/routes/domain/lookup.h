// A road between two points, and how long a truck with one driver needs for it.
#pragma once

#include <waybill/core.h>

#include <optional>
#include <string>
#include <string_view>

namespace waybill::routes {

struct Point {
    double latitude = 0, longitude = 0;  // WGS 84, degrees
    bool operator==(const Point&) const = default;
};
BOOST_DESCRIBE_STRUCT(Point, (), (latitude, longitude))

struct Road {
    int kilometres = 0;       // 0 exactly when there is no road
    int driving_minutes = 0;  // at the wheel
    int total_minutes = 0;    // with breaks and daily rests
    std::string why;          // why there is none
    std::string provider;
    bool operator==(const Road&) const = default;
};
BOOST_DESCRIBE_STRUCT(Road, (), (kilometres, driving_minutes, total_minutes, why, provider))

// The call to the third party.
struct Travel {
    static constexpr std::string_view call = "routes";
    using Answer = Road;
    Point from, to;
    std::string equipment;  // empty: any truck
    bool operator==(const Travel&) const = default;
};
BOOST_DESCRIBE_STRUCT(Travel, (), (from, to, equipment))

enum class Stage { asked, answered, failed };
BOOST_DESCRIBE_ENUM(Stage, asked, answered, failed)

struct Lookup {
    std::string shipment;
    Stage stage = Stage::asked;
    Travel request;
    std::optional<Road> answer;  // set exactly when answered
    std::string failure;         // set exactly when failed
    bool operator==(const Lookup&) const = default;
};
BOOST_DESCRIBE_STRUCT(Lookup, (), (shipment, stage, request, answer, failure))

bool on_the_map(const Point& point);
double straight_kilometres(const Point& from, const Point& to);  // along the great circle
int average_speed(std::string_view equipment);                   // km/h over a whole road, without breaks

// With 45 minutes of break after each 4.5 hours at the wheel and 11 hours of rest after each 9 (Regulation (EC) 561/2006,
// articles 6 to 8, one driver, without its exceptions; weekly rests are the fleet's to plan).
int with_rests(int driving_minutes);

}  // namespace waybill::routes
