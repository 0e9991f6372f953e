#include "domain/offer_lines.h"

#include "domain/extract.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <istream>
#include <ostream>

namespace waybill::extraction {
namespace {

namespace json = boost::json;

json::value number(double value) {
    if (value == std::floor(value) && std::abs(value) < 1e15) return std::int64_t(value);
    return value;
}

template <class T>
json::value shown(const T& value);

template <class T>
json::value shown(const std::optional<T>& value) {
    return value ? shown(*value) : json::value(nullptr);
}

template <class T>
json::value shown(const T& value) {
    if constexpr (std::is_same_v<T, std::string>) return json::value(value);
    else if constexpr (std::is_same_v<T, double>) return number(value);
    else {
        json::object object;
        boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>([&](auto member) { object[member.name] = shown(value.*member.pointer); });
        return object;
    }
}

}  // namespace

Result<OfferLine> parse_offer_line(std::string_view line) {
    boost::system::error_code error;
    const json::value value = json::parse({line.data(), line.size()}, error);
    if (error || !value.is_object()) return Refusal{"line", "it is not a JSON object", "write one object a line: {\"id\", \"channel\", \"received_at\", \"text\"}"};
    const json::object& object = value.get_object();
    OfferLine out;
    for (const auto& [key, where] : {std::pair{"id", &out.id}, std::pair{"text", &out.message.text}}) {
        const json::value* field = object.if_contains(key);
        if (!field || !field->is_string()) return Refusal{key, "it is missing or no text", "give it as a JSON string"};
        *where = std::string(field->get_string());
    }
    if (const json::value* channel = object.if_contains("channel"); channel && channel->is_string()) out.message.channel = std::string(channel->get_string());
    const json::value* received = object.if_contains("received_at");
    if (!received || !received->is_string()) return Refusal{"received_at", "it is missing or no text", "give it as RFC 3339, such as 2026-10-05T07:42:00Z"};
    auto instant = parse_instant(received->get_string(), "received_at");
    if (!instant) return instant.refusal();
    out.message.received_at = *instant;
    return out;
}

std::string answer_line(std::string_view id, const Answer& answer, bool explained) {
    json::object fields = shown(answer.fields).get_object();
    if (answer.fields.adr && *answer.fields.adr != "true" && *answer.fields.adr != "false") fields["adr"] = *answer.fields.adr;
    else if (answer.fields.adr) fields["adr"] = *answer.fields.adr == "true";
    json::object object{{"id", json::value(json::string(id.data(), id.size()))}, {"decision", to_text(answer.decision)}, {"fields", std::move(fields)}};
    if (explained) {
        json::array reasons, evidence;
        for (const Reason& reason : answer.reasons) reasons.push_back(json::object{{"field", reason.field}, {"what", reason.what}});
        for (const Evidence& e : answer.evidence) evidence.push_back(json::object{{"field", e.field}, {"begin", e.begin}, {"end", e.end}, {"confidence", e.confidence}});
        object["reasons"] = std::move(reasons);
        object["evidence"] = std::move(evidence);
    }
    return json::serialize(object);
}

std::string marked_text(const Message& message, const Answer& answer) {
    // What was read in one place is named there together; places never overlap on the screen, the longer one wins.
    std::vector<Evidence> marks = answer.evidence;
    std::stable_sort(marks.begin(), marks.end(), [](const Evidence& a, const Evidence& b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; });
    std::string out;
    std::size_t at = 0;
    for (std::size_t i = 0; i < marks.size();) {
        const Evidence& mark = marks[i];
        out += message.text.substr(at, mark.begin - at) + "[" + message.text.substr(mark.begin, mark.end - mark.begin) + " |";
        std::size_t k = i;
        for (; k < marks.size() && marks[k].begin < mark.end; ++k) out += fmt::format(" {} {:.0f}%", marks[k].field, 100 * marks[k].confidence);
        out += "]";
        at = mark.end;
        i = k;
    }
    out += message.text.substr(at) + "\n";
    for (const auto& [field, value] : told(answer.fields)) out += fmt::format("  {:<22}{}\n", field, value);
    for (const Reason& reason : answer.reasons) out += fmt::format("  ? {}: {}\n", reason.field, reason.what);
    return out;
}

int extract_file(std::istream& offers, std::ostream& answers, std::ostream& errors, Show show) {
    bool malformed = false;
    std::size_t number = 0;
    for (std::string line; std::getline(offers, line);) {
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        const auto offer = parse_offer_line(line);
        if (!offer) {
            errors << "line " << number << ": " << to_text(offer.refusal()) << "\n";
            malformed = true;
            continue;
        }
        const Answer answer = extract(offer->message);
        if (show == Show::marked) answers << offer->id << ": " << to_text(answer.decision) << "\n" << marked_text(offer->message, answer) << "\n";
        else answers << answer_line(offer->id, answer, show == Show::explained) << "\n";
    }
    return malformed ? 2 : 0;
}

}  // namespace waybill::extraction
