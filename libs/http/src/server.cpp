#include "socket.h"
#include "wire.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace waybill::http {
namespace {

namespace net = boost::asio;
namespace ssl = net::ssl;
namespace beast = boost::beast;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto never = Clock::time_point::max();
constexpr std::size_t read_size = 8 * 1024;
constexpr std::size_t write_size = 64 * 1024;            // answers that wait together are written together up to this size
constexpr std::size_t linger_limit = 1024 * 1024;
constexpr std::size_t refused_connections = 64;          // above max_connections, so many are told why before they are closed

class Connection;

std::string text_of(const Tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

Response internal_error() { return problem(500, "internal", "The service failed on this request", {}, {}, "try again later; the service's log says why"); }

Response unknown_version() { return problem(505, "unknown-version", "This version of HTTP is not spoken here", {}, {}, "use HTTP/1.1"); }

Response overloaded(std::string_view detail) {
    Response response = problem(503, "overloaded", "The service is at its limit", detail, {}, "try again after a second");
    response.headers["Retry-After"] = "1";
    return response;
}

}  // namespace

struct ServerCore : std::enable_shared_from_this<ServerCore> {
    ServerCore(Router r, ServerOptions o)
        : router(std::move(r)), options(std::move(o)), io(options.threads),
          guard(net::make_work_guard(io)), acceptor(net::make_strand(io)), pause(acceptor.get_executor()) {}

    std::optional<Refusal> listen();
    void accept();
    void adopt(Tcp::socket socket);
    void forget(Connection* connection);
    void serve();
    void trouble(std::string_view what) const noexcept;

    const Router router;
    const ServerOptions options;
    std::optional<ssl::context> tls;
    std::atomic<std::size_t> in_flight = 0;

    std::mutex mutex;
    std::condition_variable left;
    std::unordered_map<Connection*, std::weak_ptr<Connection>> connections;
    bool stopping = false;

    std::mutex stop_mutex;
    std::vector<std::thread> threads;
    std::vector<std::thread::id> thread_ids;   // of threads, also while they are being joined
    std::uint16_t port = 0;

    // Below everything that its leftovers may still refer to when it goes.
    net::io_context io;
    net::executor_work_guard<net::io_context::executor_type> guard;
    Tcp::acceptor acceptor;
    net::steady_timer pause;
};

namespace {

// Everything of it runs on its strand. It lives as long as it has something outstanding: a read, a write, the timer.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(ServerCore& core, Tcp::socket socket);
    ~Connection();
    void start(bool refused);
    void drain();
    void close();
    void answered(std::uint64_t id, Response response);
    const net::any_io_executor& strand() const { return strand_; }

private:
    // One answer owed, in the order of the requests.
    struct Slot {
        std::uint64_t id = 0;
        Clock::time_point begun{}, due = never;
        std::string method, route;
        bool head = false;
        bool close_after = false;
        std::optional<std::string> bytes;
    };

    void parse();
    std::optional<Response> read_head();
    void dispatch();
    void refuse(Response response);
    void read();
    void on_read(const Error& error, std::size_t bytes);
    void write();
    void on_written(const Error& error, bool last);
    void finish();
    void watch();
    void on_timer();
    char first_byte() const { return *static_cast<const char*>(buffer_.cdata().data()); }
    void observe(const Slot& slot, int status) const noexcept;

    ServerCore& core_;
    net::any_io_executor strand_;
    std::unique_ptr<Socket> socket_;
    net::steady_timer timer_;
    Clock::time_point armed_for_ = never;
    std::string peer_;

    beast::flat_buffer buffer_;
    std::optional<beast::http::request_parser<beast::http::string_body>> parser_;
    Request request_;                  // of the parser
    bool head_read_ = false;
    std::deque<Slot> slots_;
    std::uint64_t next_id_ = 1;
    std::string out_;

    bool reading_ = false, writing_ = false;
    bool no_more_requests_ = false;    // once set, the connection ends when the slots are empty
    bool peer_done_ = false;
    bool draining_ = false, lingering_ = false, closed_ = false;
    bool served_ = false;
    std::size_t lingered_ = 0, skipped_ = 0;
    Clock::time_point idle_by_ = never, request_by_ = never, write_by_ = never, linger_by_ = never;
};

// The one answer of one request, whoever gives it and whenever.
struct Answer {
    std::shared_ptr<ServerCore> core;   // a Respond may outlive the Server
    std::weak_ptr<Connection> connection;
    std::uint64_t slot;
    std::atomic<bool> given = false;

