// The roster against two months of European freight: every load finds a vehicle within three tries though a fifth of the drivers decline.
#include "handlers/handlers.h"
#include "handlers/words.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace waybill::fleet {
namespace {

using namespace std::chrono_literals;
using namespace ::fleet::v1;

struct Freight {
    const char* from;
    const char* to;
    const char* received_at;
    int hours_to_pickup, window_hours;
    double weight_kg, pallets, loading_metres;
    const char* equipment;
    std::optional<double> coldest = {}, warmest = {};
    bool adr = false;
};

const std::map<std::string, Position> towns = {
    {"Kaunas", {54.90, 23.90}}, {"Venlo", {51.37, 6.17}}, {"Klaipėda", {55.71, 21.13}}, {"Poznań", {52.41, 16.93}}, {"Hamburg", {53.55, 9.99}},
    {"Linz", {48.31, 14.29}}, {"Vilnius", {54.69, 25.28}}, {"Wrocław", {51.11, 17.03}}, {"Bergen", {60.39, 5.32}}, {"København", {55.68, 12.57}},
    {"Drammen", {59.74, 10.20}}, {"Malmö", {55.60, 13.00}}, {"Bielefeld", {52.03, 8.53}}, {"Tallinn", {59.44, 24.75}}, {"Helsinki", {60.17, 24.94}},
    {"Valmiera", {57.54, 25.43}}, {"Tartu", {58.38, 26.72}}, {"Stockholm", {59.33, 18.07}}, {"Liège", {50.63, 5.57}}, {"Lyon", {45.76, 4.84}},
    {"Rotterdam", {51.92, 4.48}}, {"Jönköping", {57.78, 14.16}}, {"Schweinfurt", {50.05, 10.23}}, {"Graz", {47.07, 15.44}}, {"Alytus", {54.40, 24.05}},
    {"Łódź", {51.76, 19.46}}, {"Swindon", {51.56, -1.78}}, {"Zaragoza", {41.65, -0.88}}, {"Nürnberg", {49.45, 11.08}}, {"Brno", {49.20, 16.61}},
    {"Tampere", {61.50, 23.76}}, {"Rostock", {54.09, 12.10}}, {"Trieste", {45.65, 13.77}}, {"Zagreb", {45.81, 15.98}}, {"Moss", {59.43, 10.66}},
    {"Göteborg", {57.71, 11.97}}, {"Panevėžys", {55.73, 24.36}}, {"Gdańsk", {54.35, 18.65}}, {"Ludwigshafen", {49.48, 8.44}}, {"Antwerpen", {51.22, 4.40}},
    {"Bratislava", {48.15, 17.11}}, {"Esbjerg", {55.47, 8.45}}, {"Bremen", {53.08, 8.80}}, {"Timișoara", {45.75, 21.23}}, {"Ruse", {43.85, 25.95}},
    {"Marijampolė", {54.56, 23.35}}, {"Zürich", {47.38, 8.54}}, {"Hildesheim", {52.15, 9.95}}, {"Katowice", {50.26, 19.02}}, {"Trondheim", {63.43, 10.40}},
    {"Szczecin", {53.43, 14.55}}, {"Rēzekne", {56.51, 27.33}}, {"Oulu", {65.01, 25.47}}, {"Jelgava", {56.65, 23.71}}, {"Šiauliai", {55.93, 23.32}},
    {"Pärnu", {58.39, 24.50}}, {"Daugavpils", {55.87, 26.54}}, {"Reims", {49.26, 4.03}}, {"Annonay", {45.24, 4.67}}, {"Torino", {45.07, 7.69}},
    {"Lisse", {52.26, 4.56}}, {"Köln", {50.94, 6.96}}, {"Eindhoven", {51.44, 5.48}}, {"Peterborough", {52.57, -0.24}}, {"Rīga", {56.95, 24.11}},
    {"Odense", {55.40, 10.39}}, {"Wels", {48.16, 14.03}}, {"Maribor", {46.55, 15.65}}, {"Lille", {50.63, 3.06}}, {"Verona", {45.44, 10.99}},
};

const std::vector<Freight> freight = {
    {"Kaunas", "Venlo", "2026-10-05T07:42:00Z", 21, 4, 8450, 33, 0, "tautliner"},
    {"Klaipėda", "Poznań", "2026-10-13T14:20:00Z", 7, 23, 24000, 0, 0, "tautliner"},
    {"Hamburg", "Linz", "2026-10-12T08:11:00Z", 45, 8, 24000, 0, 13.6, "tautliner"},
    {"Vilnius", "Wrocław", "2026-10-20T08:05:00Z", 46, 4, 7200, 18, 0, "tautliner"},
    {"Bergen", "København", "2026-10-07T11:15:00Z", 17, 3, 9600, 12, 0, "reefer", 0, 2},
    {"Drammen", "Malmö", "2026-10-06T12:02:00Z", 12, 72, 9000, 15, 0, ""},
    {"Bielefeld", "Tallinn", "2026-10-15T12:31:00Z", 87, 5, 11300, 21, 0, "tautliner"},
    {"Vilnius", "Helsinki", "2026-10-19T06:50:00Z", 48, 6, 19500, 22, 0, "tautliner"},
    {"Valmiera", "Hamburg", "2026-10-09T09:10:00Z", 60, 23, 24000, 22, 0, "tautliner"},
    {"Tartu", "Stockholm", "2026-11-05T13:25:00Z", 16, 2, 22500, 0, 13.6, "tautliner"},
    {"Liège", "Lyon", "2026-09-30T15:05:00Z", 21, 10, 14800, 26, 0, "tautliner"},
    {"Rotterdam", "Liège", "2026-11-08T18:40:00Z", 11, 0, 24600, 0, 0, "container"},
    {"Jönköping", "Kaunas", "2026-11-17T10:00:00Z", 45, 4, 12300, 0, 10.4, "tautliner"},
    {"Schweinfurt", "Graz", "2026-10-22T13:47:00Z", 13, 2, 18500, 30, 0, "reefer", 4, 4},
    {"Alytus", "Łódź", "2026-10-26T07:20:00Z", 22, 3, 12000, 20, 0, "tautliner"},
    {"Swindon", "Zaragoza", "2026-10-21T09:00:00Z", 119, 15, 4990, 8, 0, "tautliner"},
    {"Nürnberg", "Brno", "2026-10-23T10:15:00Z", 68, 0, 5400, 12, 0, "tautliner"},
    {"Tampere", "Rostock", "2026-11-02T11:05:00Z", 47, 4, 23750, 0, 13.2, "tautliner"},
    {"Trieste", "Zagreb", "2026-11-10T05:31:00Z", 49, 4, 6120, 19, 0, "box"},
    {"Moss", "Göteborg", "2026-10-30T08:25:00Z", 69, 0, 6240, 8, 0, "box", {}, {}, true},
    {"Panevėžys", "Gdańsk", "2026-11-03T12:44:00Z", 46, 11, 21400, 33, 0, "reefer", {}, -18},
    {"Ludwigshafen", "Antwerpen", "2026-11-11T14:09:00Z", 43, 0, 23500, 0, 0, "tanker", {}, {}, true},
    {"Łódź", "Bratislava", "2026-11-04T07:55:00Z", 45, 2, 3850, 11, 0, "reefer", 2, 8},
    {"Esbjerg", "Bremen", "2026-11-12T09:18:00Z", 95, 4, 22400, 28, 0, "tautliner"},
    {"Timișoara", "Ruse", "2026-11-16T10:27:00Z", 44, 8, 6300, 15, 0, ""},
    {"Marijampolė", "Zürich", "2026-10-15T06:41:00Z", 93, 5, 9870, 30, 0, "tautliner"},
    {"Hildesheim", "Bratislava", "2026-11-09T07:27:00Z", 53, 10, 8900, 0, 13.6, "mega"},
    {"Poznań", "Köln", "2026-10-13T09:44:00Z", 48, 4, 19000, 33, 0, "tautliner"},
    {"Katowice", "Brno", "2026-11-24T10:18:00Z", 26, 0, 4950, 6, 0, "box"},
    {"Trondheim", "Szczecin", "2026-11-11T12:50:00Z", 44, 5, 24500, 0, 13.6, "tautliner"},
    {"Rēzekne", "Oulu", "2026-10-14T11:02:00Z", 12, 60, 6800, 17, 0, "tautliner"},
    {"Jelgava", "Šiauliai", "2026-11-24T13:36:00Z", 17, 2, 3200, 5, 0, "box"},
    {"Pärnu", "Göteborg", "2026-10-20T10:21:00Z", 24, 48, 18000, 0, 13.6, "tautliner"},
    {"Daugavpils", "Klaipėda", "2026-11-10T12:30:00Z", 19, 3, 17280, 24, 0, "reefer", -20, -18},
    {"Reims", "Lille", "2026-10-21T16:48:00Z", 30, 23, 9400, 13, 0, "tautliner"},
    {"Annonay", "Torino", "2026-11-19T08:54:00Z", 94, 4, 23200, 0, 11, ""},
    {"Lisse", "Köln", "2026-10-01T09:09:00Z", 20, 48, 13500, 24, 0, "reefer", 5, 8},
    {"Eindhoven", "Peterborough", "2026-11-25T06:35:00Z", 31, 3, 5200, 16, 6.8, "tautliner"},
    {"Rīga", "Odense", "2026-10-30T07:19:00Z", 109, 23, 22000, 0, 0, "tautliner"},
    {"Kaunas", "Hamburg", "2026-11-23T13:03:00Z", 18, 4, 7700, 17, 0, "tautliner"},
    {"Göteborg", "Stockholm", "2026-10-06T06:00:00Z", 24, 6, 25500, 0, 12, "flatbed"},
    {"Verona", "Nürnberg", "2026-10-13T08:00:00Z", 30, 4, 24000, 33, 0, "mega"},
    {"Wels", "Maribor", "2026-10-06T13:13:00Z", 40, 5, 900, 3, 0, "van"},
    {"Gdańsk", "Rīga", "2026-11-02T09:00:00Z", 26, 4, 21000, 0, 0, "container"},
    {"Hamburg", "Helsinki", "2026-11-03T07:00:00Z", 28, 6, 20000, 30, 0, "tautliner", {}, {}, true},
};

Request wanted(const Freight& one, const std::string& shipment) {
    Request request;
    request.shipment = shipment;
    request.load = {"goods", one.weight_kg, one.pallets, one.loading_metres, one.equipment, one.coldest, one.warmest, one.adr, ""};
    request.pickup = towns.at(one.from);
    request.delivery = towns.at(one.to);
    request.planned_at = *parse_instant(one.received_at);
    request.pickup_from = request.planned_at + std::chrono::hours(one.hours_to_pickup);
    request.pickup_until = request.pickup_from + std::chrono::hours(one.window_hours);
    request.kilometres = road_kilometres(request.pickup, request.delivery);
    request.driving_minutes = static_cast<int>(driving_time(request.kilometres).count());
    request.total_minutes = static_cast<int>(with_rests(driving_time(request.kilometres)).count());
    return request;
}

Request later(Request request, std::chrono::days by) {
    for (auto* instant : {&request.planned_at, &request.pickup_from, &request.pickup_until}) *instant += by;
    return request;
}

// fleet with its events carried from one handler to the next, and fulfilment's part played by a coin: confirm or decline.
class WholeFleet {
public:
    struct Served {
        int tries = 0;
        bool taken = false;
        std::vector<std::string> reasons;  // of NoVehicleFound
    };

