#include <waybill/telemetry.h>

#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <mutex>

namespace waybill::telemetry {
namespace {

constexpr std::size_t message_limit = 8 * 1024;
constexpr std::size_t text_limit = 4 * 1024;
constexpr std::size_t field_limit = 64;
constexpr std::string_view level_names[] = {"debug", "info", "warn", "error", "off"};
constexpr spdlog::level::level_enum spdlog_levels[] = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err, spdlog::level::off};

// How many bytes the well-formed UTF-8 character at `at` has; 0 if it is not well-formed.
std::size_t character_bytes(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const auto follows = [&](std::size_t i, unsigned char from = 0x80, unsigned char to = 0xBF) {
        return at + i < text.size() && byte(i) >= from && byte(i) <= to;
    };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) return follows(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
    if (first >= 0xF0 && first <= 0xF4) return follows(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4 : 0;
    return 0;
}

// Own code: Boost.JSON and spdlog pass ill-formed UTF-8 through, and one such byte makes the line unreadable for every log tool.
void write_text(std::string& line, std::string_view text, std::size_t limit) {
    static constexpr char hex[] = "0123456789abcdef";
    const std::size_t begun = line.size();
    line += '"';
    for (std::size_t at = 0; at < text.size();) {
        if (line.size() - begun >= limit) {
            line += "…";
            break;
        }
        const std::size_t bytes = character_bytes(text, at);
        const char c = text[at];
        if (bytes == 0) line += "\xEF\xBF\xBD";
        else if (bytes > 1) line.append(text, at, bytes);
        else if (c == '"' || c == '\\') line += {'\\', c};
        else if (c == '\n') line += "\\n";
        else if (c == '\t') line += "\\t";
        else if (c == '\r') line += "\\r";
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) line += {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
        else line += c;
        at += std::max<std::size_t>(bytes, 1);
    }
    line += '"';
}

template <class Number>
void write_number(std::string& line, Number number) {
    char digits[32];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
    line.append(digits, end);
}

void write_value(std::string& line, const Value& value) {
    struct Writer {
        std::string& line;
        void operator()(bool b) const { line += b ? "true" : "false"; }
        void operator()(std::int64_t n) const { write_number(line, n); }
        void operator()(std::uint64_t n) const { write_number(line, n); }
        void operator()(double d) const {
            if (std::isfinite(d)) write_number(line, d);
            else line += std::isnan(d) ? "\"NaN\"" : d > 0 ? "\"Infinity\"" : "\"-Infinity\"";
        }
        void operator()(std::string_view text) const { write_text(line, text, text_limit); }
    };
    std::visit(Writer{line}, value.held());
}

std::string line_of(Level level, std::string_view service, std::string_view message, Fields fields) {
    std::string line = "{\"time\":\"";
    line += to_text(std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()));
    line += "\",\"level\":\"";
    line += level_names[static_cast<int>(level)];
    line += "\",\"service\":";
    write_text(line, service, text_limit);
    line += ",\"message\":";
    write_text(line, message, message_limit);
    std::size_t count = 0;
    for (const Field& field : fields) {
        if (++count > field_limit) break;
        const bool taken = field.name == "time" || field.name == "level" || field.name == "service" || field.name == "message";
        line += ',';
        write_text(line, taken ? std::string(field.name) + "_" : field.name, text_limit);
        line += ':';
        write_value(line, field.value);
    }
    line += '}';
    return line;
}

std::shared_ptr<spdlog::logger> logger_over(spdlog::sink_ptr sink, Level level) {
    auto logger = std::make_shared<spdlog::logger>("waybill", std::move(sink));
    logger->set_pattern("%v");
    logger->set_level(spdlog_levels[static_cast<int>(level)]);
    logger->flush_on(spdlog::level::debug);
    logger->set_error_handler([](const std::string&) {});   // a full disk must not throw into the code that logs, nor fill stderr
    return logger;
}

struct Outlet {
    std::shared_ptr<spdlog::logger> logger = logger_over(std::make_shared<spdlog::sinks::stderr_sink_mt>(), Level::info);
    std::string service = "waybill";
};

std::atomic<Level> threshold = Level::info;

// Never destroyed, so that a destructor of another static object may still log.
std::mutex& guard() {
    static auto* mutex = new std::mutex;
    return *mutex;
}
std::shared_ptr<const Outlet>& current() {
    static auto* outlet = new std::shared_ptr<const Outlet>(std::make_shared<const Outlet>());
    return *outlet;
}

void write_line(Level level, const std::string* service, std::string_view message, Fields fields) noexcept {
    if (level == Level::off || !logs(level)) return;
    try {
        std::shared_ptr<const Outlet> outlet;
        {
            const std::scoped_lock lock(guard());
            outlet = current();
        }
        const std::string line = line_of(level, service ? *service : outlet->service, message, fields);
        outlet->logger->log(spdlog_levels[static_cast<int>(level)], spdlog::string_view_t(line.data(), line.size()));
    } catch (...) {
    }
}

}  // namespace

Result<Level> parse_level(std::string_view text, std::string_view field) {
    const auto at = std::ranges::find(level_names, text);
    if (at == std::end(level_names)) return Refusal{std::string(field), "\"" + std::string(text) + "\" is not a level", "write debug, info, warn, error or off"};
    return static_cast<Level>(at - std::begin(level_names));
}

std::optional<Refusal> log_to(const LogOptions& options) {
    auto outlet = std::make_shared<Outlet>();
    outlet->service = options.service;
    try {
        spdlog::sink_ptr sink;
        if (options.file.empty()) sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        else sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(options.file, options.file_bytes, options.files);
        outlet->logger = logger_over(std::move(sink), options.level);
    } catch (const std::exception& problem) {
        return Refusal{"log.file", problem.what(), "name a file in a folder that this user may write, a size above 0, and few files"};
    }
    const std::scoped_lock lock(guard());
    current() = std::move(outlet);
    threshold = options.level;
    return std::nullopt;
}

bool logs(Level level) noexcept { return level >= threshold.load(std::memory_order_relaxed); }

void log(Level level, std::string_view message, Fields fields) noexcept { write_line(level, nullptr, message, fields); }

void Log::write(Level level, std::string_view message, Fields fields) const noexcept { write_line(level, &service_, message, fields); }

}  // namespace waybill::telemetry
