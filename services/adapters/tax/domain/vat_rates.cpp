#include "domain/vat_rates.h"

#include <algorithm>
#include <iterator>

namespace waybill::tax {

namespace {

struct Rate {
    std::string_view country, since;
    int permille;
};
constexpr Rate rates[] = {  // by country, then by day
#include "data/eu_vat_rates.inc"
};

}  // namespace

bool in_the_union(std::string_view country) {
    return std::ranges::find(rates, country, &Rate::country) != std::end(rates);
}

std::optional<int> standard_rate(std::string_view country, std::string_view day) {
    std::optional<int> found;
    for (const auto& rate : rates) {
        if (rate.country == country && rate.since <= day) found = rate.permille;
    }
    return found;
}

}  // namespace waybill::tax
