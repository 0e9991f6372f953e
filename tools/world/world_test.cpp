#include "world.h"

#include "choices.h"

#include <waybill/http.h>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/evp.h>
#include <openssl/params.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <unistd.h>

namespace waybill::world {

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

const std::string secret_bytes = "0123456789abcdef0123456789abcdef";
const std::string secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

// By OpenSSL's newer interface, which the world does not use.
std::string signature(const std::string& text) {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
    char digest_name[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", digest_name, 0), OSSL_PARAM_construct_end()};
    EVP_MAC_init(context, reinterpret_cast<const unsigned char*>(secret_bytes.data()), secret_bytes.size(), parameters);
    EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    unsigned char digest[32];
    std::size_t size = 0;
    EVP_MAC_final(context, digest, &size, sizeof digest);
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    unsigned char encoded[64];
    const int length = EVP_EncodeBlock(encoded, digest, static_cast<int>(size));
    return "v1," + std::string(reinterpret_cast<char*>(encoded), static_cast<std::size_t>(length));
}

// A business of the test's own behind the same HTTP: every accepted command leads at once to what would follow, told by
// webhook (or not, when `mute`). It answers 503 to the first try of everything when `stumbles`, and remembers every command.
class Business {
public:
    struct Temper {
        bool stumbles = false, mute = false, tells_twice = false;
    };

    explicit Business(Temper temper) : temper_(temper) {
        http::Router router;
        for (const auto path : {"/v1/offers", "/v1/offers/{id}/review", "/v1/assignments/{id}/accept", "/v1/assignments/{id}/decline", "/v1/vehicles/{id}/position", "/v1/shipments/{id}/picked_up",
                                "/v1/shipments/{id}/delivered", "/v1/payments/notifications"})
            router.on("POST", path, [this, path = std::string(path)](http::Request request, http::Respond respond) { respond(command(path, std::move(request))); });
        for (const auto path : {"/v1/counts", "/v1/assignments", "/v1/offers", "/v1/shipments", "/v1/invoices/{id}"})
            router.on("GET", path, [this, path = std::string(path)](http::Request request, http::Respond respond) { respond(read(path, std::move(request))); });
        server_ = std::move(http::Server::start(std::move(router), {})).value();
        teller_ = std::jthread([this](std::stop_token stop) { tell_all(stop); });
    }
    ~Business() { server_->stop(1s); }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
    void listen(const World& world) {
        const std::lock_guard lock(mutex_);
        driver_hook_ = world.driver_hook();
        customer_hook_ = world.customer_hook();
    }

    std::map<std::string, std::string> commands() const {  // Idempotency-Key -> who, path and body
        const std::lock_guard lock(mutex_);
        return commands_;
    }
    std::map<std::string, std::string> stages() const {
        const std::lock_guard lock(mutex_);
        return stages_;
    }
    std::vector<std::string> conflicts() const {
        const std::lock_guard lock(mutex_);
        return conflicts_;
    }
    std::map<int, int> hook_answers() const {
        const std::lock_guard lock(mutex_);
        return hook_answers_;
    }

private:
    http::Response command(const std::string& path, http::Request request) {
        const std::lock_guard lock(mutex_);
        const std::string as(http::header(request.headers, "idempotency-key")), who(http::header(request.headers, "authorization"));
        if (as.empty() || !who.starts_with("Bearer ")) return http::problem(400, "header", "no");
        if (temper_.stumbles && tried_.insert(as).second) {
            auto answer = http::problem(503, "away", "later");
            answer.headers["retry-after"] = "0";
            return answer;
        }
        const auto said = who + " " + request.path + " " + request.body;
        const auto [known, is_new] = commands_.emplace(as, said);
        if (!is_new && known->second != said) {
            conflicts_.push_back(as);
            return http::problem(422, "another body", "no");
        }
        auto id = request.params["id"];
        if (path == "/v1/offers") {
            id = "wb-" + as;
            if (is_new) offer(id, request.body);
        } else if (is_new) {
            follow(path, id, json::parse(request.body));
        }
        return http::json(202, json::serialize(json::object{{"id", id}, {"status_url", "/v1"}}));
    }

    void offer(const std::string& id, const std::string& body) {
        if (body.find("unclear") != std::string::npos) {
            offers_[id] = "in_review";
            tell(customer_hook_, "cust-lt", "offer.in_review", {{"offer_id", id}});
        } else {
            carry(id);
        }
    }

    void carry(const std::string& id) {
        offers_[id] = "accepted";
        ask(id, 1);
    }

    void ask(const std::string& shipment, int attempt) {
        const auto assignment = shipment + "." + std::to_string(attempt);
        stages_[shipment] = "offered";
        assignments_[shipment] = assignment;
        tell(driver_hook_, "KUN-D03", "assignment.offered", {{"assignment_id", assignment}, {"shipment_id", shipment}});
        const auto answer = answer_of(7, shipment, attempt);
        if (answer == Answer::keeps_silent || answer == Answer::answers_late) {  // its deadline is over at once
            tell(driver_hook_, "KUN-D03", "assignment.withdrawn", {{"assignment_id", assignment}, {"shipment_id", shipment}, {"reason", "silent"}});
            ask(shipment, attempt + 1);
        }
    }

    void follow(const std::string& path, const std::string& id, const json::value& body) {
        const auto dot = id.rfind('.');
        const auto shipment = dot == std::string::npos ? id : id.substr(0, dot);
        if (path == "/v1/offers/{id}/review") {
            if (body.at("verdict") == "accept") carry(id);
            else offers_[id] = "refused";
        } else if (path == "/v1/assignments/{id}/accept" && stages_[shipment] == "offered" && assignments_[shipment] == id) {
            stages_[shipment] = "assigned";
            tell(driver_hook_, "KUN-D03", "assignment.confirmed", {{"assignment_id", id}, {"shipment_id", shipment}});
        } else if (path == "/v1/assignments/{id}/decline" && stages_[shipment] == "offered" && assignments_[shipment] == id) {
            ask(shipment, std::stoi(id.substr(dot + 1)) + 1);
        } else if (path == "/v1/shipments/{id}/picked_up") {
            stages_[shipment] = "in_transit";
        } else if (path == "/v1/shipments/{id}/delivered") {
            const bool waits = pays_by_notice(7, shipment);
            stages_[shipment] = waits ? "billing" : "closed";
            tell(customer_hook_, "cust-lt", "invoice.issued", {{"shipment_id", shipment}, {"number", "WB-2026-000001"}, {"gross", "1210.50"}, {"currency", "EUR"}});
        } else if (path == "/v1/payments/notifications") {
            stages_[std::string(body.at("shipment_id").as_string())] = "closed";
        }
    }

    http::Response read(const std::string& path, http::Request request) {
        const std::lock_guard lock(mutex_);
        json::array items;
        if (path == "/v1/counts") {
            std::map<std::string, int> offers, shipments;
            for (const auto& [id, state] : offers_) ++offers[state];
            for (const auto& [id, stage] : stages_) ++shipments[stage];
            return http::json(200, json::serialize(json::object{{"offers", json::value_from(offers)}, {"shipments", json::value_from(shipments)}}));
        }
        if (path == "/v1/invoices/{id}") return http::json(200, R"({"gross":{"minor":121050,"currency":"EUR"}})");
        if (path == "/v1/assignments")
            for (const auto& [shipment, assignment] : assignments_)
                if (stages_[shipment] == "offered") items.push_back(json::object{{"id", assignment}, {"driver", "KUN-D03"}});
        if (path == "/v1/offers")
            for (const auto& [id, state] : offers_)
                if (state == request.query["state"]) items.push_back(json::object{{"id", id}});
        if (path == "/v1/shipments")
            for (const auto& [id, stage] : stages_)
                if (stage == request.query["stage"]) items.push_back(json::object{{"id", id}, {"driver", "KUN-D03"}});
        // Two pages of every list, so that the cursor is followed.
        const bool second = request.query["cursor"] == "half";
        json::array page;
        for (std::size_t n = 0; n < items.size(); ++n)
            if ((n < items.size() / 2) != second) page.push_back(items[n]);
        json::object answer{{"items", page}};
        if (!second) answer["next_cursor"] = "half";
        return http::json(200, json::serialize(answer));
    }

    void tell(const std::string& hook, const std::string& receiver, const std::string& type, json::object data) {
        if (temper_.mute || hook.empty()) return;
        const auto number = std::to_string(++notices_);
        http::Call call{"POST", hook, {{"content-type", "application/json"}}, json::serialize(json::object{{"type", type}, {"timestamp", "2026-10-05T07:42:00Z"}, {"data", std::move(data)}}), 5s};
        call.url.replace(call.url.find("{id}"), 4, receiver);
        call.headers["webhook-id"] = "notice-" + number;
        call.headers["webhook-timestamp"] = "1790000000";
        call.headers["webhook-signature"] = "v1,bm90IG91cnM= " + signature("notice-" + number + ".1790000000." + call.body);
        for (int times = 0; times < (temper_.tells_twice ? 2 : 1); ++times) to_tell_.push_back(call);
        changed_.notify_all();
    }

    void tell_all(const std::stop_token& stop) {
        http::Client client;
        while (!stop.stop_requested()) {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [&] { return !to_tell_.empty(); })) return;
            const auto call = to_tell_.front();
            to_tell_.pop_front();
            lock.unlock();
            const auto answer = client.call(call);
            lock.lock();
            ++hook_answers_[answer ? answer->status : 0];
            if (!answer || answer->status == 503) to_tell_.push_back(call);
        }
    }

