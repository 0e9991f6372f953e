#include "history.h"

#include "choices.h"
#include "domain/roster.h"
#include "units.h"

#include <waybill/access.h>
#include <waybill/contracts/flow.h>
#include <waybill/json.h>

#include <fstream>
#include <unistd.h>

namespace waybill::simulate {
namespace {

using namespace std::chrono_literals;
using namespace runtime;
using simulation::Fault;
using Fate = simulation::Bus::Fate;

constexpr auto lease = 3000ms;
constexpr std::string_view lifted = "{\"lifted\":true,\"state\":";

// Thrown out of a seam: the process is gone. Not an exception of the standard's, so that nothing on the way takes it for an error.
struct Killed {};

const std::vector<std::string>& customers() {
    static const std::vector<std::string> all{"cust-lt", "cust-de", "cust-pl", "cust-no", "cust-nl", "cust-se"};
    return all;
}

struct NoReader final : host::Reader {
    std::vector<Row> rows(const std::string&, const std::vector<std::optional<std::string>>&) override { throw std::runtime_error("there is no database to read here"); }
};

// As kept by a newer version of the service: the same state in another shape. It reads the older one through the runtime's own lifting.
Definition in_a_newer_shape(Definition definition) {
    for (Aggregate& aggregate : definition.aggregates) {
        const int older = aggregate.shape++;
        aggregate.write = [write = aggregate.write](const void* state) { return std::string(lifted) + write(state) + "}"; };
        aggregate.read = [read = aggregate.read, older](std::string_view text, int shape) {
            if (shape <= older) return read(text, shape);
            if (!text.starts_with(lifted)) throw std::invalid_argument("not the newer shape");
            return read(text.substr(lifted.size(), text.size() - lifted.size() - 1), older);
        };
    }
    return definition;
}

}  // namespace

// ---- what every history shares ---------------------------------------------------------------------------------------------

Business::Business(const std::filesystem::path& file) {
    auto read = world::read_samples(file);
    if (!read) throw std::runtime_error(to_text(read.refusal()));
    samples = *std::move(read);

    boost::json::array keys;
    const auto key = [&](const char* role, const std::string& id) { keys.push_back({{"sha256", access::sha256_hex("key-of-" + id)}, {"role", role}, {"id", id}}); };
    for (const auto& customer : customers()) key("customer", customer);
    key("operator", "op-1");
    key("bank", "bank");
    for (const auto& driver : fleet::driver_ids()) key("driver", driver);
    keys_file = std::filesystem::temp_directory_path() / ("waybill-simulate-" + std::to_string(::getpid()) + ".json");
    std::ofstream(keys_file) << boost::json::serialize(keys);

    auto units = cli::units();
    settings::Table table;
    for (const auto& unit : units) table.insert(table.end(), unit.keys.begin(), unit.keys.end());
    auto loaded = settings::Settings::load(table, {{"--edge.keys-file", keys_file.string()}, {}, {}});
    if (!loaded) throw std::runtime_error(to_text(loaded.refusal()));
    settings = *std::move(loaded);
    for (auto& unit : units) {
        Service service{std::move(unit), {}, {}};
        service.definition = service.unit.definition(settings);
        for (const auto& known : contracts::flow().services)
            if (known.name == service.unit.name)
                for (const auto& consumed : known.consumes)
                    if (std::find(service.consumes.begin(), service.consumes.end(), consumed.topic) == service.consumes.end()) service.consumes.push_back(consumed.topic);
        services.push_back(std::move(service));
    }
}

Business::~Business() {
    std::error_code ignored;
    std::filesystem::remove(keys_file, ignored);
}

std::size_t Business::index(const std::string& name) const {
    for (std::size_t i = 0; i < services.size(); ++i)
        if (services[i].unit.name == name) return i;
    throw std::logic_error("no service " + name);
}

// ---- the beginning -----------------------------------------------------------------------------------------------------------

void History::Process::submit(std::string key, std::any command, std::function<void(Result<host::Reply>)> reply) {
    rests_until = 0ms;
    worker->submit(std::move(key), std::move(command), [reply = std::move(reply)](Result<CommandReply> result) {
        if (!result) reply(result.refusal());
        else reply(host::Reply{result->outcome, result->why, result->state});
    });
}
std::string History::Process::name() const { return service->name + "#" + std::to_string(number); }

History::History(const Business& business, Plan plan, Tell tell)
    : business_(business), plan_(std::move(plan)), tell_(std::move(tell)), random_(plan_.seed), clock_(*parse_instant("2026-10-05T06:00:00Z")), witness_([&] {
          std::vector<std::string> names;
          for (const auto& service : business.services) names.push_back(service.unit.name);
          return names;
      }()) {
    for (const auto& [name, chances] : plan_.faults) {
        Kind kind;
        if (boost::describe::enum_from_string(name.c_str(), kind)) rates_[static_cast<std::size_t>(kind)] = chances;
    }
    people_ = std::make_unique<People>(*this);

    const std::size_t upgraded = on(Kind::older_reader) ? random_.below(business.services.size()) : business.services.size();
    for (std::size_t index = 0; index < business.services.size(); ++index) {
        const auto& known = business.services[index];
        Service& service = services_.emplace_back();
        service.index = index;
        service.name = known.unit.name;
        service.consumes = known.consumes;
        service.definition = service.older = prepared(known.definition);
        // An edge answers from its state, so its shape is part of what its clients read.
        const bool newer = index == upgraded && service.name != "edge" && !service.definition.aggregates.empty();
        if (newer) service.definition = in_a_newer_shape(std::move(service.definition));
        service.leases.resize(static_cast<std::size_t>(plan_.lanes));
        service.database.on_commit = [this, &service](const Batch& batch, const LaneRecord& before) {
            if (!batch.states.empty() || !batch.outbox.empty() || !batch.rows.empty() || !batch.effects.empty() || !batch.answers.empty() || !batch.parked.empty()) ++activity_;
            witness_.committed(service.index, batch, before, service.database);
            if (service.name == "operations") people_->saw(batch);
            if (!telling()) return;
            for (const auto& row : batch.outbox)
                for (const auto& message : unpack(row, service.name, batch.lane)) this->tell(message.envelope.type + " of " + message.envelope.subject + " (" + message.envelope.id() + ")");
            for (const auto& parked : batch.parked) this->tell(service.name + " parks " + parked.name + " of " + parked.key + ": " + parked.why);
        };
        for (int number = 0; number < plan_.processes; ++number) {
            Process& process = service.processes.emplace_back();
            process.run = this;
            process.service = &service;
            process.number = number;
            process.older = newer && number == 0;
            if (process.older) ++counts_[static_cast<std::size_t>(Kind::older_reader)];
            process.clock = std::make_unique<simulation::Clock>(clock_);
            start(process);
        }
    }
}

History::~History() {
    faulty_ = false;
    for (auto& service : services_)
        for (auto& process : service.processes) process.worker.reset();
}

// The service as it is, with what the plan has for it: events that somebody spoils, handlers that throw, and the witness.
Definition History::prepared(const Definition& original) {
    Definition definition = original;
    const std::string service = definition.name;
    const bool spoils = on(Kind::poison_content) || on(Kind::poison_version) || on(Kind::poison_type), throws = on(Kind::handler_throws);
    if (spoils || throws) {
        const auto wrap = [&](Handler& handler, const std::string& what) {
            handler.decide = [this, what, spoils, throws, decide = handler.decide](const void* state, const Arrival& arrival, Instant now) {
                if (throws && arrival.envelope && !arrival.command && arrival.envelope->subject.starts_with("wb-") && marked(Kind::handler_throws, what, arrival.envelope->subject)) {
                    ++counts_[static_cast<std::size_t>(Kind::handler_throws)];
                    throw std::runtime_error("a mistake in the handler");
                }
                ErasedDecision decision = decide(state, arrival, now);
                if (!spoils) return decision;
                for (Emission& emission : decision.events) {
                    if (!emission.subject.starts_with("wb-")) continue;
                    static std::set<std::string> names;  // of types that are none: an emission only points at its name
                    const std::string type(emission.type), message = type.substr(type.rfind('.') + 1), package = type.substr(0, type.find('.'));
                    for (const Kind kind : {Kind::poison_content, Kind::poison_version, Kind::poison_type}) {
                        if (!marked(kind, type, emission.subject)) continue;
                        if (kind == Kind::poison_content) emission.payload = "\xff\xff\xff\xff";
                        if (kind == Kind::poison_version) emission.type = *names.insert(package + ".v9." + message).first;
                        if (kind == Kind::poison_type) emission.type = *names.insert(package + ".v1.Unheard").first;
                        ++counts_[static_cast<std::size_t>(kind)];
                        spoilt_.insert(emission.subject);
                    }
                }
                return decision;
            };
        };
        for (auto* handlers : {&definition.events, &definition.timers, &definition.answers})
            for (auto& [name, handler] : *handlers) wrap(handler, service + "/" + name);
        for (auto& [type, handler] : definition.commands) wrap(handler, service);
    }
    if (plan_.witnessed) {
        const auto own = definition.every_event;
        definition.every_event = Handler{0, Needs::nothing, [this, own](const void* state, const Arrival& arrival, Instant now) {
            ErasedDecision decision = own ? own->decide(state, arrival, now) : ErasedDecision{};
            decision.rows.push_back(witness_.audit(*arrival.envelope));
            return decision;
        }};
    }
    return definition;
}

void History::start(Process& process) {
    Service& service = *process.service;
    process.worker.reset();
    process.router.reset();
    const Definition& definition = process.older ? service.older : service.definition;
    process.store = std::make_unique<simulation::Store>(service.database, simulation::StoreHooks{
        .before = [this, &process](const char* call, int lane) { return before_call(process, call, lane); },
        .after = [this, &process](const char* call, int) { after_call(process, call); },
        .refuses = [this, &service](const Batch& batch) {
            if (!on(Kind::content_refused) || service.name == "edge") return false;
            for (const auto& state : batch.states)
                if (state.key.starts_with("wb-") && marked(Kind::content_refused, service.name, state.key)) return ++counts_[static_cast<std::size_t>(Kind::content_refused)], true;
            return false;
        }});
    process.bus = std::make_unique<simulation::Bus>(broker_, simulation::Bus::Hooks{
        .publish = [this, &process](const Message& message) { return fate_of(process, message); },
        .ask = [this](const Ask&) { activity_ += broken_lane_ < 0; return hit(Kind::ask_lost) ? 0 : hit(Kind::ask_twice) ? 2 : 1; },
        .reread = [this](const simulation::Broker::Where&) -> std::int64_t { return hit(Kind::read_again) ? 1 + static_cast<std::int64_t>(random_.below(20)) : 0; }});
    process.outbound = std::make_unique<simulation::Outbound>(definition, *process.clock, [this, &service](const Effect& effect, const Attempt& attempt) { return called(service, effect, attempt); });
    process.figures = std::make_unique<Figures>();
    Log log = [](Level, const std::string&, int) {};
    if (telling()) log = [this, &process](Level, const std::string& what, int lane) { tell("  " + process.name() + (lane < 0 ? "" : " lane " + std::to_string(lane)) + ": " + what); };
    process.worker = std::make_unique<Worker>(definition, service.consumes, plan_.lanes, Worker::Seams{*process.store, *process.bus, *process.outbound, *process.clock}, *process.figures, Limits{}, log);
    if (const auto& unit = business_.services[service.index].unit; unit.routes && service.name == "edge") {
        static NoReader reader;
        process.router = std::make_unique<http::Router>();
        process.inside = std::make_unique<host::Inside>(host::Inside{process, reader, business_.settings, [&process] { return process.clock->now(); }});
        unit.routes(*process.router, *process.inside);
    }
    process.renewed_at = -10000ms;
    process.rests_until = 0ms;
}

// ---- faults ------------------------------------------------------------------------------------------------------------------

void History::tell(const std::string& line) {
    if (tell_) tell_(to_text(clock_.now()).substr(5, 18) + "  " + line);
}

bool History::hit(Kind kind) {
    const auto index = static_cast<std::size_t>(kind);
    if (!faulty_ || rates_[index] == 0 || !random_.chance(static_cast<std::uint64_t>(rates_[index]), 100000)) return false;
    ++counts_[index];
    return true;
}

bool History::marked(Kind kind, std::string_view what, std::string_view key) const {
    const auto chances = static_cast<std::uint64_t>(rates_[static_cast<std::size_t>(kind)]);
    return chances > 0 && world::draw(plan_.seed, {name(kind), what, key}) % 100000 < chances;
}

void History::kill(Process& process, const char* how) {
    tell("! " + process.name() + " is killed " + how);
    process.worker.reset();
    process.router.reset();
    process.up_at = now() + milliseconds(random_.below(4000));
}

void History::let_others_go(milliseconds time) {
    clock_.pass(time / 2);
    if (!nested_) {
        nested_ = true;
        for (int turns = 0; turns < 6; ++turns) {
            auto& service = services_[random_.below(services_.size())];
            Process& other = service.processes[random_.below(service.processes.size())];
            if (!other.busy && other.worker && now() >= other.stopped_until) renew(other), step(other);
        }
        nested_ = false;
    }
    clock_.pass(time / 2);
}

// The process sleeps inside its commit until its lease is over and another one has the lane and used it.
void History::take_over(Process& process, int lane) {
    if (nested_) return;
    nested_ = true;
    tell("! " + process.name() + " sleeps within its commit of lane " + std::to_string(lane));
    clock_.pass(lease + 200ms);
    for (auto& other : process.service->processes) {
        if (&other == &process || other.busy || !other.worker) continue;
        process.service->leases[static_cast<std::size_t>(lane)] = {other.number, now() + lease};
        renew(other);
        for (int turns = 0; turns < 3 && other.worker; ++turns) step(other);
        break;
    }
    nested_ = false;
}

Fault History::before_call(Process& process, const char* call, int lane) {
    if (lane == broken_lane_ && process.service->name == broken_service_) return Fault::away;
    if (!faulty_) return Fault::none;
    const std::string_view what = call;
    if (hit(Kind::killed_before_call)) throw Killed{};
    if (hit(Kind::store_slow)) let_others_go(milliseconds(20 + random_.below(800)));
    if (hit(Kind::store_away)) return Fault::away;
    const bool hangs = hit(Kind::store_hangs);
    if (hangs) let_others_go(5000ms);
    if (what != "commit") return hangs ? Fault::away : Fault::none;
    if (hangs) return random_.chance(1, 2) ? Fault::late_reply : Fault::late_rollback;
    if (hit(Kind::taken_over_at_commit)) take_over(process, lane);
    if (hit(Kind::reply_lost)) return Fault::lost_reply;
    if (hit(Kind::request_lost)) return Fault::lost_request;
    if (hit(Kind::reply_late)) return Fault::late_reply;
    if (hit(Kind::rollback_late)) return Fault::late_rollback;
    return Fault::none;
}

void History::after_call(Process&, const char*) {
    if (hit(Kind::killed_after_call)) throw Killed{};
}

Fate History::fate_of(Process& process, const Message& message) {
    witness_.published(process.service->index, message);
    if (message.kind == Message::Kind::head_note) return hit(Kind::note_lost) ? Fate::lost : Fate::delivered;
    ++activity_;
    if (hit(Kind::killed_before_call)) throw Killed{};
    if (hit(Kind::queue_full)) return Fate::refused;
    if (hit(Kind::publish_lost)) return Fate::lost;
    if (hit(Kind::publish_twice)) return Fate::twice;
    if (hit(Kind::publish_late)) return Fate::late;
    return Fate::delivered;
}

// A third party that knows its keys: it does a thing once, and answers a repeat with what it did.
simulation::Outbound::Tried History::called(Service& service, const Effect& effect, const Attempt& attempt) {
    simulation::Outbound::Tried tried;
    tried.takes = milliseconds(5 + random_.below(60));
    ++activity_;
    if (hit(Kind::call_slow)) tried.takes += milliseconds(random_.below(9000));
    if (hit(Kind::call_lost)) return tried;
    witness_.called(service.name, effect);
    auto done = executed_.find(effect.id);
    if (done == executed_.end()) {
        if (hit(Kind::call_error)) {
            tried.result = CallFailed{"the third party is in trouble"};
            return tried;
        }
        CallResult<std::string> result = CallFailed{"it will not be done", false};
        if (!hit(Kind::call_refused)) {
            if (effect.call == "deliver") {
                const auto notice = boost::json::parse(effect.request).as_object();
                if (notice.at("receiver").as_string() == "driver") people_->heard(std::string(notice.at("body").as_string()), std::string(notice.at("receiver_id").as_string()));
                result = std::string("{\"delivered\":true}");
            } else {
                const bool pure = effect.call != "collect";
                const std::string question = effect.call + effect.request;
                const auto known = pure ? business_.known.find(question) : business_.known.end();
                if (known != business_.known.end()) {
                    result = known->second;
                } else {
                    result = business_.services[service.index].definition.calls.at(effect.call).perform(effect.request, attempt);
                    if (pure && result.index() == 0 && business_.known.size() < 100000) business_.known[question] = std::get<0>(result);
                }
            }
        }
        done = executed_.emplace(effect.id, std::move(result)).first;
        if (telling()) tell(service.name + " calls " + effect.call + " for " + effect.key);
    }
    if (hit(Kind::call_done_but_silent)) return tried;
    tried.result = done->second;
    tried.told = hit(Kind::answer_twice) ? 2 : 1;
    return tried;
}

void History::restore(Service& service) {
    if (service.backups.empty()) return;
    tell("! " + service.name + "'s database is restored to an older copy");
    for (auto& process : service.processes) {
        if (process.worker) kill(process, "for the restore");
        process.clock->skew(-process.clock->skewed());
    }
    clock_.pass(2min);
    service.database = service.backups.front().database;
    service.database.system = "memory/" + std::to_string(++restores_ + 1);
    witness_.restored(service.index, service.backups.front().read, service.database);
    service.backups.clear();
    service.restored = true;
}

void History::faults_of_round() {
    if (!faulty_) return;
    const auto any_log = [&]() -> const simulation::Broker::Where* {
        if (broker_.logs.empty()) return nullptr;
        auto log = broker_.logs.begin();
        std::advance(log, random_.below(broker_.logs.size()));
        return log->second.messages.empty() ? nullptr : &log->first;
    };
    if (on(Kind::restored)) {
        auto& service = services_[random_.below(services_.size())];
        // A copy older than a lane's first batch holds nothing of that lane: what it acknowledged is not kept, and nothing is promised.
        bool whole = service.database.lanes.size() == static_cast<std::size_t>(plan_.lanes);
        for (const auto& [lane, record] : service.database.lanes) whole &= !record.ledger.system.empty();
        if (whole && service.backups.empty() && random_.chance(1, 10)) {
            auto copy = service.database;
            for (int lane = 0; lane < plan_.lanes; ++lane) copy.undecided.erase(lane);
            service.backups.push_back({std::move(copy), witness_.read_of(service.index)});
        }
        if (!service.backups.empty() && hit(Kind::restored)) restore(service);
    }
    if (broker_.away ? random_.chance(1, 8) : hit(Kind::kafka_away)) {
        broker_.away = !broker_.away;
        tell(broker_.away ? "! Kafka is away" : "! Kafka is back");
    }
    if (hit(Kind::kafka_wiped)) broker_.wipe(), tell("! Kafka is wiped");
    if (hit(Kind::topic_deleted))
        if (const auto* log = any_log()) tell("! topic " + log->first + " is deleted"), broker_.delete_topic(std::string(log->first));
    if (hit(Kind::tail_lost))
        if (const auto* log = any_log()) tell("! Kafka loses the tail of " + log->first + "/" + std::to_string(log->second)), broker_.lose_tail(*log, 1 + random_.below(12));
    if (hit(Kind::head_lost))
        if (const auto* log = any_log()) tell("! Kafka loses the head of " + log->first + "/" + std::to_string(log->second)), broker_.lose_head(*log, 1 + random_.below(30));
    if (!broker_.late.empty() && random_.chance(1, 12)) broker_.deliver_late();
    for (auto& service : services_) {
        if (hit(Kind::lease_lost)) service.leases[random_.below(service.leases.size())].owner = -1;
        for (auto& process : service.processes) {
            if (!process.worker) continue;
            if (hit(Kind::killed_between_steps)) { kill(process, "between two steps"); continue; }
            if (hit(Kind::stopped_and_woken)) {
                process.stopped_until = now() + milliseconds(500 + random_.below(9000));
                tell("! " + process.name() + " is stopped");
            }
            if (hit(Kind::clock_jumps)) {
                process.clock->skew(milliseconds(static_cast<std::int64_t>(random_.below(7'200'000)) - 3'600'000));
                tell("! the clock of " + process.name() + " jumps");
            }
            if (hit(Kind::lease_given_twice)) {
                std::set<int> all;
                for (int lane = 0; lane < plan_.lanes; ++lane) all.insert(lane);
                process.worker->grant(all, now() + lease);
            }
        }
    }
}

// ---- time ----------------------------------------------------------------------------------------------------------------------

void History::renew(Process& process) {
    if (now() < process.renewed_at + 900ms) return;
    process.renewed_at = now();
    auto& leases = process.service->leases;
    int alive = 0, own = 0;
    for (const auto& other : process.service->processes) alive += &other == &process || (other.worker && other.renewed_at + lease > now());
    const int fair = (static_cast<int>(leases.size()) + alive - 1) / alive;
    for (auto& each : leases) own += each.owner == process.number;
    bool gave = false;
    std::set<int> lanes;
    for (int lane = 0; lane < static_cast<int>(leases.size()); ++lane) {
        Lease& each = leases[static_cast<std::size_t>(lane)];
        if (each.owner == process.number && own > fair && !gave) {
            each.owner = -1;
            gave = true;
            continue;
        }
        if (each.owner != process.number && (each.owner < 0 || each.until < now()) && own < fair) each.owner = process.number, ++own;
        if (each.owner != process.number) continue;
        each.until = now() + lease;
        lanes.insert(lane);
    }
    process.worker->grant(lanes, now() + lease);
    process.rests_until = 0ms;
}

// As the thread of a host: it sleeps until its rest is over, or something comes in.
bool History::has_something_to_do(const Process& process) {
    if (now() >= process.rests_until || process.bus->news()) return true;
    const auto next = process.outbound->next();
    return next && *next <= now();
}

void History::step(Process& process) {
    if (!has_something_to_do(process)) return;
    process.busy = true;
    try {
        const bool more = process.worker->step();
        process.rests_until = more ? 0ms : now() + process.worker->rest();
        process.busy = false;
    } catch (const Killed&) {
        process.busy = false;
        kill(process, "within a call");
    }
}

bool History::round() {
    ++rounds_;
    const auto before = activity_;
    faults_of_round();
    std::vector<Process*> order;
    for (auto& service : services_)
        for (auto& process : service.processes) order.push_back(&process);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_.below(i)]);
    for (Process* process : order) {
        if (faulty_ && random_.chance(1, 4)) continue;
        if (!process->worker) {
            if (now() < process->up_at) continue;
            start(*process);
        }
        const bool was_stopped = process->stopped_until >= 0ms;
        if (now() < process->stopped_until) continue;
        process->stopped_until = -1ms;
        if (!was_stopped) renew(*process);  // who was stopped goes on in the middle of what it did, and hears of its lease later
        step(*process);
    }
    people_->act();
    return activity_ != before;
}

