// What an operator may choose, from a declared table: flag > environment > file > default.
//
// A key "kafka.bootstrap" is the flag --kafka.bootstrap, the variable WAYBILL_KAFKA_BOOTSTRAP and, in the YAML file, the entry
// `bootstrap` of the map `kafka`. Everything is checked when it is loaded, once: a name that no key has, a value that its kind cannot
// be, a value out of bounds and a required key without a value are refused with what would be right. Secrets come by environment or
// file only, and never appear in a refusal, in list() or in help(). A loaded Settings is a plain value: copy it, read it from any thread.
// Asking for an undeclared key, or for another kind than declared, is a programmer's error and throws std::logic_error.
#pragma once

#include <waybill/core.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::settings {

enum class Kind { text, integer, number, boolean, duration, secret };

struct Key {
    std::string name;                      // words of a-z 0-9 - joined by dots
    std::optional<std::string> fallback;   // the default, as an operator would write it; "" leaves it unset, nullopt requires a value
    std::string description;
    Kind kind = Kind::text;
    std::string least = {}, most = {};     // inclusive bounds of an integer, number or duration, as an operator would write them
    std::vector<std::string> choices = {}; // what a text may be, if not anything
};
using Table = std::vector<Key>;

struct Sources {
    std::vector<std::string> flags;                 // the command line without the program's name
    std::map<std::string, std::string> environment; // only names that begin with WAYBILL_ are looked at
    std::string file;                               // read if it exists; --settings and WAYBILL_SETTINGS name another, which must exist
    std::vector<std::string> foreign = {};          // prefixes of keys that other programs own ("test."): passed over, not refused
};
Sources from_process(int argc, const char* const* argv, std::string file = {});

struct Setting {
    std::string name, value, origin, description;   // value of a secret: "(secret)" or "(unset)"
    Kind kind;
    bool operator==(const Setting&) const = default;
};

class Settings {
public:
    // A table that contradicts itself (a name twice, a default out of its bounds) throws std::logic_error.
    static Result<Settings> load(const Table& table, const Sources& sources);

    bool has(std::string_view name) const;          // false while the value is ""
    std::string text(std::string_view name) const;
    std::string secret(std::string_view name) const;
    std::int64_t integer(std::string_view name) const;
    double number(std::string_view name) const;
    bool boolean(std::string_view name) const;
    std::chrono::milliseconds duration(std::string_view name) const;

    // "flag --kafka.bootstrap", "environment WAYBILL_KAFKA_BOOTSTRAP", "file waybill.yaml:12" or "default".
    const std::string& origin(std::string_view name) const;

    std::vector<Setting> list() const;                                // by name, secrets masked
    const std::vector<std::string>& rest() const { return rest_; }   // the words of the command line that are not flags, in order

private:
    struct Held {
        Key key;
        std::string value;
        std::string origin;
    };
    const Held& held(std::string_view name, std::optional<Kind> kind = {}) const;

    std::map<std::string, Held, std::less<>> held_;
    std::vector<std::string> rest_;
};

std::string environment_name(std::string_view key);   // "kafka.bootstrap" -> "WAYBILL_KAFKA_BOOTSTRAP"
std::string help(const Table& table);                 // a page for --help

// "500ms", "2s", "10min", "1h", "7d"; a whole number and a unit, not negative.
Result<std::chrono::milliseconds> parse_duration(std::string_view text, std::string_view field);

}  // namespace waybill::settings
