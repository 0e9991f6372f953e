#include "domain/roster.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace waybill::fleet {
namespace {

struct Model {
    char letter;
    Kind kind;
    int capacity_kg, pallets;
    double loading_metres;
};

constexpr Model models[] = {
    {'T', Kind::tautliner, 26000, 34, 13.6},
    {'M', Kind::mega, 25000, 34, 13.6},
    {'R', Kind::reefer, 24000, 33, 13.6},
    {'K', Kind::box, 24000, 33, 13.6},      // a semi-trailer
    {'B', Kind::box, 9000, 18, 7.7},        // a rigid lorry
    {'F', Kind::flatbed, 26000, 34, 13.6},
    {'Z', Kind::tanker, 26000, 0, 0},
    {'C', Kind::container, 27000, 33, 13.6},  // a chassis for 45 feet
    {'V', Kind::van, 1200, 5, 4.2},
};

struct Entry {
    const char* id;
    const char* town;
    const char* country;
    double latitude, longitude;
    const char* vehicles;  // one letter of a model each; '+': its driver is licensed for dangerous goods
};

constexpr Entry entries[] = {
    {"OSL", "Oslo",          "NO", 59.91, 10.75, "T+ T T M R+ R K+ F"},
    {"BGO", "Bergen",        "NO", 60.39,  5.32, "T+ T M R+ R B F V"},
    {"TRD", "Trondheim",     "NO", 63.43, 10.40, "T+ T T M R+ R K F"},
    {"GOT", "Göteborg",      "SE", 57.71, 11.97, "T+ T M R+ K+ B+ C F"},
    {"JKG", "Jönköping",     "SE", 57.78, 14.16, "T+ T T M R+ K B V"},
    {"STO", "Stockholm",     "SE", 59.33, 18.07, "T+ T M R+ R K+ B F"},
    {"MMX", "Malmö",         "SE", 55.60, 13.00, "T+ T M R+ K B Z+ V"},
    {"FRC", "Fredericia",    "DK", 55.57,  9.75, "T+ T T M R+ R B F"},
    {"HEL", "Helsinki",      "FI", 60.17, 24.94, "T+ T M R+ K+ B F C"},
    {"TMP", "Tampere",       "FI", 61.50, 23.76, "T+ T T M R+ B F V"},
    {"OUL", "Oulu",          "FI", 65.01, 25.47, "T+ T M R+ R B F V"},
    {"TLL", "Tallinn",       "EE", 59.44, 24.75, "T+ T T M R+ K B C"},
    {"TAY", "Tartu",         "EE", 58.38, 26.72, "T+ T T M R+ B+ F V"},
    {"RIX", "Rīga",          "LV", 56.95, 24.11, "T+ T T M R+ K B+ C"},
    {"DGP", "Daugavpils",    "LV", 55.87, 26.54, "T+ T T R+ R B Z+ F"},
    {"KUN", "Kaunas",        "LT", 54.90, 23.90, "T+ T T M R+ R K F"},
    {"VNO", "Vilnius",       "LT", 54.69, 25.28, "T+ T T M R+ B K+ V"},
    {"KLJ", "Klaipėda",      "LT", 55.71, 21.13, "T+ T T M R+ C Z+ F"},
    {"SQQ", "Šiauliai",      "LT", 55.93, 23.32, "T+ T T M R+ B+ F V"},
    {"GDN", "Gdańsk",        "PL", 54.35, 18.65, "T+ T T M R+ C C+ F"},
    {"WAW", "Warszawa",      "PL", 52.23, 21.01, "T+ T T M R+ R B K+"},
    {"LCJ", "Łódź",          "PL", 51.76, 19.46, "T+ T M R+ R B F V"},
    {"POZ", "Poznań",        "PL", 52.41, 16.93, "T+ T T M R+ C Z+ F"},
    {"KTW", "Katowice",      "PL", 50.26, 19.02, "T+ T T M R+ B+ K F"},
    {"HAM", "Hamburg",       "DE", 53.55,  9.99, "T+ T T M R+ C C+ Z+"},
    {"BRE", "Bremen",        "DE", 53.08,  8.80, "T+ T M R+ C B F K"},
    {"LEJ", "Leipzig",       "DE", 51.34, 12.37, "T+ T M M R+ B Z+ V"},
    {"DUI", "Duisburg",      "DE", 51.43,  6.76, "T+ T M R+ K Z+ C F"},
    {"LUH", "Ludwigshafen",  "DE", 49.48,  8.44, "T+ T M R+ Z+ Z+ C+ B+"},
    {"NUE", "Nürnberg",      "DE", 49.45, 11.08, "T+ T T M R+ R B Z+"},
    {"RTM", "Rotterdam",     "NL", 51.92,  4.48, "T+ T R+ R C+ C C Z+"},
    {"VEN", "Venlo",         "NL", 51.37,  6.17, "T+ T T M R+ R B C"},
    {"ANR", "Antwerpen",     "BE", 51.22,  4.40, "T+ T M R+ C+ C Z+ Z+"},
    {"LGG", "Liège",         "BE", 50.63,  5.57, "T+ T T M R+ B F C"},
    {"LIL", "Lille",         "FR", 50.63,  3.06, "T+ T T M R+ R K V"},
    {"LYS", "Lyon",          "FR", 45.76,  4.84, "T+ T T M R+ B Z+ F"},
    {"MKN", "Milton Keynes", "GB", 52.04, -0.76, "T+ T T M R+ B K V"},
    {"ZAZ", "Zaragoza",      "ES", 41.65, -0.88, "T+ T T M R+ R B F"},
    {"VRN", "Verona",        "IT", 45.44, 10.99, "T+ T T M R+ R K+ B"},
    {"LNZ", "Linz",          "AT", 48.31, 14.29, "T+ T M R+ K B Z+ F"},
    {"LJU", "Ljubljana",     "SI", 46.06, 14.51, "T+ T T M R+ K+ B K"},
    {"BRQ", "Brno",          "CZ", 49.20, 16.61, "T+ T M R+ B K F V"},
    {"BTS", "Bratislava",    "SK", 48.15, 17.11, "T+ T T M R+ B Z+ V"},
    {"BUD", "Budapest",      "HU", 47.50, 19.04, "T+ T T M R+ R K F"},
    {"TSR", "Timișoara",     "RO", 45.75, 21.23, "T+ T T M R+ K B F"},
};

std::vector<Vehicle> vehicles_of(const Entry& entry) {
    std::vector<Vehicle> made;
    for (const char* at = entry.vehicles; *at; ++at) {
        if (*at == ' ') continue;
        if (*at == '+') {
            made.back().adr = true;
            continue;
        }
        const auto* model = std::find_if(std::begin(models), std::end(models), [&](const Model& one) { return one.letter == *at; });
        if (model == std::end(models)) throw std::logic_error(std::string("the roster: ") + entry.id + " has a '" + *at + "', which is no model");
        const auto number = (made.size() < 9 ? "0" : "") + std::to_string(made.size() + 1);
        made.push_back({std::string(entry.id) + "-" + number, std::string(entry.id) + "-D" + number, model->kind, model->capacity_kg, model->pallets,
            model->loading_metres, false});
    }
    return made;
}

}  // namespace

std::string_view name(Kind kind) { return boost::describe::enum_to_string(kind, "?"); }

const std::vector<Yard>& roster() {
    static const std::vector<Yard> all = [] {
        std::vector<Yard> made;
        for (const auto& entry : entries) made.push_back({entry.id, entry.town, entry.country, {entry.latitude, entry.longitude}, vehicles_of(entry)});
        return made;
    }();
    return all;
}

const Yard* yard(std::string_view depot) {
    const auto found = std::find_if(roster().begin(), roster().end(), [&](const Yard& one) { return one.id == depot; });
    return found == roster().end() ? nullptr : &*found;
}

const Vehicle* vehicle_of(const Yard& yard, std::string_view vehicle) {
    const auto found = std::find_if(yard.vehicles.begin(), yard.vehicles.end(), [&](const Vehicle& one) { return one.id == vehicle; });
    return found == yard.vehicles.end() ? nullptr : &*found;
}

std::vector<std::string> driver_ids() {
    std::vector<std::string> all;
    for (const auto& each : roster()) {
        for (const auto& vehicle : each.vehicles) all.push_back(vehicle.driver);
    }
    return all;
}

}  // namespace waybill::fleet
