#include "world.h"

#include "choices.h"
#include "samples.h"

#include <waybill/http.h>

#include <boost/json.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

namespace waybill::world {

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr std::size_t longest_agenda = 100'000;       // webhooks answer 503 beyond
constexpr std::size_t most_hooks_remembered = 100'000;
constexpr std::size_t most_news_ahead = 10'000;       // of shipments whose offer's answer is still on its way
constexpr std::size_t most_troubles_listed = 20;
constexpr int pages_a_poll = 5;
constexpr auto call_timeout = 10s;
constexpr auto first_wait = 100ms, longest_wait = 2'000ms;
constexpr auto projection_lag = 15s;  // a read may still show what was changed this long ago

const std::set<std::string> final_offers{"accepted", "refused", "withdrawn", "in_review"};
const std::set<std::string> final_shipments{"closed", "needs_person", "cancelled"};

const json::value nothing;
const json::value& member(const json::value& of, std::string_view name) {
    const auto* object = of.if_object();
    const auto* found = object ? object->if_contains(name) : nullptr;
    return found ? *found : nothing;
}
std::string text_of(const json::value& value) { return value.is_string() ? std::string(value.get_string()) : std::string(); }

json::value parsed(std::string_view text) {
    json::error_code error;
    auto value = json::parse(text, error);
    return error ? json::value() : value;
}

std::optional<std::string> base64_decoded(std::string_view text) {
    if (text.empty() || text.size() % 4) return {};
    std::string bytes(text.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) return {};
    const auto padding = static_cast<std::size_t>(std::count(text.end() - 2, text.end(), '='));
    bytes.resize(static_cast<std::size_t>(size) - padding);  // EVP_DecodeBlock counts the padding as zeros
    return bytes;
}

// Standard Webhooks: HMAC-SHA256 of "<id>.<timestamp>.<body>". The age of the timestamp is not judged: the sender's clock may run faster.
bool is_signed(const http::Request& request, const std::string& secret) {
    const auto signed_text = std::string(http::header(request.headers, "webhook-id")) + "." + std::string(http::header(request.headers, "webhook-timestamp")) + "." + request.body;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (!HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size(), digest, &size)) return false;
    std::string expected(4 * ((size + 2) / 3) + 1, '\0');
    expected.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(expected.data()), digest, static_cast<int>(size))));
    std::string_view given = http::header(request.headers, "webhook-signature");
    while (!given.empty()) {  // several, by spaces, while a secret is being replaced
        const auto one = given.substr(0, given.find(' '));
        given.remove_prefix(std::min(given.size(), one.size() + 1));
        if (one.starts_with("v1,") && one.size() - 3 == expected.size() && CRYPTO_memcmp(one.data() + 3, expected.data(), expected.size()) == 0) return true;
    }
    return false;
}

// "KUN-D03" drives "KUN-03".
std::string vehicle_of(std::string driver) {
    if (const auto at = driver.rfind("-D"); at != std::string::npos) driver.erase(at + 1, 1);
    return driver;
}

}  // namespace

struct World::Inside {
    // One request that somebody makes until it is answered.
    struct Errand {
        std::string as;    // its Idempotency-Key, "<what>-<seed>-<id>"
        std::string path;  // at the edge
        std::string key;   // who makes it
        std::string body;
        std::function<void(const http::Response*)> then;  // null: refused or given up
        Steady::time_point until{};
        int tries = 0;
    };

    explicit Inside(WorldOptions chosen) : options(std::move(chosen)), client({.idle_per_host = static_cast<std::size_t>(options.threads)}) {}

    WorldOptions options;
    std::vector<Sample> samples;
    std::string secret;
    http::Client client;

