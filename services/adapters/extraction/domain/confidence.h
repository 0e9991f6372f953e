// How often a field is right, by its kind and by how it was told: (right + 1) / (told + 2). tests/offers/calibrate.py makes the rows.
#pragma once

#include <string_view>

namespace waybill::extraction::rules {

// Doubtful: a reason names it, or the whole shipment; asked: a person is asked about another field.
enum class Told { sure, asked, doubtful };

struct Share {
    std::string_view fields[7];  // by the last part of their names
    double right[3];             // by Told
};

inline constexpr Share shares[] = {
    {{"place", "country", "postal_code"}, {0.999, 0.969, 0.828}},  // 674 of 674, 153 of 157, 23 of 27
    {{"date", "time_from", "time_to"}, {0.996, 0.847, 0.714}},  // 551 of 552, 49 of 57, 14 of 19
    {{"weight_kg", "pallets", "loading_metres", "vehicles_needed"}, {0.996, 0.937, 0.840}},  // 274 of 274, 58 of 61, 20 of 23
    {{"min", "max", "adr", "equipment", "amount", "currency", "kind"}, {0.987, 0.903, 0.714}},  // 551 of 557, 83 of 91, 29 of 40
    {{"goods", "reference", "shipper", "contact_email", "contact_phone"}, {0.986, 0.953, 0.583}},  // 340 of 344, 60 of 62, 6 of 10
};

}  // namespace waybill::extraction::rules