void History::advance(bool active) {
    clock_.pass(milliseconds(1 + random_.below(15)));
    if (active) {
        idle_ = 0;
        return;
    }
    static constexpr milliseconds waits[] = {40ms, 120ms, 500ms, 1s, 2s, 6s};
    if (idle_ < 6) clock_.pass(waits[idle_]);
    ++idle_;
}

// How long a wait still lasts. A lane whose time is ahead of the clock ends it by its own time.
milliseconds History::left_of(const Service& service, const std::pair<int, Instant>& timer) {
    const auto lane = service.database.lanes.find(timer.first);
    const Instant reached = lane == service.database.lanes.end() ? Instant{} : lane->second.ledger.time;
    return std::max(0ms, std::chrono::duration_cast<milliseconds>(timer.second - std::max(clock_.now(), std::min(reached, timer.second))));
}

bool History::leap() {
    std::optional<milliseconds> soonest = people_->next();
    const auto at = [&](milliseconds when) { if (!soonest || when < *soonest) soonest = when; };
    for (auto& service : services_) {
        for (auto& process : service.processes) {
            if (process.worker)
                if (const auto next = process.outbound->next()) at(*next);
            if (!process.worker) at(process.up_at);
            if (process.stopped_until > now()) at(process.stopped_until);
        }
        for (const auto& [id, timer] : service.database.timers) at(now() + left_of(service, timer));
    }
    if (!soonest) return false;
    idle_ = 0;
    if (*soonest > now()) {
        clock_.pass(*soonest - now());
        for (auto& service : services_)  // everybody went on renewing meanwhile
            for (auto& each : service.leases)
                if (each.owner >= 0) each.until = now() + lease;
        for (auto& service : services_)
            for (auto& process : service.processes) process.renewed_at = -10000ms;
    }
    return true;
}

