#include <waybill/host_main.h>

#include "clock.h"
#include "metrics.h"
#include "outbound.h"
#include "trail.h"

#include <waybill/contracts/flow.h>
#include <waybill/kafka.h>
#include <waybill/postgres.h>
#include <waybill/runtime/worker.h>
#include <waybill/telemetry.h>

#include <csignal>
#include <fstream>
#include <future>
#include <iostream>
#include <unistd.h>

namespace waybill::host {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using settings::Kind;

// Wakes a worker that rests.
class Bell {
public:
    void ring() {
        {
            const std::lock_guard lock(mutex_);
            if (rung_) return;
            rung_ = true;
        }
        changed_.notify_one();
    }
    void wait(milliseconds at_most) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, at_most, [&] { return rung_; });
        rung_ = false;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool rung_ = false;
};

std::string secret(const settings::Settings& settings, const std::string& name) {
    const std::string path = settings.text("secrets.folder") + "/" + name;
    std::ifstream in(path);
    std::string value;
    if (!std::getline(in, value) || value.empty()) throw std::runtime_error("no secret in " + path + "; `waybill up` makes them, or mount them there (setting secrets.folder)");
    return value;
}

postgres::Options postgres_options(const settings::Settings& settings, const std::string& role) {
    std::string password;  // quoted for libpq's keyword string
    for (const char c : secret(settings, "postgres-" + role)) {
        if (c == '\'' || c == '\\') password += '\\';
        password += c;
    }
    return {"host=" + settings.text("postgres.host") + " port=" + std::to_string(settings.integer("postgres.port")) + " dbname=" + settings.text("postgres.database") + " user=" + role +
                " password='" + password + "'",
            settings.duration("postgres.deadline")};
}

// One service in this process: its thread steps the worker, everything else hands things to it.
class Running final : public Commands, public Reader {
public:
    Running(Unit unit, const settings::Settings& settings, PacedClock& clock, FileTrail* trail)
        : unit_(std::move(unit)), settings_(settings), clock_(clock), log_(unit_.name), definition_(unit_.definition(settings)) {
        for (const auto& service : contracts::flow().services)
            if (service.name == unit_.name)
                for (const auto& consumed : service.consumes)
                    if (std::find(consumes_.begin(), consumes_.end(), consumed.topic) == consumes_.end()) consumes_.push_back(consumed.topic);
        postgres_ = postgres_options(settings, unit_.name);
        kafka_ = {settings.text("kafka.bootstrap"), unit_.name, secret(settings, "kafka-" + unit_.name), "waybill-" + unit_.name, unit_.name, definition_.emits_to, [this] { bell_.ring(); },
                  [this](bool error, const std::string& text) { error ? log_.warn(text) : log_.info(text); }};
        if (trail) {
            kafka_.follows = [trail](std::string_view trace) { return trail->follows(trace); };
            kafka_.on_acknowledged = [trail](std::string_view event) { trail->acknowledged(event); };
        }
        store_ = std::make_unique<postgres::Store>(postgres_, definition_);
        reader_ = std::make_unique<postgres::Reader>(postgres_, unit_.name);
        bus_ = std::make_unique<kafka::Bus>(kafka_);
        outbound_ = std::make_unique<Outbound>(definition_, [this] { bell_.ring(); });
        worker_ = std::make_unique<runtime::Worker>(definition_, consumes_, contracts::flow().lanes, runtime::Worker::Seams{*store_, *bus_, *outbound_, clock_, trail}, figures_, runtime::Limits{},
                                                    [this](runtime::Level level, const std::string& what, int lane) {
                                                        if (level == runtime::Level::info) log_.info(what, {{"lane", lane}});
                                                        else if (level == runtime::Level::warning) log_.warn(what, {{"lane", lane}});
                                                        else log_.error(what, {{"lane", lane}});
                                                    });
        thread_ = std::jthread([this](std::stop_token stop) { live(stop); });
    }

    void stop(milliseconds deadline) {
        deadline_ = deadline;
        thread_.request_stop();
        bell_.ring();
    }
    void join() {
        if (thread_.joinable()) thread_.join();
    }

