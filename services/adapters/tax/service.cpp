#include "service.h"

#include "handlers/handlers.h"
#include "providers/eu_table.h"

namespace waybill::tax {

namespace {

using Provider = std::function<runtime::CallResult<Assess::Answer>(const Assess&, const runtime::Attempt&)>;

const std::map<std::string, Provider>& providers() {
    static const std::map<std::string, Provider> table{{"eu_table", eu_table}};
    return table;
}

const std::vector<settings::Key> keys{
    {.name = "tax.provider", .fallback = "eu_table", .description = "who determines VAT: eu_table (rates and rules of the EU, shipped as data)", .choices = {"eu_table"}},
};

runtime::Definition definition(const settings::Settings& settings) {
    return runtime::service<::tax::v1::Emits>("tax")
        .keeps<Assessment>("assessment")
        .on(tax_requested)
        .on_answer(assessed)
        .calls<Assess>(providers().at(settings.text("tax.provider")));
}

}  // namespace

host::Unit unit() { return {"tax", keys, definition}; }

}  // namespace waybill::tax
