#include "domain/whereabouts.h"

#include <cstdio>

namespace waybill::operations {
namespace {

// {driver}, {vehicle}, {question} and {reasons} are filled in.
struct Phrase {
    const char* stage;
    const char* words;
};
constexpr Phrase phrases[] = {
    {"extracting", "The offer is being read"},
    {"in_review", "A person must look at the offer: {reasons}"},
    {"accepted", "The offer is accepted and its shipment is about to begin"},
    {"refused", "It is not carried: {reasons}"},
    {"placing", "Its towns are being found on the map"},
    {"routing", "Its road is being looked for"},
    {"pricing", "Its price is being made"},
    {"finding_vehicle", "A vehicle is being looked for"},
    {"offered", "Driver {driver} is asked to take it"},
    {"assigned", "Driver {driver} is on the way to the pick-up with {vehicle}"},
    {"in_transit", "It is on {vehicle} with driver {driver}"},
    {"delivered", "It was delivered and is about to be billed"},
    {"billing", "It was delivered; its invoice is not paid yet"},
    {"closed", "It was delivered and paid"},
    {"needs_person", "A person must decide: {question}"},
};

void fill(std::string& text, const std::string& name, const std::string& value) {
    if (const auto at = text.find(name); at != std::string::npos) text.replace(at, name.size(), value.empty() ? "unknown" : value);
}

std::string joined(const std::vector<std::string>& reasons) {
    std::string text;
    for (const auto& reason : reasons) text += (text.empty() ? "" : "; ") + reason;
    return text;
}

std::string sentence(const Whereabouts& where, const Known& known) {
    std::string text = "It is " + where.stage;
    for (const auto& [stage, words] : phrases) {
        if (where.stage == stage) text = words;
    }
    fill(text, "{driver}", known.driver);
    fill(text, "{vehicle}", known.vehicle);
    fill(text, "{question}", known.question);
    fill(text, "{reasons}", joined(known.offer_reasons));

    if (where.awaited_until) text += (where.late ? ", awaited until " : ", until ") + to_text(*where.awaited_until);
    if (where.late) text += " and late";
    if (known.attempt > 1 && where.stage != "closed") text += "; attempt " + std::to_string(known.attempt);
    if (where.why && where.stage != "closed" && where.stage != "needs_person") text += " (" + *where.why + ")";
    if (text.back() != '?' && text.back() != '.') text += ".";
    if (where.last_seen && (where.stage == "assigned" || where.stage == "in_transit")) {
        char point[80];
        std::snprintf(point, sizeof point, " Last seen at %.4f, %.4f", where.last_seen->latitude, where.last_seen->longitude);
        text += point + (" at " + to_text(where.last_seen->seen_at)) + ".";
    }
    return text;
}

}  // namespace

Whereabouts whereabouts(const Known& known, Instant now) {
    Whereabouts where;
    where.id = known.id;
    where.stage = known.stage.empty() ? known.offer_state : known.stage;
    where.awaited = known.awaited;
    where.awaited_from = known.awaited_from;
    where.awaited_until = known.awaited_until;
    if (!known.why.empty()) where.why = known.why;
    where.late = (known.awaited_until && *known.awaited_until < now) || known.why.starts_with("late");
    where.last_seen = known.last_seen;
    where.sentence = sentence(where, known);
    return where;
}

}  // namespace waybill::operations
