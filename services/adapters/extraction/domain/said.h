// What one part of a message says, and what is doubtful about it: what the last stages hand one another.
#pragma once

#include "domain/calendar.h"
#include "domain/offer.h"

#include <waybill/gazetteer.h>

#include <optional>
#include <string>
#include <vector>

namespace waybill::extraction::rules {

// Of the newest message, or of what it quotes.
struct Said {
    Fields fields;
    std::vector<Reason> doubts;
    bool several = false, table = false;
    bool per_vehicle = false, stacked = false;
    bool cancelled = false, instead = false, truck_free = false, wants_freight = false, reminder = false, invoice = false, closed = false, under_way = false, papers = false, attacked = false;
    int spam = 0;
    std::optional<Day> pickup_day, delivery_day;
    const gazetteer::Town *from = nullptr, *to = nullptr;  // where it is certain which
    std::vector<Evidence> evidence;
};

// Once, however often it is said.
void doubt(Said& said, std::string field, std::string what);

}  // namespace waybill::extraction::rules
