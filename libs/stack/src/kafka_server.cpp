// A private Kafka: one node that is broker and controller, SASL/PLAIN on loopback, every right by ACL.
#include "failure.h"
#include "kafka_client.h"
#include "run_folder.h"

#include <algorithm>
#include <csignal>

namespace waybill::stack {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

fs::path folder_of(const Run& run) { return run.folder / "kafka"; }
fs::path data_of(const Run& run) { return folder_of(run) / "data"; }
fs::path properties_of(const Run& run) { return folder_of(run) / "server.properties"; }
fs::path log_of(const Run& run) { return run.folder / "logs" / "kafka.log"; }

// An explicit, sorted list and not a wildcard: the shared archive of classes is only used for the very list it was made with.
std::string class_path(const Run& run) {
    std::vector<std::string> jars;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(run.kafka_libs, none))
        if (entry.path().extension() == ".jar") jars.push_back(entry.path().string());
    std::sort(jars.begin(), jars.end());
    const bool whole = std::any_of(jars.begin(), jars.end(), [](const auto& jar) { return jar.find("/kafka_2.13-") != std::string::npos; });
    if (!whole) throw Failure({"Kafka", "no broker among the jars in " + run.kafka_libs.string(), "run ./dev setup, or set WAYBILL_KAFKA_LIBS"});
    std::string path;
    for (const auto& jar : jars) path += (path.empty() ? "" : ":") + jar;
    return path;
}

std::string login_module(const std::string& own_password, const std::vector<std::pair<std::string, std::string>>& users) {
    std::string text = "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"broker\" password=\"" + own_password + "\"";
    for (const auto& [user, password] : users) text += " user_" + user + "=\"" + password + "\"";
    return text + ";";
}

// The sizes are those of a small single node; session and heartbeat are short because a broker that was killed is only
// let in again when its old session ended (3 s instead of 15).
constexpr const char* sizes = R"(auto.create.topics.enable=false
num.partitions=4
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.threads=1
log.cleaner.dedupe.buffer.size=2097152
log.cleaner.io.buffer.size=65536
broker.session.timeout.ms=1000
broker.heartbeat.interval.ms=200
controller.quorum.election.timeout.ms=100
controller.quorum.fetch.timeout.ms=1000
)";

void write_properties(const Run& run, const Flow& flow) {
    check_flow(flow);
    const auto password = [&](const std::string& user) { return make_secret(secrets_of(run), "kafka-" + user).value; };
    const auto broker = password("broker");
    std::vector<std::pair<std::string, std::string>> users{{"broker", broker}};
    for (const char* user : {"admin", "tail", "judge"}) users.emplace_back(user, password(user));
    for (const auto& service : flow.services) users.emplace_back(service.name, password(service.name));

    const auto at = [](int port) { return "127.0.0.1:" + std::to_string(port); };
    const auto sasl = at(run.ports.kafka), controller = at(run.ports.kafka_controller);
    fs::create_directories(folder_of(run));
    write_file(properties_of(run),
               "process.roles=broker,controller\n"
               "node.id=1\n"
               "controller.quorum.voters=1@" + controller + "\n"
               "listeners=SASL://" + sasl + ",CONTROLLER://" + controller + "\n"
               "advertised.listeners=SASL://" + sasl + "\n"
               "listener.security.protocol.map=SASL:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT\n"
               "controller.listener.names=CONTROLLER\n"
               "inter.broker.listener.name=SASL\n"
               "sasl.mechanism.inter.broker.protocol=PLAIN\n"
               "sasl.mechanism.controller.protocol=PLAIN\n"
               "listener.name.sasl.sasl.enabled.mechanisms=PLAIN\n"
               "listener.name.controller.sasl.enabled.mechanisms=PLAIN\n"
               "listener.name.sasl.plain.sasl.jaas.config=" + login_module(broker, users) + "\n"
               "listener.name.controller.plain.sasl.jaas.config=" + login_module(broker, {{"broker", broker}}) + "\n"
               "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n"
               "super.users=User:broker;User:admin\n"
               "allow.everyone.if.no.acl.found=false\n"
               "log.dirs=" + data_of(run).string() + "\n" + sizes);
}

std::vector<std::string> java(const Run& run) {
    const char* home = std::getenv("JAVA_HOME");
    const fs::path own = home && *home ? fs::path(home) / "bin/java" : fs::path();
    std::vector<std::string> argv{!own.empty() && fs::exists(own) ? own.string() : "java"};
    if (run.for_load) argv.insert(argv.end(), {"-Xms512m", "-Xmx1g"});
    else argv.insert(argv.end(), {"-Xms128m", "-Xmx256m", "-XX:TieredStopAtLevel=1"});
    argv.insert(argv.end(), {"-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true"});
    if (const auto archive = run.kafka_libs.parent_path() / "kafka.jsa"; fs::exists(archive))
        argv.insert(argv.end(), {"-XX:SharedArchiveFile=" + archive.string(), "-Xlog:cds=off", "-Xlog:cds+dynamic=off"});  // one that does not fit is silently left out
    for (const auto& root : {fs::current_path(), fs::path(WAYBILL_SOURCE_FOLDER)})
        if (const auto logging = root / "deploy/local/log4j2.properties"; fs::exists(logging)) {
            argv.push_back("-Dlog4j2.configurationFile=" + logging.string());
            break;
        }
    argv.insert(argv.end(), {"-cp", class_path(run)});
    return argv;
}

Command command_of(const Run& run, std::vector<std::string> argv) {
    Command command;
    command.argv = std::move(argv);
    command.log = log_of(run);
    command.folder = folder_of(run);
    command.run = run.folder;
    if (run.leash == Leash::with_starter) command.death_signal = SIGTERM;
    return command;
}

// 16 bytes in base64 for URLs, without padding: 21 free characters and one of the four that leave no bits over.
std::string new_cluster_id(const Run& run) {
    const auto random = make_secret(secrets_of(run), "kafka-cluster-id").value;
    return random.substr(0, 21) + "A";
}

}  // namespace

std::optional<Making> make_kafka(const Run& run, const Flow& flow) {
    write_properties(run, flow);
    if (fs::exists(data_of(run) / "meta.properties")) return {};
    auto argv = java(run);
    argv.insert(argv.end(), {"kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", new_cluster_id(run), "-c", properties_of(run)});
    const auto command = command_of(run, argv);
    return Making{command, start(command), [] {}};
}

Process serve_kafka(const Run& run, const Flow& flow) {
    write_properties(run, flow);
    auto argv = java(run);
    argv.insert(argv.end(), {"kafka.Kafka", properties_of(run)});
    const auto process = start(command_of(run, argv));
    record(run, "kafka", process);
    return process;
}

void await_kafka(const Run& run, const Process& server) {
    KafkaAdmin admin(kafka_login(run, "admin"));
    const auto hold = Hold::on(server);
    const auto deadline = Steady::now() + 60s;
    while (hold && Steady::now() < deadline) {
        if (admin.topics(500ms)) return;
        if (hold->ended_by(Steady::now() + 10ms)) break;
    }
    if (!hold || !alive(server)) throw Failure({"Kafka", reap(server.pid) + ": " + last_lines(log_of(run), 8), "see " + log_of(run).string()});
    throw Failure({"Kafka", "does not answer within 60 s: " + admin.last_error(), "see " + log_of(run).string()});
}

}  // namespace waybill::stack
