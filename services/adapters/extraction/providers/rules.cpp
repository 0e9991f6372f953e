#include "providers/rules.h"

#include "domain/extract.h"

namespace waybill::extraction::adapter {

runtime::CallResult<Extracted> read_by_rules(const ReadText& request, const runtime::Attempt&) {
    Answer answer = extract({request.channel, request.received_at, request.text});
    answer.fields.shipper.reset();
    answer.fields.contact_email.reset();
    answer.fields.contact_phone.reset();
    return Extracted{to_text(answer.decision), std::move(answer.fields), std::move(answer.reasons), "rules"};
}

}  // namespace waybill::extraction::adapter