    void grant(std::set<int> lanes, milliseconds until) {
        worker_->grant(std::move(lanes), until);
        bell_.ring();
    }

    bool prepared() const { return prepared_; }
    std::vector<std::string> troubles() const {
        std::vector<std::string> all;
        const std::lock_guard lock(mutex_);
        if (!trouble_.empty()) all.push_back(trouble_);
        if (const auto trouble = worker_->trouble(); !trouble.empty()) all.push_back(trouble);
        if (prepared_ && (!bus_->connected() || !topics_seen_)) all.push_back("Kafka is away");
        if (prepared_ && !definition_.commands.empty() && worker_->held().empty()) all.push_back("no lane is held yet: requests would be refused");
        return all;
    }

    void submit(std::string key, std::any command, std::function<void(Result<Reply>)> reply) override {
        worker_->submit(std::move(key), std::move(command), [reply = std::move(reply)](Result<runtime::CommandReply> result) {
            if (!result) reply(result.refusal());
            else reply(Reply{result->outcome, result->why, result->state});
        });
        bell_.ring();
    }
    std::vector<Row> rows(const std::string& sql, const std::vector<std::optional<std::string>>& parameters) override { return reader_->rows(sql, parameters); }

    const Unit& unit() const { return unit_; }
    const runtime::Figures& figures() const { return figures_; }

private:
    void live(std::stop_token stop) {
        for (milliseconds wait = 100ms; !stop.stop_requested() && !prepare(); wait = std::min<milliseconds>(wait * 2, 500ms)) bell_.wait(wait);
        while (!stop.stop_requested()) {
            if (!topics_seen_) look_at_topics_again();
            if (!worker_->step()) bell_.wait(worker_->rest());
        }
        const auto until = std::chrono::steady_clock::now() + deadline_;
        while (prepared_ && !worker_->drained() && std::chrono::steady_clock::now() < until) {
            std::vector<runtime::Message> unread;
            std::vector<runtime::Ask> asks;
            bus_->poll(0, unread, asks);
            bell_.wait(10ms);
        }
        worker_->drop_all();
    }

    bool prepare() {
        try {
            postgres::migrate(postgres_, definition_);
            const auto unreachable = unreachable_topics();
            prepared_ = say(unreachable);
            topics_seen_ = unreachable.has_value();
        } catch (const std::exception& error) {
            say({{error.what()}});
        }
        return prepared_;
    }

    std::optional<std::vector<std::string>> unreachable_topics() const {
        std::vector<std::string> topics = consumes_;
        topics.insert(topics.end(), definition_.emits_to.begin(), definition_.emits_to.end());
        topics.emplace_back(kafka::asks_topic);
        auto unreachable = kafka::unreachable_topics(kafka_, topics, 1s);
        if (unreachable)
            for (auto& topic : *unreachable) topic = "topic " + topic;
        return unreachable;
    }

    // Postgres holds what must not be lost, so a Kafka that is away keeps nobody from beginning; it is asked when it is back.
    void look_at_topics_again() {
        const auto now = std::chrono::steady_clock::now();
        if (!looking_.valid()) {
            if (!bus_->connected() || now < look_at_) return;
            looking_ = std::async(std::launch::async, [this] { return unreachable_topics(); });
        } else if (looking_.wait_for(0s) == std::future_status::ready) {
            const auto unreachable = looking_.get();
            topics_seen_ = say(unreachable) && unreachable;
            look_at_ = now + 2s;
        }
    }

    // True when there is no trouble that anybody knows of.
    bool say(const std::optional<std::vector<std::string>>& troubles) {
        std::string trouble;
        if (troubles)
            for (const auto& one : *troubles) trouble += (trouble.empty() ? "" : "; ") + one;
        const std::lock_guard lock(mutex_);
        if (trouble != trouble_ && !trouble.empty()) log_.warn("not ready", {{"why", trouble}});
        trouble_ = trouble;
        return trouble.empty();
    }

