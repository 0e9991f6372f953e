#include "service.h"

#include "handlers/handlers.h"
#include "providers/model.h"
#include "providers/rules.h"

namespace waybill::extraction {

namespace {

using namespace std::chrono_literals;
using settings::Kind;

const std::vector<settings::Key> keys{
    {.name = "extraction.provider", .fallback = "rules", .description = "who reads offers: the rules, a language model that the rules check, or both, with a person where they differ",
     .choices = {"rules", "model", "both"}},
    {.name = "extraction.model.url", .fallback = "", .description = "of a server with OpenAI's chat completions, up to the version: https://models.example.com/v1"},
    {.name = "extraction.model.name", .fallback = "", .description = "of the model, as the server knows it"},
    {.name = "extraction.model.key", .fallback = "", .description = "sent as Bearer; empty: none", .kind = Kind::secret},
    {.name = "extraction.model.ca-file", .fallback = "", .description = "PEM of the authorities that the server's certificate is checked against; empty: the system's"},
    {.name = "extraction.model.timeout", .fallback = "20s", .description = "of one call", .kind = Kind::duration, .least = "10ms", .most = "2min"},
    {.name = "extraction.model.patience", .fallback = "2s", .description = "how long an offer waits for a free place; then the rules alone read it", .kind = Kind::duration, .least = "0ms", .most = "1min"},
    {.name = "extraction.model.attempts", .fallback = "2", .description = "at most; an attempt without an answer may have been charged", .kind = Kind::integer, .least = "1", .most = "5"},
    {.name = "extraction.model.at-once", .fallback = "4", .description = "calls under way in a process", .kind = Kind::integer, .least = "1", .most = "8"},
    {.name = "extraction.model.per-second", .fallback = "5", .description = "calls a second in a process", .kind = Kind::number, .least = "0.01", .most = "1000"},
    {.name = "extraction.model.failures", .fallback = "5", .description = "in a row: then the model is left alone", .kind = Kind::integer, .least = "1", .most = "100"},
    {.name = "extraction.model.rest", .fallback = "30s", .description = "for so long", .kind = Kind::duration, .least = "10ms", .most = "1h"},
    {.name = "extraction.model.most-tokens", .fallback = "1500", .description = "of an answer", .kind = Kind::integer, .least = "16", .most = "16000"},
    {.name = "extraction.model.price-in", .fallback = "0", .description = "of 1,000 tokens of a question", .kind = Kind::number, .least = "0", .most = "1000"},
    {.name = "extraction.model.price-out", .fallback = "0", .description = "of 1,000 tokens of an answer", .kind = Kind::number, .least = "0", .most = "1000"},
    {.name = "extraction.model.budget", .fallback = "0", .description = "of a day (UTC), in the currency of the prices; 0: none", .kind = Kind::number, .least = "0", .most = "1000000"},
    {.name = "extraction.model.ledger", .fallback = ".run/extraction-model.spent", .description = "file of what the day has cost; processes that share it share the budget"},
    {.name = "extraction.model.offer-budget", .fallback = "0", .description = "of one call, the same; 0: none", .kind = Kind::number, .least = "0", .most = "1000"},
};

using Provider = std::function<runtime::CallResult<adapter::Extracted>(const adapter::ReadText&, const runtime::Attempt&)>;

Provider model(const settings::Settings& from, bool alone) {
    const auto whole = [&](const char* name) { return static_cast<int>(from.integer(name)); };
    adapter::ModelSettings made;
    made.url = from.text("extraction.model.url");
    made.name = from.text("extraction.model.name");
    made.key = from.secret("extraction.model.key");
    made.ca_file = from.text("extraction.model.ca-file");
    made.alone = alone;
    made.timeout = from.duration("extraction.model.timeout");
    made.patience = from.duration("extraction.model.patience");
    made.rest = from.duration("extraction.model.rest");
    made.attempts = whole("extraction.model.attempts");
    made.at_once = whole("extraction.model.at-once");
    made.failures = whole("extraction.model.failures");
    made.most_tokens = whole("extraction.model.most-tokens");
    made.per_second = from.number("extraction.model.per-second");
    made.price_in = from.number("extraction.model.price-in");
    made.price_out = from.number("extraction.model.price-out");
    made.budget = from.number("extraction.model.budget");
    made.ledger = from.text("extraction.model.ledger");
    made.offer_budget = from.number("extraction.model.offer-budget");
    if (const auto refusal = adapter::cannot_work(made)) throw std::invalid_argument(to_text(*refusal));
    return [reader = adapter::Model(std::move(made))](const adapter::ReadText& text, const runtime::Attempt& attempt) { return reader.read(text, attempt); };
}

runtime::Definition definition(const settings::Settings& settings) {
    using namespace adapter;
    const std::string who = settings.text("extraction.provider");
    const bool rules = who == "rules";
    // With a model the provider itself keeps its places, rate and rest, so that the rules never queue behind a model.
    const runtime::CallLimits by_rules{.timeout = 10s, .attempts = 3, .at_once = 2, .per_second = 5000};
    const runtime::CallLimits by_model{.timeout = settings.duration("extraction.model.timeout") + settings.duration("extraction.model.patience") + 10s,
                                       .attempts = static_cast<int>(settings.integer("extraction.model.attempts")) + 2, .give_up_after = 1h, .longest_wait = 5s,
                                       .at_once = 16, .per_second = 5000, .failures_to_open = 1'000'000};
    return runtime::service<::extraction::v1::Emits>("extraction")
        .keeps<Reading>("reading")
        .on(extraction_requested)
        .on_answer(text_read)
        .calls<ReadText>(rules ? Provider(read_by_rules) : model(settings, who == "model"), rules ? by_rules : by_model)
        .definition();
}

}  // namespace

host::Unit unit() { return {"extraction", keys, definition}; }

}  // namespace waybill::extraction
