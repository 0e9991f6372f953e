// What somebody else read in a message (a model, a person) beside what the rules read: joined, checked and decided upon.
//
// A value counts only with words of the message in which the same rules find it; anything else is dropped, so that nothing
// can be invented. Others never bring about an accept that the rules alone would refuse: where they add or contradict a
// place, country, date, weight or another thing that the decision hangs on, a person is asked. They may add the rest
// (goods, times, price, reference, contacts). Pure and bounded like `extract`; safe from any thread.
#pragma once

#include "domain/offer.h"

namespace waybill::extraction {

// The words of the message in which a field was read, as they stand there.
struct Quote {
    std::string field;  // "pickup.place"
    std::string words;
    bool operator==(const Quote&) const = default;
};
BOOST_DESCRIBE_STRUCT(Quote, (), (field, words))

struct Candidates {
    std::string by;  // who read them, for the reasons: "the model"
    Fields fields;
    std::vector<Quote> quotes;
    std::optional<Decision> decision;  // what they would do; an accept of theirs has no weight
};

struct Joined {
    Answer answer;
    std::vector<Reason> dropped;  // which of the candidates were not believed, and why
};
Joined decide(const Message& message, const Candidates& others);

}  // namespace waybill::extraction
