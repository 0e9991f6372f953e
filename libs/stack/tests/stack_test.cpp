// Real servers in a run folder of their own below /tmp.
#include <waybill/stack.h>

#include "kafka_client.h"
#include "processes.h"
#include "run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <pqxx/pqxx>

#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace waybill::stack {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
namespace fs = std::filesystem;

Flow small_flow() {
    return {{{"intake.events", 4, 24h, "intake", {"billing"}}, {"billing.events", 4, 24h, "billing", {}}}, {{"intake"}, {"billing"}}};
}

struct Folder {
    fs::path path;
    Folder() {
        char name[] = "/tmp/waybill-stack-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~Folder() {
        const auto run = find(path);
        if (run) {
            EXPECT_EQ(stop_all(*run), std::nullopt);
            fs::remove_all(run->postgres_folder);
        }
        fs::remove_all(path);
    }
};

Settings in(const Folder& folder) {
    Settings settings;
    settings.folder = folder.path;
    settings.mode = "test";
    return settings;
}

template <class T>
T taken(Result<T> result) {
    if (!result) throw std::runtime_error(to_text(result.refusal()));
    return std::move(result).value();
}

void succeed(const std::optional<Refusal>& refusal) {
    if (refusal) throw std::runtime_error(to_text(*refusal));
}

struct Client {
    rd_kafka_t* kafka;
    rd_kafka_resp_err_t delivered = RD_KAFKA_RESP_ERR__IN_PROGRESS;

    Client(const Run& run, const std::string& user) {
        const auto login = kafka_login(run, user);
        char why[256];
        auto* conf = rd_kafka_conf_new();
        const std::pair<const char*, std::string> settings[] = {{"bootstrap.servers", login.bootstrap}, {"security.protocol", "SASL_PLAINTEXT"}, {"sasl.mechanism", "PLAIN"},
                                                                {"sasl.username", login.user},          {"sasl.password", login.password},       {"message.timeout.ms", "10000"},
                                                                {"log_level", "2"}};
        for (const auto& [name, value] : settings) rd_kafka_conf_set(conf, name, value.c_str(), why, sizeof why);
        rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) { static_cast<Client*>(self)->delivered = message->err; });
        rd_kafka_conf_set_opaque(conf, this);
        kafka = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    }
    ~Client() {
        rd_kafka_purge(kafka, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_destroy(kafka);
    }
};

