#include "freight.h"

#include <waybill/core.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <random>
#include <vector>

namespace waybill::load {
namespace {

namespace json = boost::json;
using std::chrono::days;

struct Town {
    const char *name, *country, *land;
};
// Near the depots of services/fleet, in an order that puts neighbours of the table far apart on the map.
constexpr Town towns[] = {
    {"Kaunas", "LT", "Lithuania"}, {"Hamburg", "DE", "Germany"},    {"Warszawa", "PL", "Poland"},     {"Rotterdam", "NL", "Netherlands"}, {"Stockholm", "SE", "Sweden"}, {"Lyon", "FR", "France"},
    {"Verona", "IT", "Italy"},     {"Oslo", "NO", "Norway"},        {"Budapest", "HU", "Hungary"},    {"Tallinn", "EE", "Estonia"},  {"Leipzig", "DE", "Germany"},
    {"Linz", "AT", "Austria"},     {"Katowice", "PL", "Poland"},     {"Antwerpen", "BE", "Belgium"},     {"Helsinki", "FI", "Finland"}, {"Lille", "FR", "France"},
    {"Ljubljana", "SI", "Slovenia"}, {"Brno", "CZ", "Czech Republic"}, {"Venlo", "NL", "Netherlands"},     {"Tartu", "EE", "Estonia"},    {"Bremen", "DE", "Germany"},
    {"Bratislava", "SK", "Slovakia"}, {"Malmö", "SE", "Sweden"},    {"Poznań", "PL", "Poland"},       {"Duisburg", "DE", "Germany"},      {"Tampere", "FI", "Finland"},  {"Nürnberg", "DE", "Germany"},
    {"Gdańsk", "PL", "Poland"},    {"Göteborg", "SE", "Sweden"},    {"Daugavpils", "LV", "Latvia"},   {"Ludwigshafen", "DE", "Germany"},  {"Vilnius", "LT", "Lithuania"}, {"Jönköping", "SE", "Sweden"},
};
// Whose customer writes a text in this language: tools/world/samples.cpp.
constexpr const char* languages[] = {"en", "de", "lt", "pl", "no", "sv"};
constexpr const char* goods[] = {"garden furniture", "machine parts", "paper rolls", "tiles", "canned food", "window frames"};
constexpr const char* months[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};

class Draw {
public:
    Draw(std::uint64_t seed, double skew) : random_(seed), skew_(skew) {}
    double share() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
    std::size_t below(std::size_t count) { return std::min(count - 1, static_cast<std::size_t>(share() * static_cast<double>(count))); }
    // Number r of `count` comes with weight 1 / (r + 1)^skew.
    std::size_t skewed(std::size_t count) {
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i) sum += std::pow(static_cast<double>(i + 1), -skew_);
        double left = share() * sum;
        for (std::size_t i = 0; i + 1 < count; ++i)
            if ((left -= std::pow(static_cast<double>(i + 1), -skew_)) < 0) return i;
        return count - 1;
    }

private:
    std::mt19937_64 random_;
    const double skew_;
};

std::string in_words(std::chrono::year_month_day day) { return fmt::format("{} {} {}", static_cast<unsigned>(day.day()), months[static_cast<unsigned>(day.month()) - 1], static_cast<int>(day.year())); }
std::string in_digits(std::chrono::year_month_day day) { return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day())); }

}  // namespace

std::string synthetic_offers(std::size_t count, double every_minutes, double skew, std::uint64_t seed, Instant first) {
    Draw draw(seed, skew);
    std::string lines;
    for (std::size_t number = 0; number < count; ++number) {
        const auto& from = towns[draw.skewed(std::size(towns))];
        const Town* to = &from;
        while (to == &from) to = &towns[draw.skewed(std::size(towns))];
        const auto* language = languages[draw.skewed(std::size(languages))];
        const auto* good = goods[draw.below(std::size(goods))];
        const auto pallets = 6 + draw.below(22);
        const auto kilograms = pallets * (200 + 10 * draw.below(40));
        const auto euros = 700 + 10 * draw.below(200);
        const Instant received = first + std::chrono::minutes(std::llround(every_minutes * static_cast<double>(number)));
        const auto day = std::chrono::floor<days>(received);
        const std::chrono::year_month_day loads = day + days(1), unloads = day + days(6);
        const auto text = fmt::format("Good morning,\n\nplease take one load for us.\nPick-up: {}, {}, {}, 08:00-16:00\nDelivery: {}, {}, by {}, 18:00 latest\nGoods: {} euro pallets of {}, {} kg gross\n"
                                      "Equipment: tautliner\nPrice: {} EUR all in\nOur ref. L-{}\n\nRegards\nNordhaven Trading\n",
                                      from.name, from.land, in_words(loads), to->name, to->land, in_words(unloads), pallets, good, kilograms, euros, number);
        lines += json::serialize(json::object{
                     {"id", fmt::format("load-{}", number)}, {"channel", "email"}, {"language", language}, {"received_at", to_text(received)}, {"text", text},
                     {"truth", json::object{{"pickup", json::object{{"place", from.name}, {"country", from.country}, {"date", in_digits(loads)}, {"time_from", "08:00"}, {"time_to", "16:00"}}},
                                            {"delivery", json::object{{"place", to->name}, {"country", to->country}, {"date", in_digits(unloads)}, {"time_to", "18:00"}}},
                                            {"goods", good}, {"weight_kg", kilograms}, {"pallets", pallets}, {"equipment", "tautliner"},
                                            {"price", json::object{{"kind", "offered"}, {"amount", fmt::format("{}.00", euros)}, {"currency", "EUR"}}}}}}) + "\n";
    }
    return lines;
}

}  // namespace waybill::load
