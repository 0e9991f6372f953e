#include "handlers/handlers.h"

namespace waybill::tax {

namespace {

::tax::v1::TaxDetermined determined(const Assessment& assessment) {
    ::tax::v1::TaxDetermined made;
    made.set_shipment_id(assessment.shipment_id);
    made.set_rate_permille(assessment.answer.rate_permille);
    made.set_treatment(boost::describe::enum_to_string(assessment.answer.treatment, ""));
    made.set_note(assessment.answer.note);
    made.set_provider(assessment.answer.provider);
    return made;
}

::tax::v1::TaxNotDetermined not_determined(const Assessment& assessment) {
    ::tax::v1::TaxNotDetermined made;
    made.set_shipment_id(assessment.shipment_id);
    made.set_field(assessment.answer.field);
    made.set_why(assessment.answer.why);
    return made;
}

}  // namespace

// The provider answered, or every retry is spent.
Decision assessed(const Assessment& assessment, const runtime::Answered<Assess>& answered, Instant) {
    if (assessment.stage != Stage::asking) return Decision::ignored("the answer is known");
    auto known = assessment;
    if (answered.answer) {
        known.answer = *answered.answer;
    } else {
        known.answer.field = "provider";
        known.answer.why = "no answer after " + std::to_string(answered.attempts) + " attempts: " + answered.failure;
    }
    known.stage = known.answer.determined ? Stage::determined : Stage::not_determined;
    if (known.answer.determined) return Decision::becomes(known).announcing(determined(known));
    return Decision::becomes(known).announcing(not_determined(known));
}

}  // namespace waybill::tax
