// Makes what the flow needs and is not there yet, in Postgres and in Kafka, and starts the two of a run.
#include "failure.h"
#include "kafka_client.h"
#include "run_folder.h"

#include <libpq-fe.h>
#include <pqxx/pqxx>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <thread>

#include <unistd.h>

namespace waybill::stack {

namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr const char* asks = "waybill.asks";
constexpr auto answer_limit = 60s;
constexpr const char* their_cure = "compare the address and the secrets with those of the server; its log says more";

// The server logs a statement that fails; not those that carry passwords.
constexpr const char* silently = "SET LOCAL log_min_error_statement = 'panic'; SET LOCAL log_min_duration_statement = -1; SET LOCAL log_statement = 'none'";
constexpr long long our_lock = 0x77617962696c6c;  // one provision at a time

std::set<std::string> names(pqxx::transaction_base& work, const std::string& query) {
    std::set<std::string> found;
    for (const auto& row : work.exec(query)) found.insert(row[0].as<std::string>());
    return found;
}

struct Target {
    Servers servers;
    bool ours;  // those of a run: missing secrets are made here, and nobody else has rights or databases there
};

Target target_of(const Run& run) { return {servers_of(run), true}; }

void provision_database(const Target& target, Provisioned& made) {
    const auto dsn = postgres_dsn(target.servers, "waybill_admin", "postgres");
    pqxx::connection connection(dsn);
    pqxx::nontransaction work(connection);
    if (names(work, "SELECT datname FROM pg_database").contains("waybill")) return;
    if (target.ours) work.exec("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC");
    try {
        work.exec("CREATE DATABASE waybill");
        made.databases = 1;
    } catch (const pqxx::sql_error&) {
        // Another provision was faster; this connection is not used again after an exception.
        pqxx::connection again(dsn);
        pqxx::nontransaction look(again);
        if (!names(look, "SELECT datname FROM pg_database").contains("waybill")) throw;
    }
}

// Another's password counts as new every time: whether the role has it already cannot be read.
Secret secret_for(const Target& target, const std::string& name) {
    if (target.ours) return make_secret(target.servers.secrets, name);
    const auto value = read_secret(target.servers.secrets, name);
    if (!value) throw Failure({"secrets", (target.servers.secrets / name).string() + " was taken away", "put it back and provision again"});
    return {*value, true};
}

struct Owner {
    std::string role;
    std::string schema;
};

void provision_roles(const Target& target, const Flow& flow, Provisioned& made) {
    pqxx::connection connection(postgres_dsn(target.servers, "waybill_admin"));
    pqxx::work work(connection);
    work.exec(silently);
    work.exec("SET LOCAL statement_timeout = '60s'");
    work.exec("SELECT pg_advisory_xact_lock(" + std::to_string(our_lock) + ")");
    const auto roles = names(work, "SELECT rolname FROM pg_roles");
    const auto schemas = names(work, "SELECT nspname FROM pg_namespace");

    const auto need_role = [&](const std::string& role, const std::string& extra) {
        const auto secret = secret_for(target, "postgres-" + role);
        const bool is_there = roles.contains(role);
        if (is_there && !secret.is_new) return;
        const auto name = connection.quote_name(role);
        if (!is_there) work.exec("CREATE ROLE " + name);
        work.exec("ALTER ROLE " + name + " LOGIN NOINHERIT PASSWORD " + connection.quote(secret.value));
        work.exec("GRANT CONNECT ON DATABASE waybill TO " + name);
        work.exec("ALTER ROLE " + name + " SET " + extra);
        ++(is_there ? made.passwords : made.roles);
    };

    if (!target.ours || !roles.contains("judge")) {
        work.exec("REVOKE ALL ON DATABASE waybill FROM PUBLIC");
        work.exec("REVOKE ALL ON SCHEMA public FROM PUBLIC");
    }
    need_role("judge", "default_transaction_read_only = on");

    std::vector<Owner> owners{{"waybill_host", "waybill"}};
    for (const auto& service : flow.services) owners.push_back({service.name, service.name});
    for (const auto& [role, schema] : owners) {
        need_role(role, "search_path = " + connection.quote_name(schema));
        if (schemas.contains(schema)) continue;
        const auto owner = connection.quote_name(role), place = connection.quote_name(schema);
        work.exec("CREATE SCHEMA " + place + " AUTHORIZATION " + owner);
        work.exec("GRANT USAGE ON SCHEMA " + place + " TO judge");
        for (const char* kind : {"TABLES", "SEQUENCES"})
            work.exec("ALTER DEFAULT PRIVILEGES FOR ROLE " + owner + " IN SCHEMA " + place + " GRANT SELECT ON " + std::string(kind) + " TO judge");
        ++made.schemas;
    }
    work.commit();
}

std::vector<Flow::Topic> topics_of(const Flow& flow) {
    auto topics = flow.topics;
    const bool named = std::any_of(topics.begin(), topics.end(), [](const auto& topic) { return topic.name == asks; });
    if (!named) topics.push_back({asks, 1, 1h, "", {}});
    return topics;
}

std::set<Acl> acls_of(const Flow& flow) {
    using On = Acl::On;
    using May = Acl::May;
    std::set<Acl> acls;
    const auto may = [&](const std::string& user, May what, On on, const std::string& name) { acls.insert({on, name, user, what}); };
    for (const auto& topic : topics_of(flow)) {
        if (!topic.owner.empty()) may(topic.owner, May::write, On::topic, topic.name);
        for (const auto& reader : topic.readers) may(reader, May::read, On::topic, topic.name);
        for (const auto& service : flow.services) {
            if (!topic.owner.empty()) break;
            may(service.name, May::write, On::topic, topic.name);
            may(service.name, May::read, On::topic, topic.name);
        }
        if (topic.name.ends_with(".events")) may("tail", May::read, On::topic, topic.name);
    }
    for (const auto& service : flow.services) may(service.name, May::read, On::group, service.name);
    may("tail", May::read, On::group, "tail");
    for (const auto on : {On::topic, On::group}) {
        may("judge", May::read, on, "*");
        may("judge", May::describe, on, "*");
    }
    return acls;
}

std::vector<Acl> without(const std::set<Acl>& all, const std::set<Acl>& those) {
    std::vector<Acl> rest;
    std::set_difference(all.begin(), all.end(), those.begin(), those.end(), std::back_inserter(rest));
    return rest;
}

// What Kafka answered to has reached its own log; the broker acts on it a moment later.
template <class True>
void await(const std::string& what, True it_is_so) {
    for (const auto deadline = Steady::now() + 10s; !it_is_so();) {
        if (Steady::now() > deadline) throw Failure({"Kafka", what + " within 10 s", "see Kafka's log; that of a run is logs/kafka.log in its folder"});
        std::this_thread::sleep_for(5ms);
    }
}

// Of the rights on servers that others use too, those that are ours to take away.
std::set<Acl> ours_among(std::set<Acl> granted, const Target& target, const Flow& flow) {
    if (target.ours) return granted;
    std::set<std::string> users{"tail", "judge"}, topics;
    for (const auto& service : flow.services) users.insert(service.name);
    for (const auto& topic : topics_of(flow)) topics.insert(topic.name);
    std::erase_if(granted, [&](const Acl& acl) { return !users.contains(acl.user) && !(acl.on == Acl::On::topic && topics.contains(acl.name)); });
    return granted;
}

Provisioned make_in_postgres(const Target& target, const Flow& flow) {
    check_flow(flow);
    Provisioned made;
    provision_database(target, made);
    provision_roles(target, flow, made);
    return made;
}

Provisioned make_in_kafka(const Target& target, const Flow& flow) {
    check_flow(flow);
    Provisioned made;
    KafkaAdmin admin(kafka_login(target.servers, "admin"));
    const auto topics = topics_of(flow);
    const auto there = admin.topics(10s);
    if (!there) throw Failure({"Kafka", "does not answer within 10 s: " + admin.last_error(), "see Kafka's log; that of a run is logs/kafka.log in its folder"});

    std::vector<Flow::Topic> missing, present;
    for (const auto& topic : topics) {
        const auto found = there->find(topic.name);
        if (found == there->end()) missing.push_back(topic);
        else if (found->second.partitions == topic.partitions) present.push_back(topic);
        else
            throw Failure({"topic " + topic.name, "has " + std::to_string(found->second.partitions) + " partitions and the flow says " + std::to_string(topic.partitions),
                           "lanes are fixed when a topic is first made: put the number back, or begin anew: a run with ./dev clean, other servers with empty data"});
    }
    admin.make_topics(missing);
    made.topics = static_cast<int>(missing.size());
    const auto retentions = admin.retentions(present);
    for (const auto& topic : present)
        if (const auto found = retentions.find(topic.name); found != retentions.end() && found->second != std::to_string(topic.retention.count())) {
            admin.set_retention(topic);
            ++made.retentions;
        }

    const auto granted_now = [&] { return ours_among(admin.acls(), target, flow); };
    const auto wanted = acls_of(flow), granted = granted_now();
    const auto new_ones = without(wanted, granted), old_ones = without(granted, wanted);
    admin.make_acls(new_ones);
    admin.drop_acls(old_ones);
    made.acls = static_cast<int>(new_ones.size() + old_ones.size());

    if (made.acls) await("the rights did not take effect", [&] { return granted_now() == wanted; });
    await("not every partition has a leader", [&] {
        const auto now = admin.topics(2s);
        return now && std::all_of(topics.begin(), topics.end(), [&](const auto& topic) {
            const auto found = now->find(topic.name);
            return found != now->end() && found->second.led == topic.partitions;
        });
    });
    return made;
}

Provisioned make_in_both(const Target& target, const Flow& flow) {
    auto both = make_in_postgres(target, flow);
    const auto kafka = make_in_kafka(target, flow);
    both.topics = kafka.topics;
    both.retentions = kafka.retentions;
    both.acls = kafka.acls;
    return both;
}

// Looked at before anything is changed.
void need_secrets(const Servers& servers, const Flow& flow) {
    std::vector<std::string> names{"postgres-waybill_admin", "kafka-admin", "postgres-waybill_host", "postgres-judge"};
    for (const auto& service : flow.services) names.push_back("postgres-" + service.name);
    std::string lacking;
    if (std::error_code none; !std::filesystem::is_directory(servers.secrets, none)) {
        lacking = servers.secrets.string() + " is no folder";
        names.clear();
    }
    for (const auto& name : names) {
        if (read_secret(servers.secrets, name)) continue;
        const auto path = servers.secrets / name;
        errno = 0;
        const std::ifstream file(path);
        lacking += (lacking.empty() ? "" : "; ") + path.string() + ": " + (file ? "its first line is empty" : std::strerror(errno));
    }
    if (!lacking.empty())
        throw Failure({"secrets", lacking,
                       "put each password into its file, on one line, readable by this user (deploy/compose/secrets.sh makes a set), or name another secrets.folder"});
}

void await_servers(const Servers& servers) {
    const auto deadline = Steady::now() + answer_limit;
    const auto pause = [&](const std::string& server, const std::string& address, const std::string& why) {
        if (Steady::now() > deadline)
            throw Failure({server, "does not answer at " + address + " within 60 s" + why,
                           "start it, or correct the address (postgres.host, postgres.port, kafka.bootstrap)"});
        std::this_thread::sleep_for(100ms);
    };

    const auto at = servers.postgres_host + ":" + std::to_string(servers.postgres_port), port = std::to_string(servers.postgres_port);
    const char* const names[] = {"host", "port", "dbname", "user", "connect_timeout", nullptr};
    const char* const values[] = {servers.postgres_host.c_str(), port.c_str(), "postgres", "waybill_admin", "5", nullptr};
    while (PQpingParams(names, values, 0) != PQPING_OK) pause("Postgres", at, "");

    KafkaAdmin admin(kafka_login(servers, "admin"));
    while (!admin.topics(500ms)) {
        if (!admin.login_refused().empty())
            throw Failure({"Kafka", "refuses the login of admin: " + admin.login_refused(),
                           "compare " + (servers.secrets / "kafka-admin").string() + " with Kafka's own list of users"});
        pause("Kafka", servers.kafka_bootstrap, admin.last_error().empty() ? "" : ": " + admin.last_error());
    }
}

template <class Step, class... Cure>
Result<Provisioned> provisioned(const std::string& what, Step step, Cure... cure) {
    Provisioned made;
    if (const auto refusal = refusal_of(what, [&] { made = step(); }, cure...)) return *refusal;
    return made;
}

}  // namespace