void History::heal() {
    faulty_ = false;
    tell("--- nothing goes wrong any more ---");
    broker_.away = false;
    broker_.deliver_late();
    people_->nothing_wrong_any_more();
    for (auto& service : services_)
        for (auto& process : service.processes) {
            process.clock->skew(-process.clock->skewed());
            process.stopped_until = -1ms;
            process.up_at = 0ms;
            if (!process.worker || process.older) {
                process.older = false;
                start(process);
            }
        }
    while (people_->offers_left() > 0) people_->send_next_offer();
}

// One lane's part of the database is broken: every other lane of the service must go on.
void History::break_a_lane() {
    std::vector<Service*> candidates;
    for (auto& service : services_)
        if (!service.consumes.empty()) candidates.push_back(&service);
    Service& service = frozen_ ? services_[business_.index("intake")] : *candidates[random_.below(candidates.size())];
    idle_ = 0;
    broken_service_ = service.name;
    broken_lane_ = static_cast<int>(random_.below(static_cast<std::uint64_t>(plan_.lanes)));
    ++counts_[static_cast<std::size_t>(Kind::lane_broken)];
    tell("! lane " + std::to_string(broken_lane_) + " of " + service.name + " is broken");
    for (int more = 0; more < 4; ++more) people_->send_next_offer();
    if (frozen_)
        for (auto& process : service.processes) process.stopped_until = now() + std::chrono::hours(1);
    const auto behind = [&] {
        std::vector<int> lanes;
        for (int lane = 0; lane < plan_.lanes; ++lane)
            if (lane != broken_lane_ && !caught_up(service, lane)) lanes.push_back(lane);
        return lanes;
    };
    for (int rounds = 0, waits = 0; rounds < 3000 && waits < 60; ++rounds) {
        advance(round());
        if (idle_ < 6) continue;
        if (behind().empty()) break;
        clock_.pass(2s);
        ++waits;
    }
    for (const int lane : behind())
        witness_.broken(Invariant::healthy_lanes_move, "lane " + std::to_string(lane) + " of " + service.name + " did not go on while lane " + std::to_string(broken_lane_) + " was broken");
    broken_lane_ = -1;
    broken_service_.clear();
}