std::set<std::string> topics_seen_by(const Run& run, const std::string& user) {
    const Client client(run, user);
    const struct rd_kafka_metadata* metadata = nullptr;
    if (rd_kafka_metadata(client.kafka, 1, nullptr, &metadata, 10'000)) return {"no answer"};
    std::set<std::string> names;
    for (int i = 0; i < metadata->topic_cnt; ++i) names.insert(metadata->topics[i].topic);
    rd_kafka_metadata_destroy(metadata);
    return names;
}

std::string writing(const Run& run, const std::string& user, const std::string& topic) {
    Client client(run, user);
    rd_kafka_producev(client.kafka, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_VALUE(const_cast<char*>("x"), 1),
                      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    rd_kafka_flush(client.kafka, 10'000);
    return rd_kafka_err2name(client.delivered);
}

std::string sqlstate_of(const Run& run, const std::string& role, const std::string& statement) {
    pqxx::connection connection(postgres_dsn(run, role));
    pqxx::work work(connection);
    try {
        work.exec(statement);
        work.commit();
        return "ok";
    } catch (const pqxx::insufficient_privilege&) {
        return "42501";  // libpqxx 6 gives this class no sqlstate
    } catch (const pqxx::sql_error& error) {
        return error.sqlstate();
    }
}

// Whether Postgres, which was started and may still be recovering, lets somebody in at last.
bool answers(const Run& run) {
    for (const auto deadline = Steady::now() + 60s; Steady::now() < deadline; std::this_thread::sleep_for(20ms)) try {
            pqxx::connection connection(postgres_dsn(run, "judge"));
            return true;
        } catch (const pqxx::failure&) {
        }
    return false;
}

std::map<std::string, pid_t> living(const Run& run) {
    std::map<std::string, pid_t> pids;
    for (const auto& process : taken(look(run.folder)).processes)
        if (process.alive) pids[process.name] = process.pid;
    return pids;
}

// ---- one pair of servers for all that only looks at them ----------------------------------------------------------

class ProvisionedStack : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        folder = std::make_unique<Folder>();
        const auto before = Steady::now();
        run = std::make_unique<stack::Run>(taken(begin(in(*folder))));
        succeed(start_servers(*run, small_flow()));
        const auto started = Steady::now();
        first = taken(provision(*run, small_flow()));
        const auto seconds = [](auto span) { return std::chrono::duration<double>(span).count(); };
        std::printf("servers started in %.1f s, provisioned in %.1f s\n", seconds(started - before), seconds(Steady::now() - started));
    }
    static void TearDownTestSuite() {
        run.reset();
        folder.reset();
    }
    static std::unique_ptr<Folder> folder;
    static std::unique_ptr<stack::Run> run;
    static Provisioned first;
};
std::unique_ptr<Folder> ProvisionedStack::folder;
std::unique_ptr<stack::Run> ProvisionedStack::run;
Provisioned ProvisionedStack::first;

TEST_F(ProvisionedStack, MakesAllThatTheFlowNames) {
    EXPECT_EQ(first.databases, 1);
    EXPECT_EQ(first.roles, 4);  // two services, waybill_host, judge
    EXPECT_EQ(first.schemas, 3);
    EXPECT_EQ(first.topics, 3);  // with waybill.asks
    EXPECT_GT(first.acls, 0);
    EXPECT_EQ(taken(look(folder->path)).state, "running");
}

TEST_F(ProvisionedStack, ProvisionsASecondTimeWithoutChangingAnything) { EXPECT_EQ(taken(provision(*run, small_flow())).total(), 0); }

TEST_F(ProvisionedStack, ARoleReachesItsOwnSchemaAndNoOther) {
    ASSERT_EQ(sqlstate_of(*run, "billing", "CREATE TABLE invoices (id text); INSERT INTO invoices VALUES ('i1')"), "ok");

    struct Row {
        const char *role, *statement, *outcome;
    };
    constexpr auto denied = "42501";
    for (const auto& [role, statement, outcome] : {
             Row{"billing", "SELECT * FROM invoices", "ok"},
             Row{"intake", "SELECT * FROM billing.invoices", denied},
             Row{"intake", "CREATE TABLE billing.mine (id text)", denied},
             Row{"intake", "CREATE TABLE public.mine (id text)", denied},
             Row{"intake", "CREATE SCHEMA mine", denied},
             Row{"intake", "SET ROLE billing", denied},
             Row{"waybill_host", "SELECT * FROM billing.invoices", denied},
             Row{"waybill_host", "CREATE TABLE waybill.leases (id text)", "ok"},
             Row{"judge", "SELECT * FROM billing.invoices", "ok"},
             Row{"judge", "SELECT * FROM waybill.leases", "ok"},
             Row{"judge", "DELETE FROM billing.invoices", "25006"},
             Row{"judge", "SET TRANSACTION READ WRITE; DELETE FROM billing.invoices", denied},
         })
        EXPECT_EQ(sqlstate_of(*run, role, statement), outcome) << role << ": " << statement;
}

TEST_F(ProvisionedStack, ARoleNeedsItsPassword) {
    auto dsn = postgres_dsn(*run, "intake");
    dsn.replace(dsn.find("password=") + 9, 8, "00000000");
    EXPECT_THROW(pqxx::connection{dsn}, pqxx::failure);
}

TEST_F(ProvisionedStack, APrincipalSeesOnlyWhatTheFlowGivesIt) {
    EXPECT_THAT(topics_seen_by(*run, "intake"), ElementsAre("intake.events", "waybill.asks"));
    EXPECT_THAT(topics_seen_by(*run, "billing"), ElementsAre("billing.events", "intake.events", "waybill.asks"));
    EXPECT_THAT(topics_seen_by(*run, "tail"), ElementsAre("billing.events", "intake.events"));
    EXPECT_THAT(topics_seen_by(*run, "judge"), ElementsAre("billing.events", "intake.events", "waybill.asks"));
}

TEST_F(ProvisionedStack, APrincipalWritesOnlyItsOwnTopicAndTheSharedOne) {
    EXPECT_EQ(writing(*run, "intake", "intake.events"), "NO_ERROR");
    EXPECT_EQ(writing(*run, "intake", "waybill.asks"), "NO_ERROR");
    EXPECT_EQ(writing(*run, "billing", "intake.events"), "TOPIC_AUTHORIZATION_FAILED");
    EXPECT_EQ(writing(*run, "judge", "intake.events"), "TOPIC_AUTHORIZATION_FAILED");
}

TEST_F(ProvisionedStack, TakesAwayARightThatTheFlowNoLongerGrants) {
    auto narrower = small_flow();
    narrower.topics[0].readers.clear();

    EXPECT_EQ(taken(provision_kafka(*run, narrower)).acls, 1);
    EXPECT_THAT(topics_seen_by(*run, "billing"), ElementsAre("billing.events", "waybill.asks"));

    EXPECT_EQ(taken(provision_kafka(*run, small_flow())).acls, 1);
}

TEST_F(ProvisionedStack, ChangesARetentionInPlace) {
    auto shorter = small_flow();
    shorter.topics[0].retention = 1h;

    EXPECT_EQ(taken(provision_kafka(*run, shorter)).retentions, 1);
    EXPECT_EQ(taken(provision_kafka(*run, shorter)).total(), 0);
    EXPECT_EQ(taken(provision_kafka(*run, small_flow())).retentions, 1);
}

TEST_F(ProvisionedStack, RefusesAnotherNumberOfPartitions) {
    auto wider = small_flow();
    wider.topics[0].partitions = 8;

    const auto refused = provision(*run, wider);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.refusal().field, "topic intake.events");
    EXPECT_THAT(refused.refusal().why, HasSubstr("4 partitions"));
}

TEST_F(ProvisionedStack, KeepsSecretsToItself) {
    for (const auto& entry : fs::directory_iterator(folder->path / "secrets")) EXPECT_EQ(fs::status(entry).permissions(), fs::perms(0600)) << entry;
    EXPECT_EQ(fs::status(folder->path / "secrets").permissions(), fs::perms(0700));
    EXPECT_EQ(fs::status(folder->path / "kafka/server.properties").permissions(), fs::perms(0600));

    std::string password = postgres_dsn(*run, "intake");
    password = password.substr(password.find("password=") + 9, 48);
    for (const auto& log : fs::directory_iterator(folder->path / "logs")) {
        std::ifstream in(log.path());
        EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}).find(password), std::string::npos) << log;
    }
}