    Served serve(Request request, std::mt19937& coin, int most_tries) {
        Served served;
        while (served.tries < most_tries) {
            request.attempt = ++served.tries;
            const auto proposal = search(request, served);
            if (proposal.vehicle_id().empty()) return served;
            auto& depot = depots_.at(proposal.depot_id());
            ::fulfilment::v1::VehicleReleased released;
            released.set_depot_id(proposal.depot_id());
            released.set_vehicle_id(proposal.vehicle_id());
            released.set_shipment_id(request.shipment);
            if (coin() % 5 == 0) {
                request.excluded_drivers.push_back(proposal.driver_id());
                released.set_reason("declined");
                depot = *vehicle_released(depot, released, now_).state;
                continue;
            }
            ::fulfilment::v1::VehicleConfirmed confirmed;
            confirmed.set_depot_id(proposal.depot_id());
            confirmed.set_vehicle_id(proposal.vehicle_id());
            confirmed.set_shipment_id(request.shipment);
            depot = *vehicle_confirmed(depot, confirmed, now_).state;
            released.set_reason("delivered");
            if (coin() % 2) depot = *vehicle_released(depot, released, now_).state;
            served.taken = true;
            return served;
        }
        return served;
    }

    std::size_t most_booked() const {
        std::size_t most = 0;
        for (const auto& [id, depot] : depots_) {
            for (const auto& [vehicle, calendar] : depot.calendars) most = std::max(most, calendar.bookings.size());
        }
        return most;
    }

private:
    VehicleProposed search(const Request& request, Served& served) {
        now_ += 7s;
        const auto before = searches_.find(request.shipment);
        auto decision = vehicle_requested(before == searches_.end() ? nullptr : &before->second, contract_words(request), now_);
        for (;;) {
            const auto search = *decision.state;
            searches_[request.shipment] = search;
            if (const auto* nothing = std::get_if<NoVehicleFound>(&decision.events.at(0))) {
                served.reasons.assign(nothing->reasons().begin(), nothing->reasons().end());
                return {};
            }
            if (const auto* proposed = std::get_if<VehicleProposed>(&decision.events.at(0))) return *proposed;
            const auto& asked = std::get<DepotAsked>(decision.events.at(0));
            const auto found = depots_.find(asked.depot_id());
            const auto answered = depot_asked(found == depots_.end() ? nullptr : &found->second, asked, now_);
            depots_[asked.depot_id()] = *answered.state;
            decision = depot_answered(search, std::get<DepotAnswered>(answered.events.at(0)), now_);
        }
    }

