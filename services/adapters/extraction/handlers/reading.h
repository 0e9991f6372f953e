// A text that is being read: the call to whoever reads it, and what is kept of the answer. The names of reading itself, by
// rules, are those of domain/; this is the adapter around it, whoever reads.
#pragma once

#include "domain/offer.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::extraction::adapter {

// The part that a language model had in an answer, and what it cost.
struct ModelUse {
    std::string name;
    std::string without;          // why it had no part: "it is away"; empty when it was heard
    int claimed = 0, dropped = 0; // fields that it named, and those that the text does not bear out
    std::int64_t tokens_in = 0, tokens_out = 0;
    std::int64_t cost_micro = 0;  // millionths of the currency of the prices
    bool estimated = false;       // the server did not say what it used: the most that it can have been
    bool operator==(const ModelUse&) const = default;
};
BOOST_DESCRIBE_STRUCT(ModelUse, (), (name, without, claimed, dropped, tokens_in, tokens_out, cost_micro, estimated))

// A field, its value, and where in the text it was read.
struct FieldRead {
    std::string field, value;
    std::uint32_t begin = 0, end = 0;
    double confidence = 0;
    bool operator==(const FieldRead&) const = default;
};
BOOST_DESCRIBE_STRUCT(FieldRead, (), (field, value, begin, end, confidence))

// What was read, without the people in it: shipper and contacts are gone before this is kept.
struct Extracted {
    std::string decision;  // accept, review or reject
    Fields fields;
    std::vector<Reason> reasons;
    std::string provider;  // rules, model or rules+model
    std::string language = {};       // of the text: "de", "mixed"; "" when it is not told from others
    std::string rules_version = {};  // of the rules that read or checked it
    std::optional<ModelUse> model = {};
    std::vector<FieldRead> read = {};
    bool operator==(const Extracted&) const = default;
};
BOOST_DESCRIBE_STRUCT(Extracted, (), (decision, fields, reasons, provider, language, rules_version, model, read))

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
