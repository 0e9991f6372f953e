#include <waybill/telemetry.h>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <sstream>

namespace waybill::telemetry {
namespace {

constexpr std::size_t label_sets_limit = 1000;

}  // namespace

struct Figures::Inside {
    prometheus::Registry registry;
    std::mutex mutex;
    std::map<std::string, std::size_t> label_sets;

    template <class Build, class... Args>
    auto* figure(Build build, const std::string& name, const std::string& help, const Labels& labels, const Args&... args) {
        prometheus::Labels wanted;
        for (const auto& [label, value] : labels)
            if (!wanted.emplace(label, value).second) throw std::logic_error("the figure " + name + " has the label " + label + " twice");
        const std::scoped_lock lock(mutex);
        try {
            auto& family = build().Name(name).Help(help).Register(registry);
            if (!family.Has(wanted)) {
                if (std::size_t& sets = label_sets[name]; sets >= label_sets_limit)
                    for (auto& [label, value] : wanted) value = "other";
                else
                    ++sets;
            }
            return &family.Add(wanted, args...);
        } catch (const std::exception& error) {
            throw std::logic_error("the figure " + name + ": " + error.what());
        }
    }
};

Figures::Figures() : inside_(std::make_unique<Inside>()) {}
Figures::~Figures() = default;

Counter Figures::counter(const std::string& name, const std::string& help, const Labels& labels) {
    Counter counter;
    counter.counter_ = inside_->figure(prometheus::BuildCounter, name, help, labels);
    return counter;
}

Gauge Figures::gauge(const std::string& name, const std::string& help, const Labels& labels) {
    Gauge gauge;
    gauge.gauge_ = inside_->figure(prometheus::BuildGauge, name, help, labels);
    return gauge;
}

Histogram Figures::histogram(const std::string& name, const std::string& help, const Labels& labels, const std::vector<double>& buckets) {
    Histogram histogram;
    histogram.histogram_ = inside_->figure(prometheus::BuildHistogram, name, help, labels, buckets);
    return histogram;
}

std::string Figures::exposition() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, inside_->registry.Collect());
    return std::move(out).str();
}

const std::vector<double>& seconds_buckets() {
    static const std::vector<double> buckets = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
    return buckets;
}

void Counter::add(double amount) const noexcept {
    if (counter_ && amount >= 0) counter_->Increment(amount);
}
double Counter::value() const noexcept { return counter_ ? counter_->Value() : 0; }

void Gauge::set(double value) const noexcept {
    if (gauge_) gauge_->Set(value);
}
void Gauge::add(double amount) const noexcept {
    if (gauge_) gauge_->Increment(amount);
}
double Gauge::value() const noexcept { return gauge_ ? gauge_->Value() : 0; }

void Histogram::observe(double value) const noexcept {
    try {
        if (histogram_) histogram_->Observe(value);
    } catch (...) {
    }
}

}  // namespace waybill::telemetry
