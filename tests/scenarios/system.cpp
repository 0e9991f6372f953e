#include "system.h"

#include "flow.h"

#include <waybill/contracts/flow.h>
#include <waybill/kafka.h>
#include <waybill/postgres.h>
#include <waybill/stack.h>

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace waybill::scenarios {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using std::chrono::steady_clock;

constexpr auto patience = 90s;  // for one thing to come; generous, since a machine that runs tests is busy
constexpr const char* written_at = "2026-11-09T08:00:00Z";
constexpr const char* loaded_at = "2026-11-10T10:00:00Z";
constexpr const char* unloaded_at = "2026-11-13T10:00:00Z";

std::string text_at(const json::object& object, std::string_view name) {
    const auto* found = object.if_contains(name);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

json::object object_in(const std::string& text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    return !error && value.is_object() ? std::move(value.get_object()) : json::object{};
}

std::string tail_of(const fs::path& log) {
    const auto text = content_of(log);
    return text.substr(text.size() > 3000 ? text.size() - 3000 : 0);
}

const stack::Run& must(const Result<stack::Run>& run) {
    if (!run) throw std::runtime_error(to_text(run.refusal()));
    return run.value();
}

}  // namespace

std::string waybill_program() {
    const char* other = std::getenv("SCENARIO_PROGRAM");
    return other ? other : WAYBILL_PROGRAM;
}

std::string content_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string written(const Freight& freight) {
    return "Good morning,\n\nplease take one load for us.\nPick-up: " + freight.from + ", " + freight.ready + ", 08:00-16:00\nDelivery: " + freight.to + ", by " + freight.due +
           ", 18:00 latest\nGoods: " + freight.goods + "\nEquipment: " + freight.vehicle + "\nPrice: 1380 EUR all in\n\nRegards\nNordhaven Trading\n";
}

namespace detail {
void pause() { std::this_thread::sleep_for(50ms); }
void waited_in_vain(const std::string& what, std::chrono::seconds at_most, const std::string& seen) {
    throw std::runtime_error("waited " + std::to_string(at_most.count()) + " s in vain for " + what + (seen.empty() ? "" : "; instead: " + seen));
}
}  // namespace detail

// ---- a program -------------------------------------------------------------------------------------------------------------

Program::Program(const std::vector<std::string>& words, const fs::path& log) {
    std::vector<std::string> kept = words;
    std::vector<char*> argv;
    for (auto& word : kept) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const int in = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // whatever ends the test ends this too
        if (::getppid() != parent) ::_exit(127);
        ::dup2(in, 0);
        ::dup2(out, 1);
        ::dup2(out, 2);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    ::close(in);
    ::close(out);
    if (pid_ < 0) throw std::runtime_error("no new process for " + words.front());
}

bool Program::ended() {
    if (pid_ < 0) return true;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    pid_ = -1;
    return true;
}

void Program::signal(int number) {
    if (pid_ > 0) ::kill(pid_, number);
}

Program::~Program() {
    signal(SIGTERM);
    for (const auto until = steady_clock::now() + 45s; !ended() && steady_clock::now() < until;) detail::pause();
    signal(SIGKILL);
    while (!ended()) detail::pause();
}

// ---- the system ------------------------------------------------------------------------------------------------------------

struct System::Inside {
    std::unique_ptr<Program> keeper;
    std::unique_ptr<http::Server> hooks;  // takes every notice, so that none is left over
    http::Client client;
    std::string edge, operations;
    std::map<std::string, std::string> admin, keys;
    std::unique_ptr<kafka::Tail> tail;
    std::map<std::pair<std::string, std::string>, std::map<std::string, std::string>> heard;  // (type, subject) -> event id -> content
    std::map<std::string, std::unique_ptr<postgres::Reader>> readers;
    std::map<std::string, std::unique_ptr<kafka::Bus>> buses;
    std::atomic<int> keys_made{0};
    std::optional<stack::Run> run;
};

System::System(SystemOptions options) : options_(options), inside_(std::make_unique<Inside>()) {
    std::string name = (fs::temp_directory_path() / "waybill-scenario-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make a folder in " + fs::temp_directory_path().string());
    fs::permissions(name, fs::perms(0755));  // Postgres may run as a user of its own
    folder_ = fs::path(name) / "run";
    fs::create_directories(folder_);

    const fs::path log = folder_.parent_path() / "keeper.log";
    std::ostringstream pace;
    pace << options.pace;
    std::vector<std::string> words{waybill_program(), "--run", folder_.string(), "up", "--foreground", "--mode", "test", "--pace", pace.str()};
    if (options.processes) words.push_back("--processes");
    inside_->keeper = std::make_unique<Program>(words, log);
    wait_for("the system to be up", [&] {
        if (inside_->keeper->ended()) throw std::runtime_error("the system did not start (exit code " + std::to_string(inside_->keeper->exit_code()) + "): " + tail_of(log));
        return content_of(log).find("\nready\n") != std::string::npos;
    }, 150s, [&] { return tail_of(log); });

    inside_->run = must(stack::find(folder_));
    const auto ends = object_in(content_of(folder_ / "endpoints.json"));
    inside_->edge = text_at(ends, "edge");
    inside_->operations = text_at(ends, "operations");
    for (const auto& [process, url] : ends.at("admin").as_object()) inside_->admin[process] = url.as_string();
    const auto keys = object_in(content_of(folder_ / "secrets" / "keys.json"));
    for (const char* table : {"customers", "drivers"})
        for (const auto& [holder, key] : keys.at(table).as_object()) inside_->keys[holder] = key.as_string();
    inside_->keys["operator"] = text_at(keys, "operator_key");
    inside_->keys["bank"] = text_at(keys, "bank_key");

    http::Router notices;
    for (const char* receiver : {"/drivers/{id}", "/customers/{id}"})
        notices.on("POST", receiver, [](const http::Request&, const http::Respond& respond) { respond({204, {}, {}}); });
    auto hooks = http::Server::start(std::move(notices), {.port = static_cast<std::uint16_t>(ends.at("hooks_port").to_number<int>())});
    if (!hooks) throw std::runtime_error(to_text(hooks.refusal()));
    inside_->hooks = std::move(hooks).value();
}

System::~System() {
    inside_->tail.reset();
    inside_->buses.clear();
    inside_->readers.clear();
    inside_->keeper.reset();
    if (testing::UnitTest::GetInstance()->Failed()) {
        std::fprintf(stderr, "the run folder is kept: %s\n", folder_.c_str());
        return;
    }
    std::error_code none;
    fs::remove_all(folder_.parent_path(), none);
}

// ---- telling and asking ----------------------------------------------------------------------------------------------------

std::string System::fresh_key() { return "scenario-" + std::to_string(++inside_->keys_made); }

http::Response System::post(const std::string& holder, const std::string& path, const std::string& body, const std::string& idempotency_key) {
    const auto answer = inside_->client.call({"POST", inside_->edge + path,
                                              {{"Authorization", "Bearer " + inside_->keys.at(holder)}, {"Content-Type", "application/json"}, {"Idempotency-Key", idempotency_key}}, body, 10s});
    return answer ? *answer : http::Response{0, {}, to_text(answer.refusal())};
}

http::Response System::get(const std::string& holder, const std::string& path) {
    const auto answer = inside_->client.call({"GET", inside_->operations + path, {{"Authorization", "Bearer " + inside_->keys.at(holder)}}, {}, 10s});
    return answer ? *answer : http::Response{0, {}, to_text(answer.refusal())};
}

std::string System::tell(const std::string& holder, const std::string& path, const json::object& body) {
    const auto key = fresh_key();
    const auto text = json::serialize(body);
    http::Response last;
    wait_for("an answer to POST " + path, [&] {
        last = post(holder, path, text, key);
        if (last.status != 202 && last.status != 0 && last.status != 503 && last.status != 504) throw std::runtime_error("POST " + path + " was answered " + std::to_string(last.status) + " " + last.body);
        return last.status == 202;
    }, patience, [&] { return std::to_string(last.status) + " " + last.body; });
    return text_at(object_in(last.body), "id");
}

// ---- the people ------------------------------------------------------------------------------------------------------------

std::string System::offer(const Freight& freight) { return offer_text(written(freight)); }

std::string System::offer_text(const std::string& text) { return tell("cust-lt", "/v1/offers", {{"text", text}, {"channel", "email"}, {"received_at", written_at}}); }

Assignment System::asked(const std::string& shipment, int attempt) {
    const std::string id = shipment + "." + std::to_string(attempt);
    return *wait_for("assignment " + id, [&]() -> std::optional<Assignment> {
        const auto found = object_in(get("operator", "/v1/assignments/" + id).body);
        if (text_at(found, "id") != id) return {};
        return Assignment{id, shipment, text_at(found, "driver"), text_at(found, "vehicle")};
    }, patience, [&] { return place(shipment); });
}

void System::accept(const Assignment& assignment) { tell(assignment.driver, "/v1/assignments/" + assignment.id + "/accept", {}); }
void System::decline(const Assignment& assignment, const std::string& reason) { tell(assignment.driver, "/v1/assignments/" + assignment.id + "/decline", {{"reason", reason}}); }
void System::pick_up(const std::string& shipment, const std::string& driver) { tell(driver, "/v1/shipments/" + shipment + "/picked_up", {{"happened_at", loaded_at}}); }
void System::deliver(const std::string& shipment, const std::string& driver) { tell(driver, "/v1/shipments/" + shipment + "/delivered", {{"happened_at", unloaded_at}, {"proof_of_delivery", "CMR-" + shipment}}); }

void System::pay(const std::string& shipment) {
    const auto invoice = wait_for_invoice(shipment);
    tell("bank", "/v1/payments/notifications", {{"shipment_id", shipment}, {"bank_reference", "REF-" + shipment}, {"amount", invoice.at("gross")}, {"currency", invoice.at("currency")}});
}

void System::carry(const std::string& shipment, int attempt) {
    const auto assignment = asked(shipment, attempt);
    accept(assignment);
    wait_for_stage(shipment, {"assigned"});
    pick_up(shipment, assignment.driver);
    wait_for_stage(shipment, {"in_transit"});
    deliver(shipment, assignment.driver);
}

// Whoever is asked says yes, and the customer pays at once. Reports need not wait for each other: early ones wait by themselves.
void System::close(const std::vector<std::string>& shipments) {
    std::map<std::string, int> told;  // the attempt of which everything was told
    std::set<std::string> paid;
    wait_for("all shipments to be closed", [&] {
        bool all = true;
        for (const auto& id : shipments) {
            const auto now = shipment(id);
            const auto reached = text_at(now, "stage");
            if (reached == "needs_person") throw std::runtime_error("shipment " + id + " needs a person: " + text_at(now, "question"));
            all = all && reached == "closed";
            if (reached == "billing" && !paid.contains(id)) {
                pay(id);
                paid.insert(id);
            }
            if (reached != "offered" && reached != "assigned" && reached != "in_transit") continue;
            const int attempt = static_cast<int>(now.at("attempt").to_number<int>());
            if (told[id] >= attempt) continue;
            const auto assignment = asked(id, attempt);
            if (reached == "offered") accept(assignment);
            if (reached != "in_transit") pick_up(id, assignment.driver);
            deliver(id, assignment.driver);
            told[id] = attempt;
        }
        return all;
    }, 180s, [&] {
        std::string seen;
        for (const auto& id : shipments)
            if (stage(id) != "closed") seen += place(id) + "\n";
        return seen;
    });
}

// ---- what became of it -----------------------------------------------------------------------------------------------------

json::object System::shipment(const std::string& id) {
    const auto answer = get("operator", "/v1/shipments/" + id);
    return answer.status == 200 ? object_in(answer.body) : json::object{};
}

std::string System::stage(const std::string& id) { return text_at(shipment(id), "stage"); }

std::string System::place(const std::string& id) {
    const auto where = object_in(get("operator", "/v1/shipments/" + id + "/whereabouts").body);
    std::string all = id + ": " + text_at(where, "sentence");
    for (const auto& type : timeline(id)) all += "\n      " + type;
    return all;
}

json::object System::wait_for_stage(const std::string& id, const std::set<std::string>& stages) {
    std::string wanted;
    for (const auto& one : stages) wanted += (wanted.empty() ? "" : " or ") + one;
    json::object found;
    wait_for("shipment " + id + " to be " + wanted, [&] { return stages.contains(text_at(found = shipment(id), "stage")); }, patience, [&] { return place(id); });
    return found;
}

json::object System::wait_for_offer(const std::string& id, const std::string& state) {
    json::object found;
    wait_for("offer " + id + " to be " + state, [&] { return text_at(found = object_in(get("operator", "/v1/offers/" + id).body), "state") == state; }, patience, [&] { return json::serialize(found) + place(id); });
    return found;
}

json::object System::wait_for_invoice(const std::string& id) {
    json::object found;
    wait_for("the invoice of " + id, [&] { return !text_at(found = object_in(get("operator", "/v1/invoices/" + id).body), "number").empty(); }, patience, [&] { return place(id); });
    return found;
}

std::vector<std::string> System::timeline(const std::string& id) {
    std::vector<std::string> types;
    for (std::string cursor;;) {
        const auto page = object_in(get("operator", "/v1/shipments/" + id + "/timeline?limit=200" + (cursor.empty() ? "" : "&cursor=" + cursor)).body);
        const auto* items = page.if_contains("items");
        if (!items) return types;
        for (const auto& item : items->as_array()) types.push_back(text_at(item.as_object(), "type"));
        cursor = text_at(page, "next_cursor");
        if (cursor.empty()) return types;
    }
}

void System::wait_for_event(const std::string& type, const std::string& subject, int times) {
    wait_for(std::to_string(times) + " " + type + " about " + subject, [&] {
        const auto types = timeline(subject);
        return std::count(types.begin(), types.end(), type) >= times;
    }, patience, [&] { return place(subject); });
}

std::vector<std::string> System::contents(const std::string& type, const std::string& subject, std::size_t least) {
    if (!inside_->tail) {
        std::vector<std::string> topics;
        for (const auto& topic : contracts::flow().topics)
            if (!topic.is_private) topics.push_back(topic.name);
        const auto login = stack::kafka_login(*inside_->run, "tail");
        inside_->tail = std::make_unique<kafka::Tail>(kafka::Options{login.bootstrap, login.user, login.password, "scenario-tail", "tail", {}, {}}, topics, contracts::flow().lanes, true);
    }
    const auto& found = inside_->heard[{type, subject}];
    wait_for(std::to_string(least) + " " + type + " about " + subject + " in the topics", [&] {
        while (found.size() < least) {
            auto message = inside_->tail->next(200ms);
            if (!message) break;
            const auto& envelope = message->envelope;
            if (message->kind == runtime::Message::Kind::event) inside_->heard[{envelope.type, envelope.subject}].emplace(envelope.id(), std::move(message->payload));
        }
        return found.size() >= least;
    }, patience);
    std::vector<std::string> all;
    for (const auto& [id, content] : found) all.push_back(content);
    return all;
}

std::vector<std::map<std::string, std::optional<std::string>>> System::rows(const std::string& schema, const std::string& sql, const std::vector<std::optional<std::string>>& parameters) {
    auto& reader = inside_->readers[schema];
    if (!reader) reader = std::make_unique<postgres::Reader>(postgres::Options{stack::postgres_dsn(*inside_->run, "judge")}, schema);
    return reader->rows(sql, parameters);
}

std::vector<System::Parked> System::parked(const std::string& service, const std::string& key) {
    std::vector<Parked> all;
    for (auto& row : rows(service, "select outcome, why, kind from " + service + ".parked where key = $1 order by position", {key})) all.push_back({*row.at("outcome"), *row.at("why"), *row.at("kind")});
    return all;
}

// ---- what may happen to it -------------------------------------------------------------------------------------------------

pid_t System::pid(const std::string& process) {
    const auto looked = stack::look(folder_);
    if (!looked) throw std::runtime_error(to_text(looked.refusal()));
    for (const auto& one : looked->processes)
        if (one.name == process) return one.alive ? one.pid : 0;
    throw std::runtime_error("there is no process '" + process + "' in this system");
}

void System::signal(const std::string& process, int number) {
    const pid_t who = *wait_for(process + " to live", [&]() -> std::optional<pid_t> {
        const pid_t found = pid(process);
        return found > 0 ? std::optional(found) : std::nullopt;
    }, patience);
    if (::kill(who, number) != 0) throw std::runtime_error("cannot signal " + process);
}

void System::wait_until_another(const std::string& process, pid_t than) {
    wait_for(process + " to be started again", [&] {
        const pid_t found = pid(process);
        return found > 0 && found != than;
    }, patience);
}

std::string System::trouble_at(const std::string& admin_url) {
    http::Client client;
    const auto answer = client.call({"GET", admin_url + "/readyz", {}, {}, 2s});
    return !answer ? to_text(answer.refusal()) : answer->status == 200 ? "" : answer->body;
}

std::string System::trouble(const std::string& process) { return trouble_at(inside_->admin.at(process)); }

void System::wait_until_ready() {
    std::string reasons;
    wait_for("every process to be ready", [&] {
        reasons.clear();
        for (const auto& [process, url] : inside_->admin)
            if (const auto why = trouble_at(url); !why.empty()) reasons += process + ": " + why + "; ";
        return reasons.empty();
    }, patience, [&] { return reasons; });
}

void System::forbid_reading(const std::string& service, const std::string& topic) {
    auto flow = cli::flow();
    for (auto& each : flow.topics)
        if (each.name == topic) std::erase(each.readers, service);
    if (const auto made = stack::provision_kafka(*inside_->run, flow); !made || made->acls == 0) throw std::runtime_error(service + " could not be forbidden to read " + topic);
}

void System::permit_everything_again() {
    if (const auto made = stack::provision_kafka(*inside_->run, cli::flow()); !made || made->acls == 0) throw std::runtime_error("no right was given back");
}

void System::delete_all_topics() {
    const auto login = stack::kafka_login(*inside_->run, "admin");
    char why[512];
    rd_kafka_conf_t* settings = rd_kafka_conf_new();
    for (const auto& [name, value] : std::map<std::string, std::string>{{"bootstrap.servers", login.bootstrap}, {"security.protocol", "SASL_PLAINTEXT"}, {"sasl.mechanism", "PLAIN"}, {"sasl.username", login.user}, {"sasl.password", login.password}})
        if (rd_kafka_conf_set(settings, name.c_str(), value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK) throw std::runtime_error(why);
    const std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)> admin(rd_kafka_new(RD_KAFKA_PRODUCER, settings, why, sizeof why), rd_kafka_destroy);
    if (!admin) throw std::runtime_error(why);

    std::vector<rd_kafka_DeleteTopic_t*> topics{rd_kafka_DeleteTopic_new("waybill.asks")};
    for (const auto& topic : contracts::flow().topics) topics.push_back(rd_kafka_DeleteTopic_new(topic.name.c_str()));
    const std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)> answers(rd_kafka_queue_new(admin.get()), rd_kafka_queue_destroy);
    rd_kafka_DeleteTopics(admin.get(), topics.data(), topics.size(), nullptr, answers.get());
    const std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)> answer(rd_kafka_queue_poll(answers.get(), 30'000), rd_kafka_event_destroy);
    rd_kafka_DeleteTopic_destroy_array(topics.data(), topics.size());
    if (!answer || rd_kafka_event_error(answer.get())) throw std::runtime_error(std::string("topics cannot be deleted: ") + (answer ? rd_kafka_event_error_string(answer.get()) : "no answer"));
    std::size_t count = 0;
    const auto** results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(answer.get()), &count);
    for (std::size_t i = 0; i < count; ++i)
        if (rd_kafka_topic_result_error(results[i])) throw std::runtime_error(std::string(rd_kafka_topic_result_name(results[i])) + " cannot be deleted: " + rd_kafka_err2str(rd_kafka_topic_result_error(results[i])));
}

