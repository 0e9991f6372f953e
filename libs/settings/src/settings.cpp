#include <waybill/settings.h>

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <numeric>
#include <set>

extern char** environ;

namespace waybill::settings {
namespace {

constexpr std::string_view prefix = "WAYBILL_";
constexpr std::size_t file_limit = 1 << 20;
constexpr int depth_limit = 8;

std::string environment_form(std::string_view key) {
    std::string name;
    for (const char c : key) name += c == '.' || c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return name;
}

// Own code: an edit distance is twenty lines, and no library we already link has one.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j)
            diagonal = std::exchange(row[j + 1], std::min({row[j + 1] + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1)}));
    }
    return row.back();
}

// The cure for an unknown name: the nearest known one, in the words of the place where it was written.
template <class Spelling>
std::string nearest(const Table& table, std::string_view unknown, Spelling spelling) {
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(2, unknown.size() / 3) + 1;
    for (const Key& key : table) {
        const std::string known = spelling(key.name);
        if (const std::size_t d = distance(unknown, known); d < best_distance) best = known, best_distance = d;
    }
    return best.empty() ? "remove it, or see --help for the names there are" : "did you mean " + best + "?";
}

template <class Number>
std::optional<Number> whole(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<bool> truth(std::string_view text) {
    if (text == "true" || text == "yes" || text == "on") return true;
    if (text == "false" || text == "no" || text == "off") return false;
    return std::nullopt;
}

std::string bounds_text(const Key& key) {
    if (!key.least.empty() && !key.most.empty()) return " from " + key.least + " to " + key.most;
    if (!key.least.empty()) return " of at least " + key.least;
    if (!key.most.empty()) return " of at most " + key.most;
    return "";
}

std::string what_is_right(const Key& key) {
    switch (key.kind) {
        case Kind::integer: return "write a whole number" + bounds_text(key);
        case Kind::number: return "write a number" + bounds_text(key);
        case Kind::boolean: return "write true or false";
        case Kind::duration: return "write a duration such as 500ms, 2s, 10min, 1h or 7d" + bounds_text(key);
        case Kind::secret: return "write the secret";
        case Kind::text: break;
    }
    std::string cure = "write one of";
    for (const std::string& choice : key.choices) cure += (cure.ends_with("of") ? " " : ", ") + choice;
    return cure;
}

// The value as something that can be compared with its bounds; nullopt if it is not of its kind.
std::optional<double> measure(Kind kind, const std::string& text) {
    if (kind == Kind::integer) {
        const auto value = whole<std::int64_t>(text);
        return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
    }
    if (kind == Kind::number) {
        const auto value = whole<double>(text);
        return value && std::isfinite(*value) ? value : std::nullopt;
    }
    const auto value = parse_duration(text, "");
    return value ? std::optional(static_cast<double>(value->count())) : std::nullopt;
}

std::optional<Refusal> unfit(const Key& key, const std::string& value, const std::string& origin) {
    const auto refuse = [&](const std::string& why) {
        return Refusal{key.name, (key.kind == Kind::secret ? "the value" : "\"" + value + "\"") + " (" + origin + ") " + why, what_is_right(key)};
    };
    if (value.empty()) {
        if (key.fallback && key.fallback->empty()) return std::nullopt;
        return Refusal{key.name, "is empty (" + origin + ")", "give it a value" + std::string(key.fallback ? ", or leave it out for \"" + *key.fallback + "\"" : "")};
    }
    switch (key.kind) {
        case Kind::secret: return std::nullopt;
        case Kind::boolean: return truth(value) ? std::nullopt : std::optional(refuse("is neither true nor false"));
        case Kind::text:
            if (key.choices.empty() || std::ranges::find(key.choices, value) != key.choices.end()) return std::nullopt;
            return refuse("is not among its choices");
        default: break;
    }
    const auto measured = measure(key.kind, value);
    if (!measured) return refuse(key.kind == Kind::integer ? "is not a whole number" : key.kind == Kind::number ? "is not a number" : "is not a duration");
    if (!key.least.empty() && *measured < *measure(key.kind, key.least)) return refuse("is too small");
    if (!key.most.empty() && *measured > *measure(key.kind, key.most)) return refuse("is too large");
    return std::nullopt;
}

void demand_sound(const Table& table) {
    std::set<std::string> names;
    for (const Key& key : table) {
        const auto contradiction = [&](const std::string& why) { return std::logic_error("the settings' table: " + key.name + " " + why); };
        const bool plain = !key.name.empty() && key.name != "settings" && std::ranges::all_of(key.name, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
        });
        if (!plain) throw contradiction("is not made of a-z 0-9 - and dots, or is the reserved word settings");
        if (!names.insert(environment_form(key.name)).second) throw contradiction("shares its environment variable with another key");
        const bool ordered = key.kind == Kind::integer || key.kind == Kind::number || key.kind == Kind::duration;
        for (const std::string& bound : {key.least, key.most})
            if (!bound.empty() && (!ordered || !measure(key.kind, bound))) throw contradiction("has a bound that its kind cannot have: " + bound);
        if (key.kind == Kind::secret && key.fallback && !key.fallback->empty()) throw contradiction("is a secret with a default that everybody knows");
        if (key.fallback && !key.fallback->empty())
            if (const auto refusal = unfit(key, *key.fallback, "default")) throw contradiction("has a default that is refused: " + refusal->why);
    }
}

