#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::extraction::adapter {

// Read this text. What was read before is told again; nobody is paid twice for reading the same offer.
Decision extraction_requested(const Reading* reading, const ::intake::v1::ExtractionRequested& requested, Instant) {
    if (reading && reading->stage == Stage::answered) return Decision::stays().announcing(extracted(reading->offer, *reading->answer));
    if (reading && reading->stage == Stage::asked) return Decision::ignored("it is being read already");

    const auto& at = requested.received_at();
    const Instant received_at{std::chrono::milliseconds(at.seconds() * 1000 + at.nanos() / 1'000'000)};
    return Decision::becomes({requested.offer_id(), Stage::asked, {}, {}}).calling(ReadText{requested.channel(), received_at, requested.text()});
}

}  // namespace waybill::extraction::adapter
