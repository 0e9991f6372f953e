// Bare sockets on loopback, for clients and servers that misbehave. Every read ends: after ten seconds it counts as silence.
#pragma once

#include <waybill/http.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

namespace waybill::http {

inline sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

class Wire {
public:
    explicit Wire(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const sockaddr_in address = loopback(port);
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("cannot connect");
    }
    struct Accepted {
        int fd;
    };
    explicit Wire(Accepted accepted) : fd_(accepted.fd) {}
    ~Wire() { ::close(fd_); }
    Wire(const Wire&) = delete;

    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    void shut_sending() { ::shutdown(fd_, SHUT_WR); }
    void reset() {   // instead of an orderly end
        const linger now{1, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }

    // More bytes into seen; false at the end of the connection.
    bool more() {
        pollfd waiting{fd_, POLLIN, 0};
        if (::poll(&waiting, 1, 10'000) <= 0) throw std::runtime_error("silence; so far: " + seen);
        char bytes[4096];
        const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
        if (got <= 0) return false;
        seen.append(bytes, static_cast<std::size_t>(got));
        return true;
    }
    std::string until(std::string_view text) {   // everything up to and with the text, or all there was
        while (seen.find(text) == seen.npos)
            if (!more()) return std::exchange(seen, {});
        const auto end = seen.find(text) + text.size();
        std::string taken = seen.substr(0, end);
        seen.erase(0, end);
        return taken;
    }
    std::string all() {
        while (more()) {}
        return std::exchange(seen, {});
    }
    std::string response() {   // one response with a Content-Length or without a body
        std::string head = until("\r\n\r\n");
        const auto at = head.find("Content-Length: ");
        if (at == head.npos) return head;
        const std::size_t length = std::stoul(head.substr(at + 16));
        while (seen.size() < length && more()) {}
        head += seen.substr(0, length);
        seen.erase(0, std::min(length, seen.size()));
        return head;
    }
    std::string seen;

private:
    int fd_;
};

// A server that does what it is told, one connection after the other, each counted.
class Scripted {
public:
    explicit Scripted(std::function<void(Wire&, int)> script) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(fd_, 64) != 0) throw std::runtime_error("cannot listen");
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this, script = std::move(script)] {
            for (int fd; (fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
                Wire wire(Wire::Accepted{fd});
                try {
                    script(wire, ++connections_);
                } catch (const std::exception&) {
                }
            }
        });
    }
    ~Scripted() {
        ::shutdown(fd_, SHUT_RDWR);
        thread_.join();
        ::close(fd_);
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    int connections() const { return connections_; }

private:
    int fd_;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_ = 0;
    std::thread thread_;
};

// Something that happens once and can be waited for.
class Event {
public:
    void happened() {
        const std::scoped_lock lock(mutex_);
        done_ = true;
        changed_.notify_all();
    }
    bool wait() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return done_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool done_ = false;
};

}  // namespace waybill::http
