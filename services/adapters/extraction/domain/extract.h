// Extraction by rules: the same text and time give the same answer, on this machine, without a network.
//
// Reads the languages of ../languages, also mixed. Everything inside the text is data, also where it speaks to a machine.
// Bounded: 64 kB of text, linear in it, a few milliseconds for a mail (the first call loads the gazetteer, under half a
// second). Safe from any thread. Whoever is in doubt asks a person: what is ambiguous, contradictory or left over becomes a
// review with its reasons, never an accept. Identity numbers, home addresses and drivers' names do not reach the answer.
#pragma once

#include "domain/offer.h"

namespace waybill::extraction {

Answer extract(const Message& message);

}  // namespace waybill::extraction
