// HTTP/1.1 behind plain values: a router of handlers, a server that is bounded in everything, and a client that always comes back.
//
// Server: handlers run on the server's own threads and must not block; each answers through its Respond, at once or later from any
// thread. Errors are RFC 9457 problems whose `type` is stable. Client: call() blocks the calling thread for at most its timeout, whatever
// the other side does, and may be used from any number of threads; an answer of any status is a Response, and only a call without an
// answer is refused. Both listen and speak on loopback or as told; nothing here knows Kafka or Postgres.
#pragma once

#include <waybill/core.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::http {

struct FieldNameLess {   // ASCII, without regard to case
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const;
};
using Headers = std::map<std::string, std::string, FieldNameLess>;   // a field that came more than once is joined by ", "
std::string_view header(const Headers& headers, std::string_view name);   // "" if there is none

struct Request {
    std::string method = {};
    std::string path = {};                      // as it came, still percent-encoded
    std::map<std::string, std::string> query = {};   // decoded UTF-8; a name given twice was refused
    Headers headers = {};
    std::string body = {};
    std::map<std::string, std::string> params = {};  // what stood for the {names} of the route, decoded UTF-8
    std::string peer = {};                      // "127.0.0.1:53422"
};

struct Response {
    int status = 200;
    Headers headers = {};
    std::string body = {};
};

Response json(int status, std::string body);
Response text(int status, std::string body);
// application/problem+json of type "urn:waybill:problem:<type>"; field and cure are left out when empty.
Response problem(int status, std::string_view type, std::string_view title, std::string_view detail = {}, std::string_view field = {}, std::string_view cure = {});
Response problem(int status, std::string_view type, std::string_view title, const Refusal& refusal);

// Answers the request it came with. The first call counts and later ones are ignored; when the last copy goes without a call, the
// answer is 500. May be called from any thread, also after the client has left or the server has stopped.
using Respond = std::function<void(Response)>;
using Handler = std::function<void(Request, Respond)>;

// Patterns: "/v1/offers/{id}/review". A literal segment is preferred to a {name}. Unknown paths answer 404 and known ones with another
// method 405 with Allow; HEAD is served by the GET handler, OPTIONS answers 204 with Allow unless there is a handler for it.
class Router {
public:
    Router& on(std::string method, std::string pattern, Handler handler);   // a malformed or repeated route throws std::logic_error

    struct Found {
        const Handler* handler = nullptr;
        std::string pattern;   // "" if the path is unknown
        std::map<std::string, std::string> params;
        std::string allowed;   // methods of this path, for Allow
    };
    Found find(std::string_view method, std::string_view path) const;
    static void run(Found found, Request request, Respond respond);
    void handle(Request request, Respond respond) const;   // find and run: a route under test needs no socket

private:
    struct Route;
    std::vector<std::shared_ptr<const Route>> routes_;
};

// What was answered, for figures: `route` is the pattern, so it is safe as a label; "" for what never reached a route.
struct Served {
    std::string method = {}, route = {};
    int status = 0;
    std::chrono::microseconds took{};
};

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;                          // 0 takes a free one: see Server::port()
    int threads = 1;
    std::size_t header_limit = 16 * 1024;            // 431
    std::size_t body_limit = 256 * 1024;             // 413
    std::chrono::milliseconds read_timeout{10'000};  // a whole request, from its first byte: 408
    std::chrono::milliseconds write_timeout{30'000}; // a client that does not take its answer is cut off
    std::chrono::milliseconds idle_timeout{60'000};  // between requests of one connection
    std::chrono::milliseconds handler_deadline{30'000};   // 504
    std::size_t max_connections = 1000;              // 503, then the connection is closed
    std::size_t max_in_flight = 1000;                // requests whose Respond is not answered yet, over all connections: 503
    std::size_t max_pipelined = 16;                  // requests of one connection whose answers are not written; then it is not read
    std::string certificate_file = {}, key_file = {};     // PEM; both or neither. With them the server speaks TLS 1.2 or later only
    std::function<void(const Served&)> observe = {}; // called on the server's threads
    std::function<void(std::string_view)> trouble = {};   // what a handler threw: for the log, never for the client
};

struct ServerCore;

class Server {
public:
    // Listens and serves when it returns. Refuses an address, port, certificate or key that cannot be used.
    static Result<std::unique_ptr<Server>> start(Router router, ServerOptions options);
    ~Server();   // stop(5s)

    std::uint16_t port() const;

    // Accepts nothing more, lets requests that have begun be answered, closes idle connections; after the deadline cuts the rest.
    // Blocks until it is done; again is harmless. Calling it from a handler throws std::logic_error.
    void stop(std::chrono::milliseconds deadline);

    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

private:
    explicit Server(std::shared_ptr<ServerCore> core);
    std::shared_ptr<ServerCore> core_;
};

struct Call {
    std::string method = "GET";
    std::string url = {};                          // http or https; a user or password in it is refused: send a header
    Headers headers = {};
    std::string body = {};
    std::chrono::milliseconds timeout{10'000};     // for everything together: resolve, connect, tls, write, read
};

struct ClientOptions {
    std::string ca_file = {};                      // PEM; "" trusts the system's authorities. Certificates are always verified
    std::size_t response_limit = 1024 * 1024;
    std::size_t idle_per_host = 8;                 // connections kept open between calls, for one scheme, host and port
    std::size_t idle_in_all = 64;
    std::chrono::milliseconds idle_for{30'000};
};

// No redirects, no proxies, no cookies. A call that finds its kept connection closed before any byte of an answer is made once more when
// that is safe: the method is idempotent or the call has an Idempotency-Key.
class Client {
public:
    explicit Client(ClientOptions options = {});
    ~Client();

    // The field of a refusal is the phase that failed: "url", "headers", "resolve", "connect", "tls", "write", "read", "response" (what
    // came is not HTTP), "too large" or "deadline". Neither path, query nor headers of the call are repeated in it.
    Result<Response> call(const Call& call);

    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace waybill::http