    Answer(std::shared_ptr<ServerCore> c, std::weak_ptr<Connection> where, std::uint64_t id) : core(std::move(c)), connection(std::move(where)), slot(id) { ++core->in_flight; }

    void give(Response response) {
        if (given.exchange(true)) return;
        --core->in_flight;
        if (const auto to = connection.lock())
            net::dispatch(to->strand(), [to, id = slot, response = std::move(response)]() mutable { to->answered(id, std::move(response)); });
    }
    ~Answer() {
        try {
            if (!given) core->trouble("a handler let its request go without an answer");
            give(internal_error());
        } catch (...) {
        }
    }
};

Connection::Connection(ServerCore& core, Tcp::socket socket)
    : core_(core), strand_(socket.get_executor()),
      socket_(core.tls ? tls_server_socket(std::move(socket), *core.tls) : plain_socket(std::move(socket))), timer_(strand_),
      buffer_(core.options.header_limit + 2 * read_size) {}

Connection::~Connection() { core_.forget(this); }

void Connection::start(bool refused) {
    Error ignored;
    if (const auto endpoint = socket_->tcp().remote_endpoint(ignored); !ignored) peer_ = text_of(endpoint);
    socket_->tcp().set_option(Tcp::no_delay(true), ignored);
    if (refused) return refuse(overloaded("It has as many connections as it may have."));
    if (!core_.tls) return parse();
    idle_by_ = Clock::now() + core_.options.read_timeout;
    watch();
    socket_->handshake([self = shared_from_this()](const Error& error, std::size_t) {
        self->idle_by_ = never;
        if (self->closed_) return;
        error ? self->close() : self->parse();
    });
}

void Connection::parse() {
    while (!closed_ && !reading_ && !no_more_requests_ && slots_.size() < core_.options.max_pipelined) {
        if (!parser_ && buffer_.size() == 0) {
            idle_by_ = Clock::now() + (served_ ? core_.options.idle_timeout : core_.options.read_timeout);
            return read();
        }
        if (!parser_ && skipped_ < 2 && (first_byte() == '\r' || first_byte() == '\n')) {   // RFC 9112: an empty line before a request is no harm
            buffer_.consume(1);
            ++skipped_;
            continue;
        }
        if (!parser_) {
            skipped_ = 0;
            parser_.emplace();
            parser_->header_limit(static_cast<std::uint32_t>(core_.options.header_limit));
            parser_->body_limit(core_.options.body_limit);
            request_ = {};
            head_read_ = false;
            request_by_ = Clock::now() + core_.options.read_timeout;
        }
        Error error = beast::http::error::need_more;
        if (buffer_.size() > 0) {
            error = {};
            buffer_.consume(parser_->put(buffer_.data(), error));
        }
        if (error == beast::http::error::header_limit)
            return refuse(problem(431, "header-too-large", "The header of the request is too large",
                                  "It may have " + std::to_string(core_.options.header_limit) + " bytes.", {}, "send fewer or shorter header fields"));
        if (error == beast::http::error::body_limit)
            return refuse(problem(413, "body-too-large", "The body of the request is too large", "It may have " + std::to_string(core_.options.body_limit) + " bytes.",
                                  "body", "send less"));
        if (error == beast::http::error::bad_version) return refuse(unknown_version());
        if (error && error != beast::http::error::need_more)
            return refuse(problem(400, "malformed-request", "The request is not HTTP/1.1", error.message() + ".", {}, "send a request as RFC 9112 describes"));
        if (parser_->is_header_done() && !head_read_) {
            head_read_ = true;
            if (auto wrong = read_head()) return refuse(*std::move(wrong));
        }
        if (parser_->is_done()) dispatch();
        else if (error || buffer_.size() == 0) return read();
    }
    // Stopping, or too much owed: what was read stays in the buffer until an answer is written.
}

// Checks that stand in no parser. Header fields are taken here, so that trailers, which come later, cannot pass for them.
std::optional<Response> Connection::read_head() {
    const auto malformed = [](std::string_view detail, std::string_view field, std::string_view cure) {
        return problem(400, "malformed-request", "The request is not HTTP/1.1", detail, field, cure);
    };
    const auto& head = parser_->get();
    request_.method = std::string(head.method_string());
    request_.peer = peer_;
    if (head.version() != 10 && head.version() != 11) return unknown_version();
    std::size_t hosts = 0;
    for (const auto& field : head) {
        const std::string_view name(field.name_string().data(), field.name_string().size()), value(field.value().data(), field.value().size());
        if (same_name(name, "host")) ++hosts;
        if (!is_field_value(value)) return malformed("A header field has a control character.", "headers", "send it without");
        join(request_.headers, name, value);
    }
    if (hosts > 1 || (hosts == 0 && head.version() == 11)) return malformed("There must be one Host.", "Host", "send one Host field");
    if (const auto coding = header(request_.headers, "transfer-encoding"); !coding.empty() && (!same_name(coding, "chunked") || head.version() == 10))
        return problem(501, "unknown-coding", "This transfer coding is not known here", {}, "Transfer-Encoding", "send chunked, or a Content-Length");
    if (auto wrong = read_target({head.target().data(), head.target().size()}, request_)) return wrong;
    if (const auto expected = header(request_.headers, "expect"); !expected.empty() && head.version() == 11) {
        if (!same_name(expected, "100-continue")) return problem(417, "unknown-expectation", "This expectation is not known here", {}, "Expect", "leave it out");
        if (!parser_->is_done() && buffer_.size() == 0) {
            Slot go_on;
            go_on.bytes = "HTTP/1.1 100 Continue\r\n\r\n";
            slots_.push_back(std::move(go_on));
            write();
        }
    }
    return std::nullopt;
}

void Connection::dispatch() {
    const auto now = Clock::now();
    request_.body = std::move(parser_->get().body());
    Slot slot;
    slot.id = next_id_++;
    slot.begun = now;
    slot.due = now + core_.options.handler_deadline;
    slot.method = request_.method;
    slot.head = request_.method == "HEAD";
    slot.close_after = !parser_->get().keep_alive() || draining_;
    if (slot.close_after) no_more_requests_ = true;
    Router::Found found = core_.router.find(request_.method, request_.path);
    slot.route = found.pattern;
    const std::uint64_t id = slot.id;
    slots_.push_back(std::move(slot));
    parser_.reset();
    request_by_ = never;
    served_ = true;
    watch();

    if (core_.in_flight >= core_.options.max_in_flight) return answered(id, overloaded("It has as many requests in hand as it may have."));
    const auto answer = std::make_shared<Answer>(core_.shared_from_this(), weak_from_this(), id);
    try {
        Router::run(std::move(found), std::move(request_), [answer](Response response) { answer->give(std::move(response)); });
    } catch (const std::exception& thrown) {
        core_.trouble(thrown.what());
        answer->give(internal_error());
    } catch (...) {
        core_.trouble("a handler threw what is no exception");
        answer->give(internal_error());
    }
}

// The last answer of this connection, to what could not become a request.
void Connection::refuse(Response response) {
    Slot slot;
    slot.id = next_id_++;
    slot.begun = Clock::now();
    slot.method = request_.method;
    slot.close_after = true;
    slot.bytes = bytes_of(response, request_.method == "HEAD", true);
    observe(slot, response.status);
    slots_.push_back(std::move(slot));
    no_more_requests_ = true;
    parser_.reset();
    request_by_ = idle_by_ = never;
    write();
}

void Connection::answered(std::uint64_t id, Response response) {
    const auto slot = std::ranges::find(slots_, id, &Slot::id);
    if (closed_ || slot == slots_.end() || slot->bytes) return;
    observe(*slot, response.status);
    slot->due = never;
    slot->bytes = bytes_of(std::move(response), slot->head, slot->close_after);
    write();
}

void Connection::observe(const Slot& slot, int status) const noexcept {
    try {
        if (core_.options.observe)
            core_.options.observe({slot.method, slot.route, status, std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - slot.begun)});
    } catch (...) {
        core_.trouble("the observer of answers threw");
    }
}