TEST_F(ProvisionedStack, NamesTheRoleThatHasNoSecret) { EXPECT_THROW(postgres_dsn(*run, "nobody"), std::runtime_error); }

// ---- servers that somebody else runs -------------------------------------------------------------------------------

// Those of the run above, seen from outside: by address, with a copy of the secrets that provisioning needs.
class OthersServers : public ProvisionedStack {
protected:
    void SetUp() override {
        for (const auto* name : {"postgres-waybill_admin", "postgres-waybill_host", "postgres-judge", "postgres-intake", "postgres-billing", "kafka-admin"})
            fs::copy_file(folder->path / "secrets" / name, copy.path / name);
        servers = {"localhost", run->ports.postgres, "127.0.0.1:" + std::to_string(run->ports.kafka), copy.path};
    }
    void TearDown() override { taken(provision(Servers{"127.0.0.1", run->ports.postgres, servers.kafka_bootstrap, folder->path / "secrets"}, small_flow())); }

    void write(const std::string& name, const std::string& text) { std::ofstream(copy.path / name) << text; }
    bool logs_in(const std::string& role) {
        try {
            return pqxx::connection(postgres_dsn(servers, role)).is_open();
        } catch (const pqxx::failure&) {
            return false;
        }
    }
    Folder copy;
    Servers servers;
};

