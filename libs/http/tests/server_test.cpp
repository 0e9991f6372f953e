#include "loopback.h"

#include <gmock/gmock.h>

#include <map>
#include <random>
#include <vector>

namespace waybill::http {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Answers that a test gives when it wants to.
class Waiting {
public:
    void keep(const std::string& name, Respond respond) {
        const std::scoped_lock lock(mutex_);
        kept_[name] = std::move(respond);
        changed_.notify_all();
    }
    Respond take(const std::string& name) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, 10s, [&] { return kept_.contains(name); })) throw std::runtime_error("nobody asked for " + name);
        return std::move(kept_.extract(name).mapped());
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, Respond> kept_;
};

class ServerTest : public testing::Test {
protected:
    Server& serve(ServerOptions options = {}) {
        options.observe = [this](const Served& one) {
            const std::scoped_lock lock(mutex_);
            served_.push_back(one);
        };
        options.trouble = [this](std::string_view what) {
            const std::scoped_lock lock(mutex_);
            troubles_.emplace_back(what);
        };
        Router router;
        router.on("GET", "/hello", [](Request, Respond respond) { respond(text(200, "hello")); })
            .on("GET", "/peer", [](Request request, Respond respond) { respond(text(200, request.peer)); })
            .on("POST", "/echo", [](Request request, Respond respond) { respond(text(200, request.body)); })
            .on("GET", "/trailer", [](Request request, Respond respond) { respond(text(200, std::string(header(request.headers, "authorization")))); })
            .on("GET", "/large", [](Request, Respond respond) { respond(text(200, std::string(32 * 1024 * 1024, 'x'))); })
            .on("GET", "/throws", [](Request, Respond) { throw std::runtime_error("the password is swordfish"); })
            .on("GET", "/drops", [](Request, Respond) {})
            .on("GET", "/twice", [](Request, Respond respond) { respond(text(200, "first")), respond(text(200, "second")); })
            .on("GET", "/wait/{name}", [this](Request request, Respond respond) { waiting_.keep(request.params.at("name"), std::move(respond)); });
        server_ = std::move(Server::start(std::move(router), std::move(options))).value();
        return *server_;
    }
    Wire wire() { return Wire(server_->port()); }
    std::vector<Served> served() {
        const std::scoped_lock lock(mutex_);
        return served_;
    }

    Waiting waiting_;
    std::mutex mutex_;
    std::vector<Served> served_;
    std::vector<std::string> troubles_;
    std::unique_ptr<Server> server_;
};

constexpr auto get_hello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(ServerTest, AnswersARequest) {
    serve();
    Wire client = wire();
    client.send(get_hello);
    EXPECT_THAT(client.response(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Date: "), HasSubstr("Content-Type: text/plain"), EndsWith("\r\n\r\nhello")));
}

TEST_F(ServerTest, RefusesWhatIsNotARequestWithAProblemAndTheEndOfTheConnection) {
    serve();
    struct Row {
        std::string bytes;
        int status;
    };
    const Row rows[] = {
        {"\x16\x03\x01\x02hello\r\n\r\n", 400},
        {"hello\r\n\r\n", 400},
        {"GET /hello\r\n\r\n", 400},
        {"GET  /hello HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /hello HTTP/1.1 \r\nHost: x\r\n\r\n", 505},
        {"GET /hello HTTQ/1.1\r\nHost: x\r\n\r\n", 505},
        {"GET /hello HTTP/2.0\r\nHost: x\r\n\r\n", 505},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"G@T /hello HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET hello HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /hello?a=1&a=2 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\nHost : x\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"s, 400},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
        {"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabXX0\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nExpect: a-miracle\r\nContent-Length: 1\r\n\r\n", 417},
        {"GET /hello HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n", 431},
        {"GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 431},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n", 413},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n", 413},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", 400},
    };
    for (const Row& row : rows) {
        Wire client = wire();
        client.send(row.bytes + get_hello);   // what follows must not be taken for a request
        const std::string seen = client.all();
        EXPECT_THAT(seen, StartsWith("HTTP/1.1 " + std::to_string(row.status) + " ")) << row.bytes.substr(0, 200);
        EXPECT_THAT(seen, AllOf(HasSubstr("application/problem+json"), HasSubstr("urn:waybill:problem:"), HasSubstr("Connection: close"), Not(HasSubstr("hello\n")), Not(EndsWith("\r\n\r\nhello"))))
            << row.bytes.substr(0, 200);
    }
}

