// The few administrative calls to Kafka that the stack needs, as `admin`. Each ends within the time it names.
#pragma once

#include <waybill/stack.h>

#include <chrono>
#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

typedef struct rd_kafka_s rd_kafka_t;

namespace waybill::stack {

struct Acl {
    enum class On { topic, group } on;
    std::string name;  // "*": every one
    std::string user;
    enum class May { read, write, describe } may;
    auto operator<=>(const Acl&) const = default;
};

class KafkaAdmin {
public:
    explicit KafkaAdmin(const KafkaLogin& login);
    ~KafkaAdmin();
    KafkaAdmin(const KafkaAdmin&) = delete;
    KafkaAdmin& operator=(const KafkaAdmin&) = delete;

    // By name; nothing when Kafka does not answer in time.
    struct Seen {
        int partitions = 0;
        int led = 0;  // those that have a leader; fewer while a broker starts
    };
    std::optional<std::map<std::string, Seen>> topics(std::chrono::milliseconds limit);

    // The following throw Failure when Kafka refuses, or does not answer within 15 s.
    void make_topics(const std::vector<Flow::Topic>& topics);
    std::map<std::string, std::string> retentions(const std::vector<Flow::Topic>& topics);  // topic -> retention.ms
    void set_retention(const Flow::Topic& topic);
    std::set<Acl> acls();  // those of the kinds above
    void make_acls(const std::vector<Acl>& acls);
    void drop_acls(const std::vector<Acl>& acls);

    const std::string& last_error() const { return last_error_; }
    const std::string& login_refused() const { return login_refused_; }  // why; empty as long as it was not

private:
    rd_kafka_t* kafka_ = nullptr;
    std::string last_error_, login_refused_;
};

}  // namespace waybill::stack