TEST_F(OthersServers, LackNothingButPasswordsAfterTheirFirstProvision) {
    const auto made = taken(provision(servers, small_flow()));

    EXPECT_EQ(made.passwords, 4);
    EXPECT_EQ(made.total(), 4);
    EXPECT_EQ(to_text(made), "4 passwords");
}

TEST_F(OthersServers, GetAServiceThatIsNew) {
    auto wider = small_flow();
    wider.services.push_back({"tax"});
    wider.topics.push_back({"tax.events", 4, 24h, "tax", {"billing"}});
    write("postgres-tax", "it's a \\ password\n");

    EXPECT_EQ(to_text(taken(provision(servers, wider))), "1 role, 1 schema, 4 passwords, 1 topic, 6 rights");
    EXPECT_EQ(to_text(taken(provision(servers, wider))), "5 passwords");
    EXPECT_TRUE(logs_in("tax"));

    taken(provision_kafka(*run, small_flow()));  // takes the rights back
}

TEST_F(OthersServers, TakeARotatedPassword) {
    write("postgres-intake", "rotated\n");
    EXPECT_FALSE(logs_in("intake"));

    taken(provision(servers, small_flow()));

    EXPECT_TRUE(logs_in("intake"));
    EXPECT_THROW(pqxx::connection{postgres_dsn(*run, "intake")}, pqxx::failure);
}

TEST_F(OthersServers, AreLeftAloneWhenASecretIsMissing) {
    write("postgres-intake", "rotated\n");
    fs::remove(copy.path / "postgres-billing");
    write("kafka-admin", "\n");

    const auto refused = provision(servers, small_flow());

    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.refusal().why, HasSubstr((copy.path / "postgres-billing").string() + ": No such file"));
    EXPECT_THAT(refused.refusal().why, HasSubstr((copy.path / "kafka-admin").string() + ": its first line is empty"));
    EXPECT_THAT(refused.refusal().cure, HasSubstr("secrets.folder"));
    servers.secrets = copy.path / "none";
    EXPECT_EQ(provision(servers, small_flow()).refusal().why, (copy.path / "none").string() + " is no folder");
    servers.secrets = copy.path;
    EXPECT_FALSE(fs::exists(copy.path / "postgres-billing"));
    EXPECT_FALSE(logs_in("intake"));
}

TEST_F(OthersServers, AreAskedOnceWithAWrongPassword) {
    for (const auto& [name, server] : {std::pair{"kafka-admin", "Kafka"}, std::pair{"postgres-waybill_admin", "servers"}}) {
        write(name, "wrong\n");
        const auto before = Steady::now();
        const auto refused = provision(servers, small_flow());
        EXPECT_LT(Steady::now() - before, 30s) << name;
        ASSERT_FALSE(refused) << name;
        EXPECT_EQ(refused.refusal().field, server);
        EXPECT_THAT(to_text(refused.refusal()), HasSubstr("uthentication")) << name;
        EXPECT_EQ(to_text(refused.refusal()).find("wrong"), std::string::npos) << name;
        fs::copy_file(folder->path / "secrets" / name, copy.path / name, fs::copy_options::overwrite_existing);
    }
}

TEST_F(OthersServers, KeepTheRightsThatOthersHave) {
    KafkaAdmin admin(kafka_login(servers, "admin"));
    const Acl theirs{Acl::On::topic, "their.topic", "stranger", Acl::May::read}, on_ours{Acl::On::topic, "intake.events", "stranger", Acl::May::read};
    admin.make_acls({theirs, on_ours});
    while (!admin.acls().contains(theirs) || !admin.acls().contains(on_ours)) std::this_thread::sleep_for(5ms);

    EXPECT_EQ(taken(provision(servers, small_flow())).acls, 1);

    EXPECT_TRUE(admin.acls().contains(theirs));
    EXPECT_FALSE(admin.acls().contains(on_ours));
    EXPECT_EQ(taken(provision_kafka(*run, small_flow())).acls, 1);  // a run has no strangers
}

