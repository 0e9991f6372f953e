#include "wire.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace waybill::http {
namespace {

using testing::HasSubstr;

Handler named(std::string name) {
    return [name](Request request, Respond respond) {
        std::string answer = name;
        for (const auto& [param, value] : request.params) answer += " " + param + "=" + value;
        respond(text(200, answer));
    };
}

Router sample() {
    Router router;
    router.on("GET", "/", named("root"))
        .on("POST", "/v1/offers", named("take"))
        .on("GET", "/v1/offers/{id}", named("show"))
        .on("GET", "/v1/offers/waiting", named("waiting"))
        .on("POST", "/v1/offers/{id}/review", named("review"))
        .on("DELETE", "/v1/offers/{offer}", named("withdraw"));
    return router;
}

Response answer(const std::string& method, const std::string& target) {
    Request request;
    request.method = method;
    if (auto wrong = read_target(target, request)) return *wrong;
    Response given;
    sample().handle(request, [&](Response response) { given = std::move(response); });
    return given;
}

TEST(Router, FindsTheRouteOfAPath) {
    struct Row {
        const char *method, *target;
        int status;
        const char* body;
    };
    const Row rows[] = {
        {"GET", "/", 200, "root"},
        {"POST", "/v1/offers", 200, "take"},
        {"GET", "/v1/offers/o-1", 200, "show id=o-1"},
        {"GET", "/v1/offers/o-1?limit=3", 200, "show id=o-1"},
        {"GET", "/v1/offers/waiting", 200, "waiting"},
        {"DELETE", "/v1/offers/waiting", 200, "withdraw offer=waiting"},
        {"POST", "/v1/offers/a%20b%2Fc/review", 200, "review id=a b/c"},
        {"GET", "/v1/offers/%C3%85lesund", 200, "show id=Ålesund"},
        {"GET", "http://example.org/v1/offers/o-1", 200, "show id=o-1"},
        {"GET", "http://example.org", 200, "root"},
        {"HEAD", "/v1/offers/o-1", 200, "show id=o-1"},
        {"GET", "/v1/offers/", 404, "unknown-path"},
        {"GET", "/v1", 404, "unknown-path"},
        {"GET", "/V1/offers/o-1", 404, "unknown-path"},
        {"PATCH", "/v1/offers/o-1", 405, "DELETE, GET, HEAD, OPTIONS"},
        {"GET", "/v1/offers", 405, "OPTIONS, POST"},
        {"OPTIONS", "/v1/offers", 204, ""},
        {"OPTIONS", "*", 204, ""},
    };
    for (const Row& row : rows) {
        const Response response = answer(row.method, row.target);
        EXPECT_EQ(response.status, row.status) << row.method << " " << row.target;
        EXPECT_THAT(response.body, HasSubstr(row.body)) << row.method << " " << row.target;
    }
}

TEST(Router, TellsWhichMethodsAPathTakes) {
    EXPECT_EQ(header(answer("PUT", "/v1/offers").headers, "allow"), "OPTIONS, POST");
    EXPECT_EQ(header(answer("OPTIONS", "/v1/offers/o-1").headers, "Allow"), "DELETE, GET, HEAD, OPTIONS");
}

TEST(Router, RefusesRoutesThatCannotBeMeant) {
    Router router = sample();
    EXPECT_THROW(router.on("GET", "v1", named("x")), std::logic_error);
    EXPECT_THROW(router.on("GET", "/v1/offers/{other}", named("x")), std::logic_error);
    EXPECT_THROW(router.on("GET", "/{a}/{a}", named("x")), std::logic_error);
    EXPECT_THROW(router.on("GET", "/a{b}", named("x")), std::logic_error);
    EXPECT_THROW(router.on("GET", "/a", Handler()), std::logic_error);
    EXPECT_THROW(router.on("G T", "/a", named("x")), std::logic_error);
}

TEST(Target, IsReadIntoPathAndQuery) {
    Request request{"GET"};
    ASSERT_FALSE(read_target("/a%20b?stage=in+transit&q=%C3%A6%3D1&flag&&empty=", request));
    EXPECT_EQ(request.path, "/a%20b");
    EXPECT_EQ(request.query, (std::map<std::string, std::string>{{"stage", "in transit"}, {"q", "æ=1"}, {"flag", ""}, {"empty", ""}}));
}

TEST(Target, ThatCannotBeReadIsRefused) {
    for (const char* target : {"", "a", "/a b", "/%", "/%zz", "/a%00", "/%ff", "/%C0%AF", "/?a=%e5", "/?a=1&a=2", "/#part", "*", "ftp://a/b", "host:80", "/\xC3\xA6"}) {
        Request request{"GET"};
        const auto wrong = read_target(target, request);
        ASSERT_TRUE(wrong) << target;
        EXPECT_EQ(wrong->status, 400);
    }
}

TEST(Headers, AreFoundWithoutRegardToCase) {
    Headers headers;
    join(headers, "Content-Type", "a");
    join(headers, "X-Seen", "1");
    join(headers, "x-seen", "2");
    EXPECT_EQ(header(headers, "content-TYPE"), "a");
    EXPECT_EQ(header(headers, "X-SEEN"), "1, 2");
    EXPECT_EQ(header(headers, "absent"), "");
}

TEST(Problem, IsADocumentOfRfc9457) {
    const Response response = problem(422, "unknown-place", "No such place", Refusal{"from", "\"Bergn\" is not in the gazetteer", "write Bergen"});
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(header(response.headers, "content-type"), "application/problem+json");
    EXPECT_EQ(boost::json::parse(response.body), boost::json::parse(R"({"type": "urn:waybill:problem:unknown-place", "title": "No such place", "status": 422,
        "detail": "\"Bergn\" is not in the gazetteer", "field": "from", "cure": "write Bergen"})"));
}

TEST(Bytes, CarryNoHeaderThatWouldSplitTheResponse) {
    EXPECT_THAT(bytes_of({200, {{"Location", "/a\r\nSet-Cookie: b"}}, ""}, false, false), testing::StartsWith("HTTP/1.1 500 "));
    EXPECT_THAT(bytes_of({200, {{"Bad name", "x"}}, ""}, false, false), testing::StartsWith("HTTP/1.1 500 "));
    EXPECT_THAT(bytes_of({99, {}, ""}, false, false), testing::StartsWith("HTTP/1.1 500 "));
}

TEST(Bytes, LeaveLengthAndConnectionToTheServer) {
    const std::string bytes = bytes_of({200, {{"Content-Length", "7"}, {"Connection", "x"}, {"Transfer-Encoding", "chunked"}}, "four"}, false, false);
    EXPECT_THAT(bytes, testing::AllOf(HasSubstr("Content-Length: 4\r\n"), testing::Not(HasSubstr("Connection")), testing::Not(HasSubstr("chunked"))));
    EXPECT_THAT(bytes_of({204, {}, "text"}, false, false), testing::Not(HasSubstr("Content-Length")));
}

}  // namespace
}  // namespace waybill::http