struct Found {
    std::string value, origin;
};
using Findings = std::map<std::string, Found, std::less<>>;

const Key* find(const Table& table, std::string_view name) {
    const auto at = std::ranges::find(table, name, &Key::name);
    return at == table.end() ? nullptr : &*at;
}

bool is_foreign(const Sources& sources, std::string_view name, bool as_environment) {
    return std::ranges::any_of(sources.foreign, [&](const std::string& theirs) {
        return name.starts_with(as_environment ? std::string(prefix) + environment_form(theirs) : theirs);
    });
}

std::optional<Refusal> read_flags(const Table& table, const Sources& sources, Findings& findings, std::vector<std::string>& rest) {
    for (std::size_t i = 0; i < sources.flags.size(); ++i) {
        const std::string& word = sources.flags[i];
        if (word == "--") {
            rest.insert(rest.end(), sources.flags.begin() + static_cast<std::ptrdiff_t>(i) + 1, sources.flags.end());
            return std::nullopt;
        }
        if (!word.starts_with("--")) {
            rest.push_back(word);
            continue;
        }
        const auto equals = word.find('=');
        const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
        const Key* key = find(table, name);
        if (!key && name != "settings") {
            if (is_foreign(sources, name, false)) {
                rest.push_back(word);
                continue;
            }
            return Refusal{"--" + name, "no setting has this name", nearest(table, "--" + name, [](const std::string& known) { return "--" + known; })};
        }
        if (key && key->kind == Kind::secret)
            return Refusal{name, "a secret on a command line can be read by every user of the machine",
                           "set " + environment_name(name) + ", or " + name + " in the settings file"};
        if (findings.contains(name)) return Refusal{name, "is given twice on the command line", "give it once"};
        Found found{"", "flag --" + name};
        if (equals != std::string::npos) {
            found.value = word.substr(equals + 1);
        } else if (key && key->kind == Kind::boolean) {
            found.value = "true";
        } else if (i + 1 < sources.flags.size() && !sources.flags[i + 1].starts_with("--")) {
            found.value = sources.flags[++i];
        } else {
            return Refusal{name, "the flag has no value", "write --" + name + "=VALUE"};
        }
        findings.emplace(name, std::move(found));
    }
    return std::nullopt;
}

std::optional<Refusal> read_environment(const Table& table, const Sources& sources, Findings& findings) {
    for (const auto& [variable, value] : sources.environment) {
        if (!variable.starts_with(prefix)) continue;
        const auto key = std::ranges::find_if(table, [&](const Key& k) { return environment_name(k.name) == variable; });
        const std::string name = key != table.end() ? key->name : variable == environment_name("settings") ? "settings" : "";
        if (!name.empty()) {
            findings.emplace(name, Found{value, "environment " + variable});
        } else if (!is_foreign(sources, variable, true)) {
            return Refusal{variable, "no setting has this variable", nearest(table, variable, [](const std::string& known) { return environment_name(known); })};
        }
    }
    return std::nullopt;
}

