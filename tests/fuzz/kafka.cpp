// Messages as anybody with the right to write may put them on a topic: their headers, head notes and contents, read by a
// service on the seams in memory. Whatever came, the lane is held, and what comes after it is applied.
//
// An input: which service reads, then messages: how many headers, each a name from the list and its value; the content.
#include "fuzz.h"
#include "headers.h"
#include "units.h"

#include <waybill/contracts/flow.h>
#include <waybill/runtime/worker.h>
#include <waybill/simulation.h>

#include <google/protobuf/stubs/logging.h>

using namespace waybill;
using namespace waybill::runtime;

namespace {

struct Reader {
    Definition definition;
    std::vector<std::string> consumes;
};

const std::vector<Reader>& readers() {
    static const std::vector<Reader> all = [] {
        google::protobuf::SetLogHandler(nullptr);
        std::vector<Reader> made;
        for (const auto& unit : cli::units()) {
            std::set<std::string> topics;
            for (const auto& service : contracts::flow().services)
                if (service.name == unit.name)
                    for (const auto& consumed : service.consumes) topics.insert(consumed.topic);
            if (topics.empty()) continue;
            made.push_back({unit.definition(*settings::Settings::load(unit.keys, {})), {topics.begin(), topics.end()}});
        }
        return made;
    }();
    return all;
}

const char* names[] = {"ce_type", "ce_source", "ce_subject", "ce_time", "traceparent", "waybill_cause", "waybill_lane", "waybill_inc", "waybill_seq", "ce_id", "content-type", ""};
constexpr int witness = 77;  // a lane of the source that only the last message comes from

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Bytes bytes(data, size);
    const Reader& reader = readers()[bytes.number(readers().size())];
    const std::string& topic = reader.consumes[bytes.number(reader.consumes.size())];

    simulation::Clock clock;
    simulation::Database database;
    simulation::Broker broker;
    simulation::Store store(database);
    simulation::Bus bus(broker);
    simulation::Outbound outbound(reader.definition, clock, [](const Effect&, const Attempt&) { return simulation::Outbound::Tried{}; });
    Figures figures;
    Worker worker(reader.definition, reader.consumes, 1, {store, bus, outbound, clock}, figures, {}, [](Level, const std::string&, int) {});
    worker.grant({0}, clock.elapsed() + std::chrono::hours(1));

    for (int count = 0; !bytes.empty() && count < 16; ++count) {
        Message message;
        message.envelope = kafka::unread(topic, 0);
        for (auto headers = bytes.number(16); headers > 0; --headers) {
            const auto name = names[bytes.number(std::size(names))];
            kafka::read_header(name, bytes.piece(), message.envelope);
        }
        message.payload = bytes.piece();
        if (!kafka::is_ours(message.envelope) || message.envelope.lane == witness) continue;
        if (message.envelope.type == kafka::head_note_type) message.kind = Message::Kind::head_note;
        broker.append(message);
    }
    Message last;
    last.envelope = {.type = "another.v1.Thing", .source = "another", .topic = topic, .partition = 0, .lane = witness, .incarnation = 1, .seq = 0, .subject = "its own"};
    broker.append(last);

    for (int i = 0; i < 20; ++i) {
        while (worker.step()) {}
        clock.pass(std::chrono::milliseconds(200));
    }
    fuzz::must(worker.held().contains(0), "no message takes the lane away", worker.trouble());
    const auto& seen = database.lanes[0].ledger.seen;
    const auto applied = seen.find(topic + "/" + std::to_string(witness) + "/1");
    fuzz::must(applied != seen.end() && applied->second == 0, "whatever came, what comes after it is applied", worker.trouble());
    return 0;
}