bool History::caught_up(const Service& service, int lane) const {
    const auto record = service.database.lanes.find(lane);
    for (const auto& topic : service.consumes)
        for (int source = 0; source < plan_.lanes; ++source) {
            // What Kafka lost of the broken lane's own events only its outbox holds, and that cannot be read.
            if (source == broken_lane_ && topic == broken_service_ + ".events") continue;
            for (const auto incarnation : witness_.incarnations(topic, lane, source)) {
                const auto announced = witness_.announced(topic, lane, source, incarnation);
                if (announced == 0) continue;
                if (record == service.database.lanes.end()) return false;
                const auto& seen = record->second.ledger.seen;
                const auto found = seen.find(topic + "/" + std::to_string(source) + "/" + std::to_string(incarnation));
                if (found == seen.end() || found->second < announced - 1) return false;
            }
        }
    return true;
}

std::set<std::string> History::waiting_for_a_person() const {
    std::set<std::string> keys = spoilt_;
    for (const auto& service : services_)
        for (const auto& [where, parked] : service.database.parked)
            if (parked.outcome == runtime::Outcome::never || witness_.any_restored()) keys.insert(parked.key);
    return keys;
}

bool History::finished() {
    if (people_->offers_left() > 0) return false;
    if (!witness_.any_restored()) {
        if (!people_->idle()) return false;
        const auto excused = waiting_for_a_person();
        const auto& offers = database("intake").states;
        const auto& shipments = database("fulfilment").states;
        for (const auto& id : people_->offers) {
            if (excused.contains(id)) continue;
            const auto offer = offers.find({0, id});
            if (offer == offers.end()) return false;
            if (offer->second.row.stage != "accepted" && offer->second.row.stage != "refused" && offer->second.row.stage != "withdrawn") return false;
            if (offer->second.row.stage != "accepted") continue;
            const auto shipment = shipments.find({0, id});
            if (shipment == shipments.end()) return false;
            if (const auto& stage = shipment->second.row.stage; stage != "closed" && stage != "needs_person" && stage != "cancelled") return false;
        }
    }
    for (const auto& service : services_) {
        if (!service.database.open_effects.empty() || !service.database.undecided.empty()) return false;
        for (int lane = 0; lane < plan_.lanes; ++lane)
            if (!caught_up(service, lane)) return false;
    }
    return true;
}

