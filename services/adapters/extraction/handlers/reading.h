// A text that is being read: the call to whoever reads it, and what is kept of the answer. The names of reading itself, by
// rules, are those of domain/; this is the adapter around it, whoever reads.
#pragma once

#include "domain/offer.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::extraction::adapter {

// What was read, without the people in it: shipper and contacts are gone before this is kept.
struct Extracted {
    std::string decision;  // accept, review or reject
    Fields fields;
    std::vector<Reason> reasons;
    std::string provider;
    bool operator==(const Extracted&) const = default;
};
BOOST_DESCRIBE_STRUCT(Extracted, (), (decision, fields, reasons, provider))

// The call to the third party. Its record is the only place where this service keeps the text.
struct ReadText {
    static constexpr std::string_view call = "extraction";
    using Answer = Extracted;
    std::string channel;
    Instant received_at{};
    std::string text;
};
BOOST_DESCRIBE_STRUCT(ReadText, (), (channel, received_at, text))

enum class Stage { asked, answered, failed };
BOOST_DESCRIBE_ENUM(Stage, asked, answered, failed)

struct Reading {
    std::string offer;
    Stage stage = Stage::asked;
    std::optional<Extracted> answer;  // set exactly when answered
    std::string failure;              // set exactly when failed
    bool operator==(const Reading&) const = default;
};
BOOST_DESCRIBE_STRUCT(Reading, (), (offer, stage, answer, failure))

}  // namespace waybill::extraction::adapter
