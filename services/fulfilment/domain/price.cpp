#include "domain/price.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

namespace waybill::fulfilment {
namespace {

// The tariff: cents a kilometre of a full vehicle, and what part of it a lighter load pays.
struct Rate { std::string_view equipment; int cents_per_km; };
constexpr std::array rates{
    Rate{"tautliner", 125}, Rate{"mega", 130}, Rate{"box", 130}, Rate{"container", 130},
    Rate{"flatbed", 145}, Rate{"reefer", 155}, Rate{"tanker", 170}, Rate{"van", 75},
};
struct Share { double up_to_kg; int permille; };
constexpr std::array shares{Share{3'000, 550}, Share{8'000, 700}, Share{16'000, 850}, Share{std::numeric_limits<double>::infinity(), 1000}};
constexpr int dangerous_goods_permille = 1150;
constexpr std::int64_t least_cents = 180'00;

Money by_tariff(const Load& load, int kilometres) {
    const auto rate = std::find_if(rates.begin(), rates.end(), [&](const Rate& each) { return each.equipment == load.equipment; });
    const int cents_per_km = rate == rates.end() ? rates.front().cents_per_km : rate->cents_per_km;  // the carrier may choose: a tautliner
    const auto part = std::find_if(shares.begin(), shares.end(), [&](const Share& each) { return load.weight_kg <= each.up_to_kg; });
    const int permille = load.weight_kg > 0 ? part->permille : 1000;  // not said: a full vehicle

    const Money full{std::int64_t{cents_per_km} * kilometres, "EUR"};
    const Money whole = share(full, permille * (load.adr ? dangerous_goods_permille : 1000), 1'000'000);
    return Money{std::max(whole.minor, least_cents), "EUR"};
}

}  // namespace

Result<Money> net_price(const Price& price, const Load& load, int kilometres) {
    if (kilometres <= 0) return Refusal{"kilometres", "a road of " + std::to_string(kilometres) + " km has no price", "check the two places"};
    if (price.kind == PriceKind::negotiable) return by_tariff(load, kilometres);
    if (price.amount.minor <= 0 || price.amount.currency.empty())
        return Refusal{"price.amount", "the offer names no amount above zero", "agree a price with the customer"};
    return price.kind == PriceKind::per_km ? share(price.amount, kilometres, 1) : price.amount;
}

std::string in_words(PriceKind kind) {
    switch (kind) {
        case PriceKind::offered: return "as offered";
        case PriceKind::maximum: return "the customer's ceiling";
        case PriceKind::per_km: return "by the kilometre";
        case PriceKind::negotiable: return "by our tariff";
    }
    return {};
}

}  // namespace waybill::fulfilment
