#include "commands.h"
#include "units.h"

#include <waybill/host_main.h>

#include <algorithm>
#include <fstream>
#include <iostream>

// services/adapters/extraction/domain/offer_lines.h; declared here because every service has headers called "domain/...".
namespace waybill::extraction { enum class Show { answers, explained, marked }; int extract_file(std::istream& offers, std::ostream& answers, std::ostream& errors, Show show); }

namespace waybill::cli {

int serve(const std::vector<std::string>& words) {
    const auto all = units();
    auto settings = settings::Settings::load(host::table(all), host::sources(words));
    if (!settings) {
        std::cerr << "waybill: " << to_text(settings.refusal()) << "\n";
        return wrong_usage;
    }
    std::vector<host::Unit> chosen;
    for (const auto& unit : all)
        if (std::any_of(settings->rest().begin(), settings->rest().end(), [&](const auto& name) { return name == "all" || name == unit.name; })) chosen.push_back(unit);
    std::string known = "all";
    for (const auto& unit : all) known += " " + unit.name;
    for (const auto& name : settings->rest())
        if ((" " + known + " ").find(" " + name + " ") == std::string::npos) {
            std::cerr << "waybill: there is no service '" << name << "'; known: " << known << "\n";
            return wrong_usage;
        }
    if (chosen.empty()) {
        std::cerr << "waybill: name the services to run; known: " << known << "\n";
        return wrong_usage;
    }
    return host::run(std::move(chosen), std::move(settings).value());
}

namespace {
struct ShownSetting { std::string name, value, origin, description; };
BOOST_DESCRIBE_STRUCT(ShownSetting, (), (name, value, origin, description))
}  // namespace

int config(const std::filesystem::path& run, const std::vector<std::string>& flags, bool json) {
    auto words = flags;
    if (std::filesystem::exists(run / "settings.yaml") && std::none_of(words.begin(), words.end(), [](const auto& word) { return word.rfind("--settings", 0) == 0; })) {
        words.push_back("--settings");
        words.push_back((run / "settings.yaml").string());
    }
    const auto settings = settings::Settings::load(host::table(units()), host::sources(words));
    if (!settings) {
        std::cerr << "waybill: " << to_text(settings.refusal()) << "\n";
        return wrong_usage;
    }
    std::vector<ShownSetting> shown;
    std::size_t name_width = 0, value_width = 0;
    for (const auto& setting : settings->list()) {
        shown.push_back({setting.name, setting.value, setting.origin, setting.description});
        name_width = std::max(name_width, setting.name.size());
        value_width = std::max(value_width, std::min<std::size_t>(40, setting.value.size()));
    }
    if (json) {
        std::cout << json::to_json(shown) << "\n";
        return ok;
    }
    for (const auto& setting : shown)
        std::cout << setting.name << std::string(name_width + 2 - setting.name.size(), ' ') << setting.value
                  << std::string(setting.value.size() < value_width ? value_width - setting.value.size() + 2 : 2, ' ') << "# " << setting.origin << "\n";
    return ok;
}

int extract(const std::string& file, bool explain, bool marked) {
    const auto show = marked ? extraction::Show::marked : explain ? extraction::Show::explained : extraction::Show::answers;
    if (file == "-") return extraction::extract_file(std::cin, std::cout, std::cerr, show);
    std::ifstream in(file);
    if (!in) {
        std::cerr << "waybill: cannot read " << file << "\n";
        return wrong_usage;
    }
    return extraction::extract_file(in, std::cout, std::cerr, show);
}

}  // namespace waybill::cli
