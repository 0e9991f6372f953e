#include "door.h"

#include "fuzz.h"
#include "handlers/handlers.h"
#include "units.h"

#include <waybill/access.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <sys/mman.h>
#include <unistd.h>

namespace waybill::fuzz {
namespace {

const Instant noon = *parse_instant("2026-10-05T12:00:00Z");
const std::string secret_bytes = "the bank's secret, 24 by";  // of 24 bytes, so that its base64 has no padding

std::string base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    text.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()))));
    return text;
}

struct Lane : host::Commands {
    void submit(std::string, std::any command, std::function<void(Result<host::Reply>)> reply) override {
        const auto decision = edge::told(nullptr, std::any_cast<const edge::Told&>(command), noon);
        for (const auto& event : decision.events) {
            std::visit([](const auto& each) {
                std::string payload;
                auto again = each;
                must(each.SerializeToString(&payload) && again.ParseFromString(payload), "what is announced can be read");
                must(!runtime::Contract<std::decay_t<decltype(each)>>::subject(each).empty(), "what is announced has a subject");
            }, event);
        }
        must(decision.events.size() == 1, "a request that is taken announces one fact");
        reply(host::Reply{decision.outcome, decision.why, json::to_json(*decision.state)});
    }
};

struct NoRows : host::Reader {
    std::vector<Row> rows(const std::string&, const std::vector<std::optional<std::string>>&) override { return {}; }
};

std::string file_of(const std::string& content) {
    const int file = memfd_create("keys", 0);
    if (write(file, content.data(), content.size()) != static_cast<ssize_t>(content.size())) std::abort();
    return "/proc/self/fd/" + std::to_string(file);
}

std::string entry(const char* key, const char* role, const char* id) {
    return R"({"sha256":")" + access::sha256_hex(key) + R"(","role":")" + role + R"(","id":")" + id + R"("})";
}

}  // namespace

http::Router door() {
    static Lane lane;
    static NoRows reader;
    static std::vector<settings::Settings> kept;
    const auto keys = file_of("[" + entry("lt", "customer", "cust-lt") + "," + entry("op", "operator", "op-1") + "," + entry("driver", "driver", "KUN-D03") + "," +
                              entry("bank", "bank", "bank-1") + "]");
    http::Router router;
    kept.reserve(2);
    for (const auto& unit : cli::units()) {
        if (!unit.routes) continue;
        settings::Sources sources;
        sources.environment["WAYBILL_" + std::string(unit.name == "edge" ? "EDGE" : "OPERATIONS") + "_KEYS_FILE"] = keys;
        if (unit.name == "edge") sources.environment["WAYBILL_EDGE_PAYMENTS_WEBHOOK_SECRET"] = "whsec_" + base64(secret_bytes);
        auto settings = settings::Settings::load(unit.keys, sources);
        must(static_cast<bool>(settings), "the door has its settings", settings ? "" : to_text(settings.refusal()));
        kept.push_back(*std::move(settings));
        unit.routes(router, {lane, reader, kept.back(), [] { return noon; }});
    }
    return router;
}

void sign(http::Request& webhook) {
    const std::string seconds = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(noon.time_since_epoch()).count());
    const std::string content = "msg_1." + seconds + "." + webhook.body;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), secret_bytes.data(), static_cast<int>(secret_bytes.size()), reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest, &size);
    webhook.headers["webhook-id"] = "msg_1";
    webhook.headers["webhook-timestamp"] = seconds;
    webhook.headers["webhook-signature"] = "v1," + base64({reinterpret_cast<const char*>(digest), size});
}

}  // namespace waybill::fuzz
