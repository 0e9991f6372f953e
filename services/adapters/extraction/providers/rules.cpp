#include "providers/rules.h"

#include "domain/extract.h"
#include "domain/shown.h"

#include "rules_version.h"

namespace waybill::extraction::adapter {

Extracted without_people(const Message& message, Answer answer) {
    answer.fields.shipper.reset();
    answer.fields.contact_email.reset();
    answer.fields.contact_phone.reset();
    std::vector<FieldRead> read;
    for (const auto& [field, value] : told(answer.fields))
        for (const Evidence& e : answer.evidence)
            if (e.field == field) read.push_back({field, value, e.begin, e.end, e.confidence});
    return {to_text(answer.decision), std::move(answer.fields), std::move(answer.reasons), "rules", language_of(message), rules_version, {}, std::move(read)};
}

runtime::CallResult<Extracted> read_by_rules(const ReadText& request, const runtime::Attempt&) {
    const Message message{request.channel, request.received_at, request.text};
    return without_people(message, extract(message));
}

}  // namespace waybill::extraction::adapter