void History::play() {
    tell("--- seed " + std::to_string(plan_.seed) + " ---");
    for (int n = 0; n < plan_.rounds; ++n) {
        // All of them within about the first third of the rounds.
        const std::uint64_t offers = static_cast<std::uint64_t>(plan_.offers) * 3, rounds = static_cast<std::uint64_t>(std::max(1, plan_.rounds));
        for (auto many = offers / rounds; many > 0 && people_->offers_left() > 0; --many) people_->send_next_offer();
        if (people_->offers_left() > 0 && random_.chance(offers % rounds, rounds)) people_->send_next_offer();
        const bool active = round();
        advance(active);
        if (idle_ >= 6) leap();
    }
    heal();
    if (on(Kind::lane_broken) && plan_.lanes > 1) break_a_lane();
    const int bound = 6000 + 400 * plan_.offers;
    rested_ = false;
    int stale = 0;
    for (int n = 0; n < bound && !rested_; ++n) {
        advance(round());
        if (idle_ < 6) continue;
        if (finished()) rested_ = true;
        else if (leap()) continue;
        else if (++stale > 150) break;
        else clock_.pass(2s);  // nobody waits for anything: the notes that sources publish while idle are all that can come
    }
}

Outcome History::go() {
    play();
    look();
    return outcome();
}

