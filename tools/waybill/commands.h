// The commands of `waybill`, each a function from its options to an exit code.
//
// Exit codes, for scripts: 0 done, 1 failed (the reason is on stderr), 2 wrong usage or settings, 3 the system is not up or
// cannot be reached, 4 the judge found something lost, doubled or stuck,
// or today's rules read something worse than those before, 5 a load is worse than the one it is compared with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace waybill::cli {

inline constexpr int ok = 0, failed = 1, wrong_usage = 2, not_up = 3, judged_bad = 4, became_worse = 5;

struct UpOptions {
    std::filesystem::path run = ".run";
    bool processes = false, json = false, foreground = false, for_load = false;
    int postgres_port = 0, kafka_port = 0, edge_port = 0, operations_port = 0, admin_port = 0;
    double pace = 1;
    int ready_within = 90;  // seconds
    std::string mode = "up";
    std::uint64_t seed = 1;
    bool quiet = false;
};
int up(const UpOptions& options);
int keep(const UpOptions& options, int report);  // the process behind `up`: holds the servers and services until it is ended
int down(const std::filesystem::path& run, bool json);
int status(const std::filesystem::path& run, bool json);

int serve(const std::vector<std::string>& words);  // names of services and flags of settings
int provision(const std::vector<std::string>& flags, bool json);  // of settings, as for serve
int config(const std::filesystem::path& run, const std::vector<std::string>& flags, bool json);

struct OfferOptions {
    std::filesystem::path run = ".run";
    std::string file, customer = "cust-lt", channel = "email", received_at, key;
    bool json = false;
};
int offer(const OfferOptions& options);
int where(const std::filesystem::path& run, const std::string& id, bool timeline, bool json);
int show_key(const std::filesystem::path& run, const std::string& holder);

struct TailOptions {
    std::filesystem::path run = ".run";
    std::string topic, subject;
    bool from_start = false, json = false, once = false;
};
int tail(const TailOptions& options);
int extract(const std::string& file, bool explain, bool marked);
int truths(std::vector<std::string> what, const std::filesystem::path& run, const std::string& file, bool json);  // score, compare, export, review [OFFER]

struct WorldCommand {
    std::filesystem::path run = ".run", offers_file;
    std::uint64_t seed = 1;
    int offers = 60;
    double rate = 0;
    bool json = false;
};
int world(const WorldCommand& options);

struct DemoOptions {
    WorldCommand world;
    double pace = 20;
    bool processes = false, keep = false, json = false;
};
int demo(const DemoOptions& options);
int judge(const std::filesystem::path& run, bool json);

// Open loop: offers arrive by the clock, through HTTP, while the world plays everybody else; then the judge speaks.
struct LoadOptions {
    std::string scenario = "offers";  // of that name, or a file
    std::filesystem::path run = ".run", out = "load-report", offers_file;
    double rate = 0;                  // 0, and -1 of the seconds: as the scenario says
    int seconds = -1, warm_up = -1;
    std::uint64_t seed = 0;  // 0: another one for every load, so that its offers are new ones
    bool json = false;
};
int load(const LoadOptions& options);
int capacity(const LoadOptions& options, const std::string& slo, double from, double most);  // seconds: of each rate that is tried
int list_scenarios(bool json);
int show_scenario(const std::string& name);
int compare_loads(const std::filesystem::path& before, const std::filesystem::path& after, double allowed, bool json);  // folders or report.json

std::filesystem::path sample_offers();
std::filesystem::path beside_sources(const std::string& relative);  // a file of the checkout, or of an installed tree

}  // namespace waybill::cli
