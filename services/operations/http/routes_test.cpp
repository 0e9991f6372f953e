#include "http/routes.h"

#include "service.h"
#include "tables.h"

#include <gmock/gmock.h>

#include <fstream>

namespace waybill::operations {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Instant noon = *parse_instant("2026-11-23T12:00:00Z");
const std::optional<std::string> nothing;

// Gives the rows it was told to give, and keeps what it was asked.
struct Rows : host::Reader {
    std::vector<Row> next;
    std::vector<std::vector<std::optional<std::string>>> asked;
    bool away = false;
    std::vector<Row> rows(const std::string&, const std::vector<std::optional<std::string>>& parameters) override {
        if (away) throw std::runtime_error("Postgres: no connection to 10.0.0.7");
        asked.push_back(parameters);
        return next;
    }
};

struct NoCommands : host::Commands {
    void submit(std::string, std::any, std::function<void(Result<host::Reply>)>) override { throw std::logic_error("operations takes no commands"); }
};

class Desk : public testing::Test {
protected:
    Desk() {
        const auto file = testing::TempDir() + "operations-keys.json";
        std::ofstream(file) << "[" << entry("lt", "customer", "cust-lt") << "," << entry("op", "operator", "op-1") << "," << entry("driver", "driver", "KUN-D03") << "," << entry("bank", "bank", "bank-1") << "]";
        settings = *settings::Settings::load(unit().keys, {.flags = {"--operations.keys-file", file}, .environment = {}, .file = ""});
        routes(router, {commands, reader, settings, [] { return noon; }});
    }

    static std::string entry(const char* key, const char* role, const char* id) {
        return R"({"sha256":")" + access::sha256_hex(key) + R"(","role":")" + role + R"(","id":")" + id + R"("})";
    }

    http::Response get(const std::string& key, const std::string& path, std::map<std::string, std::string> query = {}) {
        http::Response answer{0, {}, ""};
        router.handle({"GET", path, std::move(query), {{"Authorization", "Bearer " + key}}, "", {}, ""}, [&](http::Response response) { answer = std::move(response); });
        return answer;
    }

