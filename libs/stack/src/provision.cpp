// Makes what the flow needs and is not there yet, in Postgres and in Kafka, and starts both.
#include "failure.h"
#include "kafka_client.h"
#include "run_folder.h"

#include <pqxx/pqxx>

#include <algorithm>
#include <set>
#include <thread>

#include <unistd.h>

namespace waybill::stack {

namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr const char* asks = "waybill.asks";

// The server logs a statement that fails; not those that carry passwords.
constexpr const char* silently = "SET LOCAL log_min_error_statement = 'panic'; SET LOCAL log_min_duration_statement = -1; SET LOCAL log_statement = 'none'";
constexpr long long our_lock = 0x77617962696c6c;  // one provision at a time

std::set<std::string> names(pqxx::transaction_base& work, const std::string& query) {
    std::set<std::string> found;
    for (const auto& row : work.exec(query)) found.insert(row[0].as<std::string>());
    return found;
}

void provision_database(const Run& run, Provisioned& made) {
    std::string dsn = postgres_dsn(run, "waybill_admin");
    dsn.replace(dsn.find("dbname=waybill"), std::string("dbname=waybill").size(), "dbname=postgres");
    pqxx::connection connection(dsn);
    pqxx::nontransaction work(connection);
    if (names(work, "SELECT datname FROM pg_database").contains("waybill")) return;
    work.exec("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC");
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

struct Owner {
    std::string role;
    std::string schema;
};

void provision_roles(const Run& run, const Flow& flow, Provisioned& made) {
    pqxx::connection connection(postgres_dsn(run, "waybill_admin"));
    pqxx::work work(connection);
    work.exec(silently);
    work.exec("SELECT pg_advisory_xact_lock(" + std::to_string(our_lock) + ")");
    const auto roles = names(work, "SELECT rolname FROM pg_roles");
    const auto schemas = names(work, "SELECT nspname FROM pg_namespace");

    const auto need_role = [&](const std::string& role, const std::string& extra) {
        const auto secret = make_secret(run, "postgres-" + role);
        const auto name = connection.quote_name(role);
        if (!roles.contains(role)) {
            work.exec("CREATE ROLE " + name + " LOGIN NOINHERIT PASSWORD " + connection.quote(secret.value));
            work.exec("GRANT CONNECT ON DATABASE waybill TO " + name);
            work.exec("ALTER ROLE " + name + " SET " + extra);
            ++made.roles;
        } else if (secret.is_new) {
            work.exec("ALTER ROLE " + name + " PASSWORD " + connection.quote(secret.value));
            ++made.passwords;
        }
    };

    if (!roles.contains("judge")) {
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
        if (Steady::now() > deadline) throw Failure({"Kafka", what + " within 10 s", "see logs/kafka.log in the run folder"});
        std::this_thread::sleep_for(5ms);
    }
}

Provisioned make_in_kafka(const Run& run, const Flow& flow) {
    check_flow(flow);
    Provisioned made;
    KafkaAdmin admin(kafka_login(run, "admin"));
    const auto topics = topics_of(flow);
    const auto there = admin.topics(10s);
    if (!there) throw Failure({"Kafka", "does not answer within 10 s: " + admin.last_error(), "look at logs/kafka.log in the run folder"});

    std::vector<Flow::Topic> missing, present;
    for (const auto& topic : topics) {
        const auto found = there->find(topic.name);
        if (found == there->end()) missing.push_back(topic);
        else if (found->second == topic.partitions || found->second == 0) present.push_back(topic);
        else
            throw Failure({"topic " + topic.name, "has " + std::to_string(found->second) + " partitions and the flow says " + std::to_string(topic.partitions),
                           "lanes are fixed when a topic is first made: put the number back, or begin anew with ./dev clean"});
    }
    admin.make_topics(missing);
    made.topics = static_cast<int>(missing.size());
    const auto retentions = admin.retentions(present);
    for (const auto& topic : present)
        if (const auto found = retentions.find(topic.name); found != retentions.end() && found->second != std::to_string(topic.retention.count())) {
            admin.set_retention(topic);
            ++made.retentions;
        }

    const auto wanted = acls_of(flow), granted = admin.acls();
    const auto new_ones = without(wanted, granted), old_ones = without(granted, wanted);
    admin.make_acls(new_ones);
    admin.drop_acls(old_ones);
    made.acls = static_cast<int>(new_ones.size() + old_ones.size());

    if (made.acls) await("the rights did not take effect", [&] { return admin.acls() == wanted; });
    await("not every partition has a leader", [&] {
        const auto now = admin.topics(2s);
        return now && std::all_of(topics.begin(), topics.end(), [&](const auto& topic) {
            const auto found = now->find(topic.name);
            return found != now->end() && found->second == topic.partitions;
        });
    });
    return made;
}

template <class Step>
Result<Provisioned> provisioned(const std::string& what, Step step) {
    Provisioned made;
    if (const auto refusal = refusal_of(what, [&] { made = step(); })) return *refusal;
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

Result<Provisioned> provision_postgres(const Run& run, const Flow& flow) {
    return provisioned("Postgres", [&] {
        check_flow(flow);
        Provisioned made;
        provision_database(run, made);
        provision_roles(run, flow, made);
        return made;
    });
}

Result<Provisioned> provision_kafka(const Run& run, const Flow& flow) {
    return provisioned("Kafka", [&] { return make_in_kafka(run, flow); });
}

Result<Provisioned> provision(const Run& run, const Flow& flow) {
    const auto postgres = provision_postgres(run, flow);
    if (!postgres) return postgres;
    const auto kafka = provision_kafka(run, flow);
    if (!kafka) return kafka;
    Provisioned both = *postgres;
    both.topics = kafka->topics;
    both.retentions = kafka->retentions;
    both.acls = kafka->acls;
    const auto refusal = refusal_of("run folder", [&] {
        change_run_file(run.folder, [](RunFile& file) {
            if (file.state == "starting") file.state = "running";
        });
    });
    if (refusal) return *refusal;
    return both;
}

}  // namespace waybill::stack