    Instant now_ = *parse_instant("2026-11-23T12:00:00Z");
    std::map<std::string, Search> searches_;
    std::map<std::string, Depot> depots_;
};

struct Outcome {
    int shipments = 0, taken = 0, nothing_found = 0;
    std::size_t most_booked = 0;  // on one vehicle
    std::string first_reason;
};

Outcome carry(int rounds, unsigned seed, int most_tries, std::chrono::days apart = {}) {
    std::mt19937 coin(seed);
    WholeFleet fleet;
    Outcome outcome;
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t which = 0; which < freight.size(); ++which) {
            const auto shipment = "wb-" + std::to_string(round) + "-" + std::to_string(which);
            const auto served = fleet.serve(later(wanted(freight[which], shipment), round * apart), coin, most_tries);
            ++outcome.shipments;
            outcome.taken += served.taken;
            if (served.reasons.empty()) continue;
            if (outcome.nothing_found++ == 0) {
                outcome.first_reason = std::string(freight[which].from) + " " + freight[which].equipment + ", try " + std::to_string(served.tries);
                for (const auto& reason : served.reasons) outcome.first_reason += "\n  " + reason;
            }
        }
    }
    outcome.most_booked = fleet.most_booked();
    return outcome;
}

TEST(TheWholeFleet, HasAVehicleForEveryLoadInThreeTriesWhileAFifthOfTheDriversDecline) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const auto outcome = carry(1, seed, 3);
        EXPECT_EQ(outcome.nothing_found, 0) << "seed " << seed << ": " << outcome.first_reason;
    }
}

TEST(TheWholeFleet, CarriesTheSameTwoMonthsFiveTimesOver) {
    const auto outcome = carry(5, 7, 5);
    EXPECT_EQ(outcome.shipments, 5 * static_cast<int>(freight.size()));
    EXPECT_GE(outcome.taken, outcome.shipments * 95 / 100) << outcome.nothing_found << " found nothing, the first: " << outcome.first_reason;
}

TEST(TheWholeFleet, CarriesThemForYearsAndStaysBounded) {
    const auto outcome = carry(30, 11, 5, std::chrono::days(63));
    EXPECT_EQ(outcome.nothing_found, 0) << outcome.first_reason;
    EXPECT_LE(outcome.most_booked, most_bookings);
}

}  // namespace
}  // namespace waybill::fleet