    Rows reader;
    NoCommands commands;
    settings::Settings settings = *settings::Settings::load({}, {});
    http::Router router;
};

TEST_F(Desk, ShowsEveryoneOnlyTheirOwn) {
    reader.next = {{{"body", R"({"id":"wb-1"})"}}};
    const struct { const char *key, *path; std::vector<std::optional<std::string>> asked; } cases[] = {
        {"lt", "/v1/offers/wb-1", {"wb-1", "cust-lt"}},
        {"op", "/v1/offers/wb-1", {"wb-1", nothing}},
        {"lt", "/v1/shipments/wb-1", {"wb-1", "cust-lt", nothing}},
        {"driver", "/v1/shipments/wb-1", {"wb-1", nothing, "KUN-D03"}},
        {"op", "/v1/shipments/wb-1", {"wb-1", nothing, nothing}},
        {"driver", "/v1/assignments/wb-1.1", {"wb-1.1", "KUN-D03"}},
        {"driver", "/v1/vehicles/KUN-03", {"KUN-03", "KUN-D03"}},
        {"lt", "/v1/invoices/wb-1", {"wb-1", "cust-lt"}},
        {"bank", "/v1/invoices/wb-1", {"wb-1", nothing}},
        {"lt", "/v1/counts", {"cust-lt"}},
    };
    for (const auto& [key, path, asked] : cases) {
        const auto answer = get(key, path);
        EXPECT_EQ(answer.status, 200) << path;
        EXPECT_EQ(answer.body, R"({"id":"wb-1"})") << path;
        EXPECT_EQ(reader.asked.back(), asked) << path;
    }
}

TEST_F(Desk, LetsNobodyAskWhatTheirRoleMayNot) {
    const struct { const char *key, *path; int status; } cases[] = {
        {"nobody", "/v1/offers", 401},
        {"driver", "/v1/offers", 403},
        {"driver", "/v1/shipments", 403},
        {"driver", "/v1/shipments/wb-1/timeline", 403},
        {"driver", "/v1/invoices/wb-1", 403},
        {"driver", "/v1/counts", 403},
        {"lt", "/v1/assignments", 403},
        {"lt", "/v1/vehicles/KUN-03", 403},
        {"bank", "/v1/invoices", 403},
        {"bank", "/v1/offers/wb-1", 403},
    };
    for (const auto& [key, path, status] : cases) EXPECT_EQ(get(key, path).status, status) << key << " " << path;
    EXPECT_THAT(reader.asked, IsEmpty());
}

TEST_F(Desk, SaysNothingOfWhatIsNotThere) {
    for (const char* path : {"/v1/offers/wb-9", "/v1/shipments/wb-9", "/v1/shipments/wb-9/timeline", "/v1/shipments/wb-9/whereabouts", "/v1/invoices/wb-9"}) {
        EXPECT_EQ(get("lt", path).status, 404) << path;
    }
}

TEST_F(Desk, GivesPagesThatContinue) {
    for (const char* id : {"wb-3", "wb-2", "wb-1"}) reader.next.push_back({{"id", id}, {"at", "2026-11-23T11:00:00.000Z"}, {"body", "\"" + std::string(id) + "\""}});

    const auto first = get("op", "/v1/shipments", {{"stage", "offered"}, {"limit", "2"}});
    EXPECT_THAT(reader.asked.back(), ElementsAre(nothing, "offered", nothing, nothing, "3"));
    EXPECT_THAT(first.body, HasSubstr(R"({"items":["wb-3","wb-2"],"next_cursor":")"));

    const auto next = cursor("2026-11-23T11:00:00.000Z", "wb-2");
    EXPECT_THAT(first.body, HasSubstr(next));
    reader.next.resize(1);
    const auto last = get("op", "/v1/shipments", {{"stage", "offered"}, {"limit", "2"}, {"cursor", next}});
    EXPECT_THAT(reader.asked.back(), ElementsAre(nothing, "offered", "2026-11-23T11:00:00.000Z", "wb-2", "3"));
    EXPECT_EQ(last.body, R"({"items":["wb-3"],"next_cursor":null})");
}

TEST_F(Desk, RefusesParametersThatAreWrong) {
    const struct { const char* path; std::map<std::string, std::string> query; const char* says; } cases[] = {
        {"/v1/shipments", {{"stage", "offred"}}, "finding_vehicle"},
        {"/v1/offers", {{"state", "withdrawn"}}, "in_review"},
        {"/v1/offers", {{"stage", "offered"}}, "no such parameter"},
        {"/v1/shipments", {{"limit", "0"}}, "limit"},
        {"/v1/shipments", {{"limit", "501"}}, "limit"},
        {"/v1/shipments", {{"limit", "ten"}}, "limit"},
        {"/v1/shipments", {{"cursor", ""}}, "cursor"},
        {"/v1/shipments", {{"cursor", "!!"}}, "cursor"},
        {"/v1/shipments", {{"cursor", "AAAA"}}, "cursor"},
        {"/v1/shipments/wb%201", {}, "id"},
        {"/v1/counts", {{"limit", "5"}}, "send none"},
    };
    for (const auto& [path, query, says] : cases) {
        const auto answer = get("op", path, query);
        EXPECT_EQ(answer.status, 400) << path;
        EXPECT_THAT(answer.body, HasSubstr(says)) << path;
    }
    EXPECT_THAT(reader.asked, IsEmpty());
}

TEST_F(Desk, SaysNotNowWithoutNamesWhenTheDatabaseIsAway) {
    reader.away = true;
    const auto answer = get("op", "/v1/counts");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(http::header(answer.headers, "retry-after"), "2");
    EXPECT_THAT(answer.body, testing::Not(HasSubstr("10.0.0.7")));
}

TEST_F(Desk, TellsWhereAShipmentIs) {
    reader.next = {{{"id", "wb-1"}, {"offer_state", "accepted"}, {"offer_reasons", "[]"}, {"stage", "offered"}, {"awaited", "the driver's answer"}, {"awaited_from", "driver"},
                    {"awaited_until", "2026-11-23T12:10:00.000Z"}, {"why", "a vehicle was found"}, {"attempt", "1"}, {"driver", "KUN-D03"}, {"vehicle", "KUN-03"}, {"question", nothing},
                    {"latitude", "54.9"}, {"longitude", "23.91"}, {"seen_at", "2026-11-23T11:00:00.000Z"}}};
    const auto answer = get("lt", "/v1/shipments/wb-1/whereabouts");
    EXPECT_EQ(answer.body, R"({"id":"wb-1","stage":"offered","awaited":"the driver's answer","awaited_from":"driver","awaited_until":"2026-11-23T12:10:00.000Z","late":false,)"
                           R"("why":"a vehicle was found","last_seen":{"latitude":54.9,"longitude":23.91,"seen_at":"2026-11-23T11:00:00.000Z"},)"
                           R"("sentence":"Driver KUN-D03 is asked to take it, until 2026-11-23T12:10:00.000Z (a vehicle was found)."})");
}

TEST(Cursor, ComesBackWhateverTheIdIs) {
    for (const char* id : {"w", "wb", "wb-", "wb-3fkq7vxa2mzc5t6e", "edge.to.intake/2/0/1/7"}) {
        const auto back = parse_cursor(cursor("2026-11-23T12:00:00.000Z", id));
        ASSERT_TRUE(back) << id;
        EXPECT_EQ(back->first, "2026-11-23T12:00:00.000Z");
        EXPECT_EQ(back->second, id);
    }
}

}  // namespace
}  // namespace waybill::operations
