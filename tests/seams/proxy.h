// A small TCP proxy between a client and Postgres that goes wrong on demand, at COMMIT or altogether.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace waybill::seams {

class Proxy {
public:
    enum class Trouble {
        none,
        commit_lost,   // COMMIT does not reach the server; when the client goes away the server hears that it did
        commit_late,   // the same, but the server hears nothing at all, and gets the COMMIT when `none` is asked for again
        reply_lost,    // COMMIT reaches the server, its reply does not come back
        silent,        // nothing passes either way any more
    };

    explicit Proxy(int server_port) : server_port_(server_port), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address = at(0);
        socklen_t size = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) || ::listen(listener_, 16)) throw std::runtime_error("the proxy cannot listen");
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread([this](std::stop_token stop) { carry(stop); });
    }
    ~Proxy() {
        thread_.request_stop();
        thread_.join();
        for (const auto& pair : pairs_) {
            ::close(pair.client);
            ::close(pair.server);
        }
        ::close(listener_);
    }
    Proxy(const Proxy&) = delete;

    int port() const { return port_; }
    void trouble(Trouble next) { trouble_ = next; }
    int commits_held() const { return held_; }  // only the first one meets the trouble

private:
    struct Pair {
        int client = -1, server = -1;
        bool stuck = false;      // met its trouble: nothing passes any more
        bool abandoned = false;  // the client went away and the server must not know
        std::string late;        // the COMMIT that the server gets in the end
    };

    static sockaddr_in at(int port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        return address;
    }

    void carry(std::stop_token stop) {
        while (!stop.stop_requested()) {
            std::vector<pollfd> polled{{listener_, POLLIN, 0}};
            for (const auto& pair : pairs_) {
                polled.push_back({pair.abandoned ? -1 : pair.client, POLLIN, 0});
                polled.push_back({pair.server, POLLIN, 0});
            }
            ::poll(polled.data(), polled.size(), 5);
            const std::size_t known = pairs_.size();
            for (std::size_t i = 0; i < known; ++i) {
                Pair& pair = pairs_[i];
                if (polled[1 + 2 * i].revents) from_client(pair);
                if (pair.server >= 0 && polled[2 + 2 * i].revents) from_server(pair);
                if (!pair.late.empty() && trouble_ == Trouble::none) {
                    send(pair.server, pair.late);
                    pair.late.clear();
                }
            }
            if (polled[0].revents) accept();
            std::erase_if(pairs_, [](const Pair& pair) { return pair.client < 0 && pair.server < 0; });
        }
    }

    void accept() {
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) return;
        const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const sockaddr_in address = at(server_port_);
        if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address)) {
            ::close(client);
            ::close(server);
            return;
        }
        pairs_.push_back({client, server});
    }

    void from_client(Pair& pair) {
        const std::string text = receive(pair.client);
        if (text.empty()) {
            if (pair.stuck && (trouble_ == Trouble::commit_late || !pair.late.empty())) {
                pair.abandoned = true;
                return;
            }
            close(pair);
            return;
        }
        const Trouble trouble = trouble_;
        if (trouble == Trouble::silent) pair.stuck = true;
        if (pair.stuck) return;
        if (trouble != Trouble::none && held_ == 0 && text.find(std::string_view("COMMIT\0", 7)) != std::string::npos) {
            pair.stuck = true;
            ++held_;
            if (trouble == Trouble::commit_late) pair.late = text;
            if (trouble != Trouble::reply_lost) return;
        }
        send(pair.server, text);
    }

    void from_server(Pair& pair) {
        const std::string text = receive(pair.server);
        if (text.empty()) {
            if (!pair.stuck) {
                close(pair);
                return;
            }
            ::close(pair.server);  // the client of a stuck pair hears nothing, not even this
            pair.server = -1;
            if (pair.abandoned) close(pair);
            return;
        }
        if (trouble_ == Trouble::silent) pair.stuck = true;
        if (!pair.stuck) send(pair.client, text);
    }

    static void close(Pair& pair) {
        for (int* socket : {&pair.client, &pair.server}) {
            if (*socket >= 0) ::close(*socket);
            *socket = -1;
        }
    }
    static std::string receive(int socket) {
        std::array<char, 65536> buffer;
        const auto size = ::recv(socket, buffer.data(), buffer.size(), 0);
        return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
    }
    static void send(int socket, std::string_view text) {
        while (!text.empty()) {
            const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    const int server_port_;
    const int listener_;
    int port_ = 0;
    std::atomic<Trouble> trouble_{Trouble::none};
    std::atomic<int> held_{0};
    std::vector<Pair> pairs_;  // of the thread alone
    std::jthread thread_;
};

}  // namespace waybill::seams