void finish(const std::optional<Making>& making) {
    if (!making) return;
    run_to_end(making->process, making->command, 60s);
    making->then();
}

std::optional<Refusal> start_postgres(const Run& run) {
    return refusal_of("Postgres", [&] {
        finish(make_postgres(run));
        await_postgres(run, serve_postgres(run));
    });
}

std::optional<Refusal> start_kafka(const Run& run, const Flow& flow) {
    return refusal_of("Kafka", [&] {
        finish(make_kafka(run, flow));
        await_kafka(run, serve_kafka(run, flow));
    });
}

std::optional<Refusal> start_servers(const Run& run, const Flow& flow) {
    return refusal_of("servers", [&] {
        const auto cluster = make_postgres(run);
        const auto broker = make_kafka(run, flow);
        finish(broker);
        const auto kafka = serve_kafka(run, flow);
        finish(cluster);
        const auto postgres = serve_postgres(run);
        await_postgres(run, postgres);
        await_kafka(run, kafka);
    });
}

std::string to_text(const Provisioned& made) {
    std::string text;
    const auto add = [&](int count, const std::string& what) {
        if (count) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what + (count == 1 ? "" : "s");
    };
    add(made.databases, "database");
    add(made.roles, "role");
    add(made.schemas, "schema");
    add(made.passwords, "password");
    add(made.topics, "topic");
    add(made.retentions, "retention");
    add(made.acls, "right");
    return text;
}

Result<Provisioned> provision_postgres(const Run& run, const Flow& flow) {
    return provisioned("Postgres", [&] { return make_in_postgres(target_of(run), flow); });
}

Result<Provisioned> provision_kafka(const Run& run, const Flow& flow) {
    return provisioned("Kafka", [&] { return make_in_kafka(target_of(run), flow); });
}

Result<Provisioned> provision(const Run& run, const Flow& flow) {
    return provisioned("servers", [&] {
        const auto made = make_in_both(target_of(run), flow);
        change_run_file(run.folder, [](RunFile& file) {
            if (file.state == "starting") file.state = "running";
        });
        return made;
    });
}

Result<Provisioned> provision(const Servers& servers, const Flow& flow) {
    return provisioned("servers", [&] {
        check_flow(flow);
        need_secrets(servers, flow);
        await_servers(servers);
        return make_in_both({servers, false}, flow);
    }, their_cure);
}

}  // namespace waybill::stack
