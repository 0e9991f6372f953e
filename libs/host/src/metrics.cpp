#include "metrics.h"

namespace waybill::host {
namespace {

using runtime::Figures;

struct CounterRow { const char *name, *help; std::atomic<std::uint64_t> Figures::*value; };
constexpr CounterRow counters[] = {
    {"batches", "Transactions committed", &Figures::batches},
    {"events_in", "Events applied", &Figures::events_in},
    {"events_out", "Events announced", &Figures::events_out},
    {"repeats", "Events dropped because their number was applied already", &Figures::repeats},
    {"numbers_given_twice", "Sources found to have given a number twice: their database was put back without a new timeline", &Figures::given_twice},
    {"skipped", "Events skipped behind a gap or in an incarnation that is not open", &Figures::skipped},
    {"gaps", "Gaps found in the numbers of a source", &Figures::gaps},
    {"asks_sent", "Requests to a source to publish again", &Figures::asks_sent},
    {"asks_served", "Requests of readers that were served", &Figures::asks_served},
    {"republished", "Events published again from the outbox", &Figures::republished},
    {"ignored", "Inputs that a handler ignored", &Figures::ignored},
    {"parked_total", "Inputs parked", &Figures::parked},
    {"unparked", "Parked inputs that went on", &Figures::unparked},
    {"effects_started", "Calls to third parties recorded", &Figures::effects_started},
    {"effects_answered", "Answers of third parties", &Figures::effects_answered},
    {"timers_fired", "Timers that came due", &Figures::timers_fired},
    {"commands", "HTTP requests taken into a batch", &Figures::commands},
    {"commands_refused", "HTTP requests refused for want of a lane or room", &Figures::commands_refused},
    {"commits_in_doubt", "Commits whose outcome had to be read back", &Figures::in_doubt},
    {"fenced", "Batches lost to another holder of the lane", &Figures::fenced},
    {"commits_refused", "Batches whose content Postgres refused", &Figures::refused},
    {"lanes_dropped", "Lanes dropped because Postgres was away", &Figures::store_away},
    {"lanes_taken", "Lanes taken", &Figures::takes},
    {"head_notes", "Head notes published", &Figures::head_notes},
    {"bus_full", "Messages not handed to Kafka because its queue was full", &Figures::bus_full},
};
struct GaugeRow { const char *name, *help; std::atomic<std::int64_t> Figures::*value; };
constexpr GaugeRow gauges[] = {
    {"lanes_held", "Lanes this process holds", &Figures::lanes_held},
    {"parked", "Inputs parked now in the lanes held", &Figures::parked_now},
    {"outbox_unacknowledged", "Events committed that Kafka has not acknowledged", &Figures::unacknowledged},
};
struct HistogramRow { const char *name, *help; runtime::Histogram Figures::*value; };
constexpr HistogramRow histograms[] = {
    {"batch_inputs", "Inputs decided in a batch", &Figures::batch_inputs},
    {"batch_seconds", "Time to commit a batch", &Figures::batch_seconds},
    {"timer_lateness_seconds", "How long after its due time a timer fired, in business time", &Figures::timer_lateness_seconds},
};

std::string number(double value) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value);
    return {text, end.ptr};
}

void head(std::string& out, const char* name, const char* help, const char* kind) {
    out += std::string("# HELP waybill_") + name + " " + help + "\n# TYPE waybill_" + name + " " + kind + "\n";
}

}  // namespace

std::string exposition(const std::vector<std::pair<std::string, const Figures*>>& services) {
    std::string out;
    for (const auto& row : counters) {
        head(out, (std::string(row.name) + (std::string_view(row.name).ends_with("_total") ? "" : "_total")).c_str(), row.help, "counter");
        for (const auto& [service, figures] : services)
            out += std::string("waybill_") + row.name + (std::string_view(row.name).ends_with("_total") ? "" : "_total") + "{service=\"" + service + "\"} " + std::to_string((figures->*row.value).load()) + "\n";
    }
    for (const auto& row : gauges) {
        head(out, row.name, row.help, "gauge");
        for (const auto& [service, figures] : services) out += std::string("waybill_") + row.name + "{service=\"" + service + "\"} " + std::to_string((figures->*row.value).load()) + "\n";
    }
    head(out, "lag_seconds", "Age of the last event applied, in business time", "gauge");
    for (const auto& [service, figures] : services) out += "waybill_lag_seconds{service=\"" + service + "\"} " + number(figures->lag_seconds.load()) + "\n";
    for (const auto& row : histograms) {
        head(out, row.name, row.help, "histogram");
        for (const auto& [service, figures] : services) {
            const auto& histogram = figures->*row.value;
            std::uint64_t count = 0;
            const std::string label = "{service=\"" + service + "\"";
            for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
                count += histogram.counts[i].load();
                out += std::string("waybill_") + row.name + "_bucket" + label + ",le=\"" + (i < histogram.bounds.size() ? number(histogram.bounds[i]) : "+Inf") + "\"} " + std::to_string(count) + "\n";
            }
            out += std::string("waybill_") + row.name + "_sum" + label + "} " + number(histogram.sum.load()) + "\n";
            out += std::string("waybill_") + row.name + "_count" + label + "} " + std::to_string(count) + "\n";
        }
    }
    return out;
}

}  // namespace waybill::host