void Connection::read() {
    const std::size_t room = std::min(read_size, buffer_.max_size() - buffer_.size());
    if (room == 0) return refuse(problem(431, "header-too-large", "The header of the request is too large", {}, {}, "send fewer or shorter header fields"));
    reading_ = true;
    watch();
    socket_->read_some(buffer_.prepare(room), [self = shared_from_this()](const Error& error, std::size_t bytes) { self->on_read(error, bytes); });
}

void Connection::on_read(const Error& error, std::size_t bytes) {
    reading_ = false;
    idle_by_ = never;
    if (closed_) return;
    if (lingering_) {
        lingered_ += bytes;
        if (error || lingered_ > linger_limit) return close();
        buffer_.clear();
        return read();
    }
    if (error && !is_end(error)) return close();
    if (error) {   // The client may have closed only its half and still wait for what it asked.
        peer_done_ = true;
        no_more_requests_ = true;
        parser_.reset();
        request_by_ = never;
        return write();
    }
    if (no_more_requests_) return;
    buffer_.commit(bytes);
    parse();
}

void Connection::write() {
    if (closed_ || writing_ || lingering_) return;
    out_.clear();
    bool last = false;
    while (!slots_.empty() && slots_.front().bytes && !last && out_.size() < write_size) {
        out_ += *slots_.front().bytes;
        last = slots_.front().close_after;
        slots_.pop_front();
    }
    if (out_.empty()) {
        if (no_more_requests_ && slots_.empty()) finish();
        return;
    }
    writing_ = true;
    write_by_ = Clock::now() + core_.options.write_timeout;
    watch();
    socket_->write(net::buffer(out_), [self = shared_from_this(), last](const Error& error, std::size_t) { self->on_written(error, last); });
}