void System::publish(const std::string& as_service, const runtime::Message& message) {
    auto& bus = inside_->buses[as_service];
    if (!bus) {
        const auto login = stack::kafka_login(*inside_->run, as_service);
        bus = std::make_unique<kafka::Bus>(kafka::Options{login.bootstrap, login.user, login.password, "scenario-" + as_service, as_service, {}, {}});
    }
    std::vector<runtime::Message> unread;
    std::vector<runtime::Ask> asks;
    if (!bus->publish(message)) throw std::runtime_error("the message was not taken");
    wait_for("Kafka to take the message", [&] {
        bus->poll(0, unread, asks);
        if (bus->failures() > 0) throw std::runtime_error("Kafka refused the message of " + as_service);
        return bus->unacknowledged() == 0;
    }, patience);
}

std::unique_ptr<Program> System::beside(const std::vector<std::string>& words, const std::string& log) {
    std::vector<std::string> all{waybill_program()};
    all.insert(all.end(), words.begin(), words.end());
    return std::make_unique<Program>(all, folder_ / "logs" / log);
}

std::map<int, pid_t> System::holders(const std::string& service) {
    std::map<int, pid_t> found;
    for (auto& row : rows("waybill", "select lane, split_part(owner, '/', 2) as pid from waybill.lease where service = $1 and until > now()", {service})) found[std::stoi(*row.at("lane"))] = std::stoi(*row.at("pid"));
    return found;
}

std::string System::judged() {
    const fs::path board = folder_ / "logs" / "judge.txt";
    fs::remove(board);
    std::ostringstream pace;
    pace << options_.pace;
    Program judge({"/usr/bin/python3", std::string(WAYBILL_SOURCE) + "/tools/judge/judge.py", "--run", folder_.string(), "--settle", "60", "--pace", pace.str()}, board);
    wait_for("the judge", [&] { return judge.ended(); }, 180s);
    const auto said = content_of(board);
    std::fprintf(stderr, "%s\n", said.c_str());
    return judge.exit_code() == 0 ? "" : "exit code " + std::to_string(judge.exit_code()) + "\n" + said;
}

}  // namespace waybill::scenarios
