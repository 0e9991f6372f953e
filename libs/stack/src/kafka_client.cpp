#include "kafka_client.h"

#include "failure.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <functional>

namespace waybill::stack {

namespace {

using namespace std::chrono_literals;

constexpr int answer_limit_ms = 15'000;

struct Close {
    void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
    void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
using Queue = std::unique_ptr<rd_kafka_queue_t, Close>;
using Answer = std::unique_ptr<rd_kafka_event_t, Close>;

Failure refused(const std::string& what, const std::string& why) { return Failure({"Kafka", what + ": " + why, "see Kafka's log; that of a run is logs/kafka.log in its folder"}); }

Answer ask(rd_kafka_t* kafka, const std::string& what, const std::function<void(rd_kafka_queue_t*)>& send) {
    const Queue queue(rd_kafka_queue_new(kafka));
    send(queue.get());
    Answer answer(rd_kafka_queue_poll(queue.get(), answer_limit_ms));
    if (!answer) throw refused(what, "no answer within 15 s");
    if (rd_kafka_event_error(answer.get())) throw refused(what, rd_kafka_event_error_string(answer.get()));
    return answer;
}

std::string segment_of(const Flow::Topic& topic) {  // only whole segments are dropped, so short retention needs short segments
    return std::to_string(std::min<std::chrono::milliseconds>(topic.retention, 24h).count());
}

constexpr std::pair<Acl::On, rd_kafka_ResourceType_t> resources[] = {{Acl::On::topic, RD_KAFKA_RESOURCE_TOPIC}, {Acl::On::group, RD_KAFKA_RESOURCE_GROUP}};
constexpr std::pair<Acl::May, rd_kafka_AclOperation_t> operations[] = {
    {Acl::May::read, RD_KAFKA_ACL_OPERATION_READ}, {Acl::May::write, RD_KAFKA_ACL_OPERATION_WRITE}, {Acl::May::describe, RD_KAFKA_ACL_OPERATION_DESCRIBE}};

template <class Table, class Ours>
auto theirs(const Table& table, Ours ours) {
    for (const auto& [mine, other] : table)
        if (mine == ours) return other;
    throw std::logic_error("an ACL of no kind");
}

template <class Table, class Theirs>
auto ours(const Table& table, Theirs theirs) -> std::optional<decltype(table[0].first)> {
    for (const auto& [mine, other] : table)
        if (other == theirs) return mine;
    return {};
}

struct Bindings {
    std::vector<rd_kafka_AclBinding_t*> all;
    ~Bindings() { rd_kafka_AclBinding_destroy_array(all.data(), all.size()); }
};

Bindings bindings(const std::vector<Acl>& acls, bool as_filter) {
    Bindings result;
    char why[256];
    for (const auto& acl : acls) {
        const auto make = as_filter ? rd_kafka_AclBindingFilter_new : rd_kafka_AclBinding_new;
        auto* binding = make(theirs(resources, acl.on), acl.name.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL, ("User:" + acl.user).c_str(), "*",
                             theirs(operations, acl.may), RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, why, sizeof why);
        if (!binding) throw refused("right of " + acl.user + " on " + acl.name, why);
        result.all.push_back(binding);
    }
    return result;
}

struct Resource {
    rd_kafka_ConfigResource_t* it;
    explicit Resource(const std::string& topic) : it(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str())) {}
    ~Resource() { rd_kafka_ConfigResource_destroy(it); }
    Resource(const Resource&) = delete;
};

}  // namespace

KafkaAdmin::KafkaAdmin(const KafkaLogin& login) {
    char why[512];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    const std::pair<const char*, std::string> settings[] = {
        {"bootstrap.servers", login.bootstrap}, {"client.id", "waybill-stack"},       {"security.protocol", "SASL_PLAINTEXT"}, {"sasl.mechanism", "PLAIN"},
        {"sasl.username", login.user},          {"sasl.password", login.password},    {"socket.nagle.disable", "true"},       {"reconnect.backoff.ms", "20"},
        {"reconnect.backoff.max.ms", "200"},    {"topic.metadata.refresh.interval.ms", "-1"}};
    for (const auto& [name, value] : settings)
        if (rd_kafka_conf_set(conf, name, value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK) {
            rd_kafka_conf_destroy(conf);
            throw refused("client", why);
        }
    rd_kafka_conf_set_opaque(conf, this);
    rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});  // a broker that is away is expected here
    rd_kafka_conf_set_error_cb(conf, [](rd_kafka_t*, int error, const char* reason, void* self) {
        auto& admin = *static_cast<KafkaAdmin*>(self);
        admin.last_error_ = reason;
        if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION) admin.login_refused_ = reason;
    });
    kafka_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (!kafka_) {
        rd_kafka_conf_destroy(conf);
        throw refused("client", why);
    }
}