    Unit unit_;
    const settings::Settings& settings_;
    PacedClock& clock_;
    telemetry::Log log_;
    runtime::Definition definition_;
    std::vector<std::string> consumes_;
    postgres::Options postgres_;
    kafka::Options kafka_;
    Bell bell_;
    runtime::Figures figures_;
    std::unique_ptr<postgres::Store> store_;
    std::unique_ptr<postgres::Reader> reader_;
    std::unique_ptr<kafka::Bus> bus_;
    std::unique_ptr<Outbound> outbound_;
    std::unique_ptr<runtime::Worker> worker_;
    mutable std::mutex mutex_;
    std::string trouble_ = "starting";
    std::atomic<bool> prepared_{false};
    std::atomic<bool> topics_seen_{false};  // Kafka has said what it thinks of them
    std::future<std::optional<std::vector<std::string>>> looking_;
    std::chrono::steady_clock::time_point look_at_{};
    milliseconds deadline_{5000};
    std::jthread thread_;
};

// Renews the leases of all services once a second, at once again when a lane is free to take.
class Leasing {
public:
    Leasing(std::vector<std::unique_ptr<Running>>& services, postgres::Options options, milliseconds ttl, PacedClock& clock)
        : services_(services), ttl_(ttl), clock_(clock), owner_(make_owner()), leases_(std::move(options), owner_, ttl), thread_([this](std::stop_token stop) { live(stop); }) {}

    void stop() {
        thread_.request_stop();
        thread_.join();
        try {
            leases_.release_all();
        } catch (const std::exception&) {
            // They end by themselves.
        }
    }
    std::string trouble() const {
        const std::lock_guard lock(mutex_);
        return trouble_;
    }

private:
    static std::string make_owner() {
        char host[128] = {};
        ::gethostname(host, sizeof host - 1);
        return std::string(host) + "/" + std::to_string(::getpid()) + "/" + std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
    }

    void live(std::stop_token stop) {
        std::mutex sleep_mutex;
        std::condition_variable_any sleeper;
        postgres::LeaseView view;
        bool made = false;
        while (!stop.stop_requested()) {
            milliseconds wait = 1s;
            try {
                if (!made) leases_.prepare();
                made = true;
                std::vector<std::string> names;
                for (const auto& service : services_)
                    if (service->prepared()) names.push_back(service->unit().name);
                if (names.empty()) {
                    wait = 100ms;
                } else {
                    const auto asked_at = clock_.elapsed();
                    const auto wish = postgres::next_wish(view, owner_, names, contracts::flow().lanes);
                    view = leases_.renew(names, wish);
                    for (const auto& service : services_) {
                        std::set<int> lanes;
                        for (const auto& lease : view.leases)
                            if (lease.service == service->unit().name && lease.owner == owner_ && !lease.expired) lanes.insert(lease.lane);
                        service->grant(std::move(lanes), asked_at + ttl_);
                    }
                    const auto next = postgres::next_wish(view, owner_, names, contracts::flow().lanes);
                    for (const auto& lane : next.claim)
                        if (!wish.claim.contains(lane)) wait = 0ms;  // free lanes were seen: take them now
                    if (names.size() < services_.size()) wait = std::min<milliseconds>(wait, 100ms);
                }
                say("");
            } catch (const std::exception& error) {
                say(error.what());
                wait = 200ms;
            }
            std::unique_lock lock(sleep_mutex);
            sleeper.wait_for(lock, stop, wait, [] { return false; });
        }
    }
    void say(const std::string& trouble) {
        const std::lock_guard lock(mutex_);
        trouble_ = trouble;
    }

    std::vector<std::unique_ptr<Running>>& services_;
    const milliseconds ttl_;
    PacedClock& clock_;
    const std::string owner_;
    postgres::Leases leases_;
    mutable std::mutex mutex_;
    std::string trouble_;
    std::jthread thread_;
};

