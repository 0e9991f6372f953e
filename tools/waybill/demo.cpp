#include "commands.h"
#include "run_files.h"
#include "world_play.h"


#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <stop_token>
#include <fcntl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace waybill::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

std::stop_source stop_playing;

}  // namespace

world::WorldOptions options_for(const WorldCommand& command) {
    const Endpoints ends = endpoints(command.run);
    const Keys known = keys(command.run);
    world::WorldOptions made;
    made.edge_url = ends.edge;
    made.reads_url = ends.operations;
    made.keys = {known.customers, known.drivers, known.operator_key, known.bank_key};
    made.seed = command.seed;
    made.pace = ends.pace;
    made.offers_file = command.offers_file.empty() ? sample_offers() : command.offers_file;
    made.offers = command.offers;
    made.rate_per_second = command.rate;
    made.hooks_port = static_cast<std::uint16_t>(ends.hooks_port);
    made.hooks_secret = known.hooks_secret;
    return made;
}

namespace {

// Plays to the end, with one line of progress that is rewritten on a terminal.
Result<world::Progress> play(const WorldCommand& command, bool quiet, std::unique_ptr<world::World>& world) {
    auto opened = world::World::open(options_for(command));
    if (!opened) return opened.refusal();
    world = std::move(opened).value();
    std::signal(SIGINT, [](int) { stop_playing.request_stop(); });
    std::signal(SIGTERM, [](int) { stop_playing.request_stop(); });
    const bool terminal = ::isatty(2);
    auto last = steady_clock::now() - std::chrono::seconds(10);
    const auto progress = world->run([&](const world::Progress& now) {
        if (quiet || steady_clock::now() - last < std::chrono::milliseconds(terminal ? 400 : 5000)) return;
        last = steady_clock::now();
        std::cerr << (terminal ? "\r\033[K   " : "   ") << to_text(now) << (terminal ? "" : "\n") << std::flush;
    }, stop_playing.get_token());
    if (!quiet) std::cerr << (terminal ? "\r\033[K   " : "   ") << to_text(progress) << "\n";
    return progress;
}

}  // namespace

