#include "service.h"

#include "handlers/handlers.h"
#include "providers/webhook.h"

namespace waybill::notices {

namespace {

using Provider = std::function<runtime::CallResult<Deliver::Answer>(const Deliver&, const runtime::Attempt&)>;

Provider webhook(const settings::Settings& settings) {
    WebhookSettings made{settings.text("notices.driver-url"), settings.text("notices.customer-url"), "", settings.text("notices.ca-file")};
    if (const auto refusal = not_a_url_template(made.driver_url, "notices.driver-url")) throw std::invalid_argument(to_text(*refusal));
    if (const auto refusal = not_a_url_template(made.customer_url, "notices.customer-url")) throw std::invalid_argument(to_text(*refusal));
    if (!made.driver_url.empty() || !made.customer_url.empty()) {
        auto key = parse_secret(settings.secret("notices.secret"), "notices.secret");
        if (!key) throw std::invalid_argument(to_text(key.refusal()));
        made.key = *std::move(key);
    }
    return [hook = Webhook(std::move(made))](const Deliver& notice, const runtime::Attempt& attempt) { return hook.deliver(notice, attempt); };
}

const std::map<std::string, Provider (*)(const settings::Settings&)>& providers() {
    static const std::map<std::string, Provider (*)(const settings::Settings&)> table{{"webhook", webhook}};
    return table;
}

const std::vector<settings::Key> keys{
    {.name = "notices.provider", .fallback = "webhook", .description = "how notices are delivered: webhook (signed, Standard Webhooks)", .choices = {"webhook"}},
    {.name = "notices.driver-url", .fallback = "", .description = "where drivers' notices go, with {id} for the driver; empty: nowhere"},
    {.name = "notices.customer-url", .fallback = "", .description = "where customers' notices go, with {id} for the customer; empty: nowhere"},
    {.name = "notices.secret", .fallback = "", .description = "signs the webhooks: whsec_ and base64 of 24 to 64 bytes", .kind = settings::Kind::secret},
    {.name = "notices.ca-file", .fallback = "", .description = "PEM of the authorities that receivers' certificates are checked against; empty: the system's"},
    {.name = "notices.timeout", .fallback = "10s", .description = "of one attempt", .kind = settings::Kind::duration, .least = "10ms", .most = "1min"},
    {.name = "notices.give-up-after", .fallback = "10min", .description = "of all attempts together", .kind = settings::Kind::duration, .least = "1s", .most = "7d"},
    {.name = "notices.attempts", .fallback = "20", .description = "at most", .kind = settings::Kind::integer, .least = "1", .most = "100"},
};

runtime::Definition definition(const settings::Settings& settings) {
    runtime::CallLimits limits;
    limits.timeout = settings.duration("notices.timeout");
    limits.give_up_after = settings.duration("notices.give-up-after");
    limits.attempts = static_cast<int>(settings.integer("notices.attempts"));
    return runtime::service<::notices::v1::Emits>("notices")
        .keeps<Notices>("notice")
        .on(assignment_offered)
        .on(assignment_confirmed)
        .on(assignment_withdrawn)
        .on(offer_needs_review)
        .on(offer_refused)
        .on(invoice_issued)
        .on_answer(delivered)
        .calls<Deliver>(providers().at(settings.text("notices.provider"))(settings), limits);
}

}  // namespace

host::Unit unit() { return {"notices", keys, definition}; }

}  // namespace waybill::notices
