// Is this text shaped like a company's VAT number? Shapes of the European Union and its neighbours, and check digits of
// the countries named in vat_number.cpp. Says nothing about whether the number was ever given out.
#pragma once

#include <waybill/core.h>

#include <string>
#include <string_view>

namespace waybill::tax {

// "lt 447-196.314" -> "LT447196314"
std::string without_separators(std::string_view number);

// `country` is ISO 3166-1 alpha-2; the number begins with the prefix of that country (EL for GR).
// A country without a row accepts any number of 2 to 20 letters and digits. The refusal's field is "customer_vat_number".
Result<std::string> parse_vat_number(std::string_view number, std::string_view country);

}  // namespace waybill::tax
