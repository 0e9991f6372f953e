// Identity numbers, home addresses, drivers' names, telephones and mail addresses are planted in offers. The offers go through
// intake, extraction (by rules) and operations as they are wired; whatever a service lets out is searched for what was planted:
// every event but the two private ones that carry the text, every row, every reason, what extraction keeps, and every question to a model.
#include "units.h"

#include <waybill/contracts/edge.h>
#include <waybill/contracts/extraction.h>
#include <waybill/contracts/intake.h>
#include <waybill/host.h>
#include <waybill/http.h>

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <deque>
#include <fstream>
#include <mutex>

namespace waybill {
namespace {

const Instant noon = *parse_instant("2026-11-23T12:00:00Z");

settings::Settings settings_of(const host::Unit& unit, std::vector<std::string> flags = {}) { return *settings::Settings::load(unit.keys, {std::move(flags), {}, {}}); }

runtime::Definition defined(const std::string& name, std::vector<std::string> flags = {}) {
    for (const auto& unit : cli::units())
        if (unit.name == name) return unit.definition(settings_of(unit, std::move(flags)));
    throw std::logic_error("no service " + name);
}

struct Told {
    std::string where, what;
};

// One offer on its way. States are held by service, since each offer is one aggregate in each.
class Flow {
public:
    explicit Flow(std::vector<std::string> extraction_flags = {}) : services_{{"intake", defined("intake")}, {"extraction", defined("extraction", std::move(extraction_flags))}, {"operations", defined("operations")}} {}

    const std::vector<Told>& run(const std::string& channel, Instant received_at, const std::string& text) {
        told_.clear();
        states_.clear();
        ::edge::v1::OfferReceived received;
        received.set_offer_id("wb-1");
        received.set_customer_id("cust-lt");
        received.set_channel(channel);
        received.set_text(text);
        received.mutable_received_at()->set_seconds(received_at.time_since_epoch().count() / 1000);
        give("intake", "edge.v1.OfferReceived", received.SerializeAsString());
        settle();
        ::edge::v1::OfferReviewed reviewed;  // whatever came of it, a person refuses it: ignored unless it is in review
        reviewed.set_offer_id("wb-1");
        reviewed.set_operator_id("op-1");
        reviewed.set_verdict(::edge::v1::OfferReviewed::VERDICT_REFUSE);
        reviewed.set_reason("no room");
        give("intake", "edge.v1.OfferReviewed", reviewed.SerializeAsString());
        settle();
        return told_;
    }

private:
    void give(const std::string& service, const std::string& type, std::string payload) { waiting_.push_back({service, type, std::move(payload)}); }

    void settle() {
        while (!waiting_.empty()) {
            const auto [service, type, payload] = waiting_.front();
            waiting_.pop_front();
            runtime::Definition& definition = services_.at(service);
            runtime::Envelope envelope{type, type.substr(0, type.find('.')), "topic", 0, 0, 1, ++seq_, "wb-1", "", "", noon};
            const runtime::Arrival arrival{&envelope, payload, nullptr};
            if (definition.every_event) take(service, *definition.every_event, definition.every_event->decide(nullptr, arrival, noon));
            if (const auto handler = definition.events.find(type); handler != definition.events.end()) take(service, handler->second, handler->second.decide(state_of(service), arrival, noon));
            else if (definition.answers.contains(type)) {
                const auto& answer = definition.answers.at(type);
                take(service, answer, answer.decide(state_of(service), arrival, noon));
            }
        }
    }

    const void* state_of(const std::string& service) const {
        const auto found = states_.find(service);
        return found == states_.end() ? nullptr : found->second.get();
    }