    std::mutex mutex;  // over all that follows
    std::condition_variable changed;
    std::multimap<Steady::time_point, std::function<void()>> agenda;
    int at_work = 0;
    bool ended = false;
    Progress progress;
    int offers_done = 0;                                    // answered or given up
    std::set<std::string> begun;                            // what was decided already, "<what>-<id>"
    std::map<std::string, const Sample*> offers;            // by the id that the edge gave
    std::map<std::string, std::vector<std::function<void(const Sample&)>>> ahead;
    std::size_t news_ahead = 0;
    Sample others{.offered = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};  // stands for each offer that somebody else sent
    std::map<std::string, Steady::time_point> reviewed;     // when the operator's word was taken
    std::set<std::string> hooks, failed_hooks;
    std::deque<std::string> hooks_in_order;

    std::unique_ptr<http::Server> server;  // last: its handlers use what is above

    // ---- the agenda ----

    void at(Steady::time_point when, std::function<void()> act) {
        const std::lock_guard lock(mutex);
        agenda.emplace(when, std::move(act));
        changed.notify_one();
    }

    // After so long on the services' clock.
    void after(std::chrono::milliseconds wait, std::function<void()> act) {
        at(Steady::now() + std::chrono::milliseconds(std::llround(static_cast<double>(wait.count()) / options.pace)), std::move(act));
    }

    void work() {
        std::unique_lock lock(mutex);
        while (!ended) {
            if (agenda.empty()) {
                changed.wait(lock);
            } else if (const auto due = agenda.begin()->first; due > Steady::now()) {
                changed.wait_until(lock, due);
            } else {
                const auto act = std::move(agenda.begin()->second);
                agenda.erase(agenda.begin());
                ++at_work;
                lock.unlock();
                act();
                lock.lock();
                --at_work;
            }
        }
    }

    bool begin(const std::string& what) {
        const std::lock_guard lock(mutex);
        return begun.insert(what).second;
    }

    void count(int Progress::*figure) {
        const std::lock_guard lock(mutex);
        ++(progress.*figure);
    }

    void trouble(std::string what) {
        const std::lock_guard lock(mutex);
        ++progress.troubles_in_all;
        if (progress.troubles.size() < most_troubles_listed) progress.troubles.push_back(std::move(what));
    }

    // ---- errands ----

    std::string named(std::string_view what, std::string_view id) const { return std::string(what) + "-" + std::to_string(options.seed) + "-" + std::string(id); }

    void go(std::string as, std::string path, const std::string& key, std::string body, std::function<void(const http::Response*)> then = {}) {
        attempt(std::make_shared<Errand>(Errand{std::move(as), std::move(path), key, std::move(body), std::move(then), Steady::now() + options.patience}));
    }

    void attempt(const std::shared_ptr<Errand>& errand) {
        const auto answer = client.call({"POST", options.edge_url + errand->path,
                                         {{"authorization", "Bearer " + errand->key}, {"content-type", "application/json"}, {"idempotency-key", errand->as}},
                                         errand->body, call_timeout});
        const int status = answer ? answer->status : 0;
        if (status >= 200 && status < 300) {
            if (errand->then) errand->then(&*answer);
            return;
        }
        const bool may_help = answer ? status >= 500 || status == 408 || status == 425 || status == 429 : answer.refusal().field != "url" && answer.refusal().field != "headers";
        if (!may_help || Steady::now() >= errand->until) {
            const auto why = answer ? std::to_string(status) + " " + answer->body.substr(0, 300) : to_text(answer.refusal());
            trouble("POST " + errand->path + (may_help ? " was given up: " : " was refused: ") + why);
            if (errand->then) errand->then(nullptr);
            return;
        }
        count(&Progress::tries_again);
        auto wait = std::min<std::chrono::milliseconds>(first_wait * (1 << std::min(errand->tries++, 5)), longest_wait);
        if (answer) {
            int seconds = 0;
            const auto asked = http::header(answer->headers, "retry-after");
            if (std::from_chars(asked.data(), asked.data() + asked.size(), seconds).ec == std::errc() && seconds > 0) wait = std::min<std::chrono::milliseconds>(std::chrono::seconds(seconds), longest_wait);
        }
        at(Steady::now() + wait, [this, errand] { attempt(errand); });
    }

    // ---- customers ----

