// A bank without a world behind it: every answer is a pure function of the seed and the idempotency key, so a run can be
// repeated, and a call repeated after a crash gets the same reference and the same fate.
#pragma once

#include "domain/collection.h"

#include <waybill/runtime.h>

namespace waybill::payments {

struct LocalBank {
    std::uint64_t seed = 1;
    std::chrono::milliseconds settle_after{120'000};  // the money comes between half and one and a half of it
    int refused_permille = 0;                         // of the collections

    runtime::CallResult<Collect::Answer> collect(const Collect& call, const runtime::Attempt& attempt) const;
    runtime::CallResult<Enquire::Answer> enquire(const Enquire& call, const runtime::Attempt& attempt) const;
};

}  // namespace waybill::payments
