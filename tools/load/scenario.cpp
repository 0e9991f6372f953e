#include "scenario.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <fstream>
#include <map>
#include <sstream>

namespace waybill::load {
namespace {

namespace fs = std::filesystem;

// The one list of what a scenario file may hold. `see` gets the name, the value and what it means.
template <class S, class See>
void fields(S& of, See&& see) {
    see("what", of.what, "what it shows, for people");
    see("seconds", of.seconds, "how long offers arrive");
    see("warm-up", of.warm_up, "seconds at the begin that are left out of the figures");
    see("arrivals.shape", of.arrivals.shape, "constant, poisson, ramp, spike or replay");
    see("arrivals.rate", of.arrivals.rate, "offers a second");
    see("arrivals.to", of.arrivals.to, "ramp: the rate at the end");
    see("arrivals.peak", of.arrivals.peak, "spike: the rate in it");
    see("arrivals.at", of.arrivals.at, "spike: its first second");
    see("arrivals.lasts", of.arrivals.lasts, "spike: its seconds");
    see("arrivals.file", of.arrivals.file, "replay: lines of \"second,rate\"");
    see("offers.from", of.offers, "synthetic, samples, or a file of offers as JSON lines");
    see("offers.every-minutes", of.every_minutes, "synthetic: business time from one offer to the next, so that vehicles are free");
    see("offers.skew", of.skew, "synthetic: exponent of Zipf's law over customers and lanes; 0: all alike");
    see("offers.withdrawn", of.withdrawn, "share of offers that are taken back");
    see("reads", of.reads, "reads of a shipment a second");
    see("poisoned", of.poisoned, "shipments that meet an event of an unknown version, and wait for a person");
    see("fault.kill", of.kill, "nothing, services, kafka or postgres: by kill -9");
    see("fault.at", of.kill_at, "second of the run");
}

bool read(const std::string& text, std::string& into) { into = text; return true; }
template <class T>
    requires std::is_arithmetic_v<T>
bool read(const std::string& text, T& into) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && end == text.data() + text.size();
}
template <class T>
    requires std::is_enum_v<T>
bool read(const std::string& text, T& into) { return boost::describe::enum_from_string(text.c_str(), into); }

std::string written(const std::string& value) {
    YAML::Emitter out;
    out << YAML::DoubleQuoted << value;
    return out.c_str();
}
template <class T>
    requires std::is_arithmetic_v<T>
std::string written(T value) { return fmt::format("{}", value); }
template <class T>
    requires std::is_enum_v<T>
std::string written(T value) { return boost::describe::enum_to_string(value, "?"); }

struct Found {
    std::string value;
    int line = 0;
};

std::optional<Refusal> gather(const YAML::Node& node, const std::string& prefix, const std::string& file, std::map<std::string, Found>& into) {
    for (const auto& each : node) {
        const auto name = prefix + each.first.as<std::string>();
        if (each.second.IsMap()) {
            if (auto refusal = gather(each.second, name + ".", file, into)) return refusal;
        } else if (each.second.IsScalar()) {
            into[name] = {each.second.as<std::string>(), each.second.Mark().line + 1};
        } else {
            return Refusal{name, file + ":" + std::to_string(each.second.Mark().line + 1) + ": it is a list or empty", "give it one value; `waybill load show offers` is an example"};
        }
    }
    return {};
}

Scenario named(const char* name, const char* what) {
    Scenario made;
    made.name = name;
    made.what = what;
    return made;
}

}  // namespace

const std::vector<Scenario>& built_in() {
    static const std::vector<Scenario> all = [] {
        auto offers = named("offers", "Offers through HTTP, evenly, all carried to the invoice and its payment");
        auto mixed = named("mixed", "Offers of all kinds at random times, some taken back, while others read where theirs are");
        mixed.arrivals.shape = Shape::poisson;
        mixed.offers = "samples";
        mixed.withdrawn = 0.1;
        mixed.reads = 20;
        auto hot = named("hot-key", "A few customers and lanes have nearly all the freight: their keys queue, the others must not");
        hot.skew = 1.2;
        auto poison = named("poison", "Among good offers some meet an event that nobody can read: those wait for a person, all others flow");
        poison.poisoned = 5;
        auto burst = named("burst", "Ten times the usual for a few seconds: how high it piles up, and how long until it is gone");
        burst.arrivals = {Shape::spike, 10, 0, 100, 20, 5, ""};
        auto fault = named("fault", "Kafka dies by kill -9 in the middle: nothing may be lost, doubled or stuck");
        fault.kill = Kill::kafka;
        fault.kill_at = 25;
        return std::vector<Scenario>{offers, mixed, hot, poison, burst, fault};
    }();
    return all;
}

