#include "http/routes.h"

#include "domain/request.h"
#include "handlers/handlers.h"
#include "http/openapi.h"

#include <algorithm>
#include <memory>

namespace waybill::edge {
namespace {

using access::Role;

struct Route {
    const char* pattern;
    Role role;
    Result<Taking> (*take)(const Asking&, Body&);
};

constexpr Route posts[] = {
    {"/v1/offers", Role::customer, offer},
    {"/v1/offers/{id}/review", Role::operator_, review},
    {"/v1/offers/{id}/withdraw", Role::customer, withdrawal},
    {"/v1/assignments/{id}/accept", Role::driver, acceptance},
    {"/v1/assignments/{id}/decline", Role::driver, decline},
    {"/v1/vehicles/{id}/position", Role::driver, position},
    {"/v1/shipments/{id}/picked_up", Role::driver, pick_up},
    {"/v1/shipments/{id}/delivered", Role::driver, delivery},
    {"/v1/payments/notifications", Role::bank, payment},
};

constexpr std::size_t longest_key = 128;

// What every request shares; lives as long as the router does.
struct Door {
    access::Keys keys;
    std::string webhook_secret;
    host::Commands& commands;
    std::function<Instant()> now;
};

bool is_json(std::string_view content_type) {
    constexpr std::string_view wanted = "application/json";
    if (content_type.size() < wanted.size()) return false;
    const bool same = std::equal(wanted.begin(), wanted.end(), content_type.begin(), [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
    const auto after = content_type.substr(wanted.size()).find_first_not_of(" \t");
    return same && (after == std::string_view::npos || content_type[wanted.size() + after] == ';');
}

// A bank's webhook is known by its signature; its id is then also its Idempotency-Key.
bool is_signed_webhook(const http::Request& request) {
    return !http::header(request.headers, "webhook-signature").empty() && http::header(request.headers, "authorization").empty();
}

std::variant<access::Principal, http::Response> caller_of(const Door& door, const Route& route, const http::Request& request) {
    if (route.role != Role::bank || !is_signed_webhook(request)) return door.keys.admit(request, {route.role});
    if (const auto refusal = access::not_signed(door.webhook_secret, request, door.now())) return http::problem(401, "bad-signature", "Who is asking?", *refusal);
    return access::Principal{Role::bank, "webhook"};
}

Result<std::string> idempotency_key_of(const http::Request& request) {
    auto key = http::header(request.headers, "idempotency-key");
    if (key.empty() && is_signed_webhook(request)) key = http::header(request.headers, "webhook-id");
    if (key.empty()) return Refusal{"Idempotency-Key", "it is missing", "send a header of 1 to 128 visible characters, a new one for each new thing you tell"};
    const bool visible = std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (!visible || key.size() > longest_key) return Refusal{"Idempotency-Key", "it is not 1 to 128 visible characters", "a UUID would do"};
    return std::string(key);
}

http::Response answer(const Result<host::Reply>& reply) {
    if (!reply) {
        auto away = http::problem(503, "away", "Not now", reply.refusal());
        away.headers["Retry-After"] = "2";
        return away;
    }
    if (reply->outcome == runtime::Outcome::ignored && reply->why == another_body) {
        return http::problem(422, "another-body", "This key was used before", "the same Idempotency-Key came with another body", "Idempotency-Key", "send a new key with a new body, or the first body again");
    }
    if (reply->outcome == runtime::Outcome::ignored || reply->outcome == runtime::Outcome::decided) {
        const auto kept = json::from_json<Request>(reply->state);
        auto taken = http::json(kept.status, kept.answer);
        taken.headers["Location"] = kept.location;
        return taken;
    }
    return http::problem(500, "internal", "This went wrong", "the request could not be taken");
}

void take(const Door& door, const Route& route, http::Request request, http::Respond respond) {
    auto caller = caller_of(door, route, request);
    if (auto* refused = std::get_if<http::Response>(&caller)) return respond(std::move(*refused));
    const auto& who = std::get<access::Principal>(caller);

    const auto key = idempotency_key_of(request);
    if (!key) return respond(http::problem(400, "no-idempotency-key", "Which request is this?", key.refusal()));
    if (!request.body.empty() && !is_json(http::header(request.headers, "content-type"))) {
        return respond(http::problem(415, "not-json", "Only JSON is read here", "the content is not JSON", "Content-Type", "send application/json"));
    }

    Asking asking{who, *key, "", door.now()};
    if (const auto id = request.params.find("id"); id != request.params.end()) {
        if (const auto refusal = not_an_id(id->second, "id")) return respond(http::problem(400, "bad-id", "No such thing", *refusal));
        asking.id = id->second;
    }

    auto body = Body::parse(request.body);
    if (!body) return respond(http::problem(400, "bad-body", "The body cannot be read", body.refusal()));
    Body members = *std::move(body);
    auto taking = route.take(asking, members);
    if (!taking) return respond(http::problem(400, "bad-field", "A field is wrong", taking.refusal()));
    if (const auto refusal = members.wrong()) return respond(http::problem(400, "bad-field", "A field is wrong", *refusal));

    const std::string tenant = std::string(access::name_of(who.role)) + "/" + who.id;
    const std::string aggregate = access::derived_id("rq-", {tenant, request.method + " " + request.path, *key}, 20);
    Told told{{tenant, *key, access::sha256_hex(request.body), 202, taking->location,
               json::to_json(std::map<std::string, std::string>{{"id", taking->id}, {"status_url", taking->location}})},
              taking->fact};
    door.commands.submit(aggregate, std::move(told), [respond = std::move(respond)](Result<host::Reply> reply) { respond(answer(reply)); });
}

}  // namespace

void routes(http::Router& router, const host::Inside& inside) {
    const std::string file = inside.settings.text("edge.keys-file");
    if (file.empty()) throw std::runtime_error("edge.keys-file is not set: name the JSON file of the callers' keys");
    auto keys = access::Keys::load(file);
    if (!keys) throw std::runtime_error(to_text(keys.refusal()));
    const auto door = std::make_shared<const Door>(Door{*std::move(keys), inside.settings.secret("edge.payments-webhook-secret"), inside.commands, inside.now});

    for (const Route& route : posts) {
        router.on("POST", route.pattern, [door, &route](http::Request request, http::Respond respond) { take(*door, route, std::move(request), std::move(respond)); });
    }
    router.on("GET", "/openapi.json", [](http::Request, http::Respond respond) { respond(http::json(200, std::string(openapi_json()))); });
}

}  // namespace waybill::edge
