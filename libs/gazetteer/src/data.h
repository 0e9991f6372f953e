#pragma once

#include <string_view>

namespace waybill::gazetteer {

std::string_view towns_text();      // a line a town: id, name, country, latitude, longitude, population, exonyms, alternates
std::string_view countries_text();  // a line a country: code, names

}  // namespace waybill::gazetteer