http::Router admin_routes(const std::vector<std::unique_ptr<Running>>& services, const Leasing& leasing, telemetry::Figures& http_figures) {
    http::Router router;
    router.on("GET", "/livez", [](const http::Request&, const http::Respond& respond) { respond(http::text(200, "alive\n")); });
    router.on("GET", "/readyz", [&](const http::Request&, const http::Respond& respond) {
        std::vector<std::string> reasons;
        if (const auto trouble = leasing.trouble(); !trouble.empty()) reasons.push_back("leases: " + trouble);
        for (const auto& service : services)
            for (const auto& trouble : service->troubles()) reasons.push_back(service->unit().name + ": " + trouble);
        respond(http::json(reasons.empty() ? 200 : 503, "{\"ready\":" + std::string(reasons.empty() ? "true" : "false") + ",\"reasons\":" + json::to_json(reasons) + "}\n"));
    });
    router.on("GET", "/metrics", [&](const http::Request&, const http::Respond& respond) {
        std::vector<std::pair<std::string, const runtime::Figures*>> all;
        for (const auto& service : services) all.emplace_back(service->unit().name, &service->figures());
        http::Response response = http::text(200, exposition(all) + http_figures.exposition());
        response.headers.insert_or_assign("Content-Type", "text/plain; version=0.0.4");
        respond(std::move(response));
    });
    router.on("GET", "/version", [&](const http::Request&, const http::Respond& respond) {
        std::vector<std::string> names;
        for (const auto& service : services) names.push_back(service->unit().name);
        respond(http::json(200, "{\"version\":\"" WAYBILL_VERSION "\",\"services\":" + json::to_json(names) + "}\n"));
    });
    return router;
}

}  // namespace

settings::Table table(const std::vector<Unit>& units) {
    settings::Table all{
        {"postgres.host", "127.0.0.1", "Where Postgres listens"},
        {"postgres.port", "5432", "Its port", Kind::integer, "1", "65535"},
        {"postgres.database", "waybill", "The database with one schema a service"},
        {"postgres.deadline", "5s", "The end of any one call to Postgres", Kind::duration, "500ms", "1min"},
        {"kafka.bootstrap", "127.0.0.1:9092", "Kafka's bootstrap servers"},
        {"secrets.folder", ".run/secrets", "A folder of files, one secret each: postgres-<role>, kafka-<principal>"},
        {"http.address", "127.0.0.1", "Where HTTP is served"},
        {"http.certificate", "", "PEM certificate chain: HTTP is served over TLS"},
        {"http.key", "", "PEM private key of the certificate"},
        {"admin.address", "127.0.0.1", "Where /livez /readyz /metrics /version are served"},
        {"admin.port", "9600", "Their port; 0 takes a free one", Kind::integer, "0", "65535"},
        {"lease.ttl", "3s", "A process that is silent for so long loses its lanes", Kind::duration, "2s", "1min"},
        {"stop.deadline", "5s", "The end of an orderly stop", Kind::duration, "100ms", "1min"},
        {"clock.pace", "1", "How fast business time runs; more than 1 only for demos and tests", Kind::number, "0.1", "100000"},
        {"clock.epoch", "1970-01-01T00:00:00Z", "From when on it runs at that pace; the same for all processes"},
        {"trail.file", "", "Where the footprints of followed requests go, as JSON lines, for `waybill load` to tell where time goes; unset: nowhere"},
        {"trail.one-in", "16", "One request in so many is followed", Kind::integer, "1", "1000000"},
        {"log.level", "info", "debug, info, warn, error or off"},
        {"log.file", "", "Where JSON log lines go; unset: stderr"},
    };
    for (const auto& unit : units) {
        if (unit.routes) all.push_back({unit.name + ".port", unit.name == "edge" ? "8080" : "8081", "Port of the HTTP interface of " + unit.name + "; 0 takes a free one", Kind::integer, "0", "65535"});
        for (const auto& key : unit.keys) all.push_back(key);
    }
    return all;
}

settings::Sources sources(const std::vector<std::string>& flags) {
    const char* no_program[] = {"waybill"};
    auto made = settings::from_process(1, no_program);
    made.flags = flags;
    for (const char* other : {"WAYBILL_RUN", "WAYBILL_CHILD_OF_RUN", "WAYBILL_KAFKA_LIBS"}) made.environment.erase(other);
    return made;
}

