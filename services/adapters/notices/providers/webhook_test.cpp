#include "providers/webhook.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <condition_variable>
#include <mutex>
#include <sys/socket.h>
#include <netinet/in.h>
#include <thread>
#include <unistd.h>

using namespace waybill;
using namespace waybill::notices;
using namespace std::chrono_literals;

namespace {

const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";  // the example of the Standard Webhooks specification
const Deliver offer{"assignment.offered-S1.1", Receiver::driver, "KUN-D02", R"({"type":"assignment.offered","data":{"shipment_id":"S1"}})"};

// A receiver on loopback, that keeps what it got and answers as told. Destroyed, it lets a late answer go first.
class ReceiverServer {
public:
    explicit ReceiverServer(std::function<void(http::Respond)> answer) {
        http::Router router;
        router.on("POST", "/drivers/{id}", [this, answer](http::Request request, http::Respond respond) {
            {
                std::lock_guard lock(mutex_);
                got_.push_back(std::move(request));
            }
            answer(std::move(respond));
        });
        server_ = *http::Server::start(std::move(router), {});
    }
    ~ReceiverServer() { server_->stop(1s); }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/drivers/{id}"; }
    std::vector<http::Request> got() const { std::lock_guard lock(mutex_); return got_; }

private:
    mutable std::mutex mutex_;
    std::vector<http::Request> got_;
    std::unique_ptr<http::Server> server_;
};

// Accepts one connection and cuts it with a reset, before any answer.
class ResettingServer {
public:
    ResettingServer() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) || ::listen(listener_, 8) || ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size)) throw std::runtime_error("no socket on loopback");
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] {
            const int one = ::accept(listener_, nullptr, nullptr);
            char byte;
            if (::recv(one, &byte, 1, 0) < 0) return;
            const linger at_once{1, 0};
            ::setsockopt(one, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            ::close(one);
        });
    }
    ~ResettingServer() { ::shutdown(listener_, SHUT_RDWR); thread_.join(); ::close(listener_); }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/drivers/{id}"; }

private:
    int listener_;
    int port_ = 0;
    std::thread thread_;
};

Webhook webhook_to(const std::string& driver_url) { return Webhook({driver_url, "", *parse_secret(secret, "notices.secret"), ""}); }
runtime::Attempt attempt(std::chrono::milliseconds timeout = 5s) { return {"notices-key-1", 1, timeout}; }
runtime::CallResult<Deliver::Answer> delivered_to(const std::string& url, std::chrono::milliseconds timeout = 5s) { return webhook_to(url).deliver(offer, attempt(timeout)); }

// HMAC written out by its definition (RFC 2104), so that the code under test is not its own witness.
std::string hmac_by_hand(std::string key, const std::string& text) {
    const auto sha256 = [](const std::string& content) {
        unsigned char digest[32];
        unsigned int size = 0;
        EVP_Digest(content.data(), content.size(), digest, &size, EVP_sha256(), nullptr);
        return std::string(reinterpret_cast<char*>(digest), size);
    };
    key.resize(64, '\0');
    std::string inner = key, outer = key;
    for (auto& c : inner) c = static_cast<char>(c ^ 0x36);
    for (auto& c : outer) c = static_cast<char>(c ^ 0x5c);
    return sha256(outer + sha256(inner + text));
}

std::string base64_by_hand(const std::string& bytes) {
    const char* letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string made;
    unsigned bits = 0;
    int have = 0;
    for (const unsigned char c : bytes) {
        bits = bits << 8 | c;
        for (have += 8; have >= 6; have -= 6) made += letters[bits >> (have - 6) & 63];
    }
    if (have > 0) made += letters[bits << (6 - have) & 63];
    while (made.size() % 4 != 0) made += '=';
    return made;
}

}  // namespace

