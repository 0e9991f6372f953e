// Two towns of a shipment, and the points on the map that a provider finds for them.
#pragma once

#include <waybill/core.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::places {

struct Stop {
    std::string place, country, postal_code;
    bool operator==(const Stop&) const = default;
};
BOOST_DESCRIBE_STRUCT(Stop, (), (place, country, postal_code))

struct Place {
    std::string name, country;
    double latitude = 0, longitude = 0;  // WGS 84, degrees
    bool operator==(const Place&) const = default;
};
BOOST_DESCRIBE_STRUCT(Place, (), (name, country, latitude, longitude))

// Both were found, or `which` ("pickup" or "delivery") was not, and why.
struct Located {
    std::optional<Place> pickup, delivery;
    std::string which, why;
    std::string provider;
    bool operator==(const Located&) const = default;
};
BOOST_DESCRIBE_STRUCT(Located, (), (pickup, delivery, which, why, provider))

// The call to the third party.
struct Locate {
    static constexpr std::string_view call = "places";
    using Answer = Located;
    Stop pickup, delivery;
    bool operator==(const Locate&) const = default;
};
BOOST_DESCRIBE_STRUCT(Locate, (), (pickup, delivery))

enum class Stage { asked, answered, failed };
BOOST_DESCRIBE_ENUM(Stage, asked, answered, failed)

struct Lookup {
    std::string shipment;
    Stage stage = Stage::asked;
    Locate request;
    std::optional<Located> answer;  // set exactly when answered
    std::string failure;            // set exactly when failed
    bool operator==(const Lookup&) const = default;
};
BOOST_DESCRIBE_STRUCT(Lookup, (), (shipment, stage, request, answer, failure))

// ---- which of several towns of one name ----

struct Candidate {
    Place place;
    double weight = 0;  // the larger the likelier: people, fewer for a name that is less sure
};

// A town is meant when it is the only one, when the others lie next to it, or when it is so much larger that nobody would
// name it without saying more; else a wrong guess costs a truck's day, and a person is asked. `likeliest_first`.
struct Choice {
    std::optional<Place> place;
    std::string why;  // empty exactly when there is a place
};
Choice choose(const Stop& stop, const std::vector<Candidate>& likeliest_first);

}  // namespace waybill::places
