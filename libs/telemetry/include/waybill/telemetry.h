// What a running system tells about itself: a log of JSON lines, figures for Prometheus, and the thread of a trace.
//
// Log and figures may be used from any thread and never throw into the code that tells; what cannot be told is dropped.
// Log lines are written by the caller's thread, at once: there is no queue to overflow or to lose in a crash. Every line, field and
// number of label sets is bounded. Nothing here knows Kafka or Postgres, so all of it works while they are away.
#pragma once

#include <waybill/core.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace waybill::telemetry {

// ---- log -------------------------------------------------------------------------------------------------------------------------

enum class Level { debug, info, warn, error, off };
Result<Level> parse_level(std::string_view text, std::string_view field = "log.level");

class Value {
public:
    Value(bool value) : held_(value) {}
    template <std::signed_integral T>
    Value(T value) : held_(static_cast<std::int64_t>(value)) {}
    template <std::unsigned_integral T>
        requires(!std::same_as<T, bool>)
    Value(T value) : held_(static_cast<std::uint64_t>(value)) {}
    template <std::floating_point T>
    Value(T value) : held_(static_cast<double>(value)) {}
    Value(const char* value) : held_(std::string_view(value)) {}
    Value(std::string_view value) : held_(value) {}
    Value(const std::string& value) : held_(std::string_view(value)) {}

    const auto& held() const { return held_; }

private:
    // Texts are borrowed: a Value lives no longer than the statement that logs it.
    std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view> held_;
};

struct Field {
    std::string_view name;
    Value value;
};
using Fields = std::initializer_list<Field>;

struct LogOptions {
    std::string service = "waybill";          // the `service` of lines from the free functions below
    Level level = Level::info;
    std::string file = {};                    // "" writes to stderr
    std::size_t file_bytes = 64 * 1024 * 1024;   // the file is turned over at this size,
    std::size_t files = 3;                       // and so many older ones are kept
};

// Before the first call, info and worse go to stderr. Refuses a file that cannot be written, and then leaves things as they are.
std::optional<Refusal> log_to(const LogOptions& options);
bool logs(Level level) noexcept;   // for fields that are dear to compute

// One line: {"time":"2026-10-05T07:42:00.000Z","level":"info","service":"fleet","message":"lane taken","lane":3,"epoch":7}
// A message is cut at 8 KiB, a text field at 4 KiB, both at a character's end; fields beyond 64 are dropped. A field named as one of the
// four first gets a "_" behind it. Bytes that are not UTF-8 become U+FFFD, and numbers that JSON cannot say become text.
void log(Level level, std::string_view message, Fields fields = {}) noexcept;
inline void debug(std::string_view message, Fields fields = {}) noexcept { log(Level::debug, message, fields); }
inline void info(std::string_view message, Fields fields = {}) noexcept { log(Level::info, message, fields); }
inline void warn(std::string_view message, Fields fields = {}) noexcept { log(Level::warn, message, fields); }
inline void error(std::string_view message, Fields fields = {}) noexcept { log(Level::error, message, fields); }

// The same under the name of one service, where several share a process.
class Log {
public:
    explicit Log(std::string service) : service_(std::move(service)) {}
    void debug(std::string_view message, Fields fields = {}) const noexcept { write(Level::debug, message, fields); }
    void info(std::string_view message, Fields fields = {}) const noexcept { write(Level::info, message, fields); }
    void warn(std::string_view message, Fields fields = {}) const noexcept { write(Level::warn, message, fields); }
    void error(std::string_view message, Fields fields = {}) const noexcept { write(Level::error, message, fields); }

private:
    void write(Level level, std::string_view message, Fields fields) const noexcept;
    std::string service_;
};

// ---- figures ---------------------------------------------------------------------------------------------------------------------

// Handles are small values, valid as long as the Figures they came from. A default one counts nothing.
class Counter {
public:
    void add(double amount = 1) const noexcept;   // negative amounts are dropped
    double value() const noexcept;

private:
    friend class Figures;
    prometheus::Counter* counter_ = nullptr;
};

class Gauge {
public:
    void set(double value) const noexcept;
    void add(double amount) const noexcept;
    double value() const noexcept;

private:
    friend class Figures;
    prometheus::Gauge* gauge_ = nullptr;
};

class Histogram {
public:
    void observe(double value) const noexcept;

private:
    friend class Figures;
    prometheus::Histogram* histogram_ = nullptr;
};

using Labels = std::vector<std::pair<std::string, std::string>>;
const std::vector<double>& seconds_buckets();   // 0.5 ms to 60 s

// The same name and labels give the same figure. A name or label that Prometheus does not allow, or a name used for another kind, is a
// programmer's error and throws std::logic_error. Past 1,000 label sets of one name, further ones share the set where every label says
// "other", so that no input can fill the memory. Asking takes a lock: ask once and keep the handle where it is hot.
class Figures {
public:
    Figures();
    ~Figures();

    Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
    Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
    Histogram histogram(const std::string& name, const std::string& help, const Labels& labels = {}, const std::vector<double>& buckets = seconds_buckets());

    std::string exposition() const;   // Prometheus text format 0.0.4; serve it as "text/plain; version=0.0.4"

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

// ---- traces ----------------------------------------------------------------------------------------------------------------------

// A W3C trace context. Ids come from given seeds, so a handler that runs again after a crash continues the same trace.
struct Trace {
    std::array<std::uint8_t, 16> trace_id{};
    std::array<std::uint8_t, 8> span_id{};
    bool sampled = true;
    bool operator==(const Trace&) const = default;
};

Trace begin_trace(std::uint64_t seed, std::uint64_t other_seed, bool sampled = true);
Trace child_of(const Trace& trace, std::uint64_t seed);   // the same trace, a span of its own

// "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"; later versions are read as W3C demands.
Result<Trace> parse_traceparent(std::string_view text);
std::string traceparent(const Trace& trace);
std::string trace_id_text(const Trace& trace);
std::string span_id_text(const Trace& trace);

}  // namespace waybill::telemetry