    Steady::time_point due_of(int number, Steady::time_point begin_at) const {
        if (!options.due.empty()) return begin_at + options.due[std::min(static_cast<std::size_t>(number), options.due.size() - 1)];
        return options.rate_per_second > 0 ? begin_at + std::chrono::microseconds(std::llround(1e6 * number / options.rate_per_second)) : Steady::now();
    }

    void send(int number, int stride, Steady::time_point begin_at) {
        if (number >= options.offers) return;
        const auto& sample = samples[static_cast<std::size_t>(number) % samples.size()];
        const auto as = named("offer", std::to_string(number));
        const auto body = json::serialize(json::object{{"text", sample.text}, {"channel", sample.channel}, {"received_at", sample.received_at}});
        const auto sent = Steady::now();
        go(as, "/v1/offers", options.keys.customers.at(sample.customer), body, [this, &sample, as, body, number, stride, begin_at, sent](const http::Response* answer) {
            if (answer) {
                const auto id = text_of(member(parsed(answer->body), "id"));
                if (id.empty()) trouble("POST /v1/offers was answered without an id");
                else learn(id, sample);
                if (!id.empty() && options.on_offer) options.on_offer(id, due_of(number, begin_at), sent);
                count(&Progress::offers_sent);
                if (!id.empty() && share(options.seed, {"withdraws", as}) < options.withdrawn) {
                    after(between(0s, 60s, options.seed, {"withdraws after", as}), [this, &sample, id] {
                        go(named("withdraw", id), "/v1/offers/" + id + "/withdraw", options.keys.customers.at(sample.customer), "{}", [this](const http::Response* taken) {
                            if (taken) count(&Progress::withdrawals);
                        });
                    });
                }
                if (!id.empty() && sends_twice(options.seed, as)) {
                    after(2s, [this, &sample, as, body, id] {
                        go(as, "/v1/offers", options.keys.customers.at(sample.customer), body, [this, id](const http::Response* again) {
                            if (again && text_of(member(parsed(again->body), "id")) != id) trouble("the same request made another offer than " + id);
                        });
                    });
                }
            }
            {
                const std::lock_guard lock(mutex);
                ++offers_done;
            }
            const int next = number + stride;
            at(due_of(next, begin_at), [this, next, stride, begin_at] { send(next, stride, begin_at); });
        });
    }

    void learn(const std::string& offer, const Sample& sample) {
        std::vector<std::function<void(const Sample&)>> news;
        {
            const std::lock_guard lock(mutex);
            offers.emplace(offer, &sample);
            if (const auto found = ahead.find(offer); found != ahead.end()) {
                news = std::move(found->second);
                news_ahead -= news.size();
                ahead.erase(found);
            }
        }
        for (const auto& act : news) act(sample);
    }

    // What others sent is played too, from where it stands, once our own offers are all sent and known.
    void adopt(const std::string& shipment) {
        {
            const std::lock_guard lock(mutex);
            if (offers_done < options.offers || offers.contains(shipment)) return;
        }
        learn(shipment, others);
    }

    // News may overtake the answer that made us know the offer; those of others' offers wait until they are adopted.
    void when_known(const std::string& offer, std::function<void(const Sample&)> act) {
        const Sample* sample = nullptr;
        {
            const std::lock_guard lock(mutex);
            if (const auto found = offers.find(offer); found != offers.end()) {
                sample = found->second;
            } else if (news_ahead < most_news_ahead) {  // beyond that the reads tell it again
                ahead[offer].push_back(std::move(act));
                ++news_ahead;
            }
        }
        if (sample) act(*sample);
    }

    // ---- the operator ----

