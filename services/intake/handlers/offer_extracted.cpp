#include "domain/rules.h"
#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::intake {
namespace {

// What an adapter says is bounded here, whatever it says.
constexpr int most_reasons = 20;
constexpr std::size_t longest_reason = 300;
constexpr int most_read = 60;
constexpr std::size_t longest_value = 200;

std::vector<std::string> bounded(const google::protobuf::RepeatedPtrField<std::string>& said) {
    std::vector<std::string> words;
    for (int i = 0; i < said.size() && i < most_reasons; ++i) {
        if (said[i].size() <= longest_reason) words.push_back(said[i]);
    }
    return words;
}

std::vector<FieldRead> bounded(const google::protobuf::RepeatedPtrField<::common::v1::FieldRead>& said) {
    std::vector<FieldRead> read;
    for (int i = 0; i < said.size() && i < most_read; ++i)
        if (said[i].field().size() <= longest_value && said[i].value().size() <= longest_value) read.push_back({said[i].field(), said[i].value(), said[i].begin(), said[i].end(), said[i].confidence()});
    return read;
}

MachineReading machine_reading(const Offer& offer, const ::extraction::v1::OfferExtracted& extracted, const char* decision) {
    constexpr std::size_t longest_word = 40;
    return {offer.fields, decision, extracted.provider().substr(0, longest_word), extracted.language().substr(0, longest_word), extracted.rules_version().substr(0, longest_word), bounded(extracted.read())};
}

}  // namespace

// The text was read. What the adapter accepts must also pass our own rules; what it doubts goes to a person.
Decision offer_extracted(const Offer& before, const ::extraction::v1::OfferExtracted& extracted, Instant) {
    if (before.stage != Stage::extracting) return Decision::ignored("the offer moved on");

    Offer offer = read_as(before, fields_in(extracted));
    auto reasons = bounded(extracted.reasons());

    switch (extracted.decision()) {
        case ::extraction::v1::OfferExtracted::DECISION_REJECT: {
            const Offer no = decided(offer, Stage::refused, "rules");
            return Decision::becomes(no).no_longer_expecting("extraction").announcing(refused(no, reasons.empty() ? "the text is no offer of freight" : reasons.front()));
        }
        case ::extraction::v1::OfferExtracted::DECISION_ACCEPT: {
            const auto findings = check(offer.fields, offer.received_at, Reader::machine);
            if (findings.empty()) {
                const Offer yes = decided(offer, Stage::accepted, "rules");
                return Decision::becomes(yes).no_longer_expecting("extraction").announcing(normalised(yes));
            }
            offer.machine = machine_reading(offer, extracted, "accept");
            const Offer doubtful = put_in_review(offer, reasons_of(findings), missing_in(findings));
            return Decision::becomes(doubtful).no_longer_expecting("extraction").announcing(needs_review(doubtful));
        }
        default: {
            if (reasons.empty()) reasons = reasons_of(check(offer.fields, offer.received_at, Reader::machine));
            offer.machine = machine_reading(offer, extracted, "review");
            const Offer doubtful = put_in_review(offer, std::move(reasons), bounded(extracted.missing()));
            return Decision::becomes(doubtful).no_longer_expecting("extraction").announcing(needs_review(doubtful));
        }
    }
}

}  // namespace waybill::intake
