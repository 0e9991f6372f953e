#include "history.h"

#include "choices.h"

#include <waybill/json.h>

namespace waybill::simulate {
namespace {

using namespace std::chrono_literals;

std::string text_of(const boost::json::object& row, std::string_view column) {
    const auto* value = row.if_contains(column);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
}
std::string in_json(std::string_view text) { return boost::json::serialize(boost::json::string_view(text.data(), text.size())); }
std::string id_in(const std::string& answer) { return text_of(boost::json::parse(answer).as_object(), "id"); }

}  // namespace

People::People(History& run) : run_(run), random_(run.plan_.seed ^ 0x5eed5eed) {}

int People::offers_left() const { return run_.plan_.offers - sent_; }

std::optional<milliseconds> People::next() const { return agenda_.empty() ? std::nullopt : std::optional(agenda_.begin()->first.first); }

void People::later(milliseconds wait, std::function<void()> what) { agenda_.emplace(std::pair(run_.now() + wait, agenda_number_++), std::move(what)); }

void People::act() {
    while (!agenda_.empty() && agenda_.begin()->first.first <= run_.now()) {
        const auto what = std::move(agenda_.begin()->second);
        agenda_.erase(agenda_.begin());
        ++run_.activity_;
        what();
    }
}

// ---- asking --------------------------------------------------------------------------------------------------------------

// Asked until it is answered, always under the same key.
void People::ask(const std::string& holder, const std::string& path, const std::string& key, const std::string& body, std::function<void(const Told&)> then) {
    const auto [known, is_new] = told.try_emplace(key, Told{holder, path, key, body, "", 0, false});
    if (!is_new) return;
    if (then) then_[key] = std::move(then);
    if (run_.telling()) run_.tell(holder + " asks POST " + path + " under " + key);
    attempt(key);
    if (run_.hit(Kind::client_repeats)) later(between(0, 400), [this, key] { attempt(key); });
}

void People::attempt(const std::string& key) {
    const Told& request = told.at(key);
    send(key, request.body, false);
    later(between(3000, 6000), [this, key] {
        if (told.at(key).status == 0) attempt(key);
    });
}

void People::send(const std::string& key, const std::string& body, bool other_body) {
    auto& edge = run_.services_[run_.business_.index("edge")];
    auto& edges = edge.processes;
    auto& process = edges[random_.below(edges.size())];
    if (!process.worker) return;  // nobody listens: the client will try again
    const Told& asked = told.at(key);
    http::Request request;
    request.method = "POST";
    request.path = asked.path;
    request.headers = {{"authorization", "Bearer key-of-" + asked.holder}, {"idempotency-key", key}, {"content-type", "application/json"}};
    request.body = body;
    process.router->handle(std::move(request), [this, &edge, key, other_body](http::Response response) {
        ++run_.activity_;
        Told& known = told.at(key);
        const bool lost = run_.hit(Kind::reply_to_client_lost);
        if (response.status == 503 || response.status == 500 || response.status == 504) return;  // asked again in its time
        if (other_body) {
            if (response.status != 422 && !edge.restored) run_.witness_.broken(Invariant::answer_true, "key " + key + " with another body was answered " + std::to_string(response.status));
            return;
        }
        if (lost && known.status == 0) return;
        if (known.status != 0) {
            if (response.status != known.status || response.body != known.answer)
                run_.witness_.broken(Invariant::answer_true, "key " + key + " was answered " + std::to_string(known.status) + " " + known.answer + ", and then " + std::to_string(response.status) + " " + response.body);
            return;
        }
        known.status = response.status;
        known.answer = response.body;
        if (run_.telling()) run_.tell(known.holder + " is answered " + std::to_string(response.status) + " for " + key);
        if (response.status != 202) return run_.witness_.broken(Invariant::answer_true, "POST " + known.path + " was answered " + std::to_string(response.status) + " " + response.body);
        if (const auto then = then_.find(key); then != then_.end()) then->second(known);
        if (run_.hit(Kind::client_changes_body)) later(between(500, 3000), [this, key] { send(key, told.at(key).body.empty() ? "{}" : told.at(key).body + " ", true); });
    });
}

void People::send_next_offer() {
    const auto& samples = run_.business_.samples;
    const int number = sent_++;
    const auto drawn = run_.plan_.hot && !random_.chance(1, 8) ? random_.below(3) : random_.below(samples.size());
    const auto& sample = samples[(drawn + run_.plan_.seed) % samples.size()];
    const std::string body = "{\"channel\":" + in_json(sample.channel) + ",\"text\":" + in_json(sample.text) + ",\"received_at\":" + in_json(sample.received_at) + "}";
    ask(sample.customer, "/v1/offers", "offer-" + std::to_string(run_.plan_.seed) + "-" + std::to_string(number), body, [this, &sample](const Told& answered) {
        const std::string id = id_in(answered.answer);
        offers.insert(id);
        sample_of_[id] = &sample;
        if (run_.hit(Kind::client_withdraws)) later(between(0, 4000), [this, id, &sample] {
            withdrawn.insert(id);
            ask(sample.customer, "/v1/offers/" + id + "/withdraw", "withdraw-" + id, "");
        });
    });
}

// ---- acting on what is seen -----------------------------------------------------------------------------------------------

void People::saw(const runtime::Batch& batch) {
    for (const auto& row : batch.rows) {
        if (row.table != "shipment") continue;
        const auto begin = row.values.find("\"id\":\"") + 6;
        const std::string id = row.values.substr(begin, row.values.find('"', begin) - begin);
        if (to_look_.insert(id).second) later(between(50, 1500), [this, id] { to_look_.erase(id); look(id); });
    }
}

void People::heard(const std::string& body, const std::string& receiver) {
    const auto notice = boost::json::parse(body).as_object();
    if (text_of(notice, "type") != "assignment.offered") return;
    const std::string assignment = text_of(notice.at("data").as_object(), "assignment_id");
    later(between(100, 2000), [this, assignment, receiver] { asked_driver(assignment, receiver); });
}

void People::asked_driver(const std::string& assignment, const std::string& driver) {
    const auto dot = assignment.rfind('.');
    const std::string shipment = assignment.substr(0, dot);
    const auto seed = run_.plan_.seed;
    const auto yes = [this, assignment, driver](milliseconds wait, const std::string& key) {
        later(wait, [this, assignment, driver, key] { ask(driver, "/v1/assignments/" + assignment + "/accept", key + assignment, ""); });
    };
    if (to_look_.contains("answer " + assignment)) return;
    to_look_.insert("answer " + assignment);
    if (run_.hit(Kind::report_before_answer)) ask(driver, "/v1/shipments/" + shipment + "/picked_up", "pick-" + shipment + "-" + driver, "{\"happened_at\":\"2026-10-07T08:00:00Z\"}");
    switch (world::answer_of(seed, shipment, std::stoi(assignment.substr(dot + 1)))) {
        case world::Answer::accepts_twice: yes(between(200, 3000), "again-"); [[fallthrough]];
        case world::Answer::accepts: yes(between(0, 2500), "accept-"); break;
        case world::Answer::declines:
            later(between(0, 2500), [this, assignment, driver] { ask(driver, "/v1/assignments/" + assignment + "/decline", "decline-" + assignment, "{\"reason\":\"not today\"}"); });
            if (run_.hit(Kind::driver_contradicts)) yes(between(0, 4000), "accept-");
            break;
        case world::Answer::keeps_silent: break;
        case world::Answer::answers_late: yes(11min + between(0, 60000), "accept-"); break;
    }
}

void People::look(const std::string& id) {
    auto& tables = run_.services_[run_.business_.index("operations")].database.rows;
    const auto found = tables["shipment"].find("\"" + id + "\",");
    if (found == tables["shipment"].end()) return;
    const auto& row = found->second.values();
    const auto seed = run_.plan_.seed;
    const std::string stage = text_of(row, "stage"), driver = text_of(row, "driver"), vehicle = text_of(row, "vehicle");
    if (stage.empty() && text_of(row, "offer_state") == "in_review") {
        const auto sample = sample_of_.find(id);
        const int number = reviews_[id];
        auto verdict = world::review_of(seed, id, sample != sample_of_.end() && sample->second->complete);
        if (verdict == world::Review::leaves) verdict = sample != sample_of_.end() && sample->second->complete ? world::Review::accepts : world::Review::refuses;
        const std::string key = "review-" + id + "-" + std::to_string(number);
        const auto wait = run_.hit(Kind::nobody_reviews) ? 2min : between(0, 3000);
        later(wait, [this, id, key, verdict, number, sample] {
            const auto again = [this, id, number](const Told&) {  // should it come back to review: a second and last look
                if (number < 2) later(20s, [this, id, number] { if (reviews_[id] == number) reviews_[id] = number + 1, look(id); });
            };
            if (verdict == world::Review::accepts && number == 0) ask("op-1", "/v1/offers/" + id + "/review", key, "{\"verdict\":\"accept\"," + sample->second->corrections + "}", again);
            else ask("op-1", "/v1/offers/" + id + "/review", key, "{\"verdict\":\"refuse\",\"reason\":\"it cannot be carried\"}", again);
        });
    } else if (stage == "offered") {
        asked_driver(id + "." + std::to_string(row.at("attempt").to_number<int>()), driver);
    } else if (stage == "assigned") {
        later(between(0, 4000), [this, id, driver] { ask(driver, "/v1/shipments/" + id + "/picked_up", "pick-" + id + "-" + driver, "{\"happened_at\":\"2026-10-07T08:00:00Z\"}"); });
    } else if (stage == "in_transit") {
        later(between(0, 4000), [this, id, driver, vehicle, seed] {
            if (world::share(seed, {"position", id}) < 0.5)
                ask(driver, "/v1/vehicles/" + vehicle + "/position", "seen-" + id, "{\"latitude\":52.1,\"longitude\":20.4,\"seen_at\":\"2026-10-07T18:00:00Z\"}");
            ask(driver, "/v1/shipments/" + id + "/delivered", "deliver-" + id + "-" + driver,
                "{\"happened_at\":\"2026-10-08T09:30:00Z\",\"proof_of_delivery\":" + in_json(world::proof_of_delivery(seed, id)) + "}");
        });
    } else if (stage == "billing" && world::share(seed, {"pays", id}) < 0.4) {
        const auto invoice = tables["invoice"].find("\"" + id + "\",");
        if (invoice == tables["invoice"].end()) return;
        const std::string gross = text_of(invoice->second.values(), "gross"), currency = text_of(invoice->second.values(), "currency");
        if (gross.empty()) return;
        later(between(0, 4000), [this, id, gross, currency, seed] {
            ask("bank", "/v1/payments/notifications", "paid-" + id,
                "{\"shipment_id\":" + in_json(id) + ",\"bank_reference\":" + in_json(world::bank_reference(seed, id)) + ",\"amount\":" + in_json(gross) + ",\"currency\":" + in_json(currency) + "}");
        });
    }
}

}  // namespace waybill::simulate
