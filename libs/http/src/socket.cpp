#include "socket.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

namespace waybill::http {
namespace {

namespace net = boost::asio;
namespace ssl = net::ssl;

class Plain final : public Socket {
public:
    explicit Plain(Tcp::socket socket) : socket_(std::move(socket)) {}
    void read_some(net::mutable_buffer into, Done done) override { socket_.async_read_some(into, std::move(done)); }
    void write(net::const_buffer all, Done done) override { net::async_write(socket_, all, std::move(done)); }
    void handshake(Done done) override {
        net::post(socket_.get_executor(), [done = std::move(done)] { done({}, 0); });
    }
    Tcp::socket& tcp() override { return socket_; }

private:
    Tcp::socket socket_;
};

class Tls final : public Socket {
public:
    Tls(Tcp::socket socket, ssl::context& context, ssl::stream_base::handshake_type side) : stream_(std::move(socket), context), side_(side) {}
    void read_some(net::mutable_buffer into, Done done) override { stream_.async_read_some(into, std::move(done)); }
    void write(net::const_buffer all, Done done) override { net::async_write(stream_, all, std::move(done)); }
    void handshake(Done done) override {
        stream_.async_handshake(side_, [done = std::move(done)](const Error& error) { done(error, 0); });
    }
    Tcp::socket& tcp() override { return stream_.next_layer(); }
    ssl::stream<Tcp::socket>& stream() { return stream_; }

private:
    ssl::stream<Tcp::socket> stream_;
    ssl::stream_base::handshake_type side_;
};

}  // namespace

std::unique_ptr<Socket> plain_socket(Tcp::socket socket) { return std::make_unique<Plain>(std::move(socket)); }

std::unique_ptr<Socket> tls_server_socket(Tcp::socket socket, ssl::context& context) {
    return std::make_unique<Tls>(std::move(socket), context, ssl::stream_base::server);
}

std::unique_ptr<Socket> tls_client_socket(Tcp::socket socket, ssl::context& context, const std::string& host) {
    auto tls = std::make_unique<Tls>(std::move(socket), context, ssl::stream_base::client);
    tls->stream().set_verify_mode(ssl::verify_peer);
    tls->stream().set_verify_callback(ssl::host_name_verification(host));
    Error not_an_address;
    net::ip::make_address(host, not_an_address);
    if (not_an_address) SSL_set_tlsext_host_name(tls->stream().native_handle(), host.c_str());
    return tls;
}

bool is_end(const Error& error) { return error == net::error::eof || error == ssl::error::stream_truncated; }

}  // namespace waybill::http