    Temper temper_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::string driver_hook_, customer_hook_;
    std::map<std::string, std::string> commands_, offers_, stages_, assignments_;
    std::set<std::string> tried_;
    std::vector<std::string> conflicts_;
    std::map<int, int> hook_answers_;
    std::deque<http::Call> to_tell_;
    int notices_ = 0;
    std::unique_ptr<http::Server> server_;
    std::jthread teller_;
};

class Played : public testing::Test {
protected:
    Played() {
        std::ofstream out(offers_);
        for (int number = 0; number < 6; ++number) {
            const bool unclear = number % 3 == 2;
            out << R"({"id":"s)" << number << R"(","channel":"email","language":"lt","received_at":"2026-10-07T11:15:00Z","text":")" << (unclear ? "unclear" : "clear") << number
                << R"(","truth":{"pickup":{"place":"Kaunas","country":"LT","date":"2026-10-08"},"delivery":{"place":"Venlo","country":"NL"},"weight_kg":)" << (number == 5 ? "null" : "8450") << "}}\n";
        }
    }
    ~Played() override { std::filesystem::remove(offers_); }

    WorldOptions options(const Business& business) const {
        WorldOptions chosen;
        chosen.edge_url = chosen.reads_url = business.url();
        chosen.keys.customers["cust-lt"] = "key-lt";
        chosen.keys.drivers["KUN-D03"] = "key-driver";
        chosen.keys.operator_key = "key-operator";
        chosen.keys.bank_key = "key-bank";
        chosen.seed = 7;
        chosen.pace = 1'000;
        chosen.offers_file = offers_;
        chosen.offers = 40;
        chosen.hooks_secret = secret;
        chosen.poll_every = 100ms;
        chosen.give_up_after = 60s;
        return chosen;
    }

    struct Ending {
        Progress progress;
        std::map<std::string, std::string> commands, stages;
    };
    Ending play(Business::Temper temper) const {
        Business business(temper);
        auto world = World::open(options(business));
        EXPECT_TRUE(world) << to_text(world.refusal());
        business.listen(**world);
        Ending ending{(*world)->run(), business.commands(), business.stages()};
        EXPECT_TRUE(ending.progress.settled) << to_text(ending.progress);
        EXPECT_THAT(ending.progress.troubles, testing::IsEmpty());
        EXPECT_THAT(business.conflicts(), testing::IsEmpty());
        for (const auto& [shipment, stage] : ending.stages) EXPECT_EQ(stage, "closed") << shipment;
        return ending;
    }

    std::filesystem::path offers_ = std::filesystem::temp_directory_path() / ("waybill-world-" + std::to_string(::getpid()) + ".jsonl");
};

