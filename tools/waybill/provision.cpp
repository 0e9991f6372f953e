// `waybill provision`: what contracts/flow.yaml asks for, on a Postgres and a Kafka that somebody else runs.
#include "commands.h"
#include "flow.h"
#include "run_files.h"
#include "units.h"

#include <waybill/host_main.h>

#include <iostream>

namespace waybill::cli {

int provision(const std::vector<std::string>& flags, bool json) {
    const auto refuse = [](const Refusal& refusal, int code) {
        std::cerr << "waybill: " << to_text(refusal) << "\n";
        return code;
    };
    const auto settings = settings::Settings::load(host::table(units()), host::sources(flags));
    if (!settings) return refuse(settings.refusal(), wrong_usage);
    if (!settings->rest().empty())
        return refuse({"provision", "'" + settings->rest().front() + "' is no flag", "name no services: it always provisions for all of them"}, wrong_usage);
    if (settings->text("postgres.database") != "waybill")
        return refuse({"postgres.database", "is '" + settings->text("postgres.database") + "', and provision makes the database waybill",
                       "leave it unset, or make that database by hand"}, wrong_usage);

    const stack::Servers servers{settings->text("postgres.host"), static_cast<int>(settings->integer("postgres.port")),
                                 settings->text("kafka.bootstrap"), settings->text("secrets.folder")};
    const auto made = stack::provision(servers, flow());
    if (!made) return refuse(made.refusal(), failed);
    if (json) std::cout << json::to_json(*made) << "\n";
    else std::cout << "changed: " << (made->total() ? to_text(*made) : "nothing") << "\n";
    return ok;
}

}  // namespace waybill::cli