TEST(OthersServersThatStart, AreAwaitedAndMade) {
    const Folder folder;
    const auto run = taken(begin(in(folder)));
    const auto servers = servers_of(run);
    for (const auto* name : {"postgres-waybill_admin", "postgres-waybill_host", "postgres-judge", "postgres-intake", "postgres-billing", "kafka-admin"}) make_secret(servers.secrets, name);

    auto made = std::async(std::launch::async, [&] { return provision(servers, small_flow()); });
    succeed(start_servers(run, small_flow()));

    const auto all = taken(made.get());
    EXPECT_THAT(to_text(all), StartsWith("1 database, 4 roles, 3 schemas, 3 topics, "));
    EXPECT_EQ(writing(run, "intake", "intake.events"), "NO_ERROR");
    EXPECT_EQ(sqlstate_of(run, "intake", "CREATE TABLE offers (id text)"), "ok");
    EXPECT_EQ(taken(provision(run, small_flow())).total(), 0);
}

// ---- refusals that need no server ----------------------------------------------------------------------------------

TEST(Begin, RefusesAPortThatIsTakenAndNamesIt) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(socket, 1), 0);
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    const Folder folder;
    auto settings = in(folder);
    settings.ports.kafka = ntohs(address.sin_port);

    const auto refused = begin(settings);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.refusal().field, "port of Kafka");
    EXPECT_THAT(refused.refusal().why, HasSubstr(std::to_string(settings.ports.kafka)));
    ::close(socket);
}

TEST(Begin, RefusesADiskWithLessRoomThanItNeeds) {
    const Folder folder;
    auto settings = in(folder);
    EXPECT_EQ(settings.least_free_disk, 1'000'000'000U);
    settings.least_free_disk = fs::space(folder.path).capacity + 1;

    const auto refused = begin(settings);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.refusal().field, "disk");
    EXPECT_THAT(refused.refusal().why, HasSubstr("MB free at " + folder.path.string()));
    EXPECT_THAT(refused.refusal().cure, StartsWith("free at least "));
}

TEST(Begin, FindsNothingWhereNothingWasBegun) {
    const Folder folder;
    ASSERT_FALSE(find(folder.path));
    EXPECT_THAT(find(folder.path).refusal().cure, HasSubstr("./dev up"));
}

TEST(Begin, PutsAClusterWhereUserPostgresCanReachIt) {
    if (::getuid() != 0) GTEST_SKIP() << "only root runs Postgres as another user";
    const Folder folder;
    ::chmod(folder.path.c_str(), 0700);
    auto settings = in(folder);
    settings.folder = folder.path / "run";

    EXPECT_THAT(taken(begin(settings)).postgres_folder.string(), HasSubstr("/var/tmp/waybill-0-"));
}

TEST(StartKafka, NamesTheFolderThatHoldsNoJars) {
    const Folder folder;
    auto settings = in(folder);
    settings.kafka_libs = folder.path / "none";

    const auto refusal = start_kafka(taken(begin(settings)), small_flow());

    ASSERT_TRUE(refusal);
    EXPECT_THAT(refusal->why, HasSubstr((folder.path / "none").string()));
    EXPECT_THAT(refusal->cure, HasSubstr("./dev setup"));
}

TEST(StartKafka, RefusesAServiceThatCannotNameASchema) {
    for (const auto* name : {"", "Intake", "in-take", "judge", "pg_intake", "in\"take"}) {
        const Folder folder;
        const auto refusal = start_kafka(taken(begin(in(folder))), {{}, {{name}}});
        ASSERT_TRUE(refusal) << name;
        EXPECT_EQ(refusal->field, "service") << name;
    }
}

// ---- a starter that is killed --------------------------------------------------------------------------------------

// Run by the tests below as a process of its own.
TEST(Starter, DISABLED_StartsAndWaitsToBeKilled) {
    Settings settings;
    settings.folder = std::getenv("STACK_TEST_FOLDER");
    settings.leash = std::getenv("STACK_TEST_LEASH") ? Leash::with_starter : Leash::on_its_own;
    succeed(start_servers(taken(begin(settings)), small_flow()));
    std::puts("ready");
    std::fflush(stdout);
    ::pause();
}