    void take(const std::string& service, const runtime::Handler& handler, const runtime::ErasedDecision& decision) {
        runtime::Definition& definition = services_.at(service);
        told_.push_back({service + "'s reason", decision.why});
        if (decision.state) {
            states_[service] = decision.state;
            if (service != "intake") told_.push_back({"what " + service + " keeps", definition.aggregates.at(handler.aggregate).write(decision.state.get())});
        }
        for (const auto& row : decision.rows) told_.push_back({"a row of " + service + "." + row.table, row.values});
        for (const auto& event : decision.events) {
            const bool is_private = event.topic.find(".to.") != event.topic.npos;
            if (!is_private) told_.push_back({std::string(event.type), event.payload});
            for (const auto& [reader, definition_of] : services_)
                if (reader != service && (definition_of.events.contains(event.type) || (definition_of.every_event && !is_private))) give(reader, std::string(event.type), event.payload);
        }
        for (const auto& call : decision.calls) {
            const auto& kind = definition.calls.at(call.call);
            const auto result = kind.perform(call.request, {"key", 1, std::chrono::seconds(10)});
            if (const auto* failed = std::get_if<runtime::CallFailed>(&result)) told_.push_back({"why a call failed", failed->why});
            give(service, definition.answers.begin()->first, runtime::answer_text(call.request, result, 1));
        }
    }

