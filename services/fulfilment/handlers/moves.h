// The moves that several messages lead to. Each ends in a stage of the table in domain/stages.h: the state kept, everyone told
// by ShipmentAdvanced, the deadline of the step set or lifted. What a decision announced before goes first.
#pragma once

#include "handlers/handlers.h"

#include <string>
#include <string_view>

namespace waybill::fulfilment {

// `next` is where the shipment now is, and `why` one sentence about what led there.
Decision reaches(Shipment next, const std::string& why, Decision so_far = {});

// Nothing moves until a person decides; `question` says what about.
Decision stops(const Shipment& shipment, const std::string& question, Decision so_far = {});

// Fleet is asked for the vehicle of the next attempt.
Decision seeks_vehicle(Shipment shipment, const std::string& why, Instant now, Decision so_far = {});

// The candidate's driver said no, or nothing: driver and vehicle are let go and the next driver is looked for, or, after the
// last of them, a person. `reason` is a word for the contracts (declined, silent, expired).
Decision asks_another_driver(const Shipment& shipment, std::string_view reason, const std::string& why, Instant now);

// For a message of somebody who was asked, and who answers when nothing is awaited from him any more.
Decision moved_on(const Shipment& shipment);

}  // namespace waybill::fulfilment
