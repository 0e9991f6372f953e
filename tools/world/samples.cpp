#include "samples.h"

#include <waybill/gazetteer.h>

#include <boost/json.hpp>

#include <array>
#include <fstream>
#include <string_view>

namespace waybill::world {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_line = 256 * 1024;

struct WritesIn {
    std::string_view language, customer;
};
constexpr WritesIn customers[] = {
    {"lt", "cust-lt"}, {"lv", "cust-lt"}, {"et", "cust-lt"}, {"ru", "cust-lt"}, {"de", "cust-de"}, {"pl", "cust-pl"},
    {"no", "cust-no"}, {"sv", "cust-se"}, {"nl", "cust-nl"}, {"fr", "cust-nl"}, {"en", "cust-nl"}, {"mixed", "cust-nl"},
};

// What one vehicle takes.
constexpr double most_kilograms = 26'000, most_pallets = 34, most_metres = 13.6;

const json::value nothing;
const json::value& member(const json::value& of, std::string_view name) {
    const auto* object = of.if_object();
    const auto* found = object ? object->if_contains(name) : nullptr;
    return found ? *found : nothing;
}

std::string text_of(const json::value& value) { return value.is_string() ? std::string(value.get_string()) : std::string(); }
double number_of(const json::value& value) { return value.is_number() ? value.to_number<double>() : 0; }

bool can_be_carried(const json::value& truth) {
    const auto& pickup = member(truth, "pickup");
    const auto& delivery = member(truth, "delivery");
    for (const auto name : {"place", "country", "date"})
        if (text_of(member(pickup, name)).empty()) return false;
    for (const auto name : {"place", "country"})
        if (text_of(member(delivery, name)).empty()) return false;
    if (const auto last = text_of(member(delivery, "date")); !last.empty() && last < text_of(member(pickup, "date"))) return false;
    const double kilograms = number_of(member(truth, "weight_kg")), pallets = number_of(member(truth, "pallets")), metres = number_of(member(truth, "loading_metres"));
    return kilograms + pallets + metres > 0 && kilograms <= most_kilograms && pallets <= most_pallets && metres <= most_metres;
}

json::object stop_of(const json::value& truth) {
    json::object made;
    for (const auto name : {"place", "country", "postal_code", "date", "time_from", "time_to"})
        if (auto said = text_of(member(truth, name)); !said.empty()) made[name] = std::move(said);
    return made;
}

json::object load_of(const json::value& truth) {
    json::object made;
    for (const auto name : {"goods", "equipment"})
        if (auto said = text_of(member(truth, name)); !said.empty()) made[name] = std::move(said);
    for (const auto name : {"weight_kg", "pallets", "loading_metres"})
        if (const double said = number_of(member(truth, name)); said > 0) made[name] = said;
    const auto& temperature = member(truth, "temperature_c");
    for (const auto& [from, to] : {std::pair{"min", "temperature_min_c"}, std::pair{"max", "temperature_max_c"}})
        if (member(temperature, from).is_number()) made[to] = number_of(member(temperature, from));
    if (const auto& adr = member(truth, "adr"); adr.is_string()) {
        made["adr"] = true;
        made["un_number"] = adr.get_string();
    } else if (adr.is_bool()) {
        made["adr"] = adr.get_bool();
    }
    return made;
}

std::optional<json::object> price_of(const json::value& truth) {
    const auto& price = member(truth, "price");
    const auto kind = text_of(member(price, "kind")), amount = text_of(member(price, "amount")), currency = text_of(member(price, "currency"));
    if (kind.empty()) return {};
    if (kind == "negotiable") return json::object{{"kind", kind}};
    if (amount.empty() || currency.empty()) return {};
    return json::object{{"kind", kind}, {"amount", amount}, {"currency", currency}};
}

std::optional<Point> point_of(const json::value& stop) {
    const auto place = text_of(member(stop, "place"));
    if (place.empty()) return {};
    const auto found = gazetteer::europe().find(place, text_of(member(stop, "country")));
    if (found.empty()) return {};
    return Point{found.front().town->latitude, found.front().town->longitude};
}

Result<Sample> parse(std::string_view line) {
    json::error_code error;
    const auto whole = json::parse(line, error);
    if (error || !whole.is_object()) return Refusal{"line", "it is not a JSON object", "one offer a line, as in tests/offers/README.md"};
    Sample sample;
    for (const auto& [name, into] : {std::pair{"id", &sample.id}, std::pair{"channel", &sample.channel}, std::pair{"text", &sample.text}, std::pair{"received_at", &sample.received_at}})
        if ((*into = text_of(member(whole, name))).empty()) return Refusal{name, "it is absent or empty", "give every offer id, channel, language, received_at and text"};
    const auto offered = parse_instant(sample.received_at, "received_at");
    if (!offered) return offered.refusal();
    sample.offered = *offered;
    const auto language = text_of(member(whole, "language"));
    for (const auto& writer : customers)
        if (writer.language == language) sample.customer = writer.customer;
    if (sample.customer.empty()) return Refusal{"language", "no customer writes \"" + language + "\"", "use one of en de lt pl no lv et ru fr nl sv mixed"};

    const auto& truth = member(whole, "truth");
    sample.pickup = point_of(member(truth, "pickup"));
    sample.delivery = point_of(member(truth, "delivery"));
    sample.complete = can_be_carried(truth);
    if (sample.complete) {
        json::object fields{{"pickup", stop_of(member(truth, "pickup"))}, {"delivery", stop_of(member(truth, "delivery"))}, {"load", load_of(truth)}};
        if (auto price = price_of(truth)) fields["price"] = *std::move(price);
        const auto written = json::serialize(fields);
        sample.corrections = written.substr(1, written.size() - 2);
    }
    return sample;
}

}  // namespace

Result<std::vector<Sample>> read_samples(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in) return Refusal{"offers_file", file.string() + " cannot be read", "name a file of offers, one JSON object a line"};
    std::vector<Sample> samples;
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        if (line.size() > longest_line) return Refusal{file.string() + ":" + std::to_string(number), "the line is longer than 256 kB", "one offer a line"};
        auto sample = parse(line);
        if (!sample) return Refusal{file.string() + ":" + std::to_string(number) + ": " + sample.refusal().field, sample.refusal().why, sample.refusal().cure};
        samples.push_back(std::move(sample).value());
    }
    if (samples.empty()) return Refusal{"offers_file", file.string() + " holds no offer", "name a file of offers, one JSON object a line"};
    return samples;
}

}  // namespace waybill::world