int run(std::vector<Unit> units, settings::Settings settings) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread is made: they inherit it
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGHUP, SIG_IGN);
    try {
        const auto level = telemetry::parse_level(settings.text("log.level"));
        if (!level) throw std::invalid_argument(to_text(level.refusal()));
        if (const auto refusal = telemetry::log_to({"waybill", *level, settings.text("log.file")})) throw std::invalid_argument(to_text(*refusal));
        const auto epoch = parse_instant(settings.text("clock.epoch"), "clock.epoch");
        if (!epoch) throw std::invalid_argument(to_text(epoch.refusal()));
        PacedClock clock(settings.number("clock.pace"), settings.number("clock.pace") == 1 ? Instant{} : *epoch);

        std::optional<FileTrail> trail;
        if (!settings.text("trail.file").empty()) trail.emplace(settings.text("trail.file"), settings.integer("trail.one-in"));
        std::vector<std::unique_ptr<Running>> services;
        for (auto& unit : units) services.push_back(std::make_unique<Running>(std::move(unit), settings, clock, trail ? &*trail : nullptr));
        Leasing leasing(services, postgres_options(settings, "waybill_host"), settings.duration("lease.ttl"), clock);

        telemetry::Figures http_figures;
        const auto listen = [&](http::Router router, const std::string& address, std::int64_t port, const std::string& name) {
            http::ServerOptions options;
            options.address = address;
            options.port = static_cast<std::uint16_t>(port);
            options.threads = name == "operations" ? 4 : 1;  // its routes read the database while they hold the thread
            if (name != "admin") {
                options.certificate_file = settings.text("http.certificate");
                options.key_file = settings.text("http.key");
            }
            options.trouble = [name](std::string_view what) { telemetry::Log(name).error("a route failed", {{"why", what}}); };
            options.observe = [&http_figures, name](const http::Served& served) {
                http_figures.histogram("waybill_http_seconds", "Time from a request's arrival to its answer", {{"service", name}, {"route", served.method + " " + served.route}, {"status", std::to_string(served.status)}})
                    .observe(std::chrono::duration<double>(served.took).count());
            };
            auto server = http::Server::start(std::move(router), options);
            if (!server) throw std::invalid_argument(name + ".port: " + to_text(server.refusal()));
            telemetry::Log(name).info("listening", {{"address", address}, {"port", static_cast<std::int64_t>((*server)->port())}});
            return std::move(server).value();
        };
        std::vector<std::unique_ptr<http::Server>> servers;
        std::vector<std::unique_ptr<Inside>> insides;
        for (auto& service : services) {
            if (!service->unit().routes) continue;
            insides.push_back(std::make_unique<Inside>(Inside{*service, *service, settings, [&clock] { return clock.now(); }}));
            http::Router router;
            service->unit().routes(router, *insides.back());
            servers.push_back(listen(std::move(router), settings.text("http.address"), settings.integer(service->unit().name + ".port"), service->unit().name));
        }
        servers.push_back(listen(admin_routes(services, leasing, http_figures), settings.text("admin.address"), settings.integer("admin.port"), "admin"));

        int received = 0;
        sigwait(&signals, &received);
        telemetry::info("stopping", {{"signal", received}});
        const auto deadline = settings.duration("stop.deadline");
        for (auto& server : servers) server->stop(deadline / 2);
        for (auto& service : services) service->stop(deadline / 2);
        for (auto& service : services) service->join();
        leasing.stop();
        telemetry::info("stopped");
        return 0;
    } catch (const std::invalid_argument& wrong) {
        std::cerr << wrong.what() << "\n";
        return 2;
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}

int main(std::vector<Unit> units, int argc, char** argv) {
    const auto all = table(units);
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]) == "--help") {
            std::cout << settings::help(all);
            return 0;
        }
    auto from = sources({argv + 1, argv + argc});
    for (const auto& service : contracts::flow().services)
        if (std::none_of(units.begin(), units.end(), [&](const Unit& unit) { return unit.name == service.name; })) from.foreign.push_back(service.name + ".");
    auto loaded = settings::Settings::load(all, from);
    if (!loaded) {
        std::cerr << to_text(loaded.refusal()) << "\n";
        return 2;
    }
    return run(std::move(units), std::move(loaded).value());
}

}  // namespace waybill::host
