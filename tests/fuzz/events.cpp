// Events of a foreign version, and the answers of third parties, on every handler that reads them: a story of one service,
// event upon event on the state that the earlier ones made. What a handler decides must be such that its readers, and the
// database, can take it. A handler may throw: then the runtime parks the key.
#include "fuzz.h"

#include "units.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <memory>
#include <optional>

using namespace waybill;
using namespace waybill::runtime;

namespace {

struct Entry {
    std::string name;
    const Handler* handler;
    bool is_event;
};

struct Known {
    Definition definition;
    std::vector<Entry> entries;
};

const std::vector<Known>& services() {
    static const std::vector<Known> all = [] {
        google::protobuf::SetLogHandler(nullptr);
        std::vector<Known> made;
        for (const auto& unit : cli::units()) {
            const auto settings = settings::Settings::load(unit.keys, {});
            made.push_back({unit.definition(*settings), {}});
        }
        for (auto& one : made) {
            for (const auto& [type, handler] : one.definition.events) one.entries.push_back({type, &handler, true});
            for (const auto& [name, handler] : one.definition.answers) one.entries.push_back({name, &handler, false});
            for (const auto& [name, handler] : one.definition.timers) one.entries.push_back({name, &handler, false});
        }
        std::erase_if(made, [](const Known& one) { return one.entries.empty(); });
        return made;
    }();
    return all;
}

// Of more than fifteen digits the last one may change (see waybill/json.h), so fractions and long numbers are not compared.
std::string without_fractions(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto end = std::min(text.find_first_not_of("0123456789.e+-", i), text.size());
        const auto number = text.substr(i, end - i);
        out += number.size() > 15 || number.find_first_of(".e") != std::string::npos ? "#" : number;
        if (end < text.size()) out += text[end];
        i = end + 1;
    }
    return out;
}

void check(const Definition& definition, const Handler& handler, const ErasedDecision& decision) {
    for (const auto& event : decision.events) {
        const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(std::string(event.type));
        fuzz::must(type, "an announced event has a contract", event.type);
        const std::unique_ptr<google::protobuf::Message> read(google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
        fuzz::must(read->ParseFromString(event.payload), "an announced event can be read", event.type);
    }
    for (const auto& row : decision.rows) {
        boost::system::error_code error;
        const auto values = boost::json::parse(row.values, error);
        fuzz::must(!error && values.is_object(), "a row is a JSON object", row.values);
    }
    for (const auto& call : decision.calls) {
        boost::system::error_code error;
        boost::json::parse(call.request, error);
        fuzz::must(!error, "a call is JSON", call.request);
    }
    if (!decision.state) return;
    const auto& aggregate = definition.aggregates.at(handler.aggregate);
    std::string written;
    try {
        written = aggregate.write(decision.state.get());
    } catch (const std::invalid_argument&) {
        return;  // the runtime parks the key
    }
    try {
        fuzz::must(without_fractions(aggregate.write(aggregate.read(written, aggregate.shape).get())) == without_fractions(written), "a state is read as it was written", written);
    } catch (const std::invalid_argument&) {
        fuzz::must(false, "a state that is written can be read", written);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Bytes bytes(data, size);
    const Known& service = services()[bytes.number(services().size())];
    const Definition& definition = service.definition;
    std::vector<std::shared_ptr<const void>> states(std::max<std::size_t>(1, definition.aggregates.size()));
    Instant now = *parse_instant("2026-10-05T07:42:00Z");
    Envelope envelope{"", "another", "another.events", 0, 0, 1, 0, "wb-1", "", "", now};

    for (int steps = 0; !bytes.empty() && steps < 40; ++steps) {
        const Entry& entry = service.entries[bytes.number(service.entries.size())];
        const auto payload = bytes.piece();
        now += std::chrono::minutes(1);
        ++envelope.seq;
        envelope.type = entry.name;
        const Arrival arrival{&envelope, payload, nullptr};
        const Handler& handler = *entry.handler;
        auto& state = states[handler.aggregate];
        try {
            if (entry.is_event && definition.every_event) check(definition, handler, definition.every_event->decide(nullptr, arrival, now));
            if (handler.needs == Needs::present && !state) continue;
            if (handler.needs == Needs::absent && state) continue;
            const auto decision = handler.decide(handler.needs == Needs::nothing ? nullptr : state.get(), arrival, now);
            if (decision.outcome != Outcome::decided) continue;
            check(definition, handler, decision);
            if (decision.state) state = decision.state;
        } catch (const std::exception&) {
        }
    }
    return 0;
}
