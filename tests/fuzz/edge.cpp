// Requests to every route of edge and operations: a line of method and target, a line with the caller's key ("signed": the
// bank's webhook, rightly signed), a line with the Idempotency-Key, and the body.
#include "door.h"
#include "fuzz.h"
#include "wire.h"

using namespace waybill;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const http::Router router = fuzz::door();
    fuzz::Bytes bytes(data, size);
    http::Request request;
    const auto first = bytes.line();
    request.method = first.substr(0, first.find(' '));
    const auto target = first.substr(std::min(first.size(), request.method.size() + 1));
    const auto key = bytes.line(), idempotency_key = bytes.line();
    if (http::read_target(target, request)) return 0;
    request.body = bytes.rest();
    request.headers["Content-Type"] = "application/json";
    if (!idempotency_key.empty()) request.headers["Idempotency-Key"] = idempotency_key;
    if (key == "signed") fuzz::sign(request);
    else request.headers["Authorization"] = "Bearer " + std::string(key);

    int answers = 0;
    router.handle(request, [&](http::Response response) {
        ++answers;
        const auto written = http::bytes_of(response, false, false);
        fuzz::must(response.status < 500 && written.starts_with("HTTP/1.1 " + std::to_string(response.status) + " "), "no request makes a service fail", written);
    });
    fuzz::must(answers == 1, "a request is answered once");
    return 0;
}