TEST(Signature, IsThatOfTheSpecificationsExample) {
    EXPECT_EQ(signature(*parse_secret(secret, "s"), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
              "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Webhook, PostsASignedNoticeThatAReceiverCanVerify) {
    ReceiverServer receiver([](http::Respond respond) { respond({204, {}, ""}); });
    EXPECT_EQ(std::get<Deliver::Answer>(delivered_to(receiver.url())), Deliver::Answer{true});

    const auto got = receiver.got();
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got[0].params.at("id"), "KUN-D02");
    EXPECT_EQ(got[0].body, offer.body);
    EXPECT_EQ(http::header(got[0].headers, "content-type"), "application/json");
    EXPECT_EQ(http::header(got[0].headers, "idempotency-key"), "notices-key-1");
    EXPECT_EQ(http::header(got[0].headers, "webhook-id"), offer.notice_id);
    const std::string seconds(http::header(got[0].headers, "webhook-timestamp"));
    EXPECT_LT(std::abs(std::stoll(seconds) - std::time(nullptr)), 60);
    EXPECT_EQ(http::header(got[0].headers, "webhook-signature"),
              "v1," + base64_by_hand(hmac_by_hand(*parse_secret(secret, "s"), offer.notice_id + "." + seconds + "." + got[0].body)));
}

TEST(Webhook, TellsNobodyWhereThereIsNoAddress) {
    EXPECT_EQ(std::get<Deliver::Answer>(delivered_to("")), Deliver::Answer{false});
}

TEST(Webhook, EncodesTheReceiversIdIntoTheAddress) {
    ReceiverServer receiver([](http::Respond respond) { respond({200, {}, ""}); });
    auto odd = offer;
    odd.receiver_id = "a/b?c d";
    webhook_to(receiver.url()).deliver(odd, attempt());
    EXPECT_EQ(receiver.got().at(0).params.at("id"), "a/b?c d");
}

TEST(Webhook, TriesAgainAfterTroubleOnTheWay) {
    ReceiverServer failing([](http::Respond respond) { respond({500, {}, ""}); });
    EXPECT_TRUE(std::get<runtime::CallFailed>(delivered_to(failing.url())).again);

    ReceiverServer busy([](http::Respond respond) { respond({429, {{"Retry-After", "7"}}, ""}); });
    EXPECT_EQ(std::get<runtime::CallFailed>(delivered_to(busy.url())).wait, 7s);

    ResettingServer resetting;
    EXPECT_TRUE(std::get<runtime::CallFailed>(delivered_to(resetting.url())).again);

    EXPECT_TRUE(std::get<runtime::CallFailed>(delivered_to("http://127.0.0.1:1/drivers/{id}")).again);
}

TEST(Webhook, GivesUpAtTheDeadlineAndTakesALateAnswerBeforeIt) {
    std::mutex mutex;
    std::vector<http::Respond> waiting;
    std::condition_variable came;
    ReceiverServer slow([&](http::Respond respond) {
        std::lock_guard lock(mutex);
        waiting.push_back(std::move(respond));
        came.notify_all();
    });
    const auto failed = std::get<runtime::CallFailed>(delivered_to(slow.url(), 50ms));
    EXPECT_TRUE(failed.again);
    EXPECT_NE(failed.why.find("deadline"), std::string::npos);

    std::thread late([&] {
        std::unique_lock lock(mutex);
        came.wait(lock, [&] { return waiting.size() == 2; });
        waiting[1]({200, {}, ""});
    });
    EXPECT_EQ(std::get<Deliver::Answer>(delivered_to(slow.url())), Deliver::Answer{true});
    late.join();
    waiting.clear();
}

TEST(Meaning, OfEveryAnswer) {
    const Instant now = *parse_instant("2026-10-08T12:00:00Z");
    using Wait = std::optional<std::chrono::milliseconds>;
    const struct { int status; std::string retry_after; bool taken, again; Wait wait; } cases[] = {
        {200, "", true, false, {}},   {202, "", true, false, {}},   {204, "", true, false, {}},
        {301, "", false, false, {}},  {308, "", false, false, {}},
        {400, "", false, false, {}},  {401, "", false, false, {}},  {404, "", false, false, {}},  {410, "", false, false, {}},
        {408, "", false, true, {}},   {425, "", false, true, {}},   {429, "", false, true, {}},
        {500, "", false, true, {}},   {502, "", false, true, {}},   {503, "", false, true, {}},
        {429, "0", false, true, 0s},  {503, "30", false, true, 30s},
        {503, "Thu, 08 Oct 2026 12:00:20 GMT", false, true, 20s},
        {503, "Thu, 08 Oct 2026 11:00:00 GMT", false, true, 0s},
        {503, "99999999999999999999", false, true, {}},  // no number that fits, and no date
        {503, "86400", false, true, 1h},
        {503, "-5", false, true, 0s},  {503, "soon", false, true, {}},
    };
    for (const auto& [status, header, taken, again, wait] : cases) {
        http::Response response{status, {}, ""};
        if (!header.empty()) response.headers["Retry-After"] = header;
        const auto result = meaning(response, now);
        ASSERT_EQ(std::holds_alternative<Deliver::Answer>(result), taken) << status;
        if (taken) continue;
        const auto& failed = std::get<runtime::CallFailed>(result);
        EXPECT_EQ(failed.again, again) << status;
        EXPECT_EQ(failed.wait, wait) << status << " " << header;
    }
}

TEST(WebhookSettings, RefuseWhatCannotWork) {
    for (const char* good : {"", "http://127.0.0.1:9/d/{id}", "https://hooks.example.com/?driver={id}"}) EXPECT_FALSE(not_a_url_template(good, "u")) << good;
    for (const char* bad : {"ftp://x/{id}", "https://hooks.example.com/drivers", "https://{id}", "hooks.example.com/{id}"}) EXPECT_TRUE(not_a_url_template(bad, "u")) << bad;
    for (const char* bad : {"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!!", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_===="}) {
        const auto parsed = parse_secret(bad, "notices.secret");
        ASSERT_FALSE(parsed) << bad;
        EXPECT_EQ(parsed.refusal().field, "notices.secret");
    }
    EXPECT_EQ(parse_secret(secret, "s")->size(), 24u);
}
