// The packed rows of the outbox, as another version of this program may have written them.
#include "fuzz.h"

#include <waybill/runtime/seams.h>

#include <stdexcept>

using namespace waybill;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Bytes bytes(data, size);
    const auto count = static_cast<std::int64_t>(bytes.number(8));
    const runtime::OutboxRow row{"fuzz.events", 0, 1, 7, 7 + count, std::string(bytes.rest())};
    std::vector<runtime::Message> messages;
    try {
        messages = runtime::unpack(row, "fuzz", 0);
    } catch (const std::invalid_argument&) {
        return 0;
    } catch (const std::out_of_range&) {
        return 0;
    }
    fuzz::must(static_cast<std::int64_t>(messages.size()) == count + 1, "a row holds the numbers that it names");
    runtime::OutboxRow again = row;
    again.content.clear();
    for (const auto& message : messages) runtime::pack(again.content, message);
    const auto reread = runtime::unpack(again, "fuzz", 0);
    for (std::size_t i = 0; i < messages.size(); ++i)
        fuzz::must(reread[i].envelope == messages[i].envelope && reread[i].payload == messages[i].payload, "what is packed comes back as it was");
    return 0;
}