    struct Input { std::string service, type, payload; };
    std::map<std::string, runtime::Definition> services_;
    std::map<std::string, std::shared_ptr<const void>> states_;
    std::deque<Input> waiting_;
    std::vector<Told> told_;
    std::int64_t seq_ = 0;
};

std::string lower(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    return text;
}
std::string digits(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (c >= '0' && c <= '9') out += c;
    return out;
}

// Numbers also count when they are written with other spaces between.
bool holds(const std::string& text, const std::string& canary) {
    if (lower(text).find(lower(canary)) != std::string::npos) return true;
    const std::string number = digits(canary);
    if (number.size() < 7) return false;
    std::string packed;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (std::string_view(" -().").find(text[i]) == std::string_view::npos) packed += text[i];
    }
    return packed.find(number) != std::string::npos;
}

struct Planted {
    const char* text;
    std::vector<std::string> canaries;
};

const Planted planted[] = {
    {"Load Kaunas - Berlin tomorrow, 20 t, tautliner, 900 EUR.\nDriver Jonas Petraitis, personal code 38713320000, lives at Liepu g. 7-12, Alytus.\nTel. +370 612 34567, jonas@petraitis.example",
     {"Petraitis", "38713320000", "Liepu", "+370 612 34567", "jonas@"}},
    {"krovinys Kaunas – Lodzė rytoj, 20 padėklų, 12 t, langų profiliai.\nVairuotojas Jonas Petraitis, a.k. 38713320000, gyv. Liepų g. 7-12, Alytus, tel. 8 612 34567.", {"Petraitis", "38713320000", "Liepų", "861234567"}},
    {"Ładunek jutro Gdańsk - Wilno, 24 t cukru, firanka, 700 EUR. Kierowca Marek Wiśniewski, PESEL 44051401359, zam. ul. Polna 12/4, Olsztyn.", {"Wiśniewski", "44051401359", "Polna"}},
    {"Ladung Montag Bremen nach Wien, 20 t Fliesen, Plane, 1100 EUR.\nFahrer: Dieter Holzapfel, Ausweisnummer 1220001297, wohnhaft Birkenweg 14, Oldenburg. Mobil 0171 2345678", {"Holzapfel", "1220001297", "Birkenweg", "01712345678"}},
    {"Kravas Rīga - Tallinn rīt, 18 t, tents. Šoferis Andris Kalniņš, personas kods 161175-19997, dzīvo Zaru ielā 5.", {"Kalniņš", "161175-19997", "Zaru"}},
    {"Koorem homme Tallinn - Riia, 18 t, tent. Juht Mart Tamm, isikukood 37605030299.", {"37605030299", "Mart Tamm"}},
    {"Need a truck, no date yet. Fragile. Driver's passport 9876543210, name Ole Nordmann, home address Bjørkeveien 3, Moss.", {"9876543210", "Nordmann", "Bjørkeveien"}},
    {"Kaunas - Berlin tomorrow, 20 t. Our loader's ID 38713320000 38713320001; call 8 699 99999 or 8-699-88888 before 12.", {"38713320000", "38713320001", "869999999", "869988888"}},
    {"Hello, invoice reminder. Personal code 38713320000.", {"38713320000"}},
};

void expect_nothing_of(const std::vector<Told>& told, const std::vector<std::string>& canaries, const std::string& offer) {
    for (const auto& [where, what] : told)
        for (const auto& canary : canaries) EXPECT_FALSE(holds(what, canary)) << canary << " is in " << where << ": " << what << "\nof: " << offer;
}

TEST(Privacy, NothingPlantedInAnOfferGetsOut) {
    Flow flow;
    for (const auto& [text, canaries] : planted) {
        const auto told = flow.run("email", noon, text);
        EXPECT_GE(told.size(), 8u) << "the offer went its whole way";
        expect_nothing_of(told, canaries, text);
    }
}

TEST(Privacy, NothingThatTheSamplesMarkAsPrivateGetsOut) {
    std::ifstream samples(WAYBILL_OFFERS);
    int marked = 0;
    Flow flow;
    for (std::string line; std::getline(samples, line);) {
        const auto object = boost::json::parse(line).as_object();
        std::vector<std::string> canaries;
        if (const auto* list = object.if_contains("private"))
            for (const auto& one : list->as_array()) canaries.emplace_back(one.as_string());
        // of every offer, the sender's mail address and telephone
        if (const auto* truth = object.at("truth").if_object())
            for (const char* name : {"contact_email", "contact_phone"})
                if (const auto* value = truth->if_contains(name); value && value->is_string()) canaries.emplace_back(value->as_string());
        marked += !canaries.empty();
        const std::string text(object.at("text").as_string());
        expect_nothing_of(flow.run(std::string(object.at("channel").as_string()), *parse_instant(object.at("received_at").as_string()), text), canaries, text);
    }
    EXPECT_GT(marked, 10);
}

TEST(Privacy, TheSearchFindsWhatIsThere) {
    EXPECT_TRUE(holds("x 8 (612) 345-67 y", "861234567"));
    EXPECT_TRUE(holds("x 8612.34567", "8 612 34567"));
    EXPECT_TRUE(holds("PETRAITIS", "Petraitis"));
    EXPECT_FALSE(holds("861 2345", "861234567"));
    Flow flow;
    bool found = false;
    for (const auto& one : flow.run("email", noon, "Load Kaunas - Berlin tomorrow, 20 t, tautliner, 900 EUR.")) found = found || holds(one.what, "Kaunas");
    EXPECT_TRUE(found) << "where it goes is no secret";
}

TEST(Privacy, AModelIsNotToldEitherAndCannotTell) {
    std::mutex mutex;
    std::vector<std::string> asked;
    std::string said;
    http::Router router;
    router.on("POST", "/v1/chat/completions", [&](http::Request request, http::Respond respond) {
        const std::lock_guard lock(mutex);
        asked.push_back(request.body);
        respond(http::json(200, "{\"choices\":[{\"message\":{\"content\":" + boost::json::serialize(boost::json::value(said)) + "}}]}"));
    });
    const auto server = *http::Server::start(std::move(router), {});
    Flow flow({"--extraction.provider", "both", "--extraction.model.url", "http://127.0.0.1:" + std::to_string(server->port()) + "/v1", "--extraction.model.name", "small", "--extraction.model.per-second", "1000"});
    for (const auto& [text, canaries] : planted) {
        boost::json::array claims;
        for (const auto& canary : canaries)
            for (const char* field : {"goods", "reference", "pickup.place"}) claims.push_back({{"field", field}, {"value", canary}, {"quote", canary}});
        said = boost::json::serialize(boost::json::object{{"verdict", "offer"}, {"fields", claims}});
        expect_nothing_of(flow.run("email", noon, text), canaries, text);
        expect_nothing_of({{"the question to the model", asked.back()}}, canaries, text);
    }
    server->stop(std::chrono::seconds(1));
}

}  // namespace
}  // namespace waybill
