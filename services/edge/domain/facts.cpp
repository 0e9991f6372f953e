#include "domain/facts.h"

#include <algorithm>

namespace waybill::edge {
namespace {

bool is_number(const std::string& text, std::size_t from) {
    return from < text.size() && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::string> before_number(const std::string& id, char separator) {
    const auto at = id.rfind(separator);
    return at != std::string::npos && at > 0 && is_number(id, at + 1) ? std::optional(id.substr(0, at)) : std::nullopt;
}

}  // namespace

std::optional<std::string> shipment_of_assignment(const std::string& assignment) { return before_number(assignment, '.'); }
std::optional<std::string> depot_of_vehicle(const std::string& vehicle) { return before_number(vehicle, '-'); }

}  // namespace waybill::edge
