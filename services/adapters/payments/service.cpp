#include "service.h"

#include "handlers/handlers.h"
#include "providers/local_bank.h"

namespace waybill::payments {

namespace {

struct Bank {
    std::function<runtime::CallResult<Collect::Answer>(const Collect&, const runtime::Attempt&)> collect;
    std::function<runtime::CallResult<Enquire::Answer>(const Enquire&, const runtime::Attempt&)> enquire;
};

Bank local_bank(const settings::Settings& settings) {
    const LocalBank bank{static_cast<std::uint64_t>(settings.integer("payments.seed")), settings.duration("payments.settle-after"),
                         static_cast<int>(settings.integer("payments.refused-permille"))};
    return {[bank](const auto& call, const auto& attempt) { return bank.collect(call, attempt); },
            [bank](const auto& call, const auto& attempt) { return bank.enquire(call, attempt); }};
}

const std::map<std::string, Bank (*)(const settings::Settings&)>& providers() {
    static const std::map<std::string, Bank (*)(const settings::Settings&)> table{{"local_bank", local_bank}};
    return table;
}

const std::vector<settings::Key> keys{
    {.name = "payments.provider", .fallback = "local_bank", .description = "who collects money: local_bank (pretends, by seed)", .choices = {"local_bank"}},
    {.name = "payments.seed", .fallback = "1", .description = "local_bank: decides references, delays and refusals", .kind = settings::Kind::integer, .least = "0"},
    {.name = "payments.settle-after", .fallback = "2min", .description = "local_bank: the money comes between half and one and a half of it",
     .kind = settings::Kind::duration, .least = "1s", .most = "7d"},
    {.name = "payments.refused-permille", .fallback = "0", .description = "local_bank: of a thousand collections, how many it refuses",
     .kind = settings::Kind::integer, .least = "0", .most = "1000"},
};

runtime::Definition definition(const settings::Settings& settings) {
    const auto bank = providers().at(settings.text("payments.provider"))(settings);
    return runtime::service<::payments::v1::Emits>("payments")
        .keeps<Collection>("collection")
        .on(payment_requested)
        .on(payment_notified)
        .on_answer(collected)
        .on_answer(enquired)
        .when_due("enquiry", enquiry_due)
        .calls<Collect>(bank.collect)
        .calls<Enquire>(bank.enquire);
}

}  // namespace

host::Unit unit() { return {"payments", keys, definition}; }

}  // namespace waybill::payments
