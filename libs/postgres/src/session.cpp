#include "session.h"

#include <sys/socket.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace waybill::postgres {
namespace {

class Watchdog {
public:
    static Watchdog& one() {
        static Watchdog watchdog;
        return watchdog;
    }
    std::uint64_t arm(int socket, std::chrono::milliseconds deadline) {
        const std::lock_guard lock(mutex_);
        const auto at = std::chrono::steady_clock::now() + deadline;
        const bool earlier = armed_.empty() || at < next_;
        armed_[++last_] = {socket, at};
        if (earlier) changed_.notify_one();
        return last_;
    }
    void disarm(std::uint64_t id) {
        const std::lock_guard lock(mutex_);
        armed_.erase(id);
    }

private:
    struct Armed { int socket; std::chrono::steady_clock::time_point at; };

    Watchdog() : thread_([this](std::stop_token stop) { watch(stop); }) {}
    ~Watchdog() {
        thread_.request_stop();
        changed_.notify_one();
    }
    void watch(std::stop_token stop) {
        std::unique_lock lock(mutex_);
        while (!stop.stop_requested()) {
            next_ = std::chrono::steady_clock::time_point::max();
            for (const auto& [id, armed] : armed_) next_ = std::min(next_, armed.at);
            if (armed_.empty()) changed_.wait(lock);
            else changed_.wait_until(lock, next_);
            const auto now = std::chrono::steady_clock::now();
            for (auto it = armed_.begin(); it != armed_.end();) {
                if (it->second.at > now) { ++it; continue; }
                ::shutdown(it->second.socket, SHUT_RDWR);
                it = armed_.erase(it);
            }
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::uint64_t, Armed> armed_;
    std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::time_point::max();
    std::uint64_t last_ = 0;
    std::jthread thread_;
};

}  // namespace

Cut::Cut(int socket, std::chrono::milliseconds deadline) : id_(Watchdog::one().arm(socket, deadline)) {}
Cut::~Cut() { Watchdog::one().disarm(id_); }

std::string session_settings(const Options& options, const std::string& schema) {
    const auto ms = std::to_string(options.deadline.count());
    return "set statement_timeout = " + ms + "; set lock_timeout = " + ms + "; set idle_in_transaction_session_timeout = " + ms +
           "; set client_connection_check_interval = 1000; set client_min_messages = error; set timezone = 'UTC'; set search_path = " + quoted(schema);
}

pqxx::connection& Link::open() {
    if (connection_) return *connection_;
    prepared_.clear();
    const auto seconds = std::max<long>(2, std::chrono::duration_cast<std::chrono::seconds>(options_.deadline).count());
    auto connection = std::make_unique<pqxx::connection>(options_.dsn + " connect_timeout=" + std::to_string(seconds) + " application_name=waybill-" + schema_);
    const Cut cut(connection->sock(), options_.deadline);
    pqxx::nontransaction set(*connection);
    set.exec(session_settings(options_, schema_));
    connection_ = std::move(connection);
    return *connection_;
}

const std::string& Link::name_of(const std::string& sql) {
    auto [found, is_new] = prepared_.try_emplace(sql);
    if (is_new) {
        found->second = "s" + std::to_string(prepared_.size());
        connection_->prepare(found->second, sql);
    }
    return found->second;
}

void ArrayText::add(std::string_view text) {
    separate();
    text_ += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') text_ += '\\';
        text_ += c;
    }
    text_ += '"';
}

void ArrayText::add_bytes(std::string_view bytes) {
    static constexpr char hex[] = "0123456789abcdef";
    separate();
    text_ += "\"\\\\x";
    for (const char c : bytes) {
        text_ += hex[static_cast<unsigned char>(c) >> 4];
        text_ += hex[static_cast<unsigned char>(c) & 15];
    }
    text_ += '"';
}

std::string bytes_of(const std::string& hex) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t i = 2; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
    return bytes;
}

std::string quoted(const std::string& identifier) {
    std::string made = "\"";
    for (const char c : identifier) { if (c == '"') made += '"'; made += c; }
    return made + "\"";
}

}  // namespace waybill::postgres