// ---- the last look ---------------------------------------------------------------------------------------------------------------

namespace {

// The state as JSON, whatever shape it rests in.
boost::json::object body_of(const simulation::Database::State& state) {
    std::string_view text = state.row.body;
    if (text.starts_with(lifted)) text = text.substr(lifted.size(), text.size() - lifted.size() - 1);
    return boost::json::parse(boost::json::string_view(text.data(), text.size())).as_object();
}
std::string text_in(const boost::json::object& object, std::string_view member) {
    const auto* value = object.if_contains(member);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace

void History::look() {
    const auto excused = waiting_for_a_person();
    if (!rested_) {
        std::string left;
        for (const auto& service : services_) {
            if (!service.database.open_effects.empty()) left += " " + service.name + " has " + std::to_string(service.database.open_effects.size()) + " calls without an answer;";
            if (!service.database.undecided.empty()) left += " " + service.name + " has a commit that nobody decided;";
            for (int lane = 0; lane < plan_.lanes; ++lane)
                if (!caught_up(service, lane)) left += " " + service.name + " lane " + std::to_string(lane) + " has not read everything;";
        }
        if (!people_->idle()) left += " people still wait;";
        witness_.broken(Invariant::comes_to_rest, "after " + std::to_string(rounds_) + " rounds:" + (left.empty() ? " an offer or shipment has no end" : left));
    }
    look_at_applied(excused);
    look_at_parked();
    if (!witness_.any_restored()) {
        look_at_offers(excused);
        look_at_books(excused);
        look_at_fleet(excused);
    } else {
        look_at_books(excused);
    }
    look_at_bounds();
}

void History::look_at_offers(const std::set<std::string>& excused) {
    const auto& edge = database("edge").states;
    for (const auto& [key, asked] : people_->told) {
        if (asked.status != 202) continue;
        const auto& drivers = asked.holder;
        const std::string role = drivers.starts_with("cust-") ? "customer" : drivers == "op-1" ? "operator" : drivers == "bank" ? "bank" : "driver";
        const auto kept = edge.find({0, access::derived_id("rq-", {role + "/" + asked.holder, "POST " + asked.path, key}, 20)});
        if (kept == edge.end()) witness_.broken(Invariant::answer_true, "POST " + asked.path + " under " + key + " was answered 202, and edge knows nothing of it");
        else if (text_in(body_of(kept->second), "answer") != asked.answer) witness_.broken(Invariant::answer_true, "edge keeps another answer for " + key + " than it gave");
    }
    const auto& offers = database("intake").states;
    const auto& shipments = database("fulfilment").states;
    for (const auto& id : people_->offers) {
        if (excused.contains(id)) continue;
        const auto offer = offers.find({0, id});
        if (offer == offers.end()) { witness_.broken(Invariant::answer_true, "offer " + id + " was answered 202, and intake does not know it"); continue; }
        const std::string& stage = offer->second.row.stage;
        const auto shipment = shipments.find({0, id});
        if (stage == "accepted" && shipment == shipments.end()) witness_.broken(Invariant::one_final_state, "offer " + id + " is accepted, and has no shipment");
        else if (stage == "accepted" && shipment->second.row.stage != "closed" && shipment->second.row.stage != "needs_person" && shipment->second.row.stage != "cancelled")
            witness_.broken(Invariant::one_final_state, "shipment " + id + " ended as " + shipment->second.row.stage);
        else if (stage != "accepted" && shipment != shipments.end()) witness_.broken(Invariant::one_final_state, "offer " + id + " is " + stage + ", and has a shipment");
        else if (stage != "accepted" && stage != "refused" && stage != "withdrawn") witness_.broken(Invariant::one_final_state, "offer " + id + " ended as " + stage);
    }
}

void History::look_at_books(const std::set<std::string>& excused) {
    simulation::Database& billing = database("billing");
    std::map<std::string, std::map<std::string, std::int64_t>> entries;
    std::map<std::string, std::int64_t> whole;
    for (auto& [id, posting] : billing.rows["posting"]) {
        const auto& row = posting.values();
        const auto amount = row.at("amount_minor").to_number<std::int64_t>();
        entries[text_in(row, "entry_id")][text_in(row, "currency")] += amount;
        whole[text_in(row, "currency")] += amount;
    }
    for (const auto& [entry, sums] : entries)
        for (const auto& [currency, sum] : sums)
            if (sum != 0) witness_.broken(Invariant::ledger_zero, "entry " + entry + " sums to " + std::to_string(sum) + " " + currency);
    for (const auto& [currency, sum] : whole)
        if (sum != 0) witness_.broken(Invariant::ledger_zero, "the ledger sums to " + std::to_string(sum) + " " + currency);
    if (witness_.any_restored()) return;

    std::map<std::string, std::vector<std::string>> issued;  // by shipment
    std::map<std::string, std::set<std::int64_t>> numbers;   // by series
    for (const auto& [stream, rows] : billing.outbox)
        for (const auto& row : rows)
            for (const auto& message : unpack(row, "billing", std::get<0>(stream)))
                if (message.envelope.type == "billing.v1.InvoiceIssued") issued[message.envelope.subject].push_back(message.envelope.id());
    for (const auto& [shipment, events] : issued)
        if (events.size() > 1) witness_.broken(Invariant::one_invoice, "shipment " + shipment + " has " + std::to_string(events.size()) + " invoices: " + events[0] + ", " + events[1]);
    for (const auto& [id, state] : database("fulfilment").states)
        if (state.row.stage == "closed" && !issued.contains(id.second) && !excused.contains(id.second)) witness_.broken(Invariant::one_invoice, "shipment " + id.second + " is closed and has no invoice");
    std::map<std::string, std::int64_t> last;
    for (const auto& [id, state] : billing.states) {
        const auto body = body_of(state);
        if (id.first == 1) last[id.second] = body.at("last").to_number<std::int64_t>();
        if (id.first != 0) continue;
        if (const auto text = text_in(body, "number"); !text.empty()) {
            const auto cut = text.rfind('-');
            if (!numbers[text.substr(0, cut)].insert(std::stoll(text.substr(cut + 1))).second) witness_.broken(Invariant::invoice_numbers, text + " was given twice");
        }
    }
    for (const auto& [series, highest] : last) {
        const auto& given = numbers[series];
        if (excused.empty() && (static_cast<std::int64_t>(given.size()) != highest || (!given.empty() && (*given.begin() != 1 || *given.rbegin() != highest))))
            witness_.broken(Invariant::invoice_numbers, series + " gave " + std::to_string(highest) + " numbers, and " + std::to_string(given.size()) + " are on invoices");
    }
}

void History::look_at_fleet(const std::set<std::string>&) {
    std::map<std::string, std::string> vehicle_of;  // by shipment
    for (const auto& [id, state] : database("fleet").states) {
        if (id.first != 1) continue;
        const auto depot = body_of(state);
        for (const auto& calendar : depot.at("calendars").as_object()) {
            std::vector<std::tuple<Instant, Instant, std::string>> journeys;
            for (const auto& each : calendar.value().as_object().at("bookings").as_array()) {
                const auto& booking = each.as_object();
                journeys.emplace_back(*parse_instant(text_in(booking, "loading")), *parse_instant(text_in(booking, "until")), text_in(booking, "shipment"));
                const std::string hold = text_in(booking, "hold");
                if (hold != "confirmed") continue;
                const auto [known, first] = vehicle_of.try_emplace(text_in(booking, "shipment"), calendar.key());
                if (!first) witness_.broken(Invariant::vehicle_in_one_place, "shipment " + known->first + " is confirmed on " + known->second + " and on " + std::string(calendar.key()));
            }
            std::sort(journeys.begin(), journeys.end());
            for (std::size_t i = 1; i < journeys.size(); ++i)
                if (std::get<0>(journeys[i]) < std::get<1>(journeys[i - 1]))
                    witness_.broken(Invariant::vehicle_in_one_place, std::string(calendar.key()) + " is booked for " + std::get<2>(journeys[i - 1]) + " and " + std::get<2>(journeys[i]) + " at once");
        }
    }
}

void History::look_at_applied(const std::set<std::string>& excused) {
    if (!rested_) return;  // what is missing was said already
    for (auto& service : services_) {
        for (const auto& each : service.consumes)
            if (plan_.witnessed) witness_.nothing_missing(service.index, each, service.database, excused);
    }
}

void History::look_at_parked() {
    const bool expected = !spoilt_.empty() || on(Kind::handler_throws) || on(Kind::content_refused) || witness_.any_restored();
    for (const auto& service : services_) {
        std::map<std::tuple<std::size_t, std::string, std::string>, std::int64_t> last;
        for (const auto& [where, parked] : service.database.parked) {
            if (!expected) witness_.broken(Invariant::comes_to_rest, service.name + " still keeps " + parked.name + " of " + parked.key + " waiting: " + parked.why);
            if (parked.kind != "event") continue;
            const auto [before, first] = last.try_emplace({parked.aggregate, parked.key, parked.source + "/" + std::to_string(parked.envelope.incarnation)}, -1);
            if (before->second >= parked.envelope.seq) witness_.broken(Invariant::parked_in_order, service.name + " keeps " + parked.envelope.id() + " of " + parked.key + " behind " + std::to_string(before->second));
            before->second = parked.envelope.seq;
        }
    }
}

// At rest nothing is asked, told or held any more. A reservation that nobody used may end of itself just then: that comes first.
void History::look_at_bounds() {
    if (!rested_) return;
    const auto a_wait_ends_soon = [&] {
        for (const auto& service : services_)
            for (const auto& [id, timer] : service.database.timers)
                if (left_of(service, timer) < 30s) return true;
        return false;
    };
    for (int n = 0; n < 2000 && (a_wait_ends_soon() || idle_ < 6); ++n) {
        advance(round());
        if (idle_ >= 6) leap();
    }
    const auto asks = broker_.asks.size();
    const auto before = activity_;
    for (int n = 0; n < 12; ++n) round(), clock_.pass(1s);
    if (witness_.any_restored() || !waiting_for_a_person().empty()) return;  // whoever waits for what is parked goes on asking
    if (broker_.asks.size() != asks) witness_.broken(Invariant::bounded, std::to_string(broker_.asks.size() - asks) + " asks at rest");
    else if (activity_ != before) witness_.broken(Invariant::bounded, std::to_string(activity_ - before) + " things happened at rest");
    for (const auto& service : services_)
        for (const auto& process : service.processes) {
            if (process.outbound->held() > 0) witness_.broken(Invariant::bounded, process.name() + " still holds " + std::to_string(process.outbound->held()) + " calls");
            if (process.bus->unacknowledged() > 0) witness_.broken(Invariant::bounded, process.name() + " still has " + std::to_string(process.bus->unacknowledged()) + " unacknowledged events");
        }
}

Outcome History::outcome() const {
    Outcome made;
    made.seed = plan_.seed;
    made.offers = static_cast<int>(people_->offers.size());
    made.rounds = rounds_;
    made.events = witness_.events();
    made.trace_hash = witness_.hash();
    made.violations = witness_.violations();
    for (const auto& service : services_) {
        made.commits += service.database.commits;
        if (service.name == "fulfilment")
            for (const auto& [id, state] : service.database.states) {
                ++made.shipments;
                made.closed += state.row.stage == "closed";
                made.stopped += state.row.stage == "needs_person";
            }
        if (service.name == "intake")
            for (const auto& [id, state] : service.database.states) made.refused += state.row.stage == "refused" || state.row.stage == "withdrawn";
        if (service.name == "billing")
            for (const auto& [id, state] : service.database.states) made.invoices += id.first == 0;
    }
    for (int kind = 0; kind < kinds; ++kind)
        if (const auto count = counts_[static_cast<std::size_t>(kind)]) made.faults[std::string(simulate::name(static_cast<Kind>(kind)))] = count, made.in_all += count;
    return made;
}

}  // namespace waybill::simulate
