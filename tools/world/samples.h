// The offers that customers of the played world send: texts with what an honest, careful human reads in them.
#pragma once

#include <waybill/core.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace waybill::world {

struct Point {
    double latitude = 0, longitude = 0;
};

struct Sample {
    std::string id, channel, text;
    std::string customer;       // who sends texts of this language
    std::string received_at;    // as in the file
    Instant offered{};
    bool complete = false;      // the truth is a load that can be carried on one vehicle
    std::string corrections;    // members of a review's body that say the truth: "\"pickup\":{...},..."; empty unless complete
    std::optional<Point> pickup, delivery;  // unset: not said, or no such town
};

// One JSON object a line, as in tests/offers/README.md. Refused with the line's number when a line is not one.
Result<std::vector<Sample>> read_samples(const std::filesystem::path& file);

}  // namespace waybill::world
