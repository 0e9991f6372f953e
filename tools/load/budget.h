// Where the time of a request went: the footprints of the services, joined along cause and effect from the event that ends a
// stretch back to the request that began it. All stamps are of one clock, so the parts of a stretch add up to it.
#pragma once

#include "watch.h"

#include <waybill/runtime/worker.h>

#include <array>
#include <map>
#include <string>
#include <vector>

namespace waybill::load {

// What a hop's time is spent on, in the order in which it passes.
inline constexpr std::array<const char*, 10> parts = {"late to leave", "HTTP", "third party", "to be acknowledged", "Kafka to poll", "wait for a batch", "load", "decide", "commit", "publish"};
enum Part { late_to_leave, http, third_party, acknowledge, poll, batch, load_state, decide, commit, publish };

struct Hop {
    std::string service, event;  // what it announced, or called
    std::array<double, parts.size()> ms{};
    double sum() const;
};

// What the file of a run's `trail.file` holds; a line that is cut off or strange is left out.
class Trail {
public:
    void read(const std::string& lines);
    // The way of the subject from the first event of type `from` (empty: from the request) to the first of type `to`;
    // empty when a piece of it was not followed. With the times it begins and ends at, in microseconds.
    struct Way { std::vector<Hop> hops; std::int64_t begin = 0, end = 0; };
    Way way(const std::string& subject, const std::string& from, const std::string& to) const;
    std::size_t batches() const { return footprints_.size(); }

private:
    std::vector<runtime::Footprint> footprints_;
    std::map<std::string, std::int64_t> acknowledged_;
    std::map<std::string, std::pair<std::size_t, std::size_t>> made_;     // event -> footprint, and which of its events
    std::map<std::string, std::pair<std::size_t, std::string>> called_;   // call -> footprint, and its cause
    std::map<std::string, std::pair<std::size_t, std::int64_t>> took_;    // service and cause -> footprint, and when it arrived
    std::map<std::string, std::string> first_;                            // subject and type -> event
};

std::vector<Budget> budgets(const Trail& trail, const Watch& watch);

}  // namespace waybill::load