std::optional<Refusal> read_node(const Table& table, const Sources& sources, const std::string& file, const YAML::Node& node, const std::string& path,
                                 int depth, Findings& findings) {
    const std::string place = file + ":" + std::to_string(node.Mark().line + 1);
    if (node.IsMap()) {
        if (depth > depth_limit) return Refusal{path, "is nested too deeply (" + place + ")", "write a flat map of settings"};
        for (const auto& entry : node) {
            if (!entry.first.IsScalar()) return Refusal{path, "has an entry without a plain name (" + place + ")", "name each entry"};
            const std::string name = (path.empty() ? "" : path + ".") + entry.first.Scalar();
            if (auto refusal = read_node(table, sources, file, entry.second, name, depth + 1, findings)) return refusal;
        }
        return std::nullopt;
    }
    if (path.empty()) return Refusal{file, "is not a map of settings (" + place + ")", "write lines such as \"kafka.bootstrap: 127.0.0.1:9092\""};
    if (!find(table, path)) {
        if (is_foreign(sources, path, false)) return std::nullopt;
        return Refusal{path, "no setting has this name (" + place + ")", nearest(table, path, [](const std::string& known) { return known; })};
    }
    if (!node.IsScalar()) return Refusal{path, std::string(node.IsNull() ? "has no value" : "is a list") + " (" + place + ")", "write one value"};
    if (!findings.emplace(path, Found{node.Scalar(), "file " + place}).second && findings.at(path).origin.starts_with("file "))
        return Refusal{path, "is given twice (" + place + ")", "keep one of them"};
    return std::nullopt;
}

std::optional<Refusal> read_file(const Table& table, const Sources& sources, Findings& findings) {
    std::string file = sources.file;
    bool demanded = false;
    if (const auto named = findings.find("settings"); named != findings.end()) {
        file = named->second.value;
        demanded = true;
        findings.erase(named);
    }
    if (file.empty()) return demanded ? std::optional(Refusal{"settings", "names no file", "name a YAML file"}) : std::nullopt;

    std::ifstream in(file, std::ios::binary);
    std::string text;
    if (in) {
        text.resize(file_limit + 1);
        in.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(in.gcount()));
    }
    if (!in.is_open() || in.bad()) {
        if (!demanded && !std::ifstream(file)) return std::nullopt;
        return Refusal{"settings", "cannot read " + file, "name a YAML file that this user may read"};
    }
    if (text.size() > file_limit) return Refusal{"settings", file + " is larger than 1 MiB", "name a file of settings"};
    Findings in_file;
    try {
        const YAML::Node root = YAML::Load(text);
        if (!root || root.IsNull()) return std::nullopt;
        if (auto refusal = read_node(table, sources, file, root, "", 0, in_file)) return refusal;
    } catch (const YAML::Exception& error) {
        // The parser's own words may quote a line, and that line may hold a secret.
        return Refusal{"settings", file + ":" + std::to_string(error.mark.line + 1) + ":" + std::to_string(error.mark.column + 1) + " is not YAML",
                       "correct the line; quote a value that holds \": \" or \" #\""};
    }
    findings.merge(in_file);
    return std::nullopt;
}

}  // namespace

std::string environment_name(std::string_view key) { return std::string(prefix) + environment_form(key); }

