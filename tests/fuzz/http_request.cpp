// What anybody may send to the port of edge: the bytes of a connection, up to its end.
#include "door.h"
#include "fuzz.h"
#include "loopback.h"

using namespace waybill;

namespace {

http::ServerOptions options() {
    http::ServerOptions made;
    made.body_limit = 64 * 1024;
    made.trouble = [](std::string_view what) { fuzz::must(false, "no request makes a handler throw", what); };
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto server = *http::Server::start(fuzz::door(), options());
    std::string seen;
    try {
        http::Wire client(server->port());
        client.send({reinterpret_cast<const char*>(data), size});
        client.shut_sending();
        while (client.more()) {}
        client.reset();  // ports that wait for an orderly end would run out
        seen = std::move(client.seen);
    } catch (const std::runtime_error&) {
        return 0;  // the machine has no port or no time for us: that says nothing of the bytes
    }
    fuzz::must(seen.empty() || seen.starts_with("HTTP/1.1 "), "what is answered is HTTP", seen);
    fuzz::must(seen.find("HTTP/1.1 50") == std::string::npos || seen.find("HTTP/1.1 501") != std::string::npos || seen.find("HTTP/1.1 505") != std::string::npos,
               "no request makes a service fail", seen);
    return 0;
}