std::map<std::string, std::string> without(std::map<std::string, std::string> commands, const std::string& kind) {
    std::erase_if(commands, [&](const auto& one) { return one.first.starts_with(kind); });
    return commands;
}

}  // namespace

TEST_F(Played, EveryOfferIsPlayedToItsEnd) {
    const auto ending = play({});
    EXPECT_EQ(ending.progress.offers_sent, 40);
    EXPECT_EQ(ending.progress.delivered, static_cast<int>(ending.stages.size()));
    EXPECT_EQ(ending.progress.picked_up, ending.progress.delivered);
    EXPECT_GT(ending.progress.positions, ending.progress.delivered);
    EXPECT_GT(ending.progress.declined, 0);
    EXPECT_GT(ending.progress.silent, 0);
    EXPECT_GT(ending.progress.payments, 0);
    EXPECT_GT(ending.progress.reviews_accepted, 0);
    EXPECT_GT(ending.progress.reviews_refused, 0);
    EXPECT_GT(ending.progress.reviews_left, 0);
    EXPECT_EQ(ending.progress.hooks_forged, 0);
    EXPECT_EQ(ending.progress.tries_again, 0);
}

TEST_F(Played, AStumblingBusinessIsAskedAgainAndEndsTheSame) {
    const auto calm = play({});
    const auto stumbling = play({.stumbles = true});
    EXPECT_GT(stumbling.progress.tries_again, 100);
    EXPECT_EQ(stumbling.commands, calm.commands);
    EXPECT_EQ(stumbling.stages, calm.stages);
}

