#include "domain/check.h"

#include "domain/places.h"

#include <fmt/format.h>

#include <algorithm>

namespace waybill::extraction::rules {
namespace {

constexpr double heaviest_kg = 26'000, most_pallets = 34, longest_metres = 13.6;
constexpr double van_kg = 3'500;

// What a transport can cost, so wide that only a misread sum or town is beyond it. Euros, by rates as of 2026 that need no care.
constexpr std::pair<std::string_view, double> euros[] = {{"EUR", 1}, {"NOK", 0.086}, {"SEK", 0.09}, {"DKK", 0.134}, {"PLN", 0.235}, {"GBP", 1.15}, {"USD", 0.87}, {"CHF", 1.07}, {"CZK", 0.041}, {"HUF", 0.0026}, {"RON", 0.197}, {"BGN", 0.511}};
constexpr double road_per_line = 1.25, least_a_km = 0.05, most_a_km = 12, most_at_once = 2'500, least_km_rate = 0.2, most_km_rate = 20;

// Why the price cannot be that of this way, or empty. Nothing is said of a price without a currency or a way that is not certain.
std::string implausible_price(const Said& said) {
    const auto& price = said.fields.price;
    if (!price || !price->amount || !price->currency) return {};
    const auto rate = std::find_if(std::begin(euros), std::end(euros), [&](const auto& one) { return one.first == *price->currency; });
    if (rate == std::end(euros)) return {};
    const double sum = std::stod(*price->amount) * rate->second;
    if (price->kind == "per_km") return sum >= least_km_rate && sum <= most_km_rate ? "" : fmt::format("{} {} a kilometre is no price of a transport", *price->amount, *price->currency);
    if (!said.from || !said.to) return {};
    const double km = road_per_line * gazetteer::kilometres(*said.from, *said.to);
    if (sum >= least_a_km * km && sum <= most_at_once + most_a_km * km) return {};
    return fmt::format("{} {} for about {:.0f} km from {} to {} is no price of a transport", *price->amount, *price->currency, km, said.from->name, said.to->name);
}

bool has_amount(const Fields& f) { return f.weight_kg || f.pallets || f.loading_metres; }

}  // namespace

void doubt(Said& said, std::string field, std::string what) {
    if (std::none_of(said.doubts.begin(), said.doubts.end(), [&](const Reason& r) { return r.field == field && r.what == what; })) said.doubts.push_back({std::move(field), std::move(what)});
}

std::string no_offer(const Said& said, const std::string& channel) {
    const Fields& f = said.fields;
    const bool doubtful_amount = std::any_of(said.doubts.begin(), said.doubts.end(), [](const Reason& r) { return r.field == "weight_kg" || r.field == "pallets" || r.field == "loading_metres"; });
    const bool amount = has_amount(f) || doubtful_amount;
    const bool route = f.pickup.place && f.delivery.place;
    const bool complete = route && amount && f.pickup.date;
    if (said.cancelled && !said.instead) return "it takes an order back";
    if (said.truck_free && !complete) return "a carrier offers an empty truck";
    if (said.wants_freight && !complete) return "a carrier looks for freight";
    if (said.reminder && said.invoice && !(complete && f.equipment)) return "it is about an invoice";
    if (said.papers && !(complete && f.equipment)) return "it is about the papers of a transport";
    if (said.spam >= 2 || (said.spam == 1 && !route)) return "it advertises something";
    if (said.under_way && !amount) return "it is about a transport under way";
    if (said.closed && !(route && amount)) return "it says when somebody is away";
    const bool place = f.pickup.place || f.delivery.place;
    if (said.table || (said.several && (amount || route || (place && f.pickup.date)))) return {};
    if (route || (place && amount) || (amount && f.pickup.date && channel != "chat")) return {};
    if (said.attacked) return "it only tries to command the reader";
    return "it offers no freight";
}

void check(Said& said, Day received) {
    Fields& f = said.fields;
    const auto has_doubt = [&](const std::string& field) { return std::any_of(said.doubts.begin(), said.doubts.end(), [&](const Reason& r) { return r.field == field; }); };
    const auto required = [&](const std::string& field, bool there, const char* what) {
        if (!there && !has_doubt(field)) doubt(said, field, what);
    };
    required("pickup.place", f.pickup.place.has_value(), "there is no place to load");
    required("delivery.place", f.delivery.place.has_value(), "there is no place to unload");
    if (f.pickup.place) required("pickup.country", f.pickup.country.has_value(), "the country is not clear");
    if (f.delivery.place) required("delivery.country", f.delivery.country.has_value(), "the country is not clear");
    required("pickup.date", f.pickup.date.has_value(), "there is no day to load");
    if (!has_amount(f) && !has_doubt("weight_kg") && !has_doubt("pallets") && !has_doubt("loading_metres")) doubt(said, "weight_kg", "neither weight, pallets nor loading metres are told");

    if (said.pickup_day && said.delivery_day && *said.delivery_day < *said.pickup_day) {
        doubt(said, "delivery.date", "the delivery is before the pickup");
        f.pickup.date.reset();
        f.delivery.date.reset();
    }
    if (said.pickup_day && *said.pickup_day < received - std::chrono::days(1)) doubt(said, "pickup.date", "the day to load has passed");
    if (said.pickup_day && *said.pickup_day > received + std::chrono::days(120)) doubt(said, "pickup.date", "the day to load is far away");
    if (said.pickup_day && said.delivery_day && *said.delivery_day > *said.pickup_day + std::chrono::days(30)) doubt(said, "delivery.date", "the delivery is long after the pickup");
    if (f.pickup.place && f.pickup.place == f.delivery.place && f.pickup.country == f.delivery.country) doubt(said, "delivery.place", "it is the place of loading");

    for (const auto& [name, stop] : {std::pair{"pickup", &f.pickup}, std::pair{"delivery", &f.delivery}})
        if (stop->postal_code && stop->country && !postal_code_fits(*stop->postal_code, *stop->country)) doubt(said, fmt::format("{}.postal_code", name), fmt::format("{} is no post code of {}", *stop->postal_code, *stop->country));
    if (std::string why = implausible_price(said); !why.empty()) doubt(said, "price.amount", std::move(why));

    const bool one_vehicle = f.vehicles_needed.value_or(1) <= 1 || said.per_vehicle;
    if (!one_vehicle && has_amount(f)) doubt(said, "vehicles_needed", "it is not clear whether the figures are for each vehicle");
    if (f.weight_kg.value_or(0) > heaviest_kg) doubt(said, "weight_kg", fmt::format("{:g} kg are too much for one vehicle", *f.weight_kg));
    if (f.weight_kg && *f.weight_kg < 1) doubt(said, "weight_kg", "so light is no freight");
    if (f.pallets.value_or(0) > most_pallets && !said.stacked) doubt(said, "pallets", fmt::format("{:g} pallets are too many for one vehicle", *f.pallets));
    if (f.pallets.value_or(0) > 2 * most_pallets) doubt(said, "pallets", fmt::format("{:g} pallets are too many for one vehicle", *f.pallets));
    if (f.loading_metres.value_or(0) > longest_metres + 0.001) doubt(said, "loading_metres", fmt::format("{:g} m are too long for one vehicle", *f.loading_metres));
    if (f.equipment == "van" && f.weight_kg.value_or(0) > van_kg) doubt(said, "equipment", "too heavy for a van");
}

}  // namespace waybill::extraction::rules
