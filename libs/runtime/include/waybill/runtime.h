// How a service is written: handlers that decide, and one page that wires them.
//
// A handler is a function of values: (event, now), (state, event, now) or (state or null, event, now) to a Decision.
// It sees no database, broker, clock, random number, log or network; `now` is its batch's time and never goes back for a
// lane. What it returns has not happened yet: the runtime makes state, events, timers, calls and rows true in one
// transaction, or none of them. So a handler may run again after a failed commit, and must depend on its arguments alone.
// Handlers run on the worker's thread of their service; a handler that throws parks its key, with the exception's words.
#pragma once

#include <waybill/core.h>
#include <waybill/json.h>
#include <waybill/runtime/contract.h>

#include <algorithm>
#include <any>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <variant>
#include <vector>

namespace waybill::runtime {

using namespace std::chrono_literals;

// ---- what came in ------------------------------------------------------------------------------------------------------

// Everything about an event but its content. (source, lane, incarnation, seq) is its number, dense per topic and partition.
struct Envelope {
    std::string type;       // "intake.v1.OfferNormalised"
    std::string source;     // the service that announced it
    std::string topic;
    int partition = 0;
    int lane = 0;           // of the source
    std::int64_t incarnation = 0;
    std::int64_t seq = 0;
    std::string subject;    // the key
    std::string cause;      // id of the event, timer, answer or request that led to it
    std::string trace;      // W3C traceparent
    Instant time{};         // when it was decided

    std::string id() const;  // "<topic>/<partition>/<lane>/<incarnation>/<seq>": unique for ever
    bool operator==(const Envelope&) const = default;
};
BOOST_DESCRIBE_STRUCT(Envelope, (), (type, source, topic, partition, lane, incarnation, seq, subject, cause, trace, time))

// The answer to a call that an earlier decision asked for, or the reason why there is none after every retry.
template <class Call>
struct Answered {
    Call request;
    std::optional<typename Call::Answer> answer;
    std::string failure;  // empty exactly when there is an answer
    int attempts = 0;
};

// ---- what shall happen -------------------------------------------------------------------------------------------------

// A wait with an end. The timer of an aggregate is known by its name: setting it again moves it; no `due` cancels it.
struct Timer {
    std::string name;
    std::optional<Instant> due;
    bool operator==(const Timer&) const = default;
};

// One row that a projection keeps: inserted, or, where the key columns are already there, its other columns replaced.
// The members of a described struct are the columns, and Postgres casts them to the table's types.
struct Row {
    std::string table;
    std::vector<std::string> key;
    std::vector<std::string> columns;
    std::string values;  // JSON object
    std::string id;      // the values of the key columns, each as JSON and a comma: one row of the table
    bool operator==(const Row&) const = default;
};

template <class Columns>
Row row(std::string table, std::vector<std::string> key, const Columns& columns) {
    Row made{std::move(table), std::move(key), {}, json::to_json(columns), {}};
    boost::mp11::mp_for_each<json::detail::Members<Columns>>([&](auto member) { made.columns.emplace_back(member.name); });
    for (const auto& column : made.key) {
        const auto before = made.id.size();
        boost::mp11::mp_for_each<json::detail::Members<Columns>>([&](auto member) {
            if (column == member.name) json::detail::write(made.id, columns.*member.pointer);
        });
        if (made.id.size() == before) throw std::logic_error("a row of " + made.table + " has no column " + column + ", which its key names");
        made.id += ',';
    }
    return made;
}

// A call to a third party: a described struct with `static constexpr std::string_view call = "find"` and a described
// `using Answer = ...`. It is recorded in the batch that decided it, and made after the commit.
struct CallIntent {
    std::string call;
    std::string request;  // JSON
    bool operator==(const CallIntent&) const = default;
};

enum class Outcome {
    decided,  // as the decision says
    ignored,  // it came too late or twice, and nothing needs to happen
    later,    // it cannot be handled yet: it waits, in order, until something of its key changes
    never,    // it cannot be handled at all: it and what follows for its key wait for a person
};

// For a service, or a handler, that keeps nothing but rows.
struct NoState {};
BOOST_DESCRIBE_STRUCT(NoState, (), ())

// What a handler wants to happen. A value: the runtime makes it so in the batch's transaction, or not at all.
template <class State, class Emits>
struct Decision {
    Outcome outcome = Outcome::decided;
    std::string why = {};
    std::optional<State> state = {};  // unset: the aggregate stays as it is
    std::vector<Emits> events = {};
    std::vector<Timer> timers = {};
    std::vector<CallIntent> calls = {};
    std::vector<Row> rows = {};