TEST_F(Played, WebhooksThatComeTwiceChangeNothing) {
    const auto once = play({});
    const auto twice = play({.tells_twice = true});
    EXPECT_GT(twice.progress.hooks_repeated, 50);
    EXPECT_EQ(twice.commands, once.commands);
}

TEST_F(Played, WithoutAnyWebhookTheReadsTellEnough) {
    const auto told = play({});
    const auto mute = play({.mute = true});
    EXPECT_EQ(mute.progress.hooks, 0);
    EXPECT_EQ(without(mute.commands, "late-"), without(told.commands, "late-"));  // who answers late hears of it by webhook alone
    EXPECT_EQ(mute.stages, told.stages);
}

TEST_F(Played, ASecondWorldFindsEverythingDone) {
    Business business({});
    std::map<std::string, std::string> first;
    for (int time = 0; time < 2; ++time) {
        auto world = World::open(options(business));
        ASSERT_TRUE(world);
        business.listen(**world);
        const auto progress = (*world)->run();
        EXPECT_TRUE(progress.settled) << to_text(progress);
        EXPECT_EQ(progress.offers_sent, 40);
        if (time == 0) first = business.commands();
    }
    EXPECT_EQ(business.commands(), first);
    EXPECT_THAT(business.conflicts(), testing::IsEmpty());
}

TEST_F(Played, WhatOthersSentIsPlayedToItsEndToo) {
    Business business({});
    auto chosen = options(business);
    std::stop_source stop;
    {
        chosen.poll_every = 1h;  // they only send
        auto theirs = World::open(chosen);
        ASSERT_TRUE(theirs);
        (*theirs)->run([&](const Progress& so_far) { if (so_far.offers_sent == chosen.offers) stop.request_stop(); }, stop.get_token());
    }
    chosen.poll_every = 100ms;
    chosen.offers = 0;
    auto ours = World::open(chosen);
    ASSERT_TRUE(ours);
    const auto progress = (*ours)->run();
    EXPECT_TRUE(progress.settled);
    EXPECT_EQ(progress.offers_sent, 0);
    EXPECT_GT(progress.delivered, 0);
}

TEST_F(Played, AnotherSeedIsAnotherWorld) {
    Business business({.mute = true});
    auto chosen = options(business);
    chosen.offers = 1;
    chosen.seed = 8;
    auto world = World::open(chosen);
    ASSERT_TRUE(world);
    (*world)->run();
    EXPECT_TRUE(business.commands().contains("offer-8-0"));
}