KafkaAdmin::~KafkaAdmin() { rd_kafka_destroy(kafka_); }

std::optional<std::map<std::string, KafkaAdmin::Seen>> KafkaAdmin::topics(std::chrono::milliseconds limit) {
    const struct rd_kafka_metadata* metadata = nullptr;
    const auto error = rd_kafka_metadata(kafka_, 1, nullptr, &metadata, static_cast<int>(limit.count()));
    rd_kafka_poll(kafka_, 0);
    if (error) return {};
    std::map<std::string, Seen> found;
    for (int i = 0; i < metadata->topic_cnt; ++i) {
        const auto& topic = metadata->topics[i];
        if (topic.err) continue;
        auto& seen = found[topic.topic];
        seen.partitions = topic.partition_cnt;
        for (int p = 0; p < topic.partition_cnt; ++p) seen.led += topic.partitions[p].leader >= 0;
    }
    rd_kafka_metadata_destroy(metadata);
    return found;
}

void KafkaAdmin::make_topics(const std::vector<Flow::Topic>& topics) {
    if (topics.empty()) return;
    std::vector<rd_kafka_NewTopic_t*> made;
    char why[256];
    for (const auto& topic : topics) {
        made.push_back(rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, /*replication: the brokers' default*/ -1, why, sizeof why));
        if (!made.back()) throw refused("topic " + topic.name, why);
        rd_kafka_NewTopic_set_config(made.back(), "cleanup.policy", "delete");
        rd_kafka_NewTopic_set_config(made.back(), "retention.ms", std::to_string(topic.retention.count()).c_str());
        rd_kafka_NewTopic_set_config(made.back(), "segment.ms", segment_of(topic).c_str());
    }
    const auto answer = ask(kafka_, "making topics", [&](rd_kafka_queue_t* queue) { rd_kafka_CreateTopics(kafka_, made.data(), made.size(), nullptr, queue); });
    rd_kafka_NewTopic_destroy_array(made.data(), made.size());
    std::size_t count = 0;
    auto** results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer.get()), &count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto error = rd_kafka_topic_result_error(results[i]);
        if (error && error != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
            throw refused("topic " + std::string(rd_kafka_topic_result_name(results[i])), rd_kafka_topic_result_error_string(results[i]) ?: rd_kafka_err2str(error));
    }
}

std::map<std::string, std::string> KafkaAdmin::retentions(const std::vector<Flow::Topic>& topics) {
    if (topics.empty()) return {};
    std::vector<std::unique_ptr<Resource>> owned;
    std::vector<rd_kafka_ConfigResource_t*> asked;
    for (const auto& topic : topics) {
        owned.push_back(std::make_unique<Resource>(topic.name));
        asked.push_back(owned.back()->it);
    }
    const auto answer = ask(kafka_, "reading retention", [&](rd_kafka_queue_t* queue) { rd_kafka_DescribeConfigs(kafka_, asked.data(), asked.size(), nullptr, queue); });
    std::size_t count = 0;
    const auto** results = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(answer.get()), &count);
    std::map<std::string, std::string> found;
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t entries = 0;
        const auto** configs = rd_kafka_ConfigResource_configs(results[i], &entries);
        for (std::size_t k = 0; k < entries; ++k)
            if (std::string_view(rd_kafka_ConfigEntry_name(configs[k])) == "retention.ms")
                found[rd_kafka_ConfigResource_name(results[i])] = rd_kafka_ConfigEntry_value(configs[k]) ?: "";
    }
    return found;
}

