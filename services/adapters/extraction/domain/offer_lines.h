// Offers as JSON lines, in the shape of tests/offers/README.md: {"id", "channel", "received_at", "text"} in,
// {"id", "decision", "fields"} out.
#pragma once

#include "domain/offer.h"

#include <iosfwd>
#include <string>
#include <string_view>

namespace waybill::extraction {

struct OfferLine {
    std::string id;
    Message message;
};

// Other keys are ignored. A refusal names the key that is missing or malformed.
Result<OfferLine> parse_offer_line(std::string_view line);

std::string answer_line(std::string_view id, const Answer& answer, bool explained = false);  // explained: with reasons and evidence

// The text with "[24 t | weight_kg 99%]" where a field was read, then the fields and the reasons.
std::string marked_text(const Message& message, const Answer& answer);

enum class Show {
    answers,    // {"id", "decision", "fields"}
    explained,  // and "reasons" and "evidence": {"field", "begin", "end", "confidence"}
    marked,     // for people: the text with every field marked where it was read
};

// Answers every line of `offers`; a malformed one is told on `errors` with its number. Returns 0, or 2 when there was one.
int extract_file(std::istream& offers, std::ostream& answers, std::ostream& errors, Show show = Show::answers);

}  // namespace waybill::extraction