void Connection::on_written(const Error& error, bool last) {
    writing_ = false;
    write_by_ = never;
    if (closed_) return;
    if (error) return close();
    if (last) return finish();
    write();
    parse();
}

// Closing at once would destroy an answer that the client has not read yet if bytes of it are still coming in: so wait for its end.
void Connection::finish() {
    if (peer_done_) return close();
    Error ignored;
    socket_->tcp().shutdown(Tcp::socket::shutdown_send, ignored);
    lingering_ = true;
    slots_.clear();
    linger_by_ = Clock::now() + (draining_ ? 200ms : 1000ms);
    watch();
    if (reading_) return;
    buffer_.clear();
    read();
}

void Connection::drain() {
    if (closed_ || draining_) return;
    draining_ = true;
    if (lingering_) linger_by_ = Clock::now() + 200ms;
    watch();
    if (parser_ || no_more_requests_) return;   // a request that has begun is answered
    if (slots_.empty() && !writing_) return close();
    no_more_requests_ = true;
    if (!slots_.empty() && !slots_.back().bytes) slots_.back().close_after = true;
}

void Connection::close() {
    if (closed_) return;
    closed_ = true;
    Error ignored;
    socket_->tcp().close(ignored);
    timer_.cancel();
    slots_.clear();
    parser_.reset();
}

// One timer for all deadlines, moved only when a nearer one appears: most requests touch it not at all.
void Connection::watch() {
    auto next = std::min({idle_by_, request_by_, write_by_, linger_by_});
    for (const Slot& slot : slots_)
        if (!slot.bytes) next = std::min(next, slot.due);
    if (closed_ || next >= armed_for_) return;
    armed_for_ = next;
    timer_.expires_at(next);
    timer_.async_wait([self = shared_from_this()](const Error& error) {
        if (!error) self->on_timer();
    });
}

void Connection::on_timer() {
    armed_for_ = never;
    if (closed_) return;
    const auto now = Clock::now();
    if (write_by_ <= now || linger_by_ <= now) return close();
    std::vector<std::uint64_t> overdue;   // answering takes slots away
    for (const Slot& slot : slots_)
        if (!slot.bytes && slot.due <= now) overdue.push_back(slot.id);
    for (const std::uint64_t id : overdue)
        answered(id, problem(504, "too-slow", "The service did not answer in time", {}, {}, "ask again; what was begun may still be done"));
    if (closed_) return;
    if (idle_by_ <= now) {
        if (slots_.empty() && !writing_) return close();
        idle_by_ = now + core_.options.idle_timeout;   // not idle: it waits for us
    }
    if (request_by_ <= now)
        refuse(problem(408, "slow-request", "The request did not come in time", {}, {}, "send it within " + std::to_string(core_.options.read_timeout.count()) + " ms"));
    watch();
}

}  // namespace

