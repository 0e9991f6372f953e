// One connection, plain or TLS, with the few operations that server and client need; so that neither is compiled twice.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace waybill::http {

using Tcp = boost::asio::ip::tcp;
using Error = boost::system::error_code;
using Done = std::function<void(const Error&, std::size_t)>;   // runs on the executor of the socket

class Socket {
public:
    virtual ~Socket() = default;
    virtual void read_some(boost::asio::mutable_buffer into, Done done) = 0;
    virtual void write(boost::asio::const_buffer all, Done done) = 0;
    virtual void handshake(Done done) = 0;
    virtual Tcp::socket& tcp() = 0;
};

std::unique_ptr<Socket> plain_socket(Tcp::socket socket);
std::unique_ptr<Socket> tls_server_socket(Tcp::socket socket, boost::asio::ssl::context& context);
// Verifies that the certificate is `host`'s, a name or an address.
std::unique_ptr<Socket> tls_client_socket(Tcp::socket socket, boost::asio::ssl::context& context, const std::string& host);

bool is_end(const Error& error);   // the other side is done, orderly or not quite (TLS without its goodbye)

}  // namespace waybill::http
