#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::fleet {

// A vehicle was seen somewhere. For people who ask where it is: plans are made by the calendar, since reports may be late or missing.
DepotDecision vehicle_position_reported(const Depot* depot, const ::edge::v1::VehiclePositionReported& report, Instant) {
    const auto* here = yard(report.depot_id());
    if (!here) return DepotDecision::ignored("no depot '" + report.depot_id() + "' in the roster");
    const auto* vehicle = vehicle_of(*here, report.vehicle_id());
    if (!vehicle) return DepotDecision::ignored(here->id + " has no vehicle '" + report.vehicle_id() + "'");
    if (report.driver_id() != vehicle->driver) return DepotDecision::ignored(vehicle->id + " is not driven by '" + report.driver_id() + "'");
    if (!report.has_position() || !on_the_map(report.position())) return DepotDecision::ignored("the position is not on the map");
    if (!report.has_seen_at()) return DepotDecision::ignored("the report does not say when");

    const auto seen_at = instant_in(report.seen_at());
    auto change = sight(depot ? *depot : Depot{here->id, {}, {}, {}}, vehicle->id, {position_in(report.position()), seen_at});
    if (!change.nothing_because.empty()) return DepotDecision::ignored(std::move(change.nothing_because));

    ::fleet::v1::VehicleSeen seen;
    seen.set_depot_id(here->id);
    seen.set_vehicle_id(vehicle->id);
    seen.set_shipment_id(carried_by(change.depot, vehicle->id, seen_at));
    *seen.mutable_position() = report.position();
    *seen.mutable_seen_at() = report.seen_at();
    return DepotDecision::becomes(std::move(change.depot)).announcing(std::move(seen));
}

}  // namespace waybill::fleet
