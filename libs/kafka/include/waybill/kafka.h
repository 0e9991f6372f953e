// The Bus on Apache Kafka through librdkafka (2.0.2 is enough): CloudEvents 1.0, binary mode.
//
// Kafka is read with assign() at the positions the lane remembers; offsets are also committed to a group named after the
// service, only so that Kafka's tools show lag. Nothing here blocks, and nothing is trusted: what Kafka loses, repeats or
// forgets is healed by the runtime's numbers. With Kafka away messages wait in the producer up to its bound, then are
// dropped, counted, and asked for later. A producer that met a fatal error is replaced.
//
// On the wire: key = subject; headers ce_specversion, ce_id, ce_source, ce_type, ce_time, ce_subject, content-type,
// traceparent, waybill_lane, waybill_inc, waybill_seq, waybill_cause; value = Protobuf. A head note has no key, the type
// "waybill.v1.HeadNote" and JSON content. An ask is JSON on the topic waybill.asks.
#pragma once

#include <waybill/runtime/seams.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace waybill::kafka {

inline constexpr std::string_view asks_topic = "waybill.asks";

struct Options {
    std::string bootstrap;
    std::string user, password;            // SASL/PLAIN; an empty user: no authentication
    std::string client_id;
    std::string group;                     // of the service
    std::vector<std::string> writes = {};  // topics to get ready for, so that the first event to each is not a second late
    std::function<void()> on_ready = {};        // something can be polled; from a thread of librdkafka, must not block
    std::function<void(bool error, const std::string& text)> log = {};
    // For these traces (W3C) it is told when Kafka acknowledged an event; from a thread that polls, must be quick.
    std::function<bool(std::string_view trace)> follows = {};
    std::function<void(std::string_view event)> on_acknowledged = {};
};

// Which of these topics this principal cannot see or read, each with the reason; empty: all well; nothing: no broker has said
// anything within `timeout`, which is how long this blocks at most. Kafka stays silent when one reads a topic without the right
// to, so this is asked before a service says it is ready.
std::optional<std::vector<std::string>> unreachable_topics(const Options& options, const std::vector<std::string>& topics, std::chrono::milliseconds timeout);

class Bus final : public runtime::Bus {
public:
    explicit Bus(Options options);  // throws std::runtime_error on settings that librdkafka refuses
    ~Bus() override;

    void assign(const std::vector<runtime::Position>& positions) override;
    void poll(std::size_t limit, std::vector<runtime::Message>& messages, std::vector<runtime::Ask>& asks) override;
    bool publish(const runtime::Message& message) override;
    void ask(const runtime::Ask& ask) override;
    void remember(const std::vector<runtime::Position>& positions) override;
    std::uint64_t failures() override;
    std::size_t unacknowledged() override;
    bool connected() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

// Reads topics for people and tests, from the start or from now on. One thread.
class Tail {
public:
    Tail(Options options, const std::vector<std::string>& topics, int partitions, bool from_start);
    ~Tail();
    // The next message, or nothing within `wait`. Head notes too.
    std::optional<runtime::Message> next(std::chrono::milliseconds wait);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace waybill::kafka
