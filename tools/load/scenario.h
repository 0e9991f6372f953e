// A load as a file that people write: what arrives when, what else goes on, what breaks. YAML, one field a line.
#pragma once

#include "arrivals.h"

#include <waybill/core.h>

#include <filesystem>
#include <string>
#include <vector>

namespace waybill::load {

enum class Kill { nothing, services, kafka, postgres };
BOOST_DESCRIBE_ENUM(Kill, nothing, services, kafka, postgres)

struct Scenario {
    std::string name, what;
    int seconds = 60, warm_up = 5;
    Arrivals arrivals;
    std::string offers = "synthetic";  // or "samples", or a file of offers as JSON lines
    double every_minutes = 60;         // synthetic: of business time, from one offer's date to the next's
    double skew = 0;                   // synthetic: exponent of Zipf's law over customers and lanes; 0: all alike
    double withdrawn = 0;              // share of offers that the customer takes back
    double reads = 0;                  // reads of a shipment a second, through HTTP
    int poisoned = 0;                  // shipments for which an event comes in a version that nobody knows
    Kill kill = Kill::nothing;         // kill -9, and what supervises it starts it again
    double kill_at = 0;                // second of the run
};

const std::vector<Scenario>& built_in();

// Of that name, or of that file. Refused with the file, the field and the cure.
Result<Scenario> scenario(const std::string& name_or_file);
Result<Scenario> read_scenario(const std::string& yaml, const std::string& file);
std::string to_yaml(const Scenario& scenario);

// Seen as a whole: what makes no sense together.
std::optional<Refusal> wrong_with(const Scenario& scenario);

}  // namespace waybill::load