    static Decision becomes(State next) { Decision made; made.state = std::move(next); return made; }
    static Decision stays() { return {}; }
    static Decision ignored(std::string why) { Decision made; made.outcome = Outcome::ignored; made.why = std::move(why); return made; }
    static Decision later(std::string why) { Decision made; made.outcome = Outcome::later; made.why = std::move(why); return made; }
    static Decision never(std::string why) { Decision made; made.outcome = Outcome::never; made.why = std::move(why); return made; }

    template <Declared<Emits> Event>
    Decision announcing(Event event) && { events.emplace_back(std::move(event)); return std::move(*this); }
    Decision expecting(std::string what, Instant due) && { timers.push_back({std::move(what), due}); return std::move(*this); }
    Decision no_longer_expecting(std::string what) && { timers.push_back({std::move(what), {}}); return std::move(*this); }
    template <class Call>
    Decision calling(const Call& call) && { calls.push_back({std::string(Call::call), json::to_json(call)}); return std::move(*this); }
    Decision writing(Row row) && { rows.push_back(std::move(row)); return std::move(*this); }
};

// ---- third parties -----------------------------------------------------------------------------------------------------

// One attempt at a call. The key is the same for every attempt, also after a crash: the third party can tell repeats.
struct Attempt {
    std::string idempotency_key;
    int number = 1;
    std::chrono::milliseconds timeout;  // the provider must give up by then
};

struct CallFailed {
    std::string why;
    bool again = true;                                    // false: no retry would help
    std::optional<std::chrono::milliseconds> wait = {};   // what the third party asked for (Retry-After)
};
template <class Answer>
using CallResult = std::variant<Answer, CallFailed>;

// How calls of one kind are bounded. When a budget is spent, the handler gets an Answered without an answer.
struct CallLimits {
    std::chrono::milliseconds timeout = 10s;        // of one attempt
    int attempts = 8;
    std::chrono::milliseconds give_up_after = 10min;  // from the first attempt of this process on
    std::chrono::milliseconds first_wait = 200ms;   // doubled after each attempt, with jitter, up to
    std::chrono::milliseconds longest_wait = 30s;
    int at_once = 8;                                // calls of this kind under way in a process
    double per_second = 200;
    int failures_to_open = 10;                      // in a row: then no attempt for
    std::chrono::milliseconds open_for = 2s;
};

// ---- the wiring page, with the types erased once ----------------------------------------------------------------------

struct Emission {
    std::string_view type, topic;
    std::string subject, payload;
};

struct ErasedDecision {
    Outcome outcome = Outcome::decided;
    std::string why;
    std::shared_ptr<const void> state;  // null: unchanged
    std::vector<Emission> events;
    std::vector<Timer> timers;
    std::vector<CallIntent> calls;
    std::vector<Row> rows;
};

// What a handler is called with, before its types are known.
struct Arrival {
    const Envelope* envelope = nullptr;  // of an event
    std::string_view payload;            // Protobuf of an event, JSON of an answer
    const std::any* command = nullptr;   // of a request over HTTP
};

enum class Needs { nothing, absent, present, either };  // of the aggregate, to be called

struct Handler {
    std::size_t aggregate = 0;  // index into Definition::aggregates
    Needs needs = Needs::nothing;
    std::function<ErasedDecision(const void* state, const Arrival&, Instant now)> decide;
};

struct Aggregate {
    std::string name;
    int shape = 1;  // the version of the state's shape that this code writes
    std::function<std::string(const void* state)> write;
    std::function<std::shared_ptr<const void>(std::string_view json, int shape)> read;
    std::function<std::string(const void* state)> stage;
};

struct Migration {
    int number;        // 1, 2, 3, ...: each is run once, in order
    std::string sql;   // in the service's own schema, which is on the search path
};

struct CallKind {
    CallLimits limits;
    std::function<CallResult<std::string>(std::string_view request, const Attempt&)> perform;  // JSON in, JSON out
};

// A service as the runtime sees it.
struct Definition {
    std::string name;
    std::vector<Aggregate> aggregates;
    std::map<std::string, Handler, std::less<>> events;    // by type
    std::map<std::string, Handler, std::less<>> timers;    // by "<aggregate>/<name>"
    std::map<std::string, Handler, std::less<>> answers;   // by "<aggregate>/<call>"
    std::map<std::type_index, Handler> commands;
    std::optional<Handler> every_event;
    std::map<std::string, CallKind, std::less<>> calls;
    std::vector<Migration> migrations;
    std::vector<std::string> emits_to;  // topics it may write

