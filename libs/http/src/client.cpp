#include "socket.h"
#include "wire.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

namespace waybill::http {
namespace {

namespace net = boost::asio;
namespace ssl = net::ssl;
namespace beast = boost::beast;
namespace urls = boost::urls;
using Clock = std::chrono::steady_clock;

constexpr std::size_t read_size = 16 * 1024;
constexpr std::uint32_t header_limit = 64 * 1024;
constexpr int interim_limit = 8;
constexpr int resolving_limit = 32;

// One connection. Each has an io_context of its own, which its caller steps: so the client needs no thread.
struct Link {
    net::io_context io{1};
    std::unique_ptr<Socket> socket;
    beast::flat_buffer buffer;
    Clock::time_point idle_since;
};

struct Target {
    bool tls = false;
    std::string host;        // without brackets
    std::string port;
    std::string authority;   // for Host
    std::string resource;    // path and query
    std::string key() const { return (tls ? "https://" : "http://") + authority; }
};

bool is_port(std::string_view text) {
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number != 0;
}

Result<Target> target_of(const std::string& text) {
    const auto refuse = [](const char* why) { return Refusal{"url", why, "write http://host:port/path or https://host/path"}; };
    const auto url = urls::parse_uri(text);
    if (!url) return refuse("the URL of the call cannot be read");
    if (url->scheme_id() != urls::scheme::http && url->scheme_id() != urls::scheme::https) return refuse("the URL of the call is neither http nor https");
    if (url->has_userinfo()) return Refusal{"url", "the URL of the call holds a user or password", "send them in a header: URLs end up in logs"};
    if (url->host_address().empty()) return refuse("the URL of the call has no host");
    if (url->has_port() && !is_port({url->port().data(), url->port().size()})) return refuse("the URL of the call has no usable port");
    Target target;
    target.tls = url->scheme_id() == urls::scheme::https;
    target.host = url->host_address();
    target.port = url->has_port() ? std::string(url->port()) : target.tls ? "443" : "80";
    target.authority = std::string(url->encoded_host()) + (url->has_port() ? ":" + target.port : "");
    target.resource = url->encoded_path();
    if (target.resource.empty()) target.resource = "/";
    if (url->has_query()) target.resource += "?" + std::string(url->encoded_query());
    return target;
}

Result<std::string> bytes_of(const Call& call, const Target& target) {
    if (!is_token(call.method) || call.method == "CONNECT") return Refusal{"headers", "the method of the call is not one", "write GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS"};
    std::string bytes = call.method + " " + target.resource + " HTTP/1.1\r\nHost: " + target.authority + "\r\n";
    for (const auto& [name, value] : call.headers) {
        if (!is_token(name) || !is_field_value(value)) return Refusal{"headers", "a header of the call has characters that HTTP does not allow in it", "send it without line ends and control characters"};
        for (const char* ours : {"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"})
            if (same_name(name, ours)) return Refusal{"headers", "the header " + name + " is the client's own to send", "leave it out"};
        bytes.append(name).append(": ").append(value).append("\r\n");
    }
    if (!call.headers.contains("user-agent")) bytes += "User-Agent: waybill\r\n";
    if (!call.body.empty() || call.method == "POST" || call.method == "PUT" || call.method == "PATCH")
        bytes += "Content-Length: " + std::to_string(call.body.size()) + "\r\n";
    return bytes + "\r\n" + call.body;
}

// What one attempt came to. `again`: nothing of an answer was seen on a connection that had served before.
struct Attempt {
    std::optional<Response> response;
    Refusal refusal;
    bool keep = false, again = false;
};

// One call with its deadline; steps the link it uses.
class Exchange {
public:
    Exchange(const Call& call, const Target& target, Clock::time_point deadline) : call_(call), target_(target), deadline_(deadline) {}

