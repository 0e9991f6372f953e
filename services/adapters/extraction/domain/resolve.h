// Fourth stage: which of the candidates is the town to load at, the day to unload, the hour of which stop; what stays open is a doubt.
#pragma once

#include "domain/places.h"
#include "domain/said.h"

#include <vector>

namespace waybill::extraction::rules {

// The one town of this role, with its country and post code; several are several shipments or stops.
void read_stop(Reading& r, const std::vector<PlaceFound>& places, Role role, const char* name, Stop& stop, Said& said);

struct DayTold {
    const DayFound* found;
    Role role;
    int cost;
    bool beside_place;  // only a town speaks for it
};
// The day of each stop. `older`: they were written on another day than the message came, so that "tomorrow" tells nothing.
void read_days(Reading& r, const std::vector<PlaceFound>& places, const std::vector<DayFound>& days, int signature, bool older, Said& said, std::vector<DayTold>& told);

// The hours of each stop, beside the days that were told.
void read_clocks(Reading& r, const std::vector<PlaceFound>& places, const std::vector<DayTold>& days, const std::vector<ClockFound>& clocks, int signature, Said& said);

}  // namespace waybill::extraction::rules
