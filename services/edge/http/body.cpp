#include "http/body.h"

#include <algorithm>
#include <cmath>

namespace waybill::edge {
namespace {

constexpr std::size_t deepest = 8;

// Whatever calls itself a time of freight lies here; beyond it clocks and arithmetic are wrong, not people.
const Instant first_instant = *parse_instant("2000-01-01T00:00:00Z"), last_instant = *parse_instant("2100-01-01T00:00:00Z");

std::string plain(double number) {
    std::string text = std::to_string(number);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

}  // namespace

Result<Body> Body::parse(std::string_view text) {
    if (text.empty()) return Body({}, "");
    boost::json::parse_options options;
    options.max_depth = deepest;
    boost::system::error_code error;
    auto json = boost::json::parse(boost::json::string_view(text.data(), text.size()), error, {}, options);
    if (error) return Refusal{"body", "it is not JSON: " + error.message(), "send one JSON object in UTF-8"};
    if (!json.is_object()) return Refusal{"body", "it is not a JSON object", "send one JSON object in UTF-8"};
    return Body(std::move(json.get_object()), "");
}

void Body::refuse(const char* name, std::string why, std::string cure) {
    if (!refusal_) refusal_ = Refusal{path_ + name, std::move(why), std::move(cure)};
}

const boost::json::value* Body::member(const char* name, Need need) {
    asked_.emplace(name);
    const auto* found = members_.if_contains(name);
    if (found && !found->is_null()) return found;
    if (need == Need::required) refuse(name, "it is missing", "send it");
    return nullptr;
}

std::string Body::words(const char* name, Need need, std::size_t longest, bool lines) {
    const auto* found = member(name, need);
    if (!found) return {};
    const auto* given = found->if_string();
    if (!given) return refuse(name, "it is not text", "send a JSON string"), std::string();
    if (given->empty() && need == Need::required) return refuse(name, "it is empty", "send it"), std::string();
    if (given->size() > longest) return refuse(name, "it is " + std::to_string(given->size()) + " bytes long", "send at most " + std::to_string(longest) + " bytes of UTF-8"), std::string();
    const auto unfit = [&](char c) { return c == '\0' || (!lines && static_cast<unsigned char>(c) < 0x20) || c == 0x7f; };
    if (std::any_of(given->begin(), given->end(), unfit)) return refuse(name, "it has control characters", "send plain text"), std::string();
    return {given->data(), given->size()};
}

std::string Body::line(const char* name, Need need, std::size_t longest) { return words(name, need, longest, false); }
std::string Body::text(const char* name, Need need, std::size_t longest) { return words(name, need, longest, true); }

std::string Body::id(const char* name, Need need) {
    auto given = line(name, need, 64);
    if (!given.empty()) {
        if (const auto refusal = not_an_id(given, name)) refuse(name, refusal->why, refusal->cure);
    }
    return given;
}

std::string Body::choice(const char* name, Need need, std::initializer_list<std::string_view> among) {
    auto given = line(name, need, 64);
    if (given.empty() || std::find(among.begin(), among.end(), given) != among.end()) return given;
    std::string known;
    for (const auto word : among) known.append(known.empty() ? "" : ", ").append(word);
    refuse(name, "'" + given + "' is not known", "use one of " + known);
    return given;
}

std::optional<Instant> Body::instant(const char* name, Need need) {
    const auto given = line(name, need, 40);
    if (given.empty()) return {};
    const auto parsed = parse_instant(given, name);
    if (!parsed) return refuse(name, parsed.refusal().why, parsed.refusal().cure), std::nullopt;
    if (*parsed < first_instant || *parsed >= last_instant) return refuse(name, "it is not in this century", "check the year"), std::nullopt;
    return *parsed;
}

std::optional<double> Body::number(const char* name, Need need, double least, double most) {
    const auto* found = member(name, need);
    if (!found) return {};
    if (!found->is_number()) return refuse(name, "it is not a number", "send a JSON number"), std::nullopt;
    const double given = found->to_number<double>();
    if (!(given >= least && given <= most)) return refuse(name, "it is out of bounds", "send a number from " + plain(least) + " to " + plain(most)), std::nullopt;
    return given;
}

bool Body::truth(const char* name) {
    const auto* found = member(name, Need::optional);
    if (!found) return false;
    if (!found->is_bool()) return refuse(name, "it is neither true nor false", "send true or false"), false;
    return found->get_bool();
}

std::optional<Money> Body::money(const char* amount_name, Need need) {
    const auto amount = line(amount_name, need, 32), currency = line("currency", need, 3);
    if (amount.empty() && currency.empty()) return {};
    const bool code = currency.size() == 3 && std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!code) return refuse("currency", "it is not an ISO 4217 code", "write it like EUR"), std::nullopt;
    const auto parsed = Money::parse(amount, currency, amount_name);
    if (!parsed) return refuse(amount_name, parsed.refusal().why, parsed.refusal().cure), std::nullopt;
    if (parsed->minor <= 0) return refuse(amount_name, "it is not more than nothing", "send an amount like \"1380.00\""), std::nullopt;
    return *parsed;
}

Body* Body::object(const char* name) {
    const auto* found = member(name, Need::optional);
    if (!found) return nullptr;
    if (!found->is_object()) return refuse(name, "it is not an object", "send a JSON object"), nullptr;
    inner_.push_back(Body(found->get_object(), path_ + name + "."));
    return &inner_.back();
}

std::optional<Refusal> Body::wrong() const {
    if (refusal_) return refusal_;
    for (const auto& member : members_) {
        const std::string name(member.key());
        if (asked_.contains(name)) continue;
        std::string known;
        for (const auto& each : asked_) known.append(known.empty() ? "" : ", ").append(each);
        return Refusal{path_ + name.substr(0, 64), "there is no such field", known.empty() ? "send an empty object" : "fields here are " + known};
    }
    for (const auto& inner : inner_) {
        if (auto refusal = inner.wrong()) return refusal;
    }
    return {};
}

}  // namespace waybill::edge
