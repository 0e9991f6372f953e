// The Store of a lane, the reads of a service and the leases of a process, on PostgreSQL 15 through libpqxx.
//
// Each service has one schema and one role that can touch nothing else; tables are made by numbered migrations under a
// lock. A connection is never used again after any error: the next call opens another one. Every call ends: statements by
// statement_timeout, a hanging COMMIT by a watchdog that shuts the socket after Options::deadline. With Postgres away,
// calls throw runtime::StoreAway (Store) or std::runtime_error (Reader, Leases) within that deadline.
// A Store belongs to one thread; Reader and Leases may be called from any.
#pragma once

#include <waybill/runtime/seams.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace waybill::postgres {

struct Options {
    std::string dsn;                             // libpq keywords; holds a password: never log it
    std::chrono::milliseconds deadline{5000};    // of any one call
    std::chrono::hours keep{8 * 24};             // outbox and answered effects: longer than Kafka keeps events
};

// Makes what is missing in the service's schema: the runtime's tables, one table an aggregate, the service's own
// migrations. Safe to run from several processes at once. Refuses a schema that a newer program has migrated further.
void migrate(const Options& options, const runtime::Definition& definition);

class Store final : public runtime::Store {
public:
    Store(Options options, const runtime::Definition& definition);
    ~Store() override;

    runtime::Taken take(int lane) override;
    std::vector<runtime::StoredState> load(int lane, std::size_t aggregate, const std::vector<std::string>& keys) override;
    std::vector<runtime::DueTimer> timers(int lane, std::size_t limit) override;
    runtime::Committed commit(const runtime::Batch& batch) override;
    runtime::LaneMark mark(int lane) override;
    std::vector<runtime::OutboxRow> outbox(int lane, const std::string& topic, int partition, std::int64_t incarnation, std::int64_t from, std::size_t bytes) override;
    std::vector<runtime::Parked> parked(int lane, std::size_t aggregate, const std::string& key, std::int64_t from, std::size_t limit) override;
    void tidy(Instant now) override;

private:
    class Session;
    std::unique_ptr<Session> session_;
};

// Read-only queries for HTTP routes.
class Reader {
public:
    using Row = std::map<std::string, std::optional<std::string>>;
    Reader(Options options, std::string schema);
    ~Reader();
    std::vector<Row> rows(const std::string& sql, const std::vector<std::optional<std::string>>& parameters);

private:
    class Session;
    std::unique_ptr<Session> session_;
};

// ---- who holds which lane ----------------------------------------------------------------------------------------------

struct LeaseRow {
    std::string service;
    int lane = 0;
    std::string owner;
    bool expired = false;
};
struct LeaseView {
    std::vector<LeaseRow> leases;                 // of my services, as they are after this renewal
    std::map<std::string, int> processes;         // alive, by service
};

// What to ask for next so that live processes share the lanes evenly: pure.
struct LeaseWish {
    std::set<std::pair<std::string, int>> claim, release;
};
LeaseWish next_wish(const LeaseView& view, const std::string& me, const std::vector<std::string>& services, int lanes);

// One statement renews everything a process holds. A lane is free when its lease ends, or at once when its owner's connection
// is gone, as that of a killed process is. Leases give liveness only: that two processes may believe for a moment
// that they hold the same lane is made harmless by the lane row's compare-and-set.
class Leases {
public:
    Leases(Options options, std::string owner, std::chrono::milliseconds ttl);
    ~Leases();
    void prepare();  // makes the tables
    LeaseView renew(const std::vector<std::string>& services, const LeaseWish& wish);
    void release_all();

private:
    class Session;
    std::unique_ptr<Session> session_;
};

}  // namespace waybill::postgres
