// Offers that no two loads share: places, customers and dates spread so that the sample fleet can carry them all.
#pragma once

#include <waybill/core.h>

#include <cstdint>
#include <string>

namespace waybill::load {

// `count` offers, one JSON object a line, as in tests/offers/README.md. Each is dated `every_minutes` of business time after
// the one before it, so that vehicles come free. `skew`: exponent of Zipf's law over customers and lanes; 0: all alike.
// The first is dated `first`: begin later than where an earlier load of the same run ended, whose vehicles are booked.
// The same arguments give the same text.
std::string synthetic_offers(std::size_t count, double every_minutes, double skew, std::uint64_t seed, Instant first);

}  // namespace waybill::load