class KilledStarter : public ::testing::Test {
protected:
    void start_and_kill(const std::string& leash) {
        const std::string command = "STACK_TEST_FOLDER=" + folder.path.string() + " " + leash + " exec " + fs::read_symlink("/proc/self/exe").string() +
                                    " --gtest_also_run_disabled_tests --gtest_filter=Starter.* --gtest_brief=1";
        auto* output = ::popen(command.c_str(), "r");
        char line[256];
        std::string all;
        while (std::fgets(line, sizeof line, output)) {
            all += line;
            if (std::string(line) == "ready\n") break;
        }
        ASSERT_THAT(all, HasSubstr("ready"));
        const auto status = taken(look(folder.path));
        ASSERT_TRUE(status.keeper.alive);
        for (const auto& process : marked_with(folder.path)) holds.push_back(*Hold::on(process));
        ASSERT_GE(holds.size(), 2U);

        const auto refused = begin(in(folder));
        ASSERT_FALSE(refused);
        EXPECT_THAT(refused.refusal().why, HasSubstr("kept by the running process"));

        ::kill(status.keeper.pid, SIGKILL);
        ::pclose(output);
    }
    Folder folder;
    std::vector<Hold> holds;
};

TEST_F(KilledStarter, IsCleanedUpByTheNextStartWhichKeepsTheData) {
    start_and_kill("");
    EXPECT_EQ(taken(look(folder.path)).state, "abandoned");
    const auto ports = taken(look(folder.path)).ports;

    const auto run = taken(begin(in(folder)));

    for (const auto& hold : holds) EXPECT_TRUE(hold.ended_by(Steady::now()));
    EXPECT_EQ(run.ports, ports);
    succeed(start_servers(run, small_flow()));
    EXPECT_EQ(living(run).size(), 2U);
}

TEST_F(KilledStarter, TakesItsServersWithItWhenTheyAreOnItsLeash) {
    start_and_kill("STACK_TEST_LEASH=1");
    for (const auto& hold : holds) EXPECT_TRUE(hold.ended_by(Steady::now() + 30s));
}

// ---- supervision ---------------------------------------------------------------------------------------------------

struct Events {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<SupervisorEvent> all;
    int after_kafka = 0;

    Supervisor::Callbacks callbacks() {
        return {[this](const SupervisorEvent& event) {
                    const std::lock_guard lock(mutex);
                    all.push_back(event);
                    changed.notify_all();
                },
                [this] {
                    const std::lock_guard lock(mutex);
                    ++after_kafka;
                    changed.notify_all();
                }};
    }
    int count(const std::string& child, SupervisorEvent::What what) {
        int found = 0;
        for (const auto& event : all) found += event.child == child && event.what == what;
        return found;
    }
    bool saw(const std::string& child, SupervisorEvent::What what, int times) {
        std::unique_lock lock(mutex);
        const bool seen = changed.wait_for(lock, 60s, [&] { return count(child, what) >= times; });
        if (!seen)
            for (const auto& event : all) std::printf("%s\n", to_text(event).c_str());
        return seen;
    }
    bool called_after_kafka(int times) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, 60s, [&] { return after_kafka >= times; });
    }
};

