#include "loopback.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <vector>

namespace waybill::http {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

std::unique_ptr<Server> echo(ServerOptions options = {}) {
    Router router;
    router.on("POST", "/echo", [](Request request, Respond respond) { respond(text(200, request.body)); })
        .on("GET", "/peer", [](Request request, Respond respond) { respond(text(200, request.peer)); })
        .on("GET", "/see", [](Request request, Respond respond) {
            std::string seen;
            for (const auto& [name, value] : request.headers) seen += name + "=" + value + ";";
            for (const auto& [name, value] : request.query) seen += name + "=" + value + ";";
            respond({201, {{"X-Seen", "yes"}}, seen});
        })
        .on("DELETE", "/gone", [](Request, Respond respond) { respond({204, {}, ""}); })
        .on("GET", "/large", [](Request, Respond respond) { respond(text(200, std::string(100'000, 'x'))); });
    return std::move(Server::start(std::move(router), std::move(options))).value();
}
std::string url(const Server& server, const std::string& path, const std::string& scheme = "http") { return scheme + "://127.0.0.1:" + std::to_string(server.port()) + path; }

TEST(Client, CallsAndReadsTheAnswer) {
    const auto server = echo();
    Client client;
    const Response response = client.call({.url = url(*server, "/see?q=a+b%26"), .headers = {{"Authorization", "Bearer t"}}}).value();
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(header(response.headers, "x-seen"), "yes");
    EXPECT_THAT(response.body, AllOf(HasSubstr("Authorization=Bearer t;"), HasSubstr("q=a b&;"), HasSubstr("Host=127.0.0.1:")));
    EXPECT_EQ(client.call({.method = "POST", .url = url(*server, "/echo"), .body = std::string(200'000, 'b')})->body.size(), 200'000u);
    EXPECT_EQ(client.call({.method = "HEAD", .url = url(*server, "/large")})->body, "");
    EXPECT_EQ(client.call({.method = "DELETE", .url = url(*server, "/gone")})->status, 204);
    EXPECT_EQ(client.call({.url = url(*server, "/nothing")})->status, 404);
    EXPECT_EQ(client.call({.url = "http://localhost:" + std::to_string(server->port()) + "/see"})->status, 201);
}

TEST(Client, KeepsItsConnectionForTwoThousandCalls) {
    const auto server = echo();
    Client client;
    std::set<std::string> peers;
    for (int i = 0; i < 2000; ++i) {
        const std::string body = std::to_string(i);
        ASSERT_EQ(client.call({.method = "POST", .url = url(*server, "/echo"), .body = body})->body, body);
        if (i % 100 == 0) peers.insert(client.call({.url = url(*server, "/peer")})->body);
    }
    EXPECT_EQ(peers.size(), 1u);
}

TEST(Client, ServesManyThreads) {
    const auto server = echo({.threads = 2});
    Client client;
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 100; ++i) {
                    const std::string body = std::to_string(t) + "/" + std::to_string(i);
                    const auto response = client.call({.method = "POST", .url = url(*server, "/echo"), .body = body});
                    right += response && response->body == body;
                }
            });
    }
    EXPECT_EQ(right, 800);
}

TEST(Client, DoesNotKeepConnectionsThatItMayNot) {
    const auto server = echo();
    Client client(ClientOptions{.idle_per_host = 0});
    std::set<std::string> peers;
    for (int i = 0; i < 5; ++i) peers.insert(client.call({.url = url(*server, "/peer")})->body);
    EXPECT_EQ(peers.size(), 5u);
}

TEST(Client, RefusesCallsThatCannotBeMade) {
    struct Row {
        Call call;
        const char* field;
    };
    const Row rows[] = {
        {{.url = ""}, "url"},
        {{.url = "/path"}, "url"},
        {{.url = "ftp://a/b"}, "url"},
        {{.url = "http:///b"}, "url"},
        {{.url = "http://a:99999/b"}, "url"},
        {{.url = "http://a b/"}, "url"},
        {{.url = "http://me:swordfish@a/"}, "url"},
        {{.url = "http://a/\r\nX: y"}, "url"},
        {{.method = "GET /x", .url = "http://a/"}, "headers"},
        {{.method = "CONNECT", .url = "http://a/"}, "headers"},
        {{.url = "http://a/", .headers = {{"X", "a\r\nY: swordfish"}}}, "headers"},
        {{.url = "http://a/", .headers = {{"X Y", "a"}}}, "headers"},
        {{.url = "http://a/", .headers = {{"Content-length", "3"}}}, "headers"},
        {{.url = "http://a..b/"}, "resolve"},
        {{.url = "http://127.0.0.1:1/?key=swordfish"}, "connect"},
    };
    Client client;
    for (const Row& row : rows) {
        const auto response = client.call(row.call);
        ASSERT_FALSE(response) << row.call.url;
        EXPECT_EQ(response.refusal().field, row.field) << row.call.url << " " << to_text(response.refusal());
        EXPECT_THAT(to_text(response.refusal()), Not(HasSubstr("swordfish")));
        EXPECT_NE(response.refusal().cure, "");
    }
}

TEST(Client, SaysInWhichWayTheOtherSideFailed) {
    struct Row {
        const char* name;
        std::function<void(Wire&)> behaves;
        const char *field, *why;
    };
    const auto say = [](std::string text) { return [text](Wire& wire) { wire.until("\r\n\r\n"), wire.send(text); }; };
    const Row rows[] = {
        {"closes", [](Wire& wire) { wire.until("\r\n\r\n"); }, "read", "closed without an answer"},
        {"resets", [](Wire& wire) { wire.until("\r\n\r\n"), wire.reset(); }, "read", ""},
        {"garbage", say("SSH-2.0-OpenSSH_9.2\r\n\r\n"), "response", "not HTTP"},
        {"bad status", say("HTTP/1.1 abc OK\r\n\r\n"), "response", "not HTTP"},
        {"status below all classes", say("HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n"), "response", "not HTTP"},
        {"bad length", say("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), "response", "not HTTP"},
        {"breaks off in the body", say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), "read", "broke off"},
        {"breaks off in the header", say("HTTP/1.1 200 OK\r\nContent-Le"), "read", "broke off"},
        {"breaks off in a chunk", say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), "read", "broke off"},
        {"too large by length", say("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"), "too large", "1000 bytes"},
        {"too large by chunks", say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x')), "too large", "1000 bytes"},
        {"too large to the end", say("HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x')), "too large", "1000 bytes"},
        {"too large a header", say("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"), "too large", "header"},
        {"switches protocols", say("HTTP/1.1 101 Switching Protocols\r\n\r\n"), "response", "interim"},
        {"is silent", [](Wire& wire) { wire.all(); }, "deadline", "\"read\""},
        {"answers for ever", [](Wire& wire) { wire.until("\r\n\r\n"), wire.send("HTTP/1.1 200 OK\r\n\r\n"); while (wire.send("x")) std::this_thread::sleep_for(5ms); }, "deadline", "\"read\""},
    };
    Client client(ClientOptions{.response_limit = 1000});
    for (const Row& row : rows) {
        Scripted server([&](Wire& wire, int) { row.behaves(wire); });
        const bool patient = std::string_view(row.field) != "deadline";
        const auto response = client.call({.url = server.url() + "/", .timeout = patient ? 10s : 200ms});
        ASSERT_FALSE(response) << row.name;
        EXPECT_EQ(response.refusal().field, row.field) << row.name << ": " << to_text(response.refusal());
        EXPECT_THAT(response.refusal().why, HasSubstr(row.why)) << row.name;
        EXPECT_EQ(server.connections(), 1) << row.name;
    }
}

TEST(Client, AnAnswerThatComesAfterTheDeadlineDoesNotReachTheNextCall) {
    Scripted server([&](Wire& wire, int connection) {
        wire.until("\r\n\r\n");
        if (connection == 1) wire.all();   // until the client has given up
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(connection));
    });
    Client client;
    EXPECT_EQ(client.call({.url = server.url() + "/", .timeout = 50ms}).refusal().field, "deadline");
    EXPECT_EQ(client.call({.url = server.url() + "/"})->body, "2");
}

TEST(Client, ReadsAnswersHoweverTheyEnd) {
    const std::pair<const char*, const char*> rows[] = {
        {"HTTP/1.1 200 OK\r\n\r\nto the end", "to the end"},
        {"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n", "abcde"},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc"},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n", ""},
    };
    Client client;
    for (const auto& [bytes, body] : rows) {
        Scripted server([&](Wire& wire, int) { wire.until("\r\n\r\n"), wire.send(bytes); });
        const auto response = client.call({.url = server.url() + "/"});
        ASSERT_TRUE(response) << bytes << to_text(response.refusal());
        EXPECT_EQ(response->body, body);
    }
}

TEST(Client, ReadsAnAnswerThatCameBeforeItsBodyWasTaken) {
    const auto server = echo({.body_limit = 1000});
    Client client;
    for (int i = 0; i < 20; ++i) EXPECT_EQ(client.call({.method = "POST", .url = url(*server, "/echo"), .body = std::string(900'000, 'x')})->status, 413);
}

// Serves one request of each connection well and closes it at the second, when the client has sent it.
void forgetful(Wire& wire, int connection) {
    wire.until("\r\n\r\n");
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(connection));
    wire.until("\r\n\r\n");
}

TEST(Client, RepeatsACallOnAFreshConnectionOnlyWhenThatIsSafe) {
    struct Row {
        Call call;
        bool repeated;
    };
    const Row rows[] = {{{.method = "GET"}, true}, {{.method = "DELETE"}, true}, {{.method = "POST", .headers = {{"idempotency-key", "k"}}}, true}, {{.method = "POST"}, false}};
    for (const Row& row : rows) {
        Scripted server(forgetful);
        Client client;
        Call call = row.call;
        call.url = server.url() + "/";
        EXPECT_EQ(client.call(call)->body, "1");
        const auto second = client.call(call);
        EXPECT_EQ(bool(second), row.repeated) << call.method;
        if (row.repeated) EXPECT_EQ(second->body, "2");
        else EXPECT_EQ(second.refusal().field, "read");
    }
}

TEST(Client, DoesNotUseAKeptConnectionThatWasClosedMeanwhile) {
    Event closed;
    Scripted server([&](Wire& wire, int connection) {
        wire.until("\r\n\r\n");
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(connection));
        if (connection == 1) wire.shut_sending(), closed.happened();
    });
    Client client;
    EXPECT_EQ(client.call({.method = "POST", .url = server.url() + "/"})->body, "1");
    ASSERT_TRUE(closed.wait());
    EXPECT_EQ(client.call({.method = "POST", .url = server.url() + "/"})->body, "2");
}

class TlsTest : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder() = testing::TempDir() + "waybill_tls_" + std::to_string(::getpid());
        std::filesystem::create_directories(folder());
        for (const auto& [name, subject] : {std::pair("server", "IP:127.0.0.1"), std::pair("other", "DNS:elsewhere.example")}) {
            const std::string command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=waybill-test -addext subjectAltName=" + std::string(subject) +
                                        " -keyout " + folder() + "/" + name + ".key -out " + folder() + "/" + name + ".pem 2>/dev/null";
            ASSERT_EQ(std::system(command.c_str()), 0);
        }
    }
    static void TearDownTestSuite() { std::filesystem::remove_all(folder()); }
    static std::string& folder() {
        static std::string path;
        return path;
    }
    static std::unique_ptr<Server> serve(const std::string& name) { return echo({.certificate_file = folder() + "/" + name + ".pem", .key_file = folder() + "/" + name + ".key"}); }
};

TEST_F(TlsTest, ACallGoesThroughAndTheConnectionIsKept) {
    const auto server = serve("server");
    Client client(ClientOptions{.ca_file = folder() + "/server.pem"});
    EXPECT_EQ(client.call({.method = "POST", .url = url(*server, "/echo", "https"), .body = std::string(200'000, 'b')})->body.size(), 200'000u);
    std::set<std::string> peers;
    for (int i = 0; i < 50; ++i) peers.insert(client.call({.url = url(*server, "/peer", "https")})->body);
    EXPECT_EQ(peers.size(), 1u);
    server->stop(5s);
    EXPECT_EQ(client.call({.url = url(*server, "/peer", "https")}).refusal().field, "connect");
}

TEST_F(TlsTest, ACertificateThatIsNotTrustedOrNotTheHostsIsRefused) {
    const auto server = serve("server"), other = serve("other");
    EXPECT_EQ(Client().call({.url = url(*server, "/peer", "https")}).refusal().field, "tls");
    EXPECT_EQ(Client(ClientOptions{.ca_file = folder() + "/other.pem"}).call({.url = url(*server, "/peer", "https")}).refusal().field, "tls");
    const auto wrong_name = Client(ClientOptions{.ca_file = folder() + "/other.pem"}).call({.url = url(*other, "/peer", "https")});
    EXPECT_EQ(wrong_name.refusal().field, "tls");
    EXPECT_THAT(wrong_name.refusal().cure, HasSubstr("name in its certificate"));
}

TEST_F(TlsTest, PlainAndTlsDoNotMix) {
    const auto server = serve("server");
    const auto plain_server = echo();
    Client client(ClientOptions{.ca_file = folder() + "/server.pem"});
    EXPECT_THAT(client.call({.url = url(*server, "/peer")}).refusal().field, AnyOf("read", "response"));
    EXPECT_EQ(client.call({.url = url(*plain_server, "/peer", "https")}).refusal().field, "tls");
    EXPECT_EQ(client.call({.url = url(*server, "/peer", "https")})->status, 200);
}

TEST_F(TlsTest, AHandshakeThatDoesNotEndIsCutOnBothSides) {
    const auto server = echo({.read_timeout = 100ms, .certificate_file = folder() + "/server.pem", .key_file = folder() + "/server.key"});
    Wire silent(server->port());
    EXPECT_EQ(silent.all(), "");
    Scripted mute([](Wire& wire, int) { wire.all(); });
    const auto response = Client(ClientOptions{.ca_file = folder() + "/server.pem"}).call({.url = "https" + mute.url().substr(4), .timeout = 300ms});
    EXPECT_EQ(response.refusal().field, "deadline");
    EXPECT_THAT(response.refusal().why, HasSubstr("\"tls\""));
}

TEST_F(TlsTest, AKeyThatIsNotTheCertificatesAndACaFileThatIsNoneAreRefused) {
    const auto server = Server::start(Router(), {.certificate_file = folder() + "/server.pem", .key_file = folder() + "/other.key"});
    ASSERT_FALSE(server);
    EXPECT_EQ(server.refusal().field, "http.key");
    EXPECT_EQ(Client(ClientOptions{.ca_file = "/nowhere.pem"}).call({.url = "https://127.0.0.1/"}).refusal().field, "tls");
}

}  // namespace
}  // namespace waybill::http