Result<Scenario> scenario(const std::string& name_or_file) {
    std::string known;
    for (const auto& each : built_in()) {
        if (each.name == name_or_file) return each;
        known += (known.empty() ? "" : ", ") + each.name;
    }
    std::ifstream in(name_or_file, std::ios::binary);
    if (!in || fs::is_directory(name_or_file)) return Refusal{"scenario", "\"" + name_or_file + "\" is neither built in nor a file", "use one of " + known + ", or a file as `waybill load show offers` prints it"};
    std::ostringstream text;
    text << in.rdbuf();
    auto read = read_scenario(text.str(), name_or_file);
    if (!read) return read;
    auto made = std::move(read).value();
    // Files that it names lie beside it.
    for (auto* path : {&made.arrivals.file, &made.offers})
        if (!path->empty() && *path != "synthetic" && *path != "samples" && fs::path(*path).is_relative()) *path = (fs::path(name_or_file).parent_path() / *path).string();
    return made;
}

Result<Scenario> read_scenario(const std::string& yaml, const std::string& file) {
    Scenario made;
    made.name = fs::path(file).stem().string();
    std::map<std::string, Found> found;
    try {
        const auto root = YAML::Load(yaml);
        if (!root.IsMap()) return Refusal{"scenario", file + " holds no fields", "write \"field: value\" lines; `waybill load show offers` prints an example"};
        if (auto refusal = gather(root, "", file, found)) return *refusal;
    } catch (const YAML::Exception& error) {
        return Refusal{"scenario", file + ":" + std::to_string(error.mark.line + 1) + ": it is not YAML: " + error.msg, "`waybill load show offers` prints an example"};
    }
    std::optional<Refusal> wrong;
    std::string known;
    fields(made, [&](const char* name, auto& value, const char* meaning) {
        known += (known.empty() ? "" : ", ") + std::string(name);
        const auto said = found.extract(name);
        if (!said.empty() && !read(said.mapped().value, value) && !wrong)
            wrong = Refusal{name, file + ":" + std::to_string(said.mapped().line) + ": \"" + said.mapped().value + "\" is not what it takes", "it is: " + std::string(meaning)};
    });
    if (!wrong && !found.empty()) wrong = Refusal{found.begin()->first, file + ":" + std::to_string(found.begin()->second.line) + ": there is no such field", "use " + known};
    if (wrong) return *wrong;
    if (auto refusal = wrong_with(made)) return *refusal;
    return made;
}

std::optional<Refusal> wrong_with(const Scenario& scenario) {
    if (scenario.seconds < 1 || scenario.seconds > 86400) return Refusal{"seconds", "it is not between 1 and 86400", "60 is a usual length"};
    if (scenario.warm_up < 0 || scenario.warm_up >= scenario.seconds) return Refusal{"warm-up", "it is not shorter than the run's seconds", "or nothing would be left to measure"};
    if (scenario.skew < 0 || scenario.skew > 5) return Refusal{"offers.skew", "it is not between 0 and 5", "1 is Zipf's own law"};
    if (scenario.withdrawn < 0 || scenario.withdrawn > 1) return Refusal{"offers.withdrawn", "it is no share", "write 0.1 for one in ten"};
    if (scenario.reads < 0 || scenario.poisoned < 0) return Refusal{scenario.reads < 0 ? "reads" : "poisoned", "it is below zero", "0 leaves it out"};
    if (scenario.every_minutes <= 0) return Refusal{"offers.every-minutes", "it is not above zero", "60 keeps the sample fleet free"};
    if (scenario.kill != Kill::nothing && (scenario.kill_at <= 0 || scenario.kill_at >= scenario.seconds)) return Refusal{"fault.at", "it is not within the run's seconds", "name a second of the run"};
    return {};
}

std::string to_yaml(const Scenario& scenario) {
    std::string made, group;
    fields(scenario, [&](std::string_view name, const auto& value, const char* meaning) {
        const auto dot = name.find('.');
        const auto its = dot == name.npos ? std::string() : std::string(name.substr(0, dot));
        if (its != group && !its.empty()) made += its + ":\n";
        group = its;
        made += fmt::format("{}  # {}\n", fmt::format("{}{}: {}", its.empty() ? "" : "  ", dot == name.npos ? name : name.substr(dot + 1), written(value)), meaning);
    });
    return made;
}

}  // namespace waybill::load