TEST(Supervision, StartsAgainWhateverIsKilledAndMakesLostTopicsAnew) {
    const Folder folder;
    const auto run = taken(begin(in(folder)));
    const auto flow = small_flow();
    succeed(start_servers(run, flow));
    taken(provision(run, flow));
    Events events;
    Supervisor supervisor(run, flow, {{"worker", {"sleep", "1000"}, {}, {}}, {"broken", {"false"}, {}, {}}}, events.callbacks());

    ASSERT_TRUE(events.saw("worker", SupervisorEvent::started, 1));
    const auto before = living(run);
    ASSERT_EQ(before.count("kafka") + before.count("postgres") + before.count("worker"), 3U);

    // Out of memory, Kafka is to end itself, as if it were killed: half of it would go on.
    std::ifstream command_line("/proc/" + std::to_string(before.at("kafka")) + "/cmdline");
    EXPECT_THAT(std::string(std::istreambuf_iterator<char>(command_line), {}), HasSubstr("-XX:+ExitOnOutOfMemoryError"));

    for (const auto* name : {"worker", "postgres", "kafka"}) {
        ASSERT_TRUE(supervisor.signal(name, SIGKILL)) << name;
        const int starts = std::string(name) == "worker" ? 2 : 1;
        ASSERT_TRUE(events.saw(name, SupervisorEvent::started, starts)) << name;
        EXPECT_NE(living(run)[name], before.at(name)) << name;
    }
    ASSERT_TRUE(events.called_after_kafka(1));
    EXPECT_EQ(writing(run, "intake", "intake.events"), "NO_ERROR");
    ASSERT_TRUE(answers(run));
    EXPECT_EQ(sqlstate_of(run, "intake", "CREATE TABLE offers (id text)"), "ok");

    // Kafka loses everything it had.
    ASSERT_TRUE(supervisor.signal("kafka", SIGSTOP));
    fs::remove_all(folder.path / "kafka" / "data");
    ASSERT_TRUE(supervisor.signal("kafka", SIGKILL));
    ASSERT_TRUE(events.called_after_kafka(2));
    EXPECT_EQ(writing(run, "intake", "intake.events"), "NO_ERROR");

    // One topic is deleted behind our back.
    {
        const Client admin(run, "admin");
        auto* topic = rd_kafka_DeleteTopic_new("billing.events");
        auto* queue = rd_kafka_queue_new(admin.kafka);
        rd_kafka_DeleteTopics(admin.kafka, &topic, 1, nullptr, queue);
        rd_kafka_event_destroy(rd_kafka_queue_poll(queue, 10'000));
        rd_kafka_queue_destroy(queue);
        rd_kafka_DeleteTopic_destroy(topic);
    }
    ASSERT_TRUE(events.called_after_kafka(3));
    EXPECT_EQ(writing(run, "billing", "billing.events"), "NO_ERROR");

    ASSERT_TRUE(events.saw("broken", SupervisorEvent::restarting, 4));
    std::vector<std::chrono::milliseconds> delays;
    {
        const std::lock_guard lock(events.mutex);
        for (const auto& event : events.all)
            if (event.child == "broken" && event.what == SupervisorEvent::restarting) delays.push_back(event.delay);
    }
    delays.resize(4);
    EXPECT_THAT(delays, ElementsAre(200ms, 400ms, 800ms, 1600ms));

    supervisor.stop();
    EXPECT_EQ(living(run).count("worker"), 0U);
    succeed(stop_all(run));
    EXPECT_TRUE(marked_with(folder.path).empty());
    EXPECT_EQ(taken(look(folder.path)).state, "stopped");
}

TEST(StopAll, EndsAlsoWhatIgnoresOrderAndWhatNobodyRecorded) {
    const Folder folder;
    const auto run = taken(begin(in(folder)));
    Command stubborn;
    stubborn.argv = {"sh", "-c", "trap '' TERM; echo deaf; sleep 1000 & wait"};
    stubborn.run = run.folder;
    stubborn.log = run.folder / "logs/stubborn.log";
    const auto process = start(stubborn);
    while (last_lines(stubborn.log, 1) != "deaf") ASSERT_TRUE(alive(process));

    succeed(stop_all(run));

    EXPECT_FALSE(alive(process));
    EXPECT_TRUE(marked_with(run.folder).empty());
}

TEST(Processes, ARecycledPidIsNotTakenForOurs) {
    auto impostor = this_process();
    ++impostor.started;
    EXPECT_TRUE(alive(this_process()));
    EXPECT_FALSE(alive(impostor));
    EXPECT_FALSE(Hold::on(impostor));
}

TEST(Processes, AProgramThatIsNotThereIsNamed) {
    Command missing;
    missing.argv = {"/no/such/program"};
    try {
        start(missing);
        FAIL();
    } catch (const std::exception& refused) {
        EXPECT_THAT(refused.what(), HasSubstr("/no/such/program"));
    }
}

}  // namespace
}  // namespace waybill::stack
