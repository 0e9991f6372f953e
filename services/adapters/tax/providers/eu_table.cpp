#include "providers/eu_table.h"

namespace waybill::tax {

runtime::CallResult<Assess::Answer> eu_table(const Assess& supply, const runtime::Attempt&) {
    Assess::Answer answer;
    answer.provider = "eu_table";
    const auto vat = assess(supply);
    answer.determined = static_cast<bool>(vat);
    if (vat) {
        answer.rate_permille = vat->rate_permille;
        answer.treatment = vat->treatment;
        answer.note = vat->note;
    } else {
        answer.field = vat.refusal().field;
        answer.why = vat.refusal().why + "; " + vat.refusal().cure;
    }
    return answer;
}

}  // namespace waybill::tax
