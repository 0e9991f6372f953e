#include "stations.h"
#include "trip.h"

// The reference flow's contracts, which live nowhere but here.
namespace waybill::runtime {
template <> struct Contract<::bench::v1::LeftHopped> {
    static constexpr std::string_view type = "bench.v1.LeftHopped", topic = "left.events";
    static const std::string& subject(const ::bench::v1::LeftHopped& event) { return event.hop().trip(); }
};
template <> struct Contract<::bench::v1::RightHopped> {
    static constexpr std::string_view type = "bench.v1.RightHopped", topic = "right.events";
    static const std::string& subject(const ::bench::v1::RightHopped& event) { return event.hop().trip(); }
};
template <> struct Contract<::bench::v1::RightArrived> {
    static constexpr std::string_view type = "bench.v1.RightArrived", topic = "right.events";
    static const std::string& subject(const ::bench::v1::RightArrived& event) { return event.hop().trip(); }
};
}  // namespace waybill::runtime

namespace waybill::bench {
namespace {

using LeftDecision = runtime::Decision<Trip, std::variant<::bench::v1::LeftHopped>>;
using RightDecision = runtime::Decision<Trip, std::variant<::bench::v1::RightHopped, ::bench::v1::RightArrived>>;

template <class Event>
Event event_of(const Trip& trip) {
    Event event;
    *event.mutable_hop() = hop_of(trip);
    return event;
}

LeftDecision begin(const Trip* known, const Begin& begin, Instant) {
    if (known) return LeftDecision::ignored("it was begun before");
    Trip trip = begun(begin.id);
    auto event = event_of<::bench::v1::LeftHopped>(trip);
    return LeftDecision::becomes(std::move(trip)).announcing(std::move(event));
}

LeftDecision hopped_right(const Trip& trip, const ::bench::v1::RightHopped& event, Instant) {
    Trip next = moved(trip, event.hop());
    auto announced = event_of<::bench::v1::LeftHopped>(next);
    return LeftDecision::becomes(std::move(next)).announcing(std::move(announced));
}

RightDecision hopped_left(const Trip* trip, const ::bench::v1::LeftHopped& event, Instant) {
    Trip next = trip ? moved(*trip, event.hop()) : met(event.hop());
    if (next.step == hops) {
        auto announced = event_of<::bench::v1::RightArrived>(next);
        return RightDecision::becomes(std::move(next)).announcing(std::move(announced));
    }
    auto announced = event_of<::bench::v1::RightHopped>(next);
    return RightDecision::becomes(std::move(next)).announcing(std::move(announced));
}

// ---- the same eight steps within one service: each waits for a timer that is due at once --------------------------------

LeftDecision begin_steps(const Trip* known, const Begin& begin, Instant now) {
    if (known) return LeftDecision::ignored("it was begun before");
    Trip trip = begun(begin.id);
    auto event = event_of<::bench::v1::LeftHopped>(trip);
    return LeftDecision::becomes(std::move(trip)).announcing(std::move(event)).expecting("step", now);
}

LeftDecision step(const Trip& trip, Instant now) {
    Trip next = moved(trip, hop_of(trip));
    auto event = event_of<::bench::v1::LeftHopped>(next);
    const bool last = next.step == hops;
    auto decision = LeftDecision::becomes(std::move(next)).announcing(std::move(event));
    return last ? std::move(decision) : std::move(decision).expecting("step", now);
}

}  // namespace

runtime::Definition left() { return runtime::service<std::variant<::bench::v1::LeftHopped>>("left").keeps<Trip>("trip").on_command(begin).on(hopped_right).definition(); }
runtime::Definition right() {
    return runtime::service<std::variant<::bench::v1::RightHopped, ::bench::v1::RightArrived>>("right").keeps<Trip>("trip").on(hopped_left).definition();
}
runtime::Definition alone() { return runtime::service<std::variant<::bench::v1::LeftHopped>>("left").keeps<Trip>("trip").on_command(begin_steps).when_due("step", step).definition(); }

bool arrived(const runtime::Message& message) {
    return message.kind == runtime::Message::Kind::event && message.envelope.type == runtime::Contract<::bench::v1::RightArrived>::type;
}
bool stepped_last(const runtime::Message& message) {
    ::bench::v1::LeftHopped event;
    return event.ParseFromString(message.payload) && event.hop().step() == hops;
}

}  // namespace waybill::bench
