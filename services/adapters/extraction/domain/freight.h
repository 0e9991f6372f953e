// Third stage, the freight itself and its terms: how much, how cold, in what, for how much, for whom. What is found is told
// in Reading::seen as well, with its tokens.
#pragma once

#include "domain/offer.h"
#include "domain/reading.h"

#include <optional>
#include <string>
#include <vector>

namespace waybill::extraction::rules {

// One figure out of all that are told, or why it cannot be one.
struct Figure {
    std::optional<double> value;
    std::string doubt;
    int first = -1, last = -1;  // the tokens that tell it
};

struct Amounts {
    Figure weight_kg, pallets, loading_metres;
    std::optional<double> vehicles;
    bool per_vehicle = false, stacked = false;
    std::vector<int> ends;    // the last tokens of the figures: goods are named after them
    std::vector<int> begins;  // and before them
};
Amounts amounts_in(Reading& reading);

std::optional<Temperature> temperature_in(Reading& reading);
std::optional<std::string> equipment_in(Reading& reading);
std::optional<std::string> adr_in(Reading& reading);
std::optional<Price> price_in(Reading& reading);
std::optional<std::string> reference_in(Reading& reading);
std::optional<std::string> goods_in(Reading& reading, const Amounts& amounts, int end);

// Where the sender takes leave: from this token on there is no freight, only people and companies.
int signature_of(const Reading& reading);
std::optional<std::string> email_in(Reading& reading);
std::optional<std::string> phone_in(Reading& reading, bool marked, int signature);  // marked: "tel" or "+" stand in front
std::optional<std::string> shipper_in(Reading& reading, int signature, const std::optional<std::string>& email);

}  // namespace waybill::extraction::rules