    std::optional<Refusal> open(Link& link, ssl::context* tls);
    Attempt make(Link& link, const std::string& bytes, std::size_t response_limit, bool reused);

private:
    struct Outcome {
        Error error;
        std::size_t bytes = 0;
        bool in_time = false;
    };
    // Starts an operation and steps the link until it ends or `until`; then the socket is closed, which ends it too.
    template <class Start>
    Outcome finish(Link& link, Clock::time_point until, Start start) {
        Outcome outcome;
        start([&outcome](const Error& error, std::size_t bytes) { outcome = {error, bytes, true}; });
        link.io.restart();
        while (!outcome.in_time && link.io.run_one_until(until) != 0) {}
        if (outcome.in_time) return outcome;
        Error ignored;
        link.socket->tcp().close(ignored);
        link.io.restart();
        link.io.run();
        outcome.in_time = false;
        return outcome;
    }
    Result<std::vector<Tcp::endpoint>> resolve();
    Refusal too_late(const char* phase) const {
        return {"deadline", target_.authority + " did not answer within " + std::to_string(call_.timeout.count()) + " ms; the call was in \"" + phase + "\"",
                "ask again later, or allow more time"};
    }
    Refusal failed(const char* phase, const std::string& why, const char* cure) const { return {phase, target_.authority + ": " + why, cure}; }