TEST_F(ServerTest, WhateverIsSentTheAnswerIsHttpAndTheNextClientIsServed) {
    serve();
    const std::string sound[] = {
        "POST /echo?a=%20b&c=+ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nabcd\r\n0\r\nT: v\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: keep-alive, x\r\n\r\nabcdGET /hello HTTP/1.0\r\n\r\n",
    };
    std::mt19937 random(20261123);
    for (int i = 0; i < 1000; ++i) {
        std::string bytes = sound[i % 2];
        for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
            const std::size_t at = random() % bytes.size();
            switch (random() % 4) {
                case 0: bytes[at] = static_cast<char>(random()); break;
                case 1: bytes.erase(at, 1 + random() % 8); break;
                case 2: bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 16)); break;
                case 3: bytes.insert(at, 1, " \r\n:,;%\0"[random() % 8]); break;
            }
        }
        Wire client = wire();
        client.send(bytes);
        client.shut_sending();
        const std::string seen = client.all();
        EXPECT_TRUE(seen.empty() || seen.starts_with("HTTP/1.1 ")) << "change " << i << " of " << bytes << " answered " << seen;
    }
    Wire client = wire();
    client.send(get_hello);
    EXPECT_THAT(client.response(), EndsWith("hello"));
}

TEST_F(ServerTest, TakesABodyUpToItsLimitWhetherMeasuredOrChunked) {
    serve({.body_limit = 10});
    Wire client = wire();
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789");
    EXPECT_THAT(client.response(), EndsWith("\r\n\r\n0123456789"));
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4;ext=1\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n");
    EXPECT_THAT(client.response(), EndsWith("\r\n\r\n0123456789"));
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n7\r\n4567890\r\n0\r\n\r\n");
    EXPECT_THAT(client.all(), AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("body-too-large")));
}

