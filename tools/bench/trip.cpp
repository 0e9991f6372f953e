#include "trip.h"

#include <charconv>
#include <cstdio>

namespace waybill::bench {
namespace {

// Text that does not compress away, the same in every run.
std::string note_of(std::uint64_t number, int step) {
    static const std::string words = [] {
        std::string made;
        for (std::uint32_t x = 12345; made.size() < 8192;) {
            x = x * 1664525u + 1013904223u;
            made += "abcdefghijklmnopqrstuvwxyz0123456789 "[(x >> 16) % 37];
        }
        return made;
    }();
    return words.substr((number * 61 + static_cast<std::uint64_t>(step) * 331) % 7900, 170);
}

}  // namespace

std::string trip_id(std::uint64_t number) {
    char text[32];
    std::snprintf(text, sizeof text, "trip-%016llx", static_cast<unsigned long long>(number));
    return text;
}

std::uint64_t number_of(std::string_view trip_id) {
    std::uint64_t number = 0;
    std::from_chars(trip_id.data() + 5, trip_id.data() + trip_id.size(), number, 16);
    return number;
}

Trip begun(std::string id) {
    Trip trip{std::move(id), 1, "IN_TRANSIT", "ACME", 12.5, {{"A-1", 3}, {"B-2", 1}}, {}};
    trip.note = note_of(number_of(trip.id), 1);
    return trip;
}

Trip moved(const Trip& trip, const ::bench::v1::Hop& hop) {
    Trip next = trip;
    next.step = hop.step() + 1;
    next.weight = hop.weight();
    next.note = note_of(number_of(trip.id), next.step);
    return next;
}

Trip met(const ::bench::v1::Hop& hop) {
    Trip trip{hop.trip(), hop.step() + 1, "IN_TRANSIT", hop.carrier(), hop.weight(), {{"A-1", 3}, {"B-2", 1}}, {}};
    trip.note = note_of(number_of(trip.id), trip.step);
    return trip;
}

::bench::v1::Hop hop_of(const Trip& trip) {
    ::bench::v1::Hop hop;
    hop.set_trip(trip.id);
    hop.set_step(trip.step);
    hop.set_carrier(trip.carrier);
    hop.set_weight(trip.weight);
    hop.set_place("Kaunas, Lithuania");
    hop.set_note(trip.note + trip.note.substr(0, 50));
    return hop;
}

}  // namespace waybill::bench
