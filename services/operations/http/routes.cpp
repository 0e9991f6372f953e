#include "http/routes.h"

#include <waybill/json.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <memory>

namespace waybill::operations {
namespace {

using access::Role;

constexpr int default_limit = 100, most = 500;

struct Route {
    const char* pattern;
    std::initializer_list<Role> roles;
    std::initializer_list<std::string_view> query;  // names it knows
    http::Response (*answer)(const Asking&);
};

const Route gets[] = {
    {"/v1/offers", {Role::customer, Role::operator_}, {"state", "limit", "cursor"}, offers},
    {"/v1/offers/{id}", {Role::customer, Role::operator_}, {}, offer},
    {"/v1/shipments", {Role::customer, Role::operator_}, {"stage", "limit", "cursor"}, shipments},
    {"/v1/shipments/{id}", {Role::customer, Role::operator_, Role::driver}, {}, shipment},
    {"/v1/shipments/{id}/timeline", {Role::customer, Role::operator_}, {"limit", "cursor"}, timeline},
    {"/v1/shipments/{id}/whereabouts", {Role::customer, Role::operator_, Role::driver}, {}, where},
    {"/v1/assignments", {Role::driver, Role::operator_}, {"state", "limit", "cursor"}, assignments},
    {"/v1/assignments/{id}", {Role::driver, Role::operator_}, {}, assignment},
    {"/v1/vehicles/{id}", {Role::driver, Role::operator_}, {}, vehicle},
    {"/v1/invoices", {Role::customer, Role::operator_}, {"limit", "cursor"}, invoices},
    {"/v1/invoices/{id}", {Role::customer, Role::operator_, Role::bank}, {}, invoice},
    {"/v1/counts", {Role::customer, Role::operator_}, {}, counts},
};

// What a state or stage may be asked for: a typing error is told instead of answered with nothing.
const std::map<std::string, std::vector<std::string>> choices = {
    {"/v1/offers", {"extracting", "in_review", "accepted", "refused"}},
    {"/v1/assignments", {"offered", "confirmed", "withdrawn"}},
    {"/v1/shipments", {"placing", "routing", "pricing", "finding_vehicle", "offered", "assigned", "in_transit", "delivered", "billing", "closed", "cancelled", "needs_person"}},
};

constexpr std::string_view base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// What every question shares; lives as long as the router does.
struct Desk {
    access::Keys keys;
    host::Reader& reader;
    std::function<Instant()> now;
};

std::optional<Refusal> read_query(const Route& route, const http::Request& request, Asking& asking) {
    for (const auto& [name, value] : request.query) {
        if (std::find(route.query.begin(), route.query.end(), name) != route.query.end()) continue;
        std::string known;
        for (const auto each : route.query) known.append(known.empty() ? "" : ", ").append(each);
        return Refusal{name.substr(0, 64), "there is no such parameter", known.empty() ? "send none" : "parameters here are " + known};
    }
    asking.query = request.query;
    asking.limit = default_limit;
    if (const auto limit = asking.asked("limit")) {
        const auto end = std::from_chars(limit->data(), limit->data() + limit->size(), asking.limit);
        if (end.ec != std::errc() || end.ptr != limit->data() + limit->size() || asking.limit < 1 || asking.limit > most) return Refusal{"limit", "it is not a number from 1 to 500", "leave it out for 100"};
    }
    if (const auto text = asking.asked("cursor")) {
        const auto after = parse_cursor(*text);
        if (!after) return after.refusal();
        asking.after_time = after->first;
        asking.after_id = after->second;
    }
    for (const char* name : {"state", "stage"}) {
        const auto wanted = asking.asked(name);
        if (!wanted) continue;
        const auto& known = choices.at(route.pattern);
        if (std::find(known.begin(), known.end(), *wanted) != known.end()) continue;
        std::string list;
        for (const auto& each : known) list += (list.empty() ? "" : ", ") + each;
        return Refusal{name, "'" + wanted->substr(0, 40) + "' is not known", "use one of " + list};
    }
    return {};
}

http::Response ask(const Desk& desk, const Route& route, const http::Request& request) {
    auto caller = desk.keys.admit(request, route.roles);
    if (auto* refused = std::get_if<http::Response>(&caller)) return std::move(*refused);

    Asking asking{std::get<access::Principal>(caller), "", {}, 0, {}, {}, desk.now(), desk.reader};
    if (const auto id = request.params.find("id"); id != request.params.end()) {
        if (const auto refusal = not_an_id(id->second, "id")) return http::problem(400, "bad-id", "No such thing", *refusal);
        asking.id = id->second;
    }
    if (const auto refusal = read_query(route, request, asking)) return http::problem(400, "bad-parameter", "A parameter is wrong", *refusal);

    try {
        return route.answer(asking);
    } catch (const std::runtime_error&) {  // the reader's word for a database that is away; its text may name hosts
        auto away = http::problem(503, "away", "Not now", "the rows cannot be read at this moment");
        away.headers["Retry-After"] = "2";
        return away;
    }
}

}  // namespace

std::optional<std::string> Asking::only_customer() const { return caller.role == Role::customer ? std::optional(caller.id) : std::nullopt; }
std::optional<std::string> Asking::only_driver() const { return caller.role == Role::driver ? std::optional(caller.id) : std::nullopt; }
std::optional<std::string> Asking::asked(const char* name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::nullopt : std::optional(found->second);
}

// Not found and not yours look the same from outside.
http::Response not_found() { return http::problem(404, "not-found", "There is no such thing here", "there is none of this id, not yet, or it is not yours", "id", "what was told a moment ago may take a moment to appear"); }

http::Response one(const std::vector<Row>& rows) { return rows.empty() ? not_found() : http::json(200, rows.front().at("body").value()); }

http::Response page(const std::vector<Row>& rows, const Asking& asking) {
    const auto shown = std::min(rows.size(), static_cast<std::size_t>(asking.limit));
    std::string body = R"({"items":[)";
    for (std::size_t i = 0; i < shown; ++i) body.append(i ? "," : "").append(rows[i].at("body").value());
    body += R"(],"next_cursor":)";
    body += rows.size() > shown ? json::to_json(cursor(rows[shown - 1].at("at").value(), rows[shown - 1].at("id").value())) : "null";
    return http::json(200, body + "}");
}

std::string cursor(const std::string& time, const std::string& id) {
    std::string text;
    unsigned bits = 0, held = 0;
    for (const unsigned char byte : time + " " + id) {
        bits = (bits << 8 | byte) & 0x3fff;
        for (held += 8; held >= 6; held -= 6) text += base64url[bits >> (held - 6) & 63];
    }
    if (held) text += base64url[bits << (6 - held) & 63];
    return text;
}

Result<std::pair<std::string, std::string>> parse_cursor(std::string_view text) {
    const Refusal refusal{"cursor", "it is not one of ours", "send the next_cursor of the page before, or none"};
    if (text.empty() || text.size() > 200) return refusal;
    std::string plain;
    unsigned bits = 0, held = 0;
    for (const char c : text) {
        const auto value = base64url.find(c);
        if (value == std::string_view::npos) return refusal;
        bits = (bits << 6 | static_cast<unsigned>(value)) & 0x3fff;
        if ((held += 6) >= 8) held -= 8, plain += static_cast<char>(bits >> held & 255);
    }
    const auto space = plain.find(' ');
    if (space == std::string::npos || !parse_instant(std::string_view(plain).substr(0, space))) return refusal;
    auto id = plain.substr(space + 1);
    if (id.empty() || !std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7f; })) return refusal;
    return std::pair{plain.substr(0, space), std::move(id)};
}

void routes(http::Router& router, const host::Inside& inside) {
    const std::string file = inside.settings.text("operations.keys-file");
    if (file.empty()) throw std::runtime_error("operations.keys-file is not set: name the JSON file of the callers' keys");
    auto keys = access::Keys::load(file);
    if (!keys) throw std::runtime_error(to_text(keys.refusal()));
    const auto desk = std::make_shared<const Desk>(Desk{*std::move(keys), inside.reader, inside.now});

    for (const Route& route : gets) {
        router.on("GET", route.pattern, [desk, &route](http::Request request, http::Respond respond) { respond(ask(*desk, route, request)); });
    }
}

}  // namespace waybill::operations
