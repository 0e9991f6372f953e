// The settings of a process: a YAML file, the environment and the command line.
#include "fuzz.h"

#include <waybill/settings.h>

#include <sys/mman.h>
#include <unistd.h>

using namespace waybill;
using settings::Kind;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const settings::Table table{
        {.name = "kafka.bootstrap", .fallback = "127.0.0.1:9092", .description = "text"},
        {.name = "edge.keys-file", .fallback = "", .description = "text that may be empty"},
        {.name = "edge.port", .fallback = "0", .description = "integer", .kind = Kind::integer, .least = "0", .most = "65535"},
        {.name = "world.rate", .fallback = "1.5", .description = "number", .kind = Kind::number, .least = "0.01", .most = "1000"},
        {.name = "postgres.wait", .fallback = "2s", .description = "duration", .kind = Kind::duration, .least = "10ms", .most = "7d"},
        {.name = "log.json", .fallback = "true", .description = "boolean", .kind = Kind::boolean},
        {.name = "payments.provider", .fallback = "local", .description = "choice", .choices = {"local", "remote"}},
        {.name = "payments.secret", .fallback = "", .description = "secret", .kind = Kind::secret},
    };
    static const std::string secret = "whsec_never_to_be_told";
    static const int file = memfd_create("settings", 0);

    fuzz::Bytes bytes(data, size);
    settings::Sources sources;
    sources.file = "/proc/self/fd/" + std::to_string(file);
    sources.foreign = {"test."};
    for (auto flags = bytes.number(4); flags > 0; --flags) sources.flags.emplace_back(bytes.line());
    for (auto variables = bytes.number(4); variables > 0; --variables) {
        const std::string name(bytes.line());
        sources.environment["WAYBILL_" + name] = std::string(bytes.line());
    }
    sources.environment["WAYBILL_PAYMENTS_SECRET"] = secret;
    sources.environment.erase("WAYBILL_SETTINGS");  // would read whatever file the bytes name
    std::erase_if(sources.flags, [](const std::string& flag) { return flag.starts_with("--settings"); });
    const auto yaml = bytes.rest();
    if (ftruncate(file, 0) != 0 || pwrite(file, yaml.data(), yaml.size(), 0) != static_cast<ssize_t>(yaml.size())) std::abort();

    const auto loaded = settings::Settings::load(table, sources);
    if (!loaded) {
        fuzz::must(!loaded.refusal().why.empty() && !loaded.refusal().cure.empty(), "a refusal says why, and the cure");
        const bool typed = std::string_view(reinterpret_cast<const char*>(data), size).find(secret) != std::string_view::npos;  // as the name of something
        fuzz::must(typed || to_text(loaded.refusal()).find(secret) == std::string::npos, "a secret is never told", to_text(loaded.refusal()));
        return 0;
    }
    for (const auto& key : table) {
        loaded->origin(key.name);
        if (key.kind == Kind::integer) fuzz::must(loaded->integer(key.name) >= 0 && loaded->integer(key.name) <= 65535, "an integer is within its bounds");
        if (key.kind == Kind::number) fuzz::must(loaded->number(key.name) >= 0.01 && loaded->number(key.name) <= 1000, "a number is within its bounds");
        if (key.kind == Kind::duration) fuzz::must(loaded->duration(key.name).count() >= 10, "a duration is within its bounds");
        if (key.kind == Kind::boolean) loaded->boolean(key.name);
    }
    for (const auto& setting : loaded->list()) fuzz::must(setting.kind != Kind::secret || setting.value == "(secret)" || setting.value == "(unset)", "a secret is never listed");
    return 0;
}