void KafkaAdmin::set_retention(const Flow::Topic& topic) {
    const Resource resource(topic.name);
    auto* it = resource.it;  // AlterConfigs replaces the whole set, so all of it is named
    rd_kafka_ConfigResource_set_config(it, "cleanup.policy", "delete");
    rd_kafka_ConfigResource_set_config(it, "retention.ms", std::to_string(topic.retention.count()).c_str());
    rd_kafka_ConfigResource_set_config(it, "segment.ms", segment_of(topic).c_str());
    const auto answer = ask(kafka_, "setting retention", [&](rd_kafka_queue_t* queue) { rd_kafka_AlterConfigs(kafka_, &it, 1, nullptr, queue); });
    std::size_t count = 0;
    const auto** results = rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(answer.get()), &count);
    for (std::size_t i = 0; i < count; ++i)
        if (const auto error = rd_kafka_ConfigResource_error(results[i])) throw refused("retention of " + topic.name, rd_kafka_err2str(error));
}

std::set<Acl> KafkaAdmin::acls() {
    char why[256];
    auto* everything = rd_kafka_AclBindingFilter_new(RD_KAFKA_RESOURCE_ANY, nullptr, RD_KAFKA_RESOURCE_PATTERN_ANY, nullptr, nullptr, RD_KAFKA_ACL_OPERATION_ANY,
                                                     RD_KAFKA_ACL_PERMISSION_TYPE_ANY, why, sizeof why);
    const Bindings filter{{everything}};
    const auto answer = ask(kafka_, "reading rights", [&](rd_kafka_queue_t* queue) { rd_kafka_DescribeAcls(kafka_, everything, nullptr, queue); });
    std::size_t count = 0;
    const auto** results = rd_kafka_DescribeAcls_result_acls(rd_kafka_event_DescribeAcls_result(answer.get()), &count);
    std::set<Acl> found;
    for (std::size_t i = 0; i < count; ++i) {
        const auto on = ours(resources, rd_kafka_AclBinding_restype(results[i]));
        const auto may = ours(operations, rd_kafka_AclBinding_operation(results[i]));
        const std::string principal = rd_kafka_AclBinding_principal(results[i]);
        const bool as_we_grant = rd_kafka_AclBinding_resource_pattern_type(results[i]) == RD_KAFKA_RESOURCE_PATTERN_LITERAL &&
                                 rd_kafka_AclBinding_permission_type(results[i]) == RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW && rd_kafka_AclBinding_host(results[i]) == std::string_view("*");
        if (on && may && as_we_grant && principal.starts_with("User:")) found.insert({*on, rd_kafka_AclBinding_name(results[i]), principal.substr(5), *may});
    }
    return found;
}

void KafkaAdmin::make_acls(const std::vector<Acl>& acls) {
    if (acls.empty()) return;
    auto wanted = bindings(acls, false);
    const auto answer = ask(kafka_, "granting rights", [&](rd_kafka_queue_t* queue) { rd_kafka_CreateAcls(kafka_, wanted.all.data(), wanted.all.size(), nullptr, queue); });
    std::size_t count = 0;
    const auto** results = rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(answer.get()), &count);
    for (std::size_t i = 0; i < count; ++i)
        if (const auto* error = rd_kafka_acl_result_error(results[i])) throw refused("granting rights", rd_kafka_error_string(error));
}

void KafkaAdmin::drop_acls(const std::vector<Acl>& acls) {
    if (acls.empty()) return;
    auto unwanted = bindings(acls, true);
    ask(kafka_, "taking rights away", [&](rd_kafka_queue_t* queue) { rd_kafka_DeleteAcls(kafka_, unwanted.all.data(), unwanted.all.size(), nullptr, queue); });
}

}  // namespace waybill::stack
