// A process: services on the real sides of the seams, with their settings, leases, HTTP and admin ports.
//
// A service hands over a Unit: its name, the settings it reads, its wiring and, for the two that serve HTTP, its routes.
// The host gives each a worker thread, a database connection under the service's own role and a Kafka client under its own
// principal. Kafka or Postgres away: workers wait with back-off and go on where they were; /readyz says why.
#pragma once

#include <waybill/http.h>
#include <waybill/runtime.h>
#include <waybill/settings.h>

#include <any>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waybill::host {

// What came of a command: how the handler decided, and the aggregate's state as it is now committed.
struct Reply {
    runtime::Outcome outcome = runtime::Outcome::decided;
    std::string why;
    std::string state;  // JSON; empty: there is none
};

// The way of an HTTP request into a lane of its own service. The reply comes after the commit, on the worker's thread,
// exactly once. Refused with field "service" when the lane is not held, the queue or the outbox is full or the deadline of
// a request passes: answer 503 with Retry-After then.
class Commands {
public:
    virtual ~Commands() = default;
    virtual void submit(std::string key, std::any command, std::function<void(Result<Reply>)> reply) = 0;
};

// Reads of a service's own schema, in read-only transactions with a statement timeout, for routes. Values come as Postgres
// writes them. Throws std::runtime_error when the database is away.
class Reader {
public:
    using Row = std::map<std::string, std::optional<std::string>>;
    virtual ~Reader() = default;
    virtual std::vector<Row> rows(const std::string& sql, const std::vector<std::optional<std::string>>& parameters) = 0;
};

// What routes may use.
struct Inside {
    Commands& commands;
    Reader& reader;
    const settings::Settings& settings;
    std::function<Instant()> now;
};

struct Unit {
    std::string name;
    std::vector<settings::Key> keys;  // named "<service>.<key>"
    std::function<runtime::Definition(const settings::Settings&)> definition;
    std::function<void(http::Router&, const Inside&)> routes = {};  // empty: no HTTP
};

}  // namespace waybill::host