    const Call& call_;
    const Target& target_;
    const Clock::time_point deadline_;
};

std::atomic<int> resolving = 0;

// getaddrinfo cannot be cut short, so it runs on a thread that is let go at the deadline; it ends by itself when the resolver gives up.
Result<std::vector<Tcp::endpoint>> Exchange::resolve() {
    unsigned short port = 0;
    std::from_chars(target_.port.data(), target_.port.data() + target_.port.size(), port);
    Error not_an_address;
    if (const auto address = net::ip::make_address(target_.host, not_an_address); !not_an_address) return std::vector{Tcp::endpoint(address, port)};

    struct Lookup {
        std::mutex mutex;
        std::condition_variable done;
        bool is_done = false;
        int code = 0;
        std::vector<Tcp::endpoint> found;
    };
    if (++resolving > resolving_limit) {
        --resolving;
        return failed("resolve", "too many names are being looked up", "see why the machine's name server does not answer");
    }
    const auto lookup = std::make_shared<Lookup>();
    try {
        std::thread([lookup, host = target_.host, service = target_.port] {
            addrinfo hints{};
            hints.ai_socktype = SOCK_STREAM;
            hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
            addrinfo* list = nullptr;
            const int code = ::getaddrinfo(host.c_str(), service.c_str(), &hints, &list);
            const std::scoped_lock lock(lookup->mutex);
            for (const addrinfo* one = code == 0 ? list : nullptr; one; one = one->ai_next) {
                Tcp::endpoint endpoint;
                if (one->ai_addrlen > endpoint.capacity()) continue;
                std::memcpy(endpoint.data(), one->ai_addr, one->ai_addrlen);
                endpoint.resize(one->ai_addrlen);
                lookup->found.push_back(endpoint);
            }
            if (list) ::freeaddrinfo(list);
            lookup->code = code;
            lookup->is_done = true;
            lookup->done.notify_all();
            --resolving;
        }).detach();
    } catch (const std::system_error&) {
        --resolving;
        return failed("resolve", "the machine has no thread to spare for it", "see what fills the machine");
    }
    std::unique_lock lock(lookup->mutex);
    if (!lookup->done.wait_until(lock, deadline_, [&] { return lookup->is_done; })) return too_late("resolve");
    if (lookup->code != 0 || lookup->found.empty()) return failed("resolve", lookup->code != 0 ? ::gai_strerror(lookup->code) : "the name has no address", "correct the host of the URL, or see the machine's name server");
    return std::move(lookup->found);
}

std::optional<Refusal> Exchange::open(Link& link, ssl::context* tls) {
    auto endpoints = resolve();
    if (!endpoints) return endpoints.refusal();
    Error last;
    for (std::size_t i = 0; i < endpoints->size(); ++i) {
        Tcp::socket socket(link.io);
        link.socket = tls ? tls_client_socket(std::move(socket), *tls, target_.host) : plain_socket(std::move(socket));
        // An address that swallows packets leaves time for the next one.
        const auto now = Clock::now();
        const auto until = now + (deadline_ - now) / static_cast<int>(endpoints->size() - i);
        const auto connected = finish(link, until, [&](Done done) {
            link.socket->tcp().async_connect((*endpoints)[i], [done = std::move(done)](const Error& error) { done(error, 0); });
        });
        if (!connected.in_time && Clock::now() >= deadline_) return too_late("connect");
        last = connected.in_time ? connected.error : make_error_code(net::error::timed_out);
        if (!last) break;
    }
    if (last) return failed("connect", last.message(), "see that the service runs and that host and port are right");
    Error ignored;
    link.socket->tcp().set_option(Tcp::no_delay(true), ignored);
    if (!tls) return std::nullopt;
    const auto shaken = finish(link, deadline_, [&](Done done) { link.socket->handshake(std::move(done)); });
    if (!shaken.in_time) return too_late("tls");
    if (shaken.error) return failed("tls", shaken.error.message(), "trust its authority with a CA file, and call it by the name in its certificate");
    return std::nullopt;
}

Attempt Exchange::make(Link& link, const std::string& bytes, std::size_t response_limit, bool reused) {
    Attempt attempt;
    const auto wrong = [&](Refusal refusal, bool again = false) {
        attempt.refusal = std::move(refusal);
        attempt.again = again && reused;
        return std::move(attempt);
    };
    const auto written = finish(link, deadline_, [&](Done done) { link.socket->write(net::buffer(bytes), std::move(done)); });
    if (!written.in_time) return wrong(too_late("write"));
    // The other side may have answered (413, 503) and closed before it took the whole body: what it said is worth reading.

    bool anything = false;
    for (int interim = 0; interim <= interim_limit; ++interim) {
        beast::http::response_parser<beast::http::string_body> parser;
        parser.header_limit(header_limit);
        parser.body_limit(response_limit);
        if (call_.method == "HEAD") parser.skip(true);
        bool ended = false;
        while (!parser.is_done()) {
            Error error = beast::http::error::need_more;
            if (link.buffer.size() > 0) {
                error = {};
                link.buffer.consume(parser.put(link.buffer.data(), error));
            }
            if (error == beast::http::error::body_limit)
                return wrong(failed("too large", "the answer has more than " + std::to_string(response_limit) + " bytes", "ask for less, or allow more"));
            if (error == beast::http::error::header_limit || link.buffer.size() > header_limit + read_size)
                return wrong(failed("too large", "the header of the answer is too large", "see what answers at this address"));
            if (error && error != beast::http::error::need_more) return wrong(failed("response", "what came is not HTTP: " + error.message(), "see what answers at this address"));
            if (parser.is_done()) break;
            if (!error && link.buffer.size() > 0) continue;

            const auto read = finish(link, deadline_, [&](Done done) { link.socket->read_some(link.buffer.prepare(read_size), std::move(done)); });
            if (!read.in_time) return wrong(too_late("read"));
            anything |= read.bytes > 0;
            link.buffer.commit(read.bytes);
            if (!read.error) continue;
            ended = true;
            if (read.error == net::error::eof && parser.got_some()) {
                parser.put_eof(error);
                if (!error && parser.is_done()) break;
            }
            if (!anything && written.error) return wrong(failed("write", written.error.message(), "ask again"), true);
            if (!anything && is_end(read.error)) return wrong(failed("read", "the connection was closed without an answer", "ask again"), true);
            return wrong(failed("read", anything ? "the answer broke off: " + read.error.message() : read.error.message(), "ask again"), !anything);
        }
        const auto& message = parser.get();
        if (message.result_int() < 100) return wrong(failed("response", "what came is not HTTP: its status has no class", "see what answers at this address"));
        if (message.result_int() < 200) {
            if (message.result_int() == 101) break;
            continue;
        }
        Response response;
        response.status = static_cast<int>(message.result_int());
        for (const auto& field : message) join(response.headers, {field.name_string().data(), field.name_string().size()}, {field.value().data(), field.value().size()});
        attempt.keep = !ended && !written.error && parser.keep_alive() && link.buffer.size() == 0;
        response.body = std::move(parser.get().body());
        attempt.response = std::move(response);
        return attempt;
    }
    return wrong(failed("response", "only interim answers came", "see what answers at this address"));
}

// Idle connections should be silent: one that has something to read was closed by the other side, or is out of step.
bool is_quiet(Link& link) {
    char byte;
    return ::recv(link.socket->tcp().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool may_be_repeated(const Call& call) {
    for (const char* idempotent : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
        if (call.method == idempotent) return true;
    return call.headers.contains("idempotency-key");
}

}  // namespace

struct Client::Inside {
    ClientOptions options;
    std::once_flag tls_once;
    std::optional<ssl::context> tls;
    Refusal tls_refusal;

    std::mutex mutex;
    std::map<std::string, std::deque<std::unique_ptr<Link>>> idle;
    std::size_t idle_count = 0;

    ssl::context* tls_context() {
        std::call_once(tls_once, [this] {
            Error error;
            ssl::context context(ssl::context::tls_client);
            context.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
            if (options.ca_file.empty()) context.set_default_verify_paths(error);
            else context.load_verify_file(options.ca_file, error);
            if (error) tls_refusal = {"tls", (options.ca_file.empty() ? "the system's certificate authorities" : options.ca_file) + ": " + error.message(), "name a PEM file with the certificates of the authorities to trust"};
            else tls.emplace(std::move(context));
        });
        return tls ? &*tls : nullptr;
    }

    std::unique_ptr<Link> take(const std::string& key) {
        std::deque<std::unique_ptr<Link>> gone;   // closed outside the lock
        std::unique_ptr<Link> taken;
        const std::scoped_lock lock(mutex);
        const auto at = idle.find(key);
        if (at == idle.end()) return nullptr;
        while (!at->second.empty() && !taken) {
            auto link = std::move(at->second.back());   // the one used last is the likeliest to be alive
            at->second.pop_back();
            --idle_count;
            if (Clock::now() - link->idle_since < options.idle_for && is_quiet(*link)) taken = std::move(link);
            else gone.push_back(std::move(link));
        }
        if (at->second.empty()) idle.erase(at);
        return taken;
    }

    void put_back(const std::string& key, std::unique_ptr<Link> link) {
        link->idle_since = Clock::now();
        std::deque<std::unique_ptr<Link>> gone;
        const std::scoped_lock lock(mutex);
        const auto drop_oldest = [&](std::deque<std::unique_ptr<Link>>& links) {
            gone.push_back(std::move(links.front()));
            links.pop_front();
            --idle_count;
        };
        for (auto at = idle.begin(); at != idle.end();) {   // few hosts, so looking at all of them is cheap
            while (!at->second.empty() && Clock::now() - at->second.front()->idle_since >= options.idle_for) drop_oldest(at->second);
            at = at->second.empty() ? idle.erase(at) : std::next(at);
        }
        if (options.idle_per_host == 0 || idle_count >= options.idle_in_all) return;
        auto& links = idle[key];
        if (links.size() >= options.idle_per_host) drop_oldest(links);
        links.push_back(std::move(link));
        ++idle_count;
    }
};

Client::Client(ClientOptions options) : inside_(std::make_unique<Inside>()) { inside_->options = std::move(options); }
Client::~Client() = default;

Result<Response> Client::call(const Call& call) {
    const auto deadline = Clock::now() + std::clamp(call.timeout, std::chrono::milliseconds(0), std::chrono::milliseconds(std::chrono::hours(24)));
    const auto target = target_of(call.url);
    if (!target) return target.refusal();
    const auto bytes = bytes_of(call, *target);
    if (!bytes) return bytes.refusal();
    ssl::context* tls = target->tls ? inside_->tls_context() : nullptr;
    if (target->tls && !tls) return inside_->tls_refusal;

    Exchange exchange(call, *target, deadline);
    const std::string key = target->key();
    for (bool fresh : {false, true}) {
        auto link = fresh ? nullptr : inside_->take(key);
        const bool reused = link != nullptr;
        if (!link) {
            link = std::make_unique<Link>();
            if (auto refusal = exchange.open(*link, tls)) return *std::move(refusal);
        }
        Attempt attempt = exchange.make(*link, *bytes, inside_->options.response_limit, reused);
        if (attempt.response) {
            if (attempt.keep) inside_->put_back(key, std::move(link));
            return *std::move(attempt.response);
        }
        if (!attempt.again || !may_be_repeated(call)) return std::move(attempt.refusal);
    }
    return Refusal{"read", target->authority + ": the connection was closed without an answer", "ask again"};   // a fresh connection is never tried again
}

}  // namespace waybill::http
