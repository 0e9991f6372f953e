// What breaks under the business while it goes on: processes, Kafka, Postgres, topics. Each service is a process of its own.
#include "system.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <regex>

namespace waybill::scenarios {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using std::chrono::steady_clock;

class Fault : public testing::Test {
protected:
    static void SetUpTestSuite() { system_ = std::make_unique<System>(SystemOptions{.processes = true, .pace = 20}); }
    static void TearDownTestSuite() { system_.reset(); }
    void TearDown() override { system_->wait_until_ready(); }  // after every fault all is well again, and says so

    // Offers from towns with many vehicles around them.
    static std::vector<std::string> offers(int count) {
        static const Freight freights[] = {
            {.from = "Vilnius, Lithuania", .to = "Warszawa, Poland"}, {.from = "Gdańsk, Poland", .to = "Berlin, Germany"},   {.from = "Hamburg, Germany", .to = "Amsterdam, Netherlands"},
            {.from = "Lyon, France", .to = "Milano, Italy"},          {.from = "Budapest, Hungary", .to = "Wien, Austria"}, {.from = "Stockholm, Sweden", .to = "Malmö, Sweden"},
        };
        std::vector<std::string> ids;
        for (int i = 0; i < count; ++i) ids.push_back(system_->offer(freights[next_++ % std::size(freights)]));
        return ids;
    }

