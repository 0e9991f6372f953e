// Standard VAT rates of the European Union by date, from 2016 on. Where they come from: data/eu_vat_rates.inc.
#pragma once

#include <optional>
#include <string_view>

namespace waybill::tax {

bool in_the_union(std::string_view country);  // ISO 3166-1 alpha-2
// Permille on a day (YYYY-MM-DD). Nothing for other countries and for days before 2016.
std::optional<int> standard_rate(std::string_view country, std::string_view day);

}  // namespace waybill::tax