    void in_review(const std::string& offer) {
        when_known(offer, [this, offer](const Sample& sample) {
            if (!begin("review-" + offer)) return;
            const auto review = review_of(options.seed, offer, sample.complete);
            if (review == Review::leaves) return count(&Progress::reviews_left);
            const bool accepts = review == Review::accepts;
            const auto body = accepts ? "{\"verdict\":\"accept\"," + sample.corrections + "}" : json::serialize(json::object{{"verdict", "refuse"}, {"reason", "what a transport needs is not said"}});
            after(between(10s, 40s, options.seed, {"reviews after", offer}), [this, offer, accepts, body] {
                go(named("review", offer), "/v1/offers/" + offer + "/review", options.keys.operator_key, body, [this, offer, accepts](const http::Response* answer) {
                    if (!answer) return;
                    count(accepts ? &Progress::reviews_accepted : &Progress::reviews_refused);
                    const std::lock_guard lock(mutex);
                    reviewed[offer] = Steady::now();
                });
            });
        });
    }

    // ---- drivers ----

    const std::string* driver_key(const std::string& driver) {
        const auto found = options.keys.drivers.find(driver);
        if (found != options.keys.drivers.end()) return &found->second;
        if (begin("keyless-" + driver)) trouble("driver " + driver + " has no key");
        return nullptr;
    }

    void offered(const std::string& id, const std::string& driver) {
        const auto assignment = parse_assignment(id);
        if (!assignment) return trouble("an assignment was offered as " + to_text(assignment.refusal()));
        when_known(assignment->shipment, [this, id, driver, assignment = *assignment](const Sample&) {
            if (!begin("answer-" + id)) return;
            const auto answer = answer_of(options.seed, assignment.shipment, assignment.attempt);
            if (answer == Answer::keeps_silent || answer == Answer::answers_late) return count(&Progress::silent);
            const auto* key = driver_key(driver);
            if (!key) return;
            after(between(5s, 60s, options.seed, {"answers after", id}), [this, id, key, answer] {
                if (answer == Answer::declines) {
                    go(named("decline", id), "/v1/assignments/" + id + "/decline", *key, R"({"reason":"no hours left this week"})", [this](const http::Response* taken) {
                        if (taken) count(&Progress::declined);
                    });
                    return;
                }
                go(named("accept", id), "/v1/assignments/" + id + "/accept", *key, "{}", [this, id, key, answer](const http::Response* taken) {
                    if (!taken) return;
                    count(&Progress::accepted);
                    if (answer != Answer::accepts_twice) return;
                    go(named("accept-again", id), "/v1/assignments/" + id + "/accept", *key, "{}", [this](const http::Response* again) {
                        if (again) count(&Progress::repeated);
                    });
                });
            });
        });
    }

    void withdrawn(const std::string& id, const std::string& driver) {
        const auto assignment = parse_assignment(id);
        if (!assignment || answer_of(options.seed, assignment->shipment, assignment->attempt) != Answer::answers_late) return;
        when_known(assignment->shipment, [this, id, driver](const Sample&) {
            const auto* key = driver_key(driver);
            if (!key || !begin("late-" + id)) return;
            go(named("late", id), "/v1/assignments/" + id + "/accept", *key, "{}", [this](const http::Response* taken) {
                if (taken) count(&Progress::late);
            });
        });
    }

    // From the pick-up to the delivery: one step after the other, each when the one before was answered.
    void confirmed(const std::string& shipment, const std::string& driver) {
        if (driver.empty()) return;
        when_known(shipment, [this, shipment, driver](const Sample& sample) {
            const auto* key = driver_key(driver);
            if (!key || !begin("journey-" + shipment + "-" + driver)) return;
            after(between(20s, 60s, options.seed, {"picks up after", shipment}), [this, shipment, driver, key, &sample] {
                const auto happened = waybill::to_text(picked_up_at(options.seed, shipment, sample.offered));
                go(named("picked_up", shipment), "/v1/shipments/" + shipment + "/picked_up", *key, json::serialize(json::object{{"happened_at", happened}}),
                   [this, shipment, driver, key, &sample](const http::Response* taken) {
                       if (!taken) return;
                       count(&Progress::picked_up);
                       drive(shipment, driver, *key, sample, sample.pickup && sample.delivery ? reports_of(options.seed, shipment) : std::vector<double>(), 0);
                   });
            });
        });
    }