// Runs a script with the distribution's Python, where its modules are. Its exit code, or 127. Its output goes `into` a file when there is one.
static int run_script(std::vector<std::string> words, const fs::path& into = {}) {
    words.insert(words.begin(), "/usr/bin/python3");
    std::cout.flush();
    const pid_t child = ::fork();
    if (child == 0) {
        if (!into.empty()) {
            const int file = ::open(into.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
            if (file < 0 || ::dup2(file, 1) < 0) ::_exit(127);
        }
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

// The judge is a program of its own, so that it can share nothing with what it judges.
int run_judge(const fs::path& run, bool json, int settle, int expect, std::optional<double> since, const fs::path& into) {
    const std::string script = beside_sources("tools/judge/judge.py").string();
    std::vector<std::string> words{script, "--run", run.string(), "--settle", std::to_string(settle)};
    try { words.insert(words.end(), {"--pace", std::to_string(endpoints(run).pace)}); } catch (const std::exception&) {}
    if (expect >= 0) words.insert(words.end(), {"--expect-offers", std::to_string(expect)});
    if (since) words.insert(words.end(), {"--since", std::to_string(*since)});
    if (json) words.push_back("--json");
    const int status = run_script(std::move(words), into);
    if (status > 1) return failed;
    return status == 0 ? ok : judged_bad;
}

fs::path beside_sources(const std::string& relative) {
    const fs::path here = fs::path(program()).parent_path();
    for (const fs::path& base : {here / ".." / "..", here / ".." / "share" / "waybill", fs::path(WAYBILL_SOURCE), fs::current_path()})
        if (fs::exists(base / relative)) return fs::weakly_canonical(base / relative);
    throw std::runtime_error("cannot find " + relative + " beside this program; run it from the checkout");
}

fs::path sample_offers() { return beside_sources("tests/offers/sample.jsonl"); }

int judge(const fs::path& run, bool json) { return run_judge(run, json, 0, -1, {}, {}); }

int truths(std::vector<std::string> what, const fs::path& run, const std::string& file, bool json) {
    std::vector<std::string> words{beside_sources("tools/judge/truths.py").string()};
    words.insert(words.end(), what.begin(), what.end());
    words.insert(words.end(), {"--run", run.string()});
    if (what.front() == "compare") words.insert(words.end(), {"--waybill", program()});
    if (!file.empty()) words.insert(words.end(), {"--truths", file});
    if (json) words.push_back("--json");
    const int status = run_script(std::move(words));
    return status == 0 ? ok : status == judged_bad ? judged_bad : failed;
}

int world(const WorldCommand& options) {
    std::unique_ptr<world::World> played;
    const auto progress = play(options, options.json, played);
    if (!progress) {
        std::cerr << "waybill: " << to_text(progress.refusal()) << "\n";
        return failed;
    }
    for (const auto& trouble : progress->troubles) std::cerr << "   trouble: " << trouble << "\n";
    if (options.json) std::cout << "{\"settled\":" << (progress->settled ? "true" : "false") << ",\"offers_sent\":" << progress->offers_sent << ",\"delivered\":" << progress->delivered << ",\"payments\":" << progress->payments << "}\n";
    return progress->settled ? ok : failed;
}

int demo(const DemoOptions& options) {
    const double began = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    const bool quiet = options.json;
    const auto& run = options.world.run;
    if (const auto looked = stack::look(run); looked && looked->keeper.alive) {
        std::cerr << "waybill: a system is up in " << fs::absolute(run).string() << "; stop it first with: waybill down\n";
        return failed;
    }
    if (!quiet) std::cerr << "== up: a real Postgres and a real Kafka on loopback, and twelve services\n";
    UpOptions up_options;
    up_options.run = run;
    up_options.processes = options.processes;
    up_options.pace = options.pace;
    up_options.mode = "demo";
    up_options.seed = options.world.seed;
    up_options.quiet = quiet;
    // A demo shows its own sixty offers, so it begins with empty books; an earlier run's data is put aside, never deleted.
    if (fs::exists(run) && fs::exists(run / "run.json")) {
        if (const auto found = stack::find(run)) stack::stop_all(*found);
        for (int n = 1;; ++n) {
            const fs::path aside = run.string() + ".before-" + std::to_string(n);
            if (fs::exists(aside)) continue;
            fs::rename(run, aside);
            if (!quiet) std::cerr << "   the data of an earlier run was put aside in " << aside.string() << "\n";
            break;
        }
    }
    if (const int code = up(up_options); code != ok) return code;

    if (!quiet) std::cerr << "== the world: customers send " << options.world.offers << " offers, drivers answer, drive and deliver, customers pay (seed " << options.world.seed << ", time runs " << options.pace << " times as fast)\n";
    std::unique_ptr<world::World> played;
    const auto progress = play(options.world, quiet, played);
    int code = failed;
    if (!progress) {
        std::cerr << "waybill: " << to_text(progress.refusal()) << "\n";
    } else if (stop_playing.stop_requested()) {
        std::cerr << "waybill: interrupted\n";
    } else {
        for (const auto& trouble : progress->troubles) std::cerr << "   trouble: " << trouble << "\n";
        if (!quiet) std::cerr << "== the board, counted by the judge from databases and topics\n";
        code = run_judge(run, options.json, 30, options.world.offers, began, {});
        if (code == ok && !progress->settled) code = judged_bad;
    }
    played.reset();
    if (!options.keep) {
        if (const auto found = stack::find(run)) stack::stop_all(*found);
    } else if (!quiet) {
        std::cerr << "   it stays up; look around with waybill status, where, tail; stop it with waybill down\n";
    }
    return code;
}

}  // namespace waybill::cli
