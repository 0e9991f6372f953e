// The numbers of one seller's year: 1, 2, 3, ... without gaps. Only an invoice that is complete asks for one, and the
// series is one aggregate, so that a number is given exactly once.
#pragma once

#include "domain/parties.h"

#include <waybill/core.h>

#include <string>

namespace waybill::billing {

struct Series {
    std::string id;         // "WB-2026"
    std::int64_t last = 0;  // the number given last
    bool operator==(const Series&) const = default;
};
BOOST_DESCRIBE_STRUCT(Series, (), (id, last))

std::string series_of(const Seller& seller, Instant issued_at);             // the year is UTC's
std::string number_text(const std::string& series_id, std::int64_t number); // "WB-2026-000017"

}  // namespace waybill::billing