Result<std::chrono::milliseconds> parse_duration(std::string_view text, std::string_view field) {
    struct Unit {
        std::string_view name;
        std::int64_t milliseconds;
    };
    static constexpr Unit units[] = {{"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto count = whole<std::int64_t>(text.substr(0, digits));
    for (const Unit& unit : units)
        if (count && unit.name == text.substr(digits) && *count <= std::chrono::milliseconds::max().count() / unit.milliseconds)
            return std::chrono::milliseconds(*count * unit.milliseconds);
    return Refusal{std::string(field), "\"" + std::string(text) + "\" is not a duration", "write a whole number and a unit: 500ms, 2s, 10min, 1h or 7d"};
}

Sources from_process(int argc, const char* const* argv, std::string file) {
    Sources sources;
    if (argc > 1) sources.flags.assign(argv + 1, argv + argc);
    for (char** entry = environ; entry && *entry; ++entry) {
        const std::string_view line = *entry;
        if (const auto equals = line.find('='); equals != line.npos) sources.environment.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    sources.file = std::move(file);
    return sources;
}

Result<Settings> Settings::load(const Table& table, const Sources& sources) {
    demand_sound(table);
    Settings settings;
    Findings findings;
    // The first finding of a name wins, so the order of these lines is the order of precedence.
    if (auto refusal = read_flags(table, sources, findings, settings.rest_)) return *std::move(refusal);
    if (auto refusal = read_environment(table, sources, findings)) return *std::move(refusal);
    if (auto refusal = read_file(table, sources, findings)) return *std::move(refusal);

    for (const Key& key : table) {
        const auto found = findings.find(key.name);
        if (found == findings.end() && !key.fallback) {
            const std::string flag = key.kind == Kind::secret ? "" : "--" + key.name + ", ";
            return Refusal{key.name, "is required and has no value", "set " + flag + environment_name(key.name) + ", or " + key.name + " in the settings file"};
        }
        Held held{key, found == findings.end() ? *key.fallback : found->second.value, found == findings.end() ? "default" : found->second.origin};
        if (auto refusal = unfit(key, held.value, held.origin)) return *std::move(refusal);
        settings.held_.emplace(key.name, std::move(held));
    }
    return settings;
}

const Settings::Held& Settings::held(std::string_view name, std::optional<Kind> kind) const {
    const auto at = held_.find(name);
    if (at == held_.end()) throw std::logic_error("no setting is declared with the name " + std::string(name));
    if (kind && at->second.key.kind != *kind) throw std::logic_error("the setting " + std::string(name) + " is declared with another kind");
    if (kind && at->second.value.empty() && *kind != Kind::text && *kind != Kind::secret)
        throw std::logic_error("the setting " + std::string(name) + " is unset: ask has() first");
    return at->second;
}

bool Settings::has(std::string_view name) const { return !held(name).value.empty(); }
std::string Settings::text(std::string_view name) const { return held(name, Kind::text).value; }
std::string Settings::secret(std::string_view name) const { return held(name, Kind::secret).value; }
std::int64_t Settings::integer(std::string_view name) const { return *whole<std::int64_t>(held(name, Kind::integer).value); }
double Settings::number(std::string_view name) const { return *whole<double>(held(name, Kind::number).value); }
bool Settings::boolean(std::string_view name) const { return *truth(held(name, Kind::boolean).value); }
std::chrono::milliseconds Settings::duration(std::string_view name) const { return *parse_duration(held(name, Kind::duration).value, name); }
const std::string& Settings::origin(std::string_view name) const { return held(name).origin; }

std::vector<Setting> Settings::list() const {
    std::vector<Setting> lines;
    for (const auto& [name, held] : held_) {
        const std::string value = held.key.kind != Kind::secret ? held.value : held.value.empty() ? "(unset)" : "(secret)";
        lines.push_back({name, value, held.origin, held.key.description, held.key.kind});
    }
    return lines;
}

std::string help(const Table& table) {
    std::string page = "Settings: --name=value, or the variable, or the name in the file of --settings=FILE (" + environment_name("settings") + ").\n";
    for (const Key& key : table) {
        page += "  " + (key.kind == Kind::secret ? "" : "--" + key.name + "  ") + environment_name(key.name) + "\n      " + key.description;
        if (!key.fallback) page += "; required";
        if (key.fallback && !key.fallback->empty()) page += "; default " + *key.fallback;
        if (const std::string bounds = bounds_text(key); !bounds.empty()) page += ";" + bounds;
        for (const std::string& choice : key.choices) page += (&choice == &key.choices.front() ? "; one of " : ", ") + choice;
        if (key.kind == Kind::secret) page += "; a secret: not by flag";
        page += "\n";
    }
    return page;
}

}  // namespace waybill::settings
