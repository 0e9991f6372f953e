#include "http/routes.h"

#include "handlers/handlers.h"
#include "service.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <fstream>

namespace waybill::edge {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const Instant noon = *parse_instant("2026-10-05T12:00:00Z");

// A lane in memory: one handler, one map, and no way to be away unless told.
struct Lane : host::Commands {
    std::map<std::string, Request> kept;
    std::vector<::edge::v1::Emits> announced;
    bool away = false;

    void submit(std::string key, std::any command, std::function<void(Result<host::Reply>)> reply) override {
        if (away) return reply(Refusal{"service", "the outbox is full", "try again"});
        const auto found = kept.find(key);
        const auto decision = told(found == kept.end() ? nullptr : &found->second, std::any_cast<const Told&>(command), noon);
        if (decision.state) kept[key] = *decision.state;
        for (const auto& event : decision.events) announced.push_back(event);
        reply(host::Reply{decision.outcome, decision.why, kept.contains(key) ? json::to_json(kept[key]) : ""});
    }
};

struct NoReader : host::Reader {
    std::vector<Row> rows(const std::string&, const std::vector<std::optional<std::string>>&) override { throw std::logic_error("edge reads nothing"); }
};

class Door : public testing::Test {
protected:
    Door() {
        const auto file = testing::TempDir() + "edge-keys.json";
        std::ofstream(file) << "[" << entry("lt", "customer", "cust-lt") << "," << entry("de", "customer", "cust-de") << "," << entry("op", "operator", "op-1") << ","
                            << entry("driver", "driver", "KUN-D03") << "," << entry("bank", "bank", "bank-1") << "]";
        settings = *settings::Settings::load(unit().keys, {.flags = {"--edge.keys-file", file}, .environment = {{"WAYBILL_EDGE_PAYMENTS_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}, .file = ""});
        routes(router, {lane, reader, settings, [this] { return clock; }});
    }

    static std::string entry(const char* key, const char* role, const char* id) {
        return R"({"sha256":")" + access::sha256_hex(key) + R"(","role":")" + role + R"(","id":")" + id + R"("})";
    }

    http::Response send(http::Request request) {
        http::Response answer{0, {}, ""};
        router.handle(std::move(request), [&](http::Response response) { answer = std::move(response); });
        return answer;
    }
    http::Response post(const std::string& key, const std::string& path, const std::string& body, const std::string& idempotency_key = "k1") {
        return send({"POST", path, {}, {{"Authorization", "Bearer " + key}, {"Idempotency-Key", idempotency_key}, {"Content-Type", "application/json"}}, body, {}, ""});
    }

    template <class Event>
    const Event& last() { return std::get<Event>(lane.announced.back()); }

    Lane lane;
    NoReader reader;
    settings::Settings settings = *settings::Settings::load({}, {});
    http::Router router;
    Instant clock = noon;
};

const std::string an_offer = R"({"text":"Kaunas - Venlo tomorrow","channel":"email","received_at":"2026-10-05T07:42:00Z"})";

TEST_F(Door, TakesAnOfferAndSaysWhereItIs) {
    const auto answer = post("lt", "/v1/offers", an_offer);

    EXPECT_EQ(answer.status, 202);
    const auto& event = last<::edge::v1::OfferReceived>();
    EXPECT_THAT(event.offer_id(), StartsWith("wb-"));
    EXPECT_EQ(event.customer_id(), "cust-lt");
    EXPECT_EQ(http::header(answer.headers, "location"), "/v1/offers/" + event.offer_id());
    EXPECT_EQ(answer.body, R"({"id":")" + event.offer_id() + R"(","status_url":"/v1/offers/)" + event.offer_id() + R"("})");
}

TEST_F(Door, GivesTheSameAnswerToTheSameRequestAndAnnouncesOnce) {
    const auto first = post("lt", "/v1/offers", an_offer), second = post("lt", "/v1/offers", an_offer);

    EXPECT_EQ(second.status, 202);
    EXPECT_EQ(second.body, first.body);
    EXPECT_EQ(second.headers, first.headers);
    EXPECT_EQ(lane.announced.size(), 1u);
}

TEST_F(Door, TakesNoOtherBodyUnderAKeyThatWasUsed) {
    post("lt", "/v1/offers", an_offer);
    const auto answer = post("lt", "/v1/offers", R"({"text":"Kaunas - Riga","channel":"email"})");

    EXPECT_EQ(answer.status, 422);
    EXPECT_THAT(answer.body, HasSubstr("urn:waybill:problem:another-body"));
    EXPECT_EQ(lane.announced.size(), 1u);
}

TEST_F(Door, KeepsCustomersWithTheSameKeyApart) {
    const auto lt = post("lt", "/v1/offers", an_offer), de = post("de", "/v1/offers", an_offer);
    EXPECT_EQ(de.status, 202);
    EXPECT_NE(lt.body, de.body);
    EXPECT_NE(post("lt", "/v1/offers", an_offer, "k2").body, lt.body);
}

TEST_F(Door, TellsEveryFactWithWhoToldIt) {
    EXPECT_EQ(post("op", "/v1/offers/wb-1/review", R"({"verdict":"accept","pickup":{"place":"Kaunas","country":"LT"},"load":{"weight_kg":8450,"adr":true},"price":{"kind":"offered","amount":"1380.00","currency":"EUR"}})").status, 202);
    EXPECT_EQ(last<::edge::v1::OfferReviewed>().operator_id(), "op-1");
    EXPECT_EQ(last<::edge::v1::OfferReviewed>().price().amount().minor(), 138000);
    EXPECT_EQ(last<::edge::v1::OfferReviewed>().load().weight_kg(), 8450);
    EXPECT_FALSE(last<::edge::v1::OfferReviewed>().has_delivery());

    EXPECT_EQ(post("op", "/v1/offers/wb-1/review", R"({"verdict":"refuse","reason":"too far"})", "k2").status, 202);
    EXPECT_EQ(last<::edge::v1::OfferReviewed>().reason(), "too far");

    EXPECT_EQ(post("lt", "/v1/offers/wb-1/withdraw", "").status, 202);
    EXPECT_EQ(last<::edge::v1::OfferWithdrawn>().customer_id(), "cust-lt");

    EXPECT_EQ(post("driver", "/v1/assignments/wb-1.2/accept", "{}").status, 202);
    EXPECT_EQ(last<::edge::v1::AssignmentAccepted>().shipment_id(), "wb-1");
    EXPECT_EQ(last<::edge::v1::AssignmentAccepted>().driver_id(), "KUN-D03");

    EXPECT_EQ(post("driver", "/v1/assignments/wb-1.2/decline", R"({"reason":"sick"})").status, 202);
    EXPECT_EQ(last<::edge::v1::AssignmentDeclined>().assignment_id(), "wb-1.2");

    EXPECT_EQ(post("driver", "/v1/vehicles/KUN-03/position", R"({"latitude":54.9,"longitude":23.9,"seen_at":"2026-10-05T12:00:00+02:00"})").status, 202);
    EXPECT_EQ(last<::edge::v1::VehiclePositionReported>().depot_id(), "KUN");

    EXPECT_EQ(post("driver", "/v1/shipments/wb-1/picked_up", R"({"happened_at":"2026-10-06T09:00:00Z"})").status, 202);
    EXPECT_EQ(last<::edge::v1::GoodsPickedUp>().shipment_id(), "wb-1");

    EXPECT_EQ(post("driver", "/v1/shipments/wb-1/delivered", R"({"happened_at":"2026-10-09T15:00:00Z","proof_of_delivery":"POD-7"})").status, 202);
    EXPECT_EQ(last<::edge::v1::GoodsDelivered>().proof_of_delivery(), "POD-7");

    EXPECT_EQ(post("bank", "/v1/payments/notifications", R"({"shipment_id":"wb-1","bank_reference":"B-1","amount":"1380.00","currency":"EUR"})").status, 202);
    EXPECT_EQ(last<::edge::v1::PaymentNotified>().amount().currency(), "EUR");
}

TEST_F(Door, TakesABanksSignedWebhookWithoutAKey) {
    // Signed by hand: openssl dgst -sha256 -mac HMAC over "msg_1.1791201600.<body>".
    clock = Instant(std::chrono::seconds(1791201600));
    http::Request webhook{"POST", "/v1/payments/notifications", {}, {{"Content-Type", "application/json"}, {"webhook-id", "msg_1"}, {"webhook-timestamp", "1791201600"}, {"webhook-signature", "v1,UKZ2hIbYf3voX5/ZfRh/VOumqppitPEs00iWrtID7/0="}},
                          R"({"shipment_id":"wb-1","bank_reference":"B-1","amount":"1380.00","currency":"EUR"})", {}, ""};
    EXPECT_EQ(send(webhook).status, 202);
    EXPECT_EQ(send(webhook).status, 202);
    EXPECT_EQ(lane.announced.size(), 1u);

    webhook.body += " ";
    EXPECT_EQ(send(webhook).status, 401);
}

TEST_F(Door, SaysNotNowWhenTheLaneIsAway) {
    lane.away = true;
    const auto answer = post("lt", "/v1/offers", an_offer);
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(http::header(answer.headers, "retry-after"), "2");
}

TEST_F(Door, GivesItsDocument) {
    const auto answer = send({"GET", "/openapi.json", {}, {}, "", {}, ""});
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, StartsWith(R"({"openapi":"3.1.0")"));
}

struct Wrong {
    const char* what;
    const char *key, *path, *body;
    int status;
    const char* says;
};

TEST_F(Door, RefusesWhatIsWrongAndNamesIt) {
    const std::string long_text = R"({"channel":"email","text":")" + std::string(70'000, 'x') + R"("})", long_reason = R"({"reason":")" + std::string(201, 'x') + R"("})";
    const Wrong cases[] = {
        {"no known key", "nobody", "/v1/offers", an_offer.c_str(), 401, "unknown-key"},
        {"another role", "driver", "/v1/offers", an_offer.c_str(), 403, "customer"},
        {"a customer who reviews", "lt", "/v1/offers/wb-1/review", "{}", 403, "operator"},
        {"no JSON", "lt", "/v1/offers", "text=hello", 400, "body"},
        {"an array", "lt", "/v1/offers", "[]", 400, "body"},
        {"a deep nest", "lt", "/v1/offers", "[[[[[[[[[[[[]]]]]]]]]]]]", 400, "body"},
        {"not UTF-8", "lt", "/v1/offers", "{\"channel\":\"email\",\"text\":\"\xff\"}", 400, "body"},
        {"no text", "lt", "/v1/offers", R"({"channel":"email"})", 400, "\"text\""},
        {"text of nothing", "lt", "/v1/offers", R"({"channel":"email","text":""})", 400, "\"text\""},
        {"a text that is too long", "lt", "/v1/offers", long_text.c_str(), 400, "65536"},
        {"a text with NUL", "lt", "/v1/offers", R"({"channel":"email","text":"a\u0000b"})", 400, "control"},
        {"a strange channel", "lt", "/v1/offers", R"({"channel":"pigeon","text":"x"})", 400, "loadboard"},
        {"an unknown field", "lt", "/v1/offers", R"({"channel":"email","text":"x","priority":1})", 400, "\"priority\""},
        {"a time that is not", "lt", "/v1/offers", R"({"channel":"email","text":"x","received_at":"yesterday"})", 400, "received_at"},
        {"another century", "lt", "/v1/offers", R"({"channel":"email","text":"x","received_at":"1026-10-05T07:42:00Z"})", 400, "received_at"},
        {"a verdict that is none", "op", "/v1/offers/wb-1/review", R"({"verdict":"maybe"})", 400, "verdict"},
        {"a refusal without a reason", "op", "/v1/offers/wb-1/review", R"({"verdict":"refuse"})", 400, "reason"},
        {"an acceptance with a reason", "op", "/v1/offers/wb-1/review", R"({"verdict":"accept","reason":"fine"})", 400, "reason"},
        {"an unknown inner field", "op", "/v1/offers/wb-1/review", R"({"verdict":"accept","pickup":{"town":"Kaunas"}})", 400, "pickup.town"},
        {"an inner field of another kind", "op", "/v1/offers/wb-1/review", R"({"verdict":"accept","load":{"weight_kg":"8 t"}})", 400, "load.weight_kg"},
        {"a price without a currency", "op", "/v1/offers/wb-1/review", R"({"verdict":"accept","price":{"kind":"offered","amount":"5"}})", 400, "price.currency"},
        {"a path that is no assignment", "driver", "/v1/assignments/wb-1/accept", "", 400, "assignment"},
        {"a path that is no id", "driver", "/v1/shipments/wb%201/picked_up", R"({"happened_at":"2026-10-06T09:00:00Z"})", 400, "id"},
        {"a path that is no vehicle", "driver", "/v1/vehicles/KUN/position", R"({"latitude":1,"longitude":1,"seen_at":"2026-10-06T09:00:00Z"})", 400, "vehicle"},
        {"a reason that is too long", "driver", "/v1/assignments/wb-1.1/decline", long_reason.c_str(), 400, "200"},
        {"an answer with a field", "driver", "/v1/assignments/wb-1.1/accept", R"({"reason":"x"})", 400, "reason"},
        {"off the map", "driver", "/v1/vehicles/KUN-03/position", R"({"latitude":91,"longitude":1,"seen_at":"2026-10-06T09:00:00Z"})", 400, "latitude"},
        {"a proof that is a name", "driver", "/v1/shipments/wb-1/delivered", R"({"happened_at":"2026-10-06T09:00:00Z","proof_of_delivery":"J. Smith"})", 400, "proof_of_delivery"},
        {"money with a hair", "bank", "/v1/payments/notifications", R"({"shipment_id":"wb-1","bank_reference":"B-1","amount":"1.001","currency":"EUR"})", 400, "amount"},
        {"money that is owed", "bank", "/v1/payments/notifications", R"({"shipment_id":"wb-1","bank_reference":"B-1","amount":"-1.00","currency":"EUR"})", 400, "amount"},
        {"money as a number", "bank", "/v1/payments/notifications", R"({"shipment_id":"wb-1","bank_reference":"B-1","amount":1380,"currency":"EUR"})", 400, "amount"},
    };
    for (const auto& [what, key, path, body, status, says] : cases) {
        const auto answer = post(key, path, body);
        EXPECT_EQ(answer.status, status) << what << "\n" << answer.body;
        EXPECT_THAT(answer.body, HasSubstr(says)) << what;
        EXPECT_EQ(http::header(answer.headers, "content-type"), "application/problem+json") << what;
    }
    EXPECT_TRUE(lane.announced.empty());
    EXPECT_TRUE(lane.kept.empty());
}

TEST_F(Door, RefusesWrongHeaders) {
    const http::Request good{"POST", "/v1/offers", {}, {{"Authorization", "Bearer lt"}, {"Idempotency-Key", "k1"}, {"Content-Type", "application/json; charset=utf-8"}}, an_offer, {}, ""};
    const auto status = [&](const char* name, std::optional<std::string> value) {
        auto request = good;
        if (value) request.headers[name] = *value; else request.headers.erase(name);
        return send(request).status;
    };
    EXPECT_EQ(status("Authorization", {}), 401);
    EXPECT_EQ(status("Idempotency-Key", {}), 400);
    EXPECT_EQ(status("Idempotency-Key", "two words"), 400);
    EXPECT_EQ(status("Idempotency-Key", std::string(129, 'k')), 400);
    EXPECT_EQ(status("Content-Type", {}), 415);
    EXPECT_EQ(status("Content-Type", "text/plain"), 415);
    EXPECT_EQ(status("Content-Type", "application/json-patch+json"), 415);
    EXPECT_EQ(send(good).status, 202);
}

}  // namespace
}  // namespace waybill::edge