    void drive(const std::string& shipment, const std::string& driver, const std::string& key, const Sample& sample, const std::vector<double>& reports, std::size_t which) {
        const auto wait = between(10s, 30s, options.seed, {"drives for", shipment, std::to_string(which)});
        if (which == reports.size()) return after(wait, [this, shipment, key, &sample] { deliver(shipment, key, sample); });
        after(wait, [this, shipment, driver, key, &sample, reports, which] {
            const double way = reports[which];
            const auto from = picked_up_at(options.seed, shipment, sample.offered), to = delivered_at(options.seed, shipment, sample.offered);
            const auto number = std::to_string(std::lround(way * 100));
            const auto degrees = [&](double begin, double end, std::string_view axis) {
                const double off = 0.2 * (share(options.seed, {"off the line", shipment, number, axis}) - 0.5);
                return std::round(1e4 * (begin + way * (end - begin) + off)) / 1e4;
            };
            const auto seen = from + std::chrono::milliseconds(std::llround(way * static_cast<double>((to - from).count())));
            const auto body = json::serialize(json::object{{"latitude", degrees(sample.pickup->latitude, sample.delivery->latitude, "latitude")},
                                                           {"longitude", degrees(sample.pickup->longitude, sample.delivery->longitude, "longitude")}, {"seen_at", waybill::to_text(seen)}});
            go(named("position-" + number, shipment), "/v1/vehicles/" + vehicle_of(driver) + "/position", key, body, [this, shipment, driver, key, &sample, reports, which](const http::Response* taken) {
                if (taken) count(&Progress::positions);
                drive(shipment, driver, key, sample, reports, which + 1);
            });
        });
    }

    void deliver(const std::string& shipment, const std::string& key, const Sample& sample) {
        const auto body = json::serialize(json::object{{"happened_at", waybill::to_text(delivered_at(options.seed, shipment, sample.offered))}, {"proof_of_delivery", proof_of_delivery(options.seed, shipment)}});
        go(named("delivered", shipment), "/v1/shipments/" + shipment + "/delivered", key, body, [this](const http::Response* taken) {
            if (taken) count(&Progress::delivered);
        });
    }

    // ---- the customers' bank ----

    void invoiced(const std::string& shipment, const json::value& invoice) {
        auto amount = text_of(member(invoice, "gross")), currency = text_of(member(invoice, "currency"));
        if (const auto& gross = member(invoice, "gross"); gross.is_object() && member(gross, "minor").is_int64()) {
            currency = text_of(member(gross, "currency"));
            amount = amount_text(Money{member(gross, "minor").get_int64(), currency});
        }
        if (shipment.empty() || amount.empty() || currency.empty()) return trouble("an invoice was told without shipment, gross or currency");
        when_known(shipment, [this, shipment, amount, currency](const Sample&) {
            if (!pays_by_notice(options.seed, shipment) || !begin("payment-" + shipment)) return;
            after(between(20s, 80s, options.seed, {"pays after", shipment}), [this, shipment, amount, currency] {
                const auto body = json::serialize(json::object{{"shipment_id", shipment}, {"bank_reference", bank_reference(options.seed, shipment)}, {"amount", amount}, {"currency", currency}});
                go(named("payment", shipment), "/v1/payments/notifications", options.keys.bank_key, body, [this](const http::Response* taken) {
                    if (taken) count(&Progress::payments);
                });
            });
        });
    }

    // ---- what the system tells ----

