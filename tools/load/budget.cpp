#include "budget.h"

#include <algorithm>
#include <numeric>
#include <sstream>

namespace waybill::load {
namespace {

struct Line {
    std::optional<runtime::Footprint> batch;
    std::string acknowledged;
    std::int64_t at = 0;
};
BOOST_DESCRIBE_STRUCT(Line, (), (batch, acknowledged, at))

constexpr std::size_t longest_way = 100;

double ms_between(std::int64_t from, std::int64_t to) { return static_cast<double>(to - from) / 1000; }

}  // namespace

double Hop::sum() const { return std::accumulate(ms.begin(), ms.end(), 0.0); }

void Trail::read(const std::string& lines) {
    std::istringstream in(lines);
    for (std::string text; std::getline(in, text);) {
        Line line;
        try { line = json::from_json<Line>(text); } catch (const std::exception&) { continue; }
        if (!line.batch) {
            if (!line.acknowledged.empty()) acknowledged_.emplace(line.acknowledged, line.at);
            continue;
        }
        const auto index = footprints_.size();
        for (std::size_t i = 0; i < line.batch->events.size(); ++i) {
            const auto& event = line.batch->events[i];
            made_.emplace(event.id, std::pair(index, i));
            first_.emplace(event.subject + "|" + event.type, event.id);
        }
        for (const auto& call : line.batch->calls) called_.emplace(call.id, std::pair(index, call.cause));
        for (const auto& input : line.batch->inputs) took_.emplace(line.batch->service + "|" + input.id, std::pair(index, input.arrived));
        footprints_.push_back(std::move(*line.batch));
    }
}

Trail::Way Trail::way(const std::string& subject, const std::string& from, const std::string& to) const {
    const auto last = first_.find(subject + "|" + to);
    if (last == first_.end()) return {};
    const auto [index, which] = made_.at(last->second);
    Way way;
    std::size_t at = index;
    std::string cause = footprints_[at].events[which].cause, made = to;
    way.end = footprints_[at].published;
    while (way.hops.size() < longest_way) {
        const auto& batch = footprints_[at];
        const auto taken = took_.find(batch.service + "|" + cause);
        if (taken == took_.end()) return {};
        Hop hop{batch.service, made, {}};
        // An input that was parked arrived in an earlier batch: all until this one was gathered is waiting.
        hop.ms[load::batch] = ms_between(taken->second.second, batch.gathered);
        hop.ms[load_state] = ms_between(batch.gathered, batch.loaded);
        hop.ms[decide] = ms_between(batch.loaded, batch.decided);
        hop.ms[load::commit] = ms_between(batch.decided, batch.committed);
        hop.ms[load::publish] = ms_between(batch.committed, batch.published);
        const std::int64_t arrived = taken->second.second;
        if (cause.starts_with("request:")) {
            if (!from.empty() || made != "edge.v1.OfferReceived") return {};  // such as a driver's no, which has another driver asked
            way.begin = arrived;
            way.hops.push_back(std::move(hop));
            break;
        }
        if (cause.starts_with("answer:")) {
            const auto call = called_.find(cause.substr(7));
            if (call == called_.end()) return {};
            at = call->second.first;
            hop.ms[third_party] = ms_between(footprints_[at].published, arrived);
            cause = call->second.second;
            made = "its call";
            way.hops.push_back(std::move(hop));
            continue;
        }
        const auto parent = made_.find(cause);
        if (parent == made_.end()) return {};
        at = parent->second.first;
        const auto& event = footprints_[at].events[parent->second.second];
        const auto published = footprints_[at].published;
        const auto known = acknowledged_.find(cause);
        const auto split = std::clamp(known == acknowledged_.end() ? arrived : known->second, std::min(published, arrived), std::max(published, arrived));
        hop.ms[acknowledge] = ms_between(published, split);
        hop.ms[poll] = ms_between(split, arrived);
        way.hops.push_back(std::move(hop));
        if (!from.empty() && event.type == from) {
            way.begin = published;
            break;
        }
        cause = event.cause;
        made = event.type;
    }
    std::reverse(way.hops.begin(), way.hops.end());
    return way;
}

std::vector<Budget> budgets(const Trail& trail, const Watch& watch) {
    struct Stretch { const char *name, *from, *to; Time Watch::Life::*begin; Time Watch::Life::*end; };
    const Stretch stretches[] = {
        {"due to driver asked", "", "fulfilment.v1.AssignmentOffered", &Watch::Life::due, &Watch::Life::asked},
        {"a driver's yes to its confirmation", "edge.v1.AssignmentAccepted", "fulfilment.v1.AssignmentConfirmed", &Watch::Life::accepted, &Watch::Life::confirmed},
        {"delivery to invoice", "edge.v1.GoodsDelivered", "billing.v1.InvoiceIssued", &Watch::Life::delivered, &Watch::Life::invoiced},
    };
    const auto micros = [](Time at) { return std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count(); };
    const auto lives = watch.lives();
    std::vector<Budget> made;
    for (const auto& stretch : stretches) {
        Budget budget;
        budget.stretch = stretch.name;
        std::array<double, parts.size()> sums{};
        double seen_late = 0;
        std::map<std::string, std::vector<std::vector<Hop>>> by_way;
        for (const auto& [subject, life] : lives) {
            if (life.*stretch.begin == Time{} || life.*stretch.end == Time{}) continue;
            auto way = trail.way(subject, stretch.from, stretch.to);
            if (way.hops.empty()) continue;
            // Our own reader saw the last event a little after it was published, as any reader does; the same for the first.
            double late = ms_between(way.end, micros(life.*stretch.end));
            if (*stretch.from == '\0') {
                way.hops.front().ms[late_to_leave] += ms_between(micros(life.due), micros(life.sent));
                way.hops.front().ms[http] += ms_between(micros(life.sent), way.begin);
            } else {
                late -= ms_between(way.begin, micros(life.*stretch.begin));
            }
            seen_late += late;
            ++budget.followed;
            budget.took_ms += ms_between(micros(life.*stretch.begin), micros(life.*stretch.end));
            std::string name;
            for (const auto& hop : way.hops) {
                name += hop.service + ">" + hop.event + " ";
                for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += hop.ms[i];
            }
            by_way[name].push_back(std::move(way.hops));
        }
        if (budget.followed) {
            const auto n = static_cast<double>(budget.followed);
            budget.took_ms /= n;
            for (std::size_t i = 0; i < sums.size(); ++i) budget.parts.push_back({parts[i], sums[i] / n});
            budget.parts.push_back({"until a reader saw it", seen_late / n});
            for (const auto& each : budget.parts) budget.explained_ms += each.ms;
            const auto& most = std::max_element(by_way.begin(), by_way.end(), [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); })->second;
            budget.on_this_way = most.size();
            for (std::size_t which = 0; which < most.front().size(); ++which) {
                HopFigures hop{most.front()[which].service, most.front()[which].event, {}, 0};
                for (std::size_t i = 0; i < sums.size(); ++i) {
                    double sum = 0;
                    for (const auto& way : most) sum += way[which].ms[i];
                    hop.parts.push_back({parts[i], sum / static_cast<double>(most.size())});
                    hop.ms += hop.parts.back().ms;
                }
                budget.hops.push_back(std::move(hop));
            }
        }
        made.push_back(std::move(budget));
    }
    return made;
}

}  // namespace waybill::load