std::optional<Refusal> ServerCore::listen() {
    const auto unusable = [](std::string_view what) {
        return [what](const char* field, const Error& error, const char* cure) { return Refusal{field, std::string(what) + ": " + error.message(), cure}; };
    };
    Error error;
    if (options.threads < 1 || options.max_pipelined < 1 || options.max_connections < 1)
        return Refusal{"http", "threads, max_pipelined and max_connections are at least 1", "raise the one that is less"};
    if (options.certificate_file.empty() != options.key_file.empty()) return Refusal{"http.tls", "only one of certificate and key is given", "give both or neither"};
    if (!options.certificate_file.empty()) {
        tls.emplace(ssl::context::tls_server);
        tls->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
        if (tls->use_certificate_chain_file(options.certificate_file, error); error)
            return unusable(options.certificate_file)("http.certificate", error, "name a PEM file with the certificate and its chain");
        if (tls->use_private_key_file(options.key_file, ssl::context::pem, error); error)
            return unusable(options.key_file)("http.key", error, "name the PEM file with the certificate's key, without a password");
    }
    const auto address = net::ip::make_address(options.address, error);
    if (error) return unusable(options.address)("http.address", error, "write an IP address such as 127.0.0.1");
    const Tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(net::socket_base::max_listen_connections, error);
    if (error) return unusable(text_of(endpoint))("http.port", error, "choose a free port and an address of this machine");
    port = acceptor.local_endpoint().port();
    return std::nullopt;
}

void ServerCore::accept() {
    acceptor.async_accept(net::make_strand(io), [this](const Error& error, Tcp::socket socket) {
        if (!acceptor.is_open()) return;
        if (!error) {
            adopt(std::move(socket));
            return accept();
        }
        // Out of file descriptors, most likely: connections wait in the kernel's queue meanwhile.
        pause.expires_after(50ms);
        pause.async_wait([this](const Error& cut) {
            if (!cut && acceptor.is_open()) accept();
        });
    });
}

void ServerCore::adopt(Tcp::socket socket) {
    const auto connection = std::make_shared<Connection>(*this, std::move(socket));
    bool refused = false;
    {
        const std::scoped_lock lock(mutex);
        refused = connections.size() >= options.max_connections;
        // A handshake is dear, so with TLS the refusal is a closed connection.
        if (stopping || (refused && (tls || connections.size() >= options.max_connections + refused_connections))) return;
        connections.emplace(connection.get(), connection);
    }
    net::dispatch(connection->strand(), [connection, refused] { connection->start(refused); });
}

void ServerCore::forget(Connection* connection) {
    const std::scoped_lock lock(mutex);
    connections.erase(connection);
    if (connections.empty()) left.notify_all();
}

void ServerCore::serve() {
    for (;;) {
        try {
            io.run();
            return;
        } catch (const std::exception& thrown) {
            trouble(thrown.what());
        }
    }
}

void ServerCore::trouble(std::string_view what) const noexcept {
    try {
        if (options.trouble) options.trouble(what);
    } catch (...) {
    }
}

Result<std::unique_ptr<Server>> Server::start(Router router, ServerOptions options) {
    auto core = std::make_shared<ServerCore>(std::move(router), std::move(options));
    if (auto refusal = core->listen()) return *std::move(refusal);
    std::unique_ptr<Server> server(new Server(core));
    core->accept();
    for (int i = 0; i < core->options.threads; ++i) {
        core->threads.emplace_back([core = core.get()] { core->serve(); });
        core->thread_ids.push_back(core->threads.back().get_id());
    }
    return server;
}

Server::Server(std::shared_ptr<ServerCore> core) : core_(std::move(core)) {}

Server::~Server() { stop(5s); }

std::uint16_t Server::port() const { return core_->port; }

void Server::stop(std::chrono::milliseconds deadline) {
    const auto cut_at = Clock::now() + deadline;
    if (std::ranges::find(core_->thread_ids, std::this_thread::get_id()) != core_->thread_ids.end())
        throw std::logic_error("a server cannot be stopped from its own handler");
    const std::scoped_lock once(core_->stop_mutex);
    if (core_->stopping) return;

    const auto each = [&](auto act) {
        std::vector<std::shared_ptr<Connection>> all;
        {
            const std::scoped_lock lock(core_->mutex);
            core_->stopping = true;
            for (const auto& [raw, weak] : core_->connections)
                if (auto connection = weak.lock()) all.push_back(std::move(connection));
        }
        for (const auto& connection : all) net::post(connection->strand(), [connection, act] { act(*connection); });
    };
    net::post(core_->acceptor.get_executor(), [core = core_] {
        Error ignored;
        core->acceptor.close(ignored);
        core->pause.cancel();
    });
    each([](Connection& connection) { connection.drain(); });
    {
        std::unique_lock lock(core_->mutex);
        core_->left.wait_until(lock, cut_at, [&] { return core_->connections.empty(); });
    }
    each([](Connection& connection) { connection.close(); });
    core_->guard.reset();
    for (std::thread& thread : core_->threads) thread.join();
}

}  // namespace waybill::http