    void hook(const std::string& receiver, const std::string& id, const http::Request& request, const http::Respond& respond) {
        const auto webhook = std::string(http::header(request.headers, "webhook-id"));
        if (webhook.empty() || webhook.size() > 256 || !is_signed(request, secret)) {
            count(&Progress::hooks_forged);
            return respond(http::problem(401, "signature", "The signature does not fit", "", "webhook-signature", "sign \"<id>.<timestamp>.<body>\" as Standard Webhooks does"));
        }
        {
            const std::lock_guard lock(mutex);
            const auto away = [&] {
                ++progress.hooks_failed;
                auto answer = http::problem(503, "away", "Come again");
                answer.headers["retry-after"] = "1";
                respond(std::move(answer));
            };
            if (ended) return respond({204, {}, {}});  // nobody acts on it any more, and nobody need send it again
            if (agenda.size() >= longest_agenda) return away();
            if (fails_once(options.seed, webhook) && failed_hooks.size() < most_hooks_remembered && failed_hooks.insert(webhook).second) return away();
            if (!hooks.insert(webhook).second) {
                ++progress.hooks_repeated;
                return respond({204, {}, {}});
            }
            ++progress.hooks;
            hooks_in_order.push_back(webhook);
            if (hooks_in_order.size() > most_hooks_remembered) {
                hooks.erase(hooks_in_order.front());
                hooks_in_order.pop_front();
            }
        }
        const auto whole = parsed(request.body);
        const auto type = text_of(member(whole, "type"));
        const auto& data = member(whole, "data");
        const auto at_data = [&](std::string_view name) { return text_of(member(data, name)); };
        if (!data.is_object()) return respond(http::problem(400, "malformed", "This is no notice", "", "data", "send {\"type\", \"timestamp\", \"data\"}"));
        if (receiver == "driver") {
            if (type == "assignment.offered") offered(at_data("assignment_id"), id);
            else if (type == "assignment.withdrawn") withdrawn(at_data("assignment_id"), id);
            else if (type == "assignment.confirmed") confirmed(at_data("shipment_id"), id);
        } else {
            if (type == "offer.in_review") in_review(at_data("offer_id"));
            else if (type == "invoice.issued") invoiced(at_data("shipment_id"), data);
        }
        respond({204, {}, {}});
    }

    std::optional<json::value> look(const std::string& path) {
        const auto answer = client.call({"GET", options.reads_url + path, {{"authorization", "Bearer " + options.keys.operator_key}, {"accept", "application/json"}}, {}, 5s});
        if (!answer || answer->status >= 500 || answer->status == 404 || answer->status == 429) return {};
        if (answer->status != 200) {
            if (begin("look-" + path.substr(0, path.find('?')))) trouble("GET " + path + " was answered " + std::to_string(answer->status) + " " + answer->body.substr(0, 300));
            return {};
        }
        auto value = parsed(answer->body);
        if (!value.is_object()) return {};
        return value;
    }

    // Every item of a list, a few pages at a time; false when the reads are away.
    bool each(const std::string& path, const std::function<void(const json::value&)>& item) {
        std::string cursor;
        for (int page = 0; page < pages_a_poll; ++page) {
            const auto found = look(path + "&limit=200" + (cursor.empty() ? "" : "&cursor=" + cursor));
            if (!found) return false;
            if (const auto* items = member(*found, "items").if_array())
                for (const auto& one : *items) item(one);
            cursor = text_of(member(*found, "next_cursor"));
            if (cursor.empty()) break;
        }
        return true;
    }

