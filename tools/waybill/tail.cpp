#include "commands.h"
#include "run_files.h"

#include <waybill/contracts/flow.h>
#include <waybill/kafka.h>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <csignal>
#include <iostream>
#include <memory>

namespace waybill::cli {
namespace {

volatile std::sig_atomic_t stopped = 0;

// The content of an event as JSON; of a type this program does not know, its size.
std::string content(const runtime::Message& message) {
    if (message.kind == runtime::Message::Kind::head_note) return message.payload;
    const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(message.envelope.type);
    if (!descriptor) return "{\"unknown_bytes\":" + std::to_string(message.payload.size()) + "}";
    const std::unique_ptr<google::protobuf::Message> event(google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
    std::string text;
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    if (!event->ParseFromString(message.payload) || !google::protobuf::util::MessageToJsonString(*event, &text, options).ok()) return "{\"unreadable_bytes\":" + std::to_string(message.payload.size()) + "}";
    return text;
}

}  // namespace

int tail(const TailOptions& options) {
    const auto run = stack::find(options.run);
    const auto looked = stack::look(options.run);
    if (!run || !looked || looked->state != "running") {
        std::cerr << "waybill: the system is not up in " << options.run.string() << "; start it with: waybill up\n";
        return not_up;
    }
    std::vector<std::string> topics;
    for (const auto& topic : contracts::flow().topics)
        if (!topic.is_private && (options.topic.empty() || options.topic == topic.name)) topics.push_back(topic.name);
    if (topics.empty()) {
        std::cerr << "waybill: '" << options.topic << "' is no topic one may look into; known:";
        for (const auto& topic : contracts::flow().topics)
            if (!topic.is_private) std::cerr << " " << topic.name;
        std::cerr << "\n";
        return wrong_usage;
    }
    std::signal(SIGINT, [](int) { stopped = 1; });
    std::signal(SIGTERM, [](int) { stopped = 1; });
    const auto login = stack::kafka_login(*run, "tail");
    kafka::Tail reader({login.bootstrap, login.user, login.password, "waybill-tail", "tail", {}, {}, [](bool error, const std::string& text) { if (error) std::cerr << "waybill: " << text << "\n"; }},
                       topics, contracts::flow().lanes, options.from_start || options.once);
    int quiet = 0;
    while (!stopped && !(options.once && quiet >= 8)) {
        const auto message = reader.next(std::chrono::milliseconds(250));
        if (!message) {
            ++quiet;
            continue;
        }
        quiet = 0;
        const auto& envelope = message->envelope;
        if (message->kind == runtime::Message::Kind::head_note) continue;
        if (!options.subject.empty() && envelope.subject != options.subject) continue;
        if (options.json)
            std::cout << "{\"envelope\":" << json::to_json(envelope) << ",\"content\":" << content(*message) << "}" << std::endl;
        else
            std::cout << to_text(envelope.time).substr(11, 12) << "  " << envelope.subject << "  " << envelope.type << "  " << content(*message) << std::endl;
    }
    return ok;
}

}  // namespace waybill::cli