    bool projects_only() const { return aggregates.empty(); }
};

namespace detail {

template <class Emits> struct Topics;
template <class... Event>
struct Topics<std::variant<Event...>> {
    static std::vector<std::string> list() {
        std::vector<std::string> all;
        ([&] {
            if constexpr (Contracted<Event>) {
                if (std::string topic(Contract<Event>::topic); std::find(all.begin(), all.end(), topic) == all.end()) all.push_back(topic);
            }
        }(), ...);
        return all;
    }
};

template <class State, class Emits>
ErasedDecision erase(Decision<State, Emits>&& decision) {
    ErasedDecision erased{decision.outcome, std::move(decision.why), nullptr, {}, std::move(decision.timers), std::move(decision.calls), std::move(decision.rows)};
    if (decision.state) erased.state = std::make_shared<const State>(*std::move(decision.state));
    erased.events.reserve(decision.events.size());
    for (const auto& one : decision.events) {
        std::visit([&]<class Event>(const Event& event) {
            if constexpr (Contracted<Event>) {
                Emission emission{Contract<Event>::type, Contract<Event>::topic, Contract<Event>::subject(event), {}};
                if (emission.subject.empty()) throw std::logic_error(std::string(emission.type) + " without a subject");
                event.SerializeToString(&emission.payload);
                erased.events.push_back(std::move(emission));
            }
        }, one);
    }
    return erased;
}

template <class Event>
Event parse(std::string_view payload) {
    Event event;
    if (!event.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) throw std::invalid_argument("the content is not a " + std::string(Contract<Event>::type));
    return event;
}

template <class Call>
Answered<Call> answered(std::string_view text);

}  // namespace detail

// The wiring page of a service: what it keeps, which function answers which message, whom it calls.
template <class Emits>
class Service {
public:
    explicit Service(std::string name) { made_.name = std::move(name); made_.emits_to = detail::Topics<Emits>::list(); }

    // One kind of aggregate, with the version of its state's shape. `lift` turns the JSON of an older shape into a State;
    // without one, an older shape is read as it is (absent members keep their defaults). A newer shape than the code
    // knows stops the lane with a clear reason, so that two versions can run side by side.
    template <class State>
    Service keeps(std::string aggregate, int shape = 1, std::function<State(std::string_view json, int shape)> lift = {}) && {
        kept_.emplace(std::type_index(typeid(State)), made_.aggregates.size());
        made_.aggregates.push_back({std::move(aggregate), shape,
            [](const void* state) { return json::to_json(*static_cast<const State*>(state)); },
            [shape, lift](std::string_view text, int stored) -> std::shared_ptr<const void> {
                return std::make_shared<const State>(stored != shape && lift ? lift(text, stored) : json::from_json<State>(text));
            },
            [](const void* state) -> std::string {
                if constexpr (requires(const State& s) { boost::describe::enum_to_string(s.stage, ""); }) return boost::describe::enum_to_string(static_cast<const State*>(state)->stage, "");
                else return {};
            }});
        return std::move(*this);
    }