    // Reads what the webhooks may not have told. True when nothing more will move by itself.
    bool poll() {
        const auto at_item = [](const json::value& item, std::string_view name) { return text_of(member(item, name)); };
        bool lagging = false;
        bool whole = each("/v1/assignments?state=offered", [&](const json::value& item) {
            const auto id = at_item(item, "id");
            if (const auto assignment = parse_assignment(id)) adopt(assignment->shipment);
            offered(id, at_item(item, "driver"));
        });
        for (const auto stage : {"assigned", "in_transit"})
            whole = each("/v1/shipments?stage=" + std::string(stage), [&](const json::value& item) {
                adopt(at_item(item, "id"));
                confirmed(at_item(item, "id"), at_item(item, "driver"));
            }) && whole;
        whole = each("/v1/offers?state=in_review", [&](const json::value& item) {
            const auto offer = at_item(item, "id");
            in_review(offer);
            const std::lock_guard lock(mutex);
            const auto found = reviewed.find(offer);
            lagging = lagging || (found != reviewed.end() && Steady::now() - found->second < projection_lag);
        }) && whole;
        std::vector<std::string> unpaid;
        whole = each("/v1/shipments?stage=billing", [&](const json::value& item) {
            const std::lock_guard lock(mutex);
            if (const auto id = at_item(item, "id"); unpaid.size() < 50 && !begun.contains("payment-" + id) && pays_by_notice(options.seed, id)) unpaid.push_back(id);
        }) && whole;
        for (const auto& shipment : unpaid)
            if (const auto invoice = look("/v1/invoices/" + shipment)) invoiced(shipment, *invoice);

        const auto counts = look("/v1/counts");
        if (!counts) return false;
        const auto figures = [&](std::string_view name) {
            std::map<std::string, int> made;
            if (const auto* object = member(*counts, name).if_object())
                for (const auto& [state, figure] : *object) made[std::string(state)] = figure.is_number() ? figure.to_number<int>() : 0;
            return made;
        };
        auto by_state = figures("offers"), by_stage = figures("shipments");
        int offers_known = 0, shipments_known = 0;
        bool final = true;
        for (const auto& [state, figure] : by_state) {
            offers_known += figure;
            final = final && (figure == 0 || final_offers.contains(state));
        }
        for (const auto& [stage, figure] : by_stage) {
            shipments_known += figure;
            final = final && (figure == 0 || final_shipments.contains(stage));
        }
        const std::lock_guard lock(mutex);
        const bool unchanged = by_state == progress.offers_by_state && by_stage == progress.shipments_by_stage;
        const int accepted = by_state.contains("accepted") ? by_state["accepted"] : 0;
        const int withdrawn = by_state.contains("withdrawn") ? by_state["withdrawn"] : 0;  // before or after it became a shipment
        progress.offers_by_state = std::move(by_state);
        progress.shipments_by_stage = std::move(by_stage);
        return whole && final && unchanged && !lagging && offers_done >= options.offers && offers_known >= static_cast<int>(offers.size()) && shipments_known >= accepted && shipments_known <= accepted + withdrawn &&
               agenda.empty() && at_work == 0;
    }

    Progress now() {
        const std::lock_guard lock(mutex);
        auto copy = progress;
        copy.waiting = static_cast<int>(agenda.size()) + at_work;
        return copy;
    }
};

std::string to_text(const Progress& progress) {
    const auto listed = [](const std::map<std::string, int>& counts) {
        std::string text;
        for (const auto& [name, count] : counts)
            if (count) text += (text.empty() ? "" : " ") + name + "=" + std::to_string(count);
        return text.empty() ? std::string("none") : text;
    };
    return std::to_string(progress.offers_sent) + " offers sent (" + listed(progress.offers_by_state) + "), shipments " + listed(progress.shipments_by_stage) + "; drivers accepted " +
           std::to_string(progress.accepted) + " declined " + std::to_string(progress.declined) + " silent " + std::to_string(progress.silent) + "; delivered " + std::to_string(progress.delivered) +
           ", paid by notice " + std::to_string(progress.payments) + "; webhooks " + std::to_string(progress.hooks) + ", tried again " + std::to_string(progress.tries_again) +
           (progress.troubles_in_all ? ", troubles " + std::to_string(progress.troubles_in_all) : "");
}

