#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::extraction::adapter {

// It was read, or it cannot be after every retry: say so.
Decision text_read(const Reading& before, const runtime::Answered<ReadText>& answered, Instant) {
    Reading reading = before;
    if (!answered.answer) {
        reading.stage = Stage::failed;
        reading.failure = answered.failure;
        ::extraction::v1::ExtractionFailed failed;
        failed.set_offer_id(reading.offer);
        failed.set_why("nobody could read it in " + std::to_string(answered.attempts) + " attempts");  // the provider's words may quote the text
        return Decision::becomes(std::move(reading)).announcing(std::move(failed));
    }
    reading.stage = Stage::answered;
    reading.answer = answered.answer;
    auto event = extracted(reading.offer, *answered.answer);
    return Decision::becomes(std::move(reading)).announcing(std::move(event));
}

}  // namespace waybill::extraction::adapter
