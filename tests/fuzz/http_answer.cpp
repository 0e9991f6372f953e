// What a third party may answer over HTTP: the bytes of a connection, heard by the client, by the notices' webhook and by
// the reader of a language model's answers. The first byte says who asks, and for the model whether a head is put before.
#include "fuzz.h"
#include "loopback.h"
#include "providers/model.h"

#include <waybill/json.h>

using namespace waybill;
using namespace std::chrono_literals;

namespace waybill::fuzz {
void webhook_answered(const std::string& url);  // webhook_answer.cpp: two services' headers have the same names
}

namespace {

std::mutex mutex;
std::string answer;  // of the next connection

void answer_with(std::string bytes) {
    const std::scoped_lock lock(mutex);
    answer = std::move(bytes);
}
std::string answer_now() {
    const std::scoped_lock lock(mutex);
    return answer;
}

const http::Scripted& third_party() {
    static const http::Scripted server([](http::Wire& wire, int) {
        const auto head = wire.until("\r\n\r\n");
        const auto at = head.find("Content-Length: ");
        const auto body = at == head.npos ? 0 : std::stoul(head.substr(at + 16));
        while (wire.seen.size() < body && wire.more()) {}  // what is left unread would reset the connection
        wire.send(answer_now());
    });
    return server;
}

void ask_a_model() {
    using namespace extraction::adapter;
    static const Model model([] {
        ModelSettings made;
        made.url = third_party().url() + "/v1";
        made.name = "fuzz";
        made.per_second = 1e9;
        made.failures = 1'000'000'000;
        made.attempts = 1;
        made.timeout = 2s;
        made.price_in = made.price_out = 0.001;
        made.budget = 1e9;
        return made;
    }());
    const ReadText request{"email", *parse_instant("2026-10-05T07:42:00Z"), "Kaunas LT - Venlo NL, 06.10., 24 t paper, tautliner, 1380 EUR"};
    const auto result = model.read(request, {.idempotency_key = "k", .number = 1, .timeout = 2s});
    if (const auto* read = std::get_if<Extracted>(&result)) fuzz::must(json::from_json<Extracted>(json::to_json(*read)) == *read, "what a model answered can be kept and read again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static http::Client client;
    fuzz::Bytes bytes(data, size);
    const auto who = bytes.number(4);
    const std::string given(bytes.rest());
    answer_with(who != 3 ? given : "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(given.size()) + "\r\n\r\n" + given);
    if (who == 0) {
        const auto heard = client.call({.method = "GET", .url = third_party().url(), .timeout = 2s});
        if (heard) fuzz::must(heard->status >= 200 && heard->status <= 599, "an answer has a status", std::to_string(heard->status));
        else fuzz::must(!heard.refusal().field.empty() && heard.refusal().field != "deadline", "what is no answer is refused at once", to_text(heard.refusal()));
    } else if (who == 1) {
        fuzz::webhook_answered(third_party().url());
    } else {
        ask_a_model();
    }
    return 0;
}
