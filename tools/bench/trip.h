// The reference flow: a trip makes eight hops between the services `left` and `right`. Each hop is one decision on a JSON
// state of about 300 bytes, kept by the service that makes it, and announces one event of about 300 bytes. Both sides of the
// benchmark, the runtime and the hand-written loop, call these same functions: what differs is all that lies around them.
#pragma once

#include <waybill/core.h>

#include "hop.pb.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::bench {

inline constexpr int hops = 8;

struct Line {
    std::string sku;
    int quantity = 0;
};
BOOST_DESCRIBE_STRUCT(Line, (), (sku, quantity))

struct Trip {
    std::string id;
    int step = 0;
    std::string status, carrier;
    double weight = 0;
    std::vector<Line> lines;
    std::string note;
};
BOOST_DESCRIBE_STRUCT(Trip, (), (id, step, status, carrier, weight, lines, note))

std::string trip_id(std::uint64_t number);             // ids grow with time, as those of the runtime do
std::uint64_t number_of(std::string_view trip_id);

Trip begun(std::string id);                            // the first hop
Trip moved(const Trip& trip, const ::bench::v1::Hop& hop);
Trip met(const ::bench::v1::Hop& hop);                 // the other service meets the trip at the second hop
::bench::v1::Hop hop_of(const Trip& trip);

}  // namespace waybill::bench
