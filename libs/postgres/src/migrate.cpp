#include "session.h"

namespace waybill::postgres {
namespace {

// The runtime's own tables. Numbers below 1000; a service's migrations begin at 1001 in the log.
const std::vector<std::string> runtime_steps = {
    R"(create table lane (
           lane int primary key,
           batch bigint not null,         -- raised by each commit: with epoch the fence of the lane
           epoch bigint not null,         -- raised by each take-over
           incarnation bigint not null,   -- raised when the database was restored
           ledger json not null           -- numbers given and seen, Kafka positions, time of the last batch
       ) with (fillfactor = 10);

       create table outbox (              -- every event announced, packed; read only when a reader asks for it again
           day date not null default current_date,
           lane int not null, incarnation bigint not null, topic text not null, partition int not null,
           first_seq bigint not null, last_seq bigint not null,
           content bytea not null
       ) partition by range (day);
       create index on outbox (topic, partition, lane, incarnation, last_seq);

       create table effect (              -- every call to a third party, recorded before it is made, and its answer
           day date not null default current_date,
           id text not null,              -- the Idempotency-Key of every attempt
           lane int not null, aggregate text not null, key text not null, call text not null,
           request json not null, cause text not null, trace text not null, asked_at timestamptz not null,
           answer json, answered_at timestamptz,
           primary key (id, day)
       ) partition by range (day);
       create index on effect (lane) where answer is null;

       create table timer (
           aggregate text not null, key text not null, name text not null,
           lane int not null, due timestamptz not null,
           primary key (aggregate, key, name)
       );
       create index on timer (lane, due);

       create table parked (              -- what cannot be handled now, in order
           lane int not null, position bigint not null,
           aggregate text not null, key text not null,
           outcome text not null,         -- later: until something of the key changes; never: until a person acts
           why text not null,
           kind text not null,            -- event, timer or answer
           name text not null, source text not null,
           envelope json not null, payload bytea not null,
           parked_at timestamptz not null default now(),
           primary key (lane, position)
       );
       create index on parked (lane, aggregate, key);

       create table orphaned (            -- applied here, forgotten by a restored source: to be compensated by a person
           topic text not null, source_lane int not null, incarnation bigint not null,
           first_seq bigint not null, last_seq bigint not null, noted_at timestamptz not null default now()
       );)",
};

}  // namespace

// Without the target, Postgres would compress every row of the outbox beyond 2 kB: a fifth of its work, for what is dropped
// unread in a few days.
std::string partition_steps() {
    return R"(do $$
        declare d date; t text;
        begin
            foreach t in array array['outbox', 'effect'] loop
                for d in select generate_series(current_date, current_date + 7, interval '1 day')::date loop
                    if to_regclass(t || '_' || to_char(d, 'YYYYMMDD')) is null then
                        execute format('create table %I partition of %I for values from (%L) to (%L) with (toast_tuple_target = 8160)', t || '_' || to_char(d, 'YYYYMMDD'), t, d, d + 1);
                    end if;
                end loop;
            end loop;
        end $$;)";
}

void migrate(const Options& options, const runtime::Definition& definition) {
    Link link(options, definition.name);
    pqxx::connection& connection = link.open();
    const Cut cut(connection.sock(), options.deadline * 6);
    pqxx::work work(connection);
    work.exec("set local statement_timeout = " + std::to_string(options.deadline.count() * 6) + "; set local lock_timeout = " + std::to_string(options.deadline.count() * 6));
    work.exec_params("select pg_advisory_xact_lock(hashtext('waybill.migrate.' || $1))", definition.name);
    work.exec("create table if not exists migration (number int primary key, applied_at timestamptz not null default now())");
    const int done_runtime = work.exec1("select coalesce(max(number), 0) from migration where number < 1000")[0].as<int>();
    const int done_own = work.exec1("select coalesce(max(number) - 1000, 0) from migration where number > 1000")[0].as<int>();
    const int known_own = static_cast<int>(definition.migrations.size());
    if (done_runtime > static_cast<int>(runtime_steps.size()) || done_own > known_own)
        throw std::runtime_error("schema " + definition.name + " was migrated further than this program knows; run the newer version");

    for (int number = done_runtime + 1; number <= static_cast<int>(runtime_steps.size()); ++number) {
        work.exec(runtime_steps[number - 1]);
        work.exec_params("insert into migration (number) values ($1)", number);
    }
    for (const auto& aggregate : definition.aggregates)
        work.exec("create table if not exists " + quoted(aggregate.name) + R"( (
                       key text not null, lane int not null, version bigint not null,
                       stage text not null, shape int not null, body json not null,
                       primary key (key, lane)
                   ) with (fillfactor = 50))");
    for (int index = 0; index < known_own; ++index) {
        if (definition.migrations[index].number != index + 1) throw std::logic_error(definition.name + ": migrations are numbered 1, 2, 3, ...");
        if (index < done_own) continue;
        work.exec(definition.migrations[index].sql);
        work.exec_params("insert into migration (number) values ($1)", 1001 + index);
    }
    work.exec(partition_steps());
    work.commit();
}

}  // namespace waybill::postgres
