// An offer as anybody may write it: cleaned, read by the rules, and shown to a reader outside.
#include "fuzz.h"

#include "domain/extract.h"
#include "domain/shown.h"

#include <waybill/json.h>

using namespace waybill;
using namespace waybill::extraction;

namespace {

bool is_utf8(std::string_view text) {
    boost::system::error_code error;
    boost::json::parse(json::to_json(std::string(text)), error);
    return !error;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const char* channels[] = {"email", "chat", "loadboard", "portal", "edi-note"};
    fuzz::Bytes bytes(data, size);
    const Message message{channels[bytes.number(std::size(channels))], *parse_instant("2026-10-05T07:42:00Z"), std::string(bytes.rest())};

    const Answer answer = extract(message);
    const auto text = json::to_json(answer.fields);
    fuzz::must(json::to_json(extract(message).fields) == text, "the same text gives the same answer");
    fuzz::must(answer.decision != Decision::accept || answer.reasons.empty(), "whoever is in doubt asks a person");
    if (!is_utf8(message.text)) return 0;  // edge lets nothing else in; beyond it nothing may crash, no more

    fuzz::must(is_utf8(shown(message)), "what is shown is UTF-8");
    fuzz::must(json::from_json<Fields>(text) == answer.fields, "what was read can be kept and read again", text);
    for (const auto& reason : answer.reasons) fuzz::must(is_utf8(reason.what) && is_utf8(reason.field), "a reason is UTF-8", reason.what);
    fuzz::must(is_utf8(as_quoted(message.text)), "a quote is UTF-8");
    language_of(message);
    return 0;
}