    // A handler without a state begins an aggregate (an event for one that exists is ignored), or, with NoState, writes rows.
    template <class State, Contracted Event>
    Service on(Decision<State, Emits> (*handler)(const Event&, Instant)) && {
        return event<State, Event>(std::is_same_v<State, NoState> ? Needs::nothing : Needs::absent, [handler](const void*, const Arrival& arrival, Instant now) {
            return detail::erase(handler(detail::parse<Event>(arrival.payload), now));
        });
    }
    // The same for a projection that wants to know when and by whom the event was announced.
    template <Contracted Event>
    Service on(Decision<NoState, Emits> (*handler)(const Event&, const Envelope&, Instant)) && {
        return event<NoState, Event>(Needs::nothing, [handler](const void*, const Arrival& arrival, Instant now) {
            return detail::erase(handler(detail::parse<Event>(arrival.payload), *arrival.envelope, now));
        });
    }
    // A handler with a state is not called while the aggregate is absent: the event waits.
    template <class State, Contracted Event>
    Service on(Decision<State, Emits> (*handler)(const State&, const Event&, Instant)) && {
        return event<State, Event>(Needs::present, [handler](const void* state, const Arrival& arrival, Instant now) {
            return detail::erase(handler(*static_cast<const State*>(state), detail::parse<Event>(arrival.payload), now));
        });
    }
    // A handler that begins the aggregate or goes on with it.
    template <class State, Contracted Event>
    Service on(Decision<State, Emits> (*handler)(const State*, const Event&, Instant)) && {
        return event<State, Event>(Needs::either, [handler](const void* state, const Arrival& arrival, Instant now) {
            return detail::erase(handler(static_cast<const State*>(state), detail::parse<Event>(arrival.payload), now));
        });
    }
    // Every event that is consumed, known or not to a handler of its own: for time-lines.
    Service on_every(Decision<NoState, Emits> (*handler)(const Envelope&, Instant)) && {
        made_.every_event = Handler{0, Needs::nothing, [handler](const void*, const Arrival& arrival, Instant now) { return detail::erase(handler(*arrival.envelope, now)); }};
        return std::move(*this);
    }
    // The end of a wait that a decision of this aggregate asked for.
    template <class State>
    Service when_due(const std::string& what, Decision<State, Emits> (*handler)(const State&, Instant)) && {
        const auto aggregate = kept<State>();
        made_.timers[made_.aggregates[aggregate].name + "/" + what] = {aggregate, Needs::present, [handler](const void* state, const Arrival&, Instant now) {
            return detail::erase(handler(*static_cast<const State*>(state), now));
        }};
        return std::move(*this);
    }
    // The answer of a third party.
    template <class State, class Call>
    Service on_answer(Decision<State, Emits> (*handler)(const State&, const Answered<Call>&, Instant)) && {
        const auto aggregate = kept<State>();
        made_.answers[made_.aggregates[aggregate].name + "/" + std::string(Call::call)] = {aggregate, Needs::present, [handler](const void* state, const Arrival& arrival, Instant now) {
            return detail::erase(handler(*static_cast<const State*>(state), detail::answered<Call>(arrival.payload), now));
        }};
        return std::move(*this);
    }
    // A request over HTTP: a plain struct of the service's own, see Host::submit.
    template <class State, class Command>
    Service on_command(Decision<State, Emits> (*handler)(const State*, const Command&, Instant)) && {
        made_.commands[std::type_index(typeid(Command))] = {kept<State>(), Needs::either, [handler](const void* state, const Arrival& arrival, Instant now) {
            return detail::erase(handler(static_cast<const State*>(state), std::any_cast<const Command&>(*arrival.command), now));
        }};
        return std::move(*this);
    }
    // Who answers a kind of call. The provider runs on a thread of its own, may block until the attempt's timeout, and
    // must give the same effect for the same idempotency key.
    template <class Call>
    Service calls(std::function<CallResult<typename Call::Answer>(const Call&, const Attempt&)> provider, CallLimits limits = {}) && {
        made_.calls[std::string(Call::call)] = {limits, [provider = std::move(provider)](std::string_view request, const Attempt& attempt) -> CallResult<std::string> {
            auto result = provider(json::from_json<Call>(request), attempt);
            if (auto* failed = std::get_if<CallFailed>(&result)) return std::move(*failed);
            return json::to_json(std::get<0>(result));
        }};
        return std::move(*this);
    }
    // Tables for rows, as numbered steps.
    Service migration(int number, std::string sql) && { made_.migrations.push_back({number, std::move(sql)}); return std::move(*this); }

    Definition definition() && { return std::move(made_); }
    operator Definition() && { return std::move(made_); }

private:
    template <class State>
    std::size_t kept() const {
        const auto found = kept_.find(std::type_index(typeid(State)));
        if (found == kept_.end()) throw std::logic_error(made_.name + ": a handler of a state that the service does not keep; call keeps<...>() first");
        return found->second;
    }
    template <class State, class Event>
    Service event(Needs needs, std::function<ErasedDecision(const void*, const Arrival&, Instant)> decide) {
        std::size_t aggregate = 0;
        if constexpr (!std::is_same_v<State, NoState>) aggregate = kept<State>();
        const bool first = made_.events.emplace(std::string(Contract<Event>::type), Handler{aggregate, needs, std::move(decide)}).second;
        if (!first) throw std::logic_error(made_.name + ": two handlers for " + std::string(Contract<Event>::type));
        return std::move(*this);
    }

    Definition made_;
    std::map<std::type_index, std::size_t> kept_;
};

template <class Emits>
Service<Emits> service(std::string name) { return Service<Emits>(std::move(name)); }

// How an answer rests beside its call: {"request":..., "answer":..., "failure":"", "attempts":1}.
std::string answer_text(std::string_view request, const CallResult<std::string>& result, int attempts);

template <class Call>
Answered<Call> detail::answered(std::string_view text) {
    const auto whole = json::detail::parse(text);
    const auto& object = whole.as_object();
    Answered<Call> made;
    json::detail::read(object.at("request"), made.request);
    json::detail::read(object.at("failure"), made.failure);
    json::detail::read(object.at("attempts"), made.attempts);
    if (made.failure.empty()) json::detail::read(object.at("answer"), made.answer.emplace());
    return made;
}

}  // namespace waybill::runtime