    static inline std::unique_ptr<System> system_;
    static inline std::size_t next_ = 0;
};

TEST_F(Fault, ProcessesKilledInMidFlowGoOnWhereTheyWere) {
    const auto ids = offers(4);
    for (const char* process : {"intake", "fulfilment"}) system_->kill(process);
    for (const auto& id : ids) system_->asked(id);

    const auto killed = system_->pid("fulfilment");
    for (const auto& id : ids) system_->accept(system_->asked(id));
    for (const char* process : {"fulfilment", "fleet", "edge", "operations"}) system_->kill(process);
    system_->wait_until_another("fulfilment", killed);
    for (const auto& id : ids) {
        const auto asked = system_->asked(id);
        system_->pick_up(id, asked.driver);
        system_->deliver(id, asked.driver);
    }
    for (const char* process : {"billing", "payments", "tax"}) system_->kill(process);
    system_->close(ids);
}

TEST_F(Fault, AnotherProcessTakesOverTheLanesOfAKilledOne) {
    const auto second = system_->beside({"serve", "fulfilment", "--settings", (system_->folder() / "settings.yaml").string(), "--admin.port", "0"}, "fulfilment-2.log");
    wait_for("both processes to hold lanes", [&] {
        const auto holders = system_->holders("fulfilment");
        return holders.size() == 4 && std::any_of(holders.begin(), holders.end(), [&](const auto& lane) { return lane.second == second->pid(); }) &&
               std::any_of(holders.begin(), holders.end(), [&](const auto& lane) { return lane.second != second->pid(); });
    }, 60s);

    const auto ids = offers(4);
    const auto first = system_->pid("fulfilment");
    system_->kill("fulfilment");
    wait_for("somebody else to hold every lane", [&] {
        const auto holders = system_->holders("fulfilment");
        return holders.size() == 4 && std::none_of(holders.begin(), holders.end(), [&](const auto& lane) { return lane.second == first; });
    }, 60s);
    system_->close(ids);

    const auto more = offers(2);
    second->signal(SIGTERM);
    wait_for("the second process to stop in order", [&] { return second->ended(); }, 30s);
    EXPECT_EQ(second->exit_code(), 0);
    system_->close(more);
}

TEST_F(Fault, OffersAreTakenWhileKafkaIsStoppedForTenSeconds) {
    const auto under_way = offers(2);
    for (const auto& id : under_way) system_->asked(id);

    system_->signal("kafka", SIGSTOP);
    const auto stopped_at = steady_clock::now();
    std::vector<std::string> taken;
    wait_for("ten seconds to pass", [&] {
        if (taken.size() < 6) {
            const Freight freight{.from = "Kaunas, Lithuania", .to = "Riga, Latvia", .goods = std::to_string(10 + taken.size()) + " pallets of paper, 7000 kg"};
            const auto body = boost::json::serialize(boost::json::object{{"text", written(freight)}, {"channel", "email"}, {"received_at", "2026-11-09T08:00:00Z"}});
            const auto answer = system_->post("cust-lt", "/v1/offers", body, system_->fresh_key());
            EXPECT_EQ(answer.status, 202) << answer.body;
            if (answer.status == 202) taken.emplace_back(boost::json::parse(answer.body).as_object().at("id").as_string());
        }
        return steady_clock::now() - stopped_at >= 10s;
    }, 60s);
    system_->signal("kafka", SIGCONT);

    EXPECT_THAT(taken, SizeIs(6));
    system_->close(under_way);
    system_->close(taken);
}

TEST_F(Fault, AServiceThatIsStartedWhileKafkaIsAwayTakesOffers) {
    system_->signal("kafka", SIGSTOP);
    const auto killed = system_->pid("edge");
    system_->kill("edge");
    system_->wait_until_another("edge", killed);
    const Freight freight{.from = "Kaunas, Lithuania", .to = "Riga, Latvia", .goods = "9 pallets of paper, 7000 kg"};
    const auto body = boost::json::serialize(boost::json::object{{"text", written(freight)}, {"channel", "email"}, {"received_at", "2026-11-09T08:00:00Z"}});
    const auto key = system_->fresh_key();
    std::string taken;
    wait_for("the offer to be taken", [&] {
        const auto answer = system_->post("cust-lt", "/v1/offers", body, key);
        if (answer.status == 202) taken = std::string(boost::json::parse(answer.body).as_object().at("id").as_string());
        return !taken.empty();
    }, 30s);
    EXPECT_NE(system_->trouble("edge").find("Kafka is away"), std::string::npos) << system_->trouble("edge");
    system_->signal("kafka", SIGCONT);
    system_->close({taken});
}

TEST_F(Fault, KafkaKilledInMidFlowIsStartedAgainAndNothingIsLost) {
    const auto ids = offers(3);
    const auto killed = system_->pid("kafka");
    system_->kill("kafka");
    const auto more = offers(1);  // taken while it is away
    system_->wait_until_another("kafka", killed);
    system_->close(ids);
    system_->close(more);
}

TEST_F(Fault, PostgresKilledInMidFlowIsStartedAgainAndNothingIsLost) {
    const auto ids = offers(3);
    for (const auto& id : ids) system_->asked(id);
    const auto killed = system_->pid("postgres");
    system_->kill("postgres");
    for (const auto& id : ids) system_->accept(system_->asked(id));  // asked again until there is an answer
    system_->wait_until_another("postgres", killed);
    system_->close(ids);
}

TEST_F(Fault, AllTopicsDeletedInMidFlowAreMadeAnewAndNothingIsLost) {
    const auto ids = offers(4);
    system_->asked(ids.front());
    system_->delete_all_topics();
    const auto more = offers(1);
    system_->close(ids);
    system_->close(more);
}

TEST_F(Fault, AServiceThatLacksARightOnATopicIsNotReadyUntilItHasIt) {
    const auto id = offers(1).front();
    system_->asked(id);
    system_->forbid_reading("billing", "fulfilment.events");
    system_->kill("billing");
    wait_for("billing to say what it lacks", [&] { return system_->trouble("billing").find("topic fulfilment.events: Broker: Topic authorization failed") != std::string::npos; }, 60s,
             [&] { return system_->trouble("billing"); });
    system_->permit_everything_again();
    system_->close({id});
}

// The process goes on trying with what it was started with: passwords are read once.
TEST_F(Fault, AProcessWithWrongPasswordsIsNotReadyAndSaysWhichTheyAre) {
    const auto secrets = system_->folder() / "wrong-secrets";
    std::filesystem::copy(system_->folder() / "secrets", secrets, std::filesystem::copy_options::recursive);
    for (const char* name : {"postgres-fleet", "kafka-intake"}) std::ofstream(secrets / name) << "guessed\n";
    const auto process = system_->beside({"serve", "fleet", "intake", "--settings", (system_->folder() / "settings.yaml").string(), "--admin.port", "0", "--secrets.folder", secrets.string()}, "wrong.log");
    const auto log = system_->folder() / "logs" / "wrong.log";
    std::smatch port;
    wait_for("the process to listen", [&] { return content_of(log).find("listening") != std::string::npos; }, 60s, [&] { return content_of(log); });
    const auto text = content_of(log);
    ASSERT_TRUE(std::regex_search(text, port, std::regex(R"("port":(\d+))"))) << text;
    const std::string url = "http://127.0.0.1:" + port[1].str();
    const auto both = [&] {
        const auto why = System::trouble_at(url);
        return why.find("password authentication failed for user \\\"fleet\\\"") != std::string::npos && why.find("intake: topic ") != std::string::npos && why.find("Authentication failed") != std::string::npos;
    };
    wait_for("both to be named", both, 60s, [&] { return System::trouble_at(url); });
    EXPECT_FALSE(process->ended());
    EXPECT_TRUE(both()) << System::trouble_at(url);
    EXPECT_THAT(content_of(log), testing::Not(HasSubstr("guessed")));
}

TEST_F(Fault, TheJudgeFindsNothingLostDoubledOrStuck) { EXPECT_EQ(system_->judged(), ""); }

}  // namespace
}  // namespace waybill::scenarios
