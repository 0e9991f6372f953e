// What of a message a reader outside may see: the newest part and what it quotes, in plain text, without identity numbers,
// home addresses, drivers, e-mail addresses, telephone numbers, the sender's signature, and sentences that speak to a machine.
//
// What is cut out leaves "..." behind. Never longer than what `extract` reads; pure, bounded and safe from any thread.
#pragma once

#include "domain/offer.h"

namespace waybill::extraction {

std::string shown(const Message& message);

// One form of white space and letters, so that a quote is found however it was broken into lines: empty when there is nothing in it.
std::string as_quoted(std::string_view text);

// The language that most of the words speak for: "de", "lt"; "mixed" when several do, "" when none does.
std::string language_of(const Message& message);

}  // namespace waybill::extraction