TEST_F(ServerTest, AClientThatIsStillSendingReadsWhyItWasRefused) {
    serve();
    Wire client = wire();
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n");
    client.send(std::string(900'000, 'x'));
    EXPECT_THAT(client.all(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, ReadsARequestThatComesByteByByte) {
    serve();
    Wire client = wire();
    for (const char byte : std::string("\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")) client.send({&byte, 1});
    EXPECT_THAT(client.response(), EndsWith("\r\n\r\nabc"));
}

TEST_F(ServerTest, ATrailerCannotPassForAHeader) {
    serve();
    Wire client = wire();
    client.send("GET /trailer HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: admin\r\n\r\n");
    EXPECT_THAT(client.response(), EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, ASlowClientIsCutByTheReadTimeout) {
    serve({.read_timeout = 100ms});
    Wire trickling = wire(), silent = wire();
    trickling.send("GET /hello HTTP/1.1\r\nHo");
    std::atomic<bool> over = false;
    std::jthread drip([&] {
        while (!over && trickling.send("x")) std::this_thread::sleep_for(10ms);   // each byte in time, the request never
    });
    EXPECT_THAT(trickling.until("slow-request"), StartsWith("HTTP/1.1 408 "));
    over = true;
    EXPECT_EQ(silent.all(), "");
}

TEST_F(ServerTest, AnIdleConnectionIsClosedAndABusyOneIsNot) {
    serve({.idle_timeout = 100ms});
    Wire client = wire();
    client.send(get_hello);
    EXPECT_THAT(client.response(), EndsWith("hello"));
    client.send("GET /wait/a HTTP/1.1\r\nHost: x\r\n\r\n");
    Respond respond = waiting_.take("a");
    std::this_thread::sleep_for(250ms);   // longer than the timeout that must not be applied
    respond(text(200, "worth the wait"));
    EXPECT_THAT(client.all(), EndsWith("worth the wait"));
}

TEST_F(ServerTest, OneConnectionServesManyRequests) {
    serve();
    Wire client = wire();
    std::string first;
    for (int i = 0; i < 50; ++i) {
        client.send("GET /peer HTTP/1.1\r\nHost: x\r\n\r\n");
        const std::string response = client.response();
        const std::string peer = response.substr(response.find("\r\n\r\n") + 4);
        if (i == 0) first = peer;
        EXPECT_EQ(peer, first);
    }
    EXPECT_THAT(first, StartsWith("127.0.0.1:"));
}

TEST_F(ServerTest, TheConnectionEndsWhenTheClientAsks) {
    serve();
    for (const char* request : {"GET /hello HTTP/1.0\r\n\r\n", "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"}) {
        Wire client = wire();
        client.send(request);
        EXPECT_THAT(client.all(), AllOf(HasSubstr("Connection: close\r\n"), EndsWith("\r\n\r\nhello")));
    }
}

TEST_F(ServerTest, AClientThatClosedItsHalfStillGetsItsAnswer) {
    serve();
    Wire client = wire();
    client.send("GET /wait/a HTTP/1.1\r\nHost: x\r\n\r\n");
    client.shut_sending();
    waiting_.take("a")(text(200, "late"));
    EXPECT_THAT(client.all(), EndsWith("\r\n\r\nlate"));
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInTheirOrderWhicheverIsReadyFirst) {
    serve({.threads = 2});
    Wire client = wire();
    client.send("GET /wait/a HTTP/1.1\r\nHost: x\r\n\r\nGET /wait/b HTTP/1.1\r\nHost: x\r\n\r\nGET /wait/c HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    for (const char* name : {"c", "b", "a"}) waiting_.take(name)(text(200, name));
    for (const char* name : {"a", "b", "c", "hello"}) EXPECT_THAT(client.response(), EndsWith(std::string("\r\n\r\n") + name));
}

TEST_F(ServerTest, PipelinesAreBoundedAndNothingIsLost) {
    serve({.max_pipelined = 3});
    Wire client = wire();
    std::string requests = "GET /wait/first HTTP/1.1\r\nHost: x\r\n\r\n";
    for (int i = 0; i < 500; ++i) requests += "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n" + std::to_string(1000 + i);
    std::jthread sender([&] { client.send(requests); });
    Respond first = waiting_.take("first");
    EXPECT_LE(served().size(), 2u);
    first(text(200, "first"));
    EXPECT_THAT(client.response(), EndsWith("first"));
    for (int i = 0; i < 500; ++i) EXPECT_THAT(client.response(), EndsWith("\r\n\r\n" + std::to_string(1000 + i)));
}

TEST_F(ServerTest, ExpectationOfContinueIsMetInItsTurn) {
    serve();
    Wire client = wire();
    client.send("GET /wait/a HTTP/1.1\r\nHost: x\r\n\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    waiting_.take("a")(text(200, "first"));
    EXPECT_THAT(client.response(), EndsWith("first"));
    EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body");
    EXPECT_THAT(client.response(), EndsWith("\r\n\r\nbody"));
}

TEST_F(ServerTest, HeadHasTheLengthButNotTheBody) {
    serve();
    Wire client = wire();
    client.send("HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(client.all(), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Content-Length: 5\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(ServerTest, WhatAHandlerThrowsIsKeptFromTheClient) {
    serve();
    Wire client = wire();
    client.send("GET /throws HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.response(), AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("swordfish"))));
    client.send(get_hello);
    EXPECT_THAT(client.response(), EndsWith("hello"));
    EXPECT_THAT(troubles_, testing::ElementsAre("the password is swordfish"));
}

TEST_F(ServerTest, ARequestThatIsDroppedIsAnswered500) {
    serve();
    Wire client = wire();
    client.send("GET /drops HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.response(), StartsWith("HTTP/1.1 500 "));
}

TEST_F(ServerTest, OnlyTheFirstAnswerCounts) {
    serve();
    Wire client = wire();
    client.send("GET /twice HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.response(), EndsWith("first"));
    EXPECT_THAT(client.response(), EndsWith("hello"));
}

TEST_F(ServerTest, AnAnswerThatDoesNotComeInTimeIs504AndTheLateOneIsIgnored) {
    serve({.handler_deadline = 50ms});
    Wire client = wire();
    client.send("GET /wait/a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.response(), StartsWith("HTTP/1.1 504 "));
    waiting_.take("a")(text(200, "late"));
    client.send(get_hello);
    EXPECT_THAT(client.response(), EndsWith("hello"));
}

TEST_F(ServerTest, BeyondItsConnectionsItSaysSoAndCloses) {
    serve({.max_connections = 2});
    Wire first = wire(), second = wire();
    for (Wire* client : {&first, &second}) {
        client->send(get_hello);
        EXPECT_THAT(client->response(), EndsWith("hello"));
    }
    Wire third = wire();
    EXPECT_THAT(third.all(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1\r\n")));
}

TEST_F(ServerTest, BeyondItsRequestsInHandItAnswers503AndTakesOnesAgainLater) {
    serve({.max_in_flight = 1});
    Wire first = wire(), second = wire();
    first.send("GET /wait/a HTTP/1.1\r\nHost: x\r\n\r\n");
    Respond respond = waiting_.take("a");
    second.send(get_hello);
    EXPECT_THAT(second.response(), StartsWith("HTTP/1.1 503 "));
    respond(text(200, "a"));
    EXPECT_THAT(first.response(), EndsWith("a"));
    second.send(get_hello);
    EXPECT_THAT(second.response(), EndsWith("hello"));
}

TEST_F(ServerTest, AClientThatDoesNotTakeItsAnswerIsCutOff) {
    serve({.write_timeout = 100ms});
    Wire client = wire();
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    Wire other = wire();
    other.send("GET /wait/a HTTP/1.1\r\nHost: x\r\n\r\n");
    Respond respond = waiting_.take("a");
    std::this_thread::sleep_for(300ms);
    respond(text(200, "fine"));
    EXPECT_THAT(other.response(), EndsWith("fine"));
    EXPECT_LT(client.all().size(), 32u * 1024 * 1024);
}

TEST_F(ServerTest, StoppingLetsWhatHasBegunEnd) {
    Server& server = serve();
    Wire busy = wire(), idle = wire(), sending = wire();
    idle.send(get_hello);
    EXPECT_THAT(idle.response(), EndsWith("hello"));
    sending.send("GET /peer HTTP/1.1\r\nHost: x\r\n\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbo");
    EXPECT_THAT(sending.response(), StartsWith("HTTP/1.1 200 "));
    busy.send("GET /wait/a HTTP/1.1\r\nHost: x\r\n\r\n");
    Respond respond = waiting_.take("a");

    std::jthread stopping([&] { server.stop(10s); });
    EXPECT_EQ(idle.all(), "");   // closed, so stopping has begun
    sending.send("dy");
    EXPECT_THAT(sending.all(), AllOf(HasSubstr("Connection: close"), EndsWith("\r\n\r\nbody")));
    respond(text(200, "done"));
    EXPECT_THAT(busy.all(), AllOf(HasSubstr("Connection: close"), EndsWith("\r\n\r\ndone")));
    stopping.join();
    EXPECT_THROW(wire(), std::runtime_error);
    server.stop(1s);
}

TEST_F(ServerTest, StoppingCutsWhatTakesTooLong) {
    Server& server = serve();
    Wire busy = wire();
    busy.send("GET /wait/a HTTP/1.1\r\nHost: x\r\n\r\n");
    Respond respond = waiting_.take("a");
    server.stop(50ms);
    EXPECT_EQ(busy.all(), "");
    respond(text(200, "nobody hears it"));
}

TEST_F(ServerTest, AnAnswerMayOutliveTheServer) {
    serve();
    Wire busy = wire();
    busy.send("GET /wait/a HTTP/1.1\r\nHost: x\r\n\r\n");
    Respond respond = waiting_.take("a");
    server_->stop(0ms);
    server_.reset();
    respond(text(200, "nobody hears it"));
}

TEST_F(ServerTest, AHandlerCannotStopItsServer) {
    Event asked;
    Server* self = nullptr;
    Router router;
    router.on("GET", "/stop", [&](Request, Respond respond) {
        EXPECT_THROW(self->stop(1s), std::logic_error);
        respond(text(200, "no"));
        asked.happened();
    });
    const auto server = std::move(Server::start(std::move(router), {})).value();
    self = server.get();
    Wire client(server->port());
    client.send("GET /stop HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(asked.wait());
}

TEST_F(ServerTest, EveryAnswerIsObservedUnderItsRoute) {
    serve();
    Wire client = wire();
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /drops HTTP/1.1\r\nHost: x\r\n\r\nGET /secret/path HTTP/1.1\r\nHost: x\r\n\r\nPUT /wait/a HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n");
    client.all();
    std::vector<std::pair<std::string, int>> seen;
    for (const Served& one : served()) seen.emplace_back(one.route, one.status);
    EXPECT_THAT(seen, testing::ElementsAre(std::pair("/hello", 200), std::pair("/drops", 500), std::pair("", 404), std::pair("/wait/{name}", 405), std::pair("", 400)));
}

TEST_F(ServerTest, RefusesOptionsItCannotUse) {
    const auto port = serve().port();
    struct Row {
        ServerOptions options;
        const char* field;
    };
    const Row rows[] = {
        {{.port = port}, "http.port"},
        {{.address = "localhost"}, "http.address"},
        {{.address = "203.0.113.1"}, "http.port"},
        {{.threads = 0}, "http"},
        {{.certificate_file = "/nowhere.pem"}, "http.tls"},
        {{.certificate_file = "/nowhere.pem", .key_file = "/nowhere.key"}, "http.certificate"},
    };
    for (const Row& row : rows) {
        const auto server = Server::start(Router(), row.options);
        ASSERT_FALSE(server) << row.field;
        EXPECT_EQ(server.refusal().field, row.field);
    }
}

}  // namespace
}  // namespace waybill::http