World::World(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
World::~World() = default;

Result<std::unique_ptr<World>> World::open(WorldOptions options) {
    for (const auto& [name, url] : {std::pair{"edge_url", options.edge_url}, std::pair{"reads_url", options.reads_url}})
        if (!(url.starts_with("http://") || url.starts_with("https://")) || url.ends_with('/')) return Refusal{name, "\"" + url + "\" is no address of a server", "write http://host:port, without a path"};
    if (!(options.pace > 0)) return Refusal{"pace", "it is not above zero", "1 is the world's own pace, 60 makes a minute a second"};
    if (options.threads < 1 || options.threads > 64) return Refusal{"threads", "it is not between 1 and 64", "8 serve a machine"};
    if (options.withdrawn < 0 || options.withdrawn > 1) return Refusal{"withdrawn", "it is no share", "write 0.1 for one in ten"};
    if (options.offers < 0 || options.rate_per_second < 0) return Refusal{"offers", "neither offers nor rate_per_second may be below zero", "0 offers only play what is under way; rate 0 is as fast as they are taken"};

    if (!std::is_sorted(options.due.begin(), options.due.end())) return Refusal{"due", "an offer is due before the one that goes before it", "sort the times"};
    if (!options.due.empty()) options.offers = static_cast<int>(options.due.size());

    auto inside = std::make_unique<Inside>(std::move(options));
    auto& chosen = inside->options;
    auto samples = read_samples(chosen.offers_file);
    if (!samples) return samples.refusal();
    inside->samples = std::move(samples).value();
    for (const auto& sample : inside->samples)
        if (!chosen.keys.customers.contains(sample.customer)) return Refusal{"keys.customers", sample.customer + " has no key", "give each of the six customers one"};
    if (chosen.keys.operator_key.empty() || chosen.keys.bank_key.empty()) return Refusal{"keys", "the operator or the bank has no key", "give both one"};

    const auto secret = chosen.hooks_secret.starts_with("whsec_") ? base64_decoded(std::string_view(chosen.hooks_secret).substr(6)) : std::nullopt;
    if (!secret || secret->size() < 16) return Refusal{"hooks_secret", "it is not \"whsec_\" and base64 of at least 16 bytes", "use the secret of the notices adapter"};
    inside->secret = *secret;

    http::Router router;
    for (const std::string receiver : {"driver", "customer"}) {
        router.on("POST", "/" + receiver + "s/{id}", [within = inside.get(), receiver](http::Request request, http::Respond respond) {
            const auto id = request.params["id"];
            within->hook(receiver, id, request, respond);
        });
    }
    http::ServerOptions listening;
    listening.port = chosen.hooks_port;
    auto server = http::Server::start(std::move(router), std::move(listening));
    if (!server) return server.refusal();
    inside->server = std::move(server).value();
    return std::unique_ptr<World>(new World(std::move(inside)));
}

std::string World::driver_hook() const { return "http://127.0.0.1:" + std::to_string(inside_->server->port()) + "/drivers/{id}"; }
std::string World::customer_hook() const { return "http://127.0.0.1:" + std::to_string(inside_->server->port()) + "/customers/{id}"; }

Progress World::run(std::function<void(const Progress&)> tell, std::stop_token stop) {
    auto& world = *inside_;
    const auto began = Steady::now();
    const auto until = began + world.options.give_up_after;
    const int chains = std::min(world.options.rate_per_second > 0 || !world.options.due.empty() ? world.options.threads : 4, std::max(1, world.options.threads / 2));
    for (int chain = 0; chain < chains; ++chain) {
        world.at(world.due_of(chain, began), [&world, chain, chains, began] { world.send(chain, chains, began); });
    }
    std::vector<std::jthread> people;
    for (int number = 0; number < world.options.threads; ++number) people.emplace_back([&world] { world.work(); });

    std::mutex sleeping;
    std::condition_variable_any woken;
    bool settled = false;
    auto poll_at = began + world.options.poll_every;
    while (!settled && !stop.stop_requested() && Steady::now() < until) {
        {
            std::unique_lock lock(sleeping);
            woken.wait_until(lock, stop, std::min(Steady::now() + 500ms, poll_at), [] { return false; });
        }
        if (Steady::now() >= poll_at && !stop.stop_requested()) {
            settled = world.poll();
            poll_at = Steady::now() + world.options.poll_every;
        }
        if (tell) tell(world.now());
    }
    {
        const std::lock_guard lock(world.mutex);
        world.ended = true;
        world.changed.notify_all();
    }
    people.clear();
    auto outcome = world.now();
    outcome.settled = settled;
    return outcome;
}

}  // namespace waybill::world
