// Between the words of the contracts and those of the domain.
#pragma once

#include "domain/request.h"

#include <waybill/contracts/fulfilment.h>

namespace waybill::fleet {

// Refuses what cannot be planned: no position, no window, numbers that are none.
Result<Request> request_in(const ::fulfilment::v1::VehicleRequested& event);
::fulfilment::v1::VehicleRequested contract_words(const Request& request);

Instant instant_in(const google::protobuf::Timestamp& time);
void put(google::protobuf::Timestamp& into, Instant instant);

bool on_the_map(const ::common::v1::Position& position);
Position position_in(const ::common::v1::Position& position);

}  // namespace waybill::fleet