TEST_F(Played, AForgedWebhookIsRefusedAndDoesNothing) {
    Business business({.mute = true});
    auto chosen = options(business);
    chosen.offers = 0;
    auto world = World::open(chosen);
    ASSERT_TRUE(world);
    auto url = (*world)->driver_hook();
    url.replace(url.find("{id}"), 4, "KUN-D03");
    http::Client client;
    const std::string body = R"({"type":"assignment.offered","data":{"assignment_id":"wb-offer-7-0.1"}})";
    const auto send = [&](const std::string& signed_as, const std::string& text) {
        return client.call({"POST", url, {{"webhook-id", "n1"}, {"webhook-timestamp", "17"}, {"webhook-signature", signed_as}}, text, 5s})->status;
    };
    EXPECT_EQ(send(signature("n1.17." + body), body + " "), 401);
    EXPECT_EQ(send(signature("n2.17." + body), body), 401);
    EXPECT_EQ(send("", body), 401);
    EXPECT_EQ(send(signature("n1.17.{}"), "{}"), 400);
    EXPECT_EQ((*world)->run().hooks_forged, 3);
}

TEST_F(Played, WhatTheEdgeRefusesIsATroubleAndNotRepeatedForEver) {
    http::Router router;
    int asked = 0;
    router.on("POST", "/v1/offers", [&](http::Request, http::Respond respond) { ++asked; respond(http::problem(403, "forbidden", "Not yours")); });
    router.on("GET", "/v1/counts", [](http::Request, http::Respond respond) { respond(http::json(200, R"({"offers":{},"shipments":{}})")); });
    for (const auto path : {"/v1/assignments", "/v1/offers", "/v1/shipments"}) router.on("GET", path, [](http::Request, http::Respond respond) { respond(http::json(200, R"({"items":[]})")); });
    auto server = http::Server::start(std::move(router), {});
    ASSERT_TRUE(server);
    Business other({.mute = true});
    auto chosen = options(other);
    chosen.edge_url = chosen.reads_url = "http://127.0.0.1:" + std::to_string((*server)->port());
    chosen.offers = 3;
    auto world = World::open(chosen);
    ASSERT_TRUE(world);
    const auto progress = (*world)->run();
    EXPECT_TRUE(progress.settled);
    EXPECT_EQ(progress.offers_sent, 0);
    EXPECT_EQ(progress.troubles_in_all, 3);
    EXPECT_EQ(asked, 3);
    EXPECT_THAT(progress.troubles.front(), testing::HasSubstr("POST /v1/offers was refused: 403"));
}

TEST_F(Played, AStopEndsItSoon) {
    Business business({.mute = true});
    auto chosen = options(business);
    chosen.edge_url = "http://127.0.0.1:1";  // nobody listens there
    auto world = World::open(chosen);
    ASSERT_TRUE(world);
    std::stop_source stop;
    int told = 0;
    const auto progress = (*world)->run([&](const Progress& so_far) { if (so_far.tries_again > 3 && ++told == 1) stop.request_stop(); }, stop.get_token());
    EXPECT_FALSE(progress.settled);
    EXPECT_EQ(progress.offers_sent, 0);
}

TEST_F(Played, OptionsThatCannotWorkAreRefusedByName) {
    Business business({.mute = true});
    const std::pair<std::string, std::function<void(WorldOptions&)>> faults[] = {
        {"edge_url", [](WorldOptions& chosen) { chosen.edge_url = "localhost"; }},
        {"reads_url", [](WorldOptions& chosen) { chosen.reads_url += "/"; }},
        {"pace", [](WorldOptions& chosen) { chosen.pace = 0; }},
        {"threads", [](WorldOptions& chosen) { chosen.threads = 0; }},
        {"offers", [](WorldOptions& chosen) { chosen.offers = -1; }},
        {"offers_file", [](WorldOptions& chosen) { chosen.offers_file = "/nowhere"; }},
        {"keys.customers", [](WorldOptions& chosen) { chosen.keys.customers.clear(); }},
        {"keys", [](WorldOptions& chosen) { chosen.keys.bank_key.clear(); }},
        {"hooks_secret", [](WorldOptions& chosen) { chosen.hooks_secret = "secret"; }},
    };
    for (const auto& [field, spoil] : faults) {
        auto chosen = options(business);
        spoil(chosen);
        const auto world = World::open(chosen);
        ASSERT_FALSE(world) << field;
        EXPECT_EQ(world.refusal().field, field);
    }
}

}  // namespace waybill::world
