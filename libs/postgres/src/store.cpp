#include "pipe.h"
#include "session.h"

namespace waybill::postgres {

using namespace runtime;

std::string partition_steps();

namespace {

// The classes of SQLSTATE that speak of the content: it would be refused again.
bool about_content(const std::string& state) {
    for (const char* of_content : {"21", "22", "23", "42", "54"})  // 54: longer than an index or a value may be
        if (state.starts_with(of_content)) return true;
    return false;
}

}  // namespace

class Store::Session {
public:
    Session(Options options, const Definition& definition) : definition(definition), pipe(std::move(options), definition.name) {}

    // Whatever goes wrong, nothing was written.
    template <class Body>
    auto run(Body body) {
        try {
            pipe.open();
            const Cut cut(pipe.socket(), pipe.options().deadline);
            return body();
        } catch (const std::exception& error) {
            pipe.drop();
            throw StoreAway(std::string("Postgres: ") + error.what());
        }
    }
    // One statement in a transaction of its own.
    Rows ask(const std::string& sql, const std::vector<Parameter>& parameters) {
        pipe.send(sql, parameters);
        return std::move(pipe.gather().front());
    }

    std::string name(std::size_t aggregate) const { return definition.aggregates.empty() ? "rows" : definition.aggregates[aggregate].name; }
    std::size_t index(const std::string& aggregate) const {
        for (std::size_t i = 0; i < definition.aggregates.size(); ++i)
            if (definition.aggregates[i].name == aggregate) return i;
        return 0;
    }

    static constexpr auto parked_columns = "position, aggregate, key, source, outcome, why, kind, name, envelope";
    Parked parked_of(const Rows& rows, int row) const {
        Parked parked;
        parked.position = rows.number(row, 0);
        parked.aggregate = index(rows.text(row, 1));
        parked.key = rows.text(row, 2);
        parked.source = rows.text(row, 3);
        parked.outcome = rows.text(row, 4) == "never" ? Outcome::never : Outcome::later;
        parked.why = rows.text(row, 5);
        parked.kind = rows.text(row, 6);
        parked.name = rows.text(row, 7);
        parked.envelope = json::from_json<Envelope>(rows.text(row, 8));
        return parked;
    }

    void write(const Batch& batch);
    void write_states(const Batch& batch);
    void write_timers(const Batch& batch);
    void write_outbox(const Batch& batch);
    void write_effects(const Batch& batch);
    void write_parked(const Batch& batch);
    void write_rows(const Batch& batch);

    const Definition& definition;
    Pipe pipe;
};

Store::Store(Options options, const Definition& definition) : session_(std::make_unique<Session>(std::move(options), definition)) {}
Store::~Store() = default;

Taken Store::take(int lane) {
    return session_->run([&] {
        Pipe& pipe = session_->pipe;
        pipe.send(R"(
            insert into lane (lane, batch, epoch, incarnation, ledger) values ($1, 0, 1, 1, '{}')
            on conflict (lane) do update set epoch = lane.epoch + 1
            returning batch, epoch, incarnation, ledger)", {lane});
        pipe.send("select s.system_identifier || '/' || c.timeline_id from pg_control_system() s, pg_control_checkpoint() c", {});
        pipe.send(R"(
            select id, aggregate, key, call, request, cause, trace, round(extract(epoch from asked_at) * 1000)::bigint
            from effect where lane = $1 and answer is null order by asked_at)", {lane});
        pipe.send(std::string("select ") + Session::parked_columns + " from parked where lane = $1 order by position", {lane});
        const auto results = pipe.gather();
        const Rows &row = results[0], &effects = results[2], &parked = results[3];
        Taken taken;
        taken.record = {row.number(0, 0), row.number(0, 1), row.number(0, 2), json::from_json<Ledger>(row.text(0, 3))};
        taken.system = results[1].text(0, 0);
        for (int i = 0; i < effects.size(); ++i)
            taken.open.push_back({effects.text(i, 0), session_->index(effects.text(i, 1)), effects.text(i, 2), effects.text(i, 3), effects.text(i, 4), effects.text(i, 5),
                                  effects.text(i, 6), Instant(std::chrono::milliseconds(effects.number(i, 7)))});
        for (int i = 0; i < parked.size(); ++i) taken.parked.push_back(session_->parked_of(parked, i));
        return taken;
    });
}

std::vector<StoredState> Store::load(int, std::size_t aggregate, const std::vector<std::string>& keys) {
    return session_->run([&] {
        BinaryArray wanted(BinaryArray::text);
        for (const auto& key : keys) wanted.add(key);
        const Rows rows = session_->ask("select key, version, shape, body from " + quoted(session_->name(aggregate)) + " where key = any($1::text[])", {wanted});
        std::vector<StoredState> states;
        for (int i = 0; i < rows.size(); ++i) states.push_back({rows.text(i, 0), rows.number(i, 1), static_cast<int>(rows.number(i, 2)), rows.text(i, 3)});
        return states;
    });
}

std::vector<DueTimer> Store::timers(int lane, std::size_t limit) {
    return session_->run([&] {
        const Rows rows = session_->ask("select aggregate, key, name, round(extract(epoch from due) * 1000)::bigint from timer where lane = $1 order by due limit $2", {lane, static_cast<std::int64_t>(limit)});
        std::vector<DueTimer> timers;
        for (int i = 0; i < rows.size(); ++i) timers.push_back({session_->index(rows.text(i, 0)), rows.text(i, 1), rows.text(i, 2), Instant(std::chrono::milliseconds(rows.number(i, 3)))});
        return timers;
    });
}

// Two round trips: COMMIT goes alone when all else was done, so that an in-doubt commit holds the lane's lock until it is decided.
Committed Store::commit(const Batch& batch) {
    Pipe& pipe = session_->pipe;
    bool committing = false;
    try {
        pipe.open();
        const Cut cut(pipe.socket(), pipe.options().deadline);
        pipe.send("begin", {});
        // When the compare fails, the division does too, and nothing that was sent behind it is begun: no other row is ever locked.
        pipe.send("with compared as (update lane set batch = $2, incarnation = $3, ledger = $4::json where lane = $1 and batch = $5 and epoch = $6 returning 1) select 1 / count(*) from compared",
                  {batch.lane, batch.next.batch, batch.next.incarnation, json::to_json(batch.next.ledger), batch.expected.batch, batch.expected.epoch});
        session_->write(batch);
        pipe.gather();
        committing = true;
        pipe.run("COMMIT");
        return Committed::yes;
    } catch (const Failed& error) {
        pipe.drop();
        if (!committing && error.statement == 1 && error.sqlstate == "22012") return Committed::fenced;
        if (about_content(error.sqlstate)) return Committed::refused;  // also at COMMIT, where deferred constraints are looked at
        if (committing) return Committed::in_doubt;
        throw StoreAway(std::string("Postgres: ") + error.what());
    } catch (const std::exception& error) {
        pipe.drop();
        if (committing) return Committed::in_doubt;
        throw StoreAway(std::string("Postgres: ") + error.what());
    }
}

LaneMark Store::mark(int lane) {
    session_->pipe.drop();
    return session_->run([&] {
        const Rows row = session_->ask("select batch, epoch from lane where lane = $1 for update", {lane});
        return LaneMark{row.number(0, 0), row.number(0, 1)};
    });
}

std::vector<OutboxRow> Store::outbox(int lane, const std::string& topic, int partition, std::int64_t incarnation, std::int64_t from, std::size_t bytes) {
    return session_->run([&] {
        const Rows found = session_->ask(R"(
            select first_seq, last_seq, content from outbox
            where topic = $1 and partition = $2 and lane = $3 and incarnation = $4 and last_seq >= $5
            order by last_seq limit $6)", {topic, partition, lane, incarnation, from, static_cast<std::int64_t>(bytes / 1000 + 1)});
        std::vector<OutboxRow> rows;
        std::size_t size = 0;
        for (int i = 0; i < found.size() && size < bytes; ++i) {
            rows.push_back({topic, partition, incarnation, found.number(i, 0), found.number(i, 1), bytes_of(found.text(i, 2))});
            size += rows.back().content.size();
        }
        return rows;
    });
}

std::vector<Parked> Store::parked(int lane, std::size_t aggregate, const std::string& key, std::int64_t from, std::size_t limit) {
    return session_->run([&] {
        const Rows rows = session_->ask(std::string("select ") + Session::parked_columns + R"(, payload from parked
            where lane = $1 and aggregate = $2 and key = $3 and position >= $4 order by position limit $5)", {lane, session_->name(aggregate), key, from, static_cast<std::int64_t>(limit)});
        std::vector<Parked> all;
        for (int i = 0; i < rows.size(); ++i) {
            all.push_back(session_->parked_of(rows, i));
            all.back().payload = bytes_of(rows.text(i, 9));
        }
        return all;
    });
}

void Store::tidy(Instant) {
    const auto days = std::to_string(session_->pipe.options().keep.count() / 24);
    session_->run([&] {
        session_->pipe.run(partition_steps() + R"(do $$
            declare p record; open_calls boolean;
            begin
                for p in select c.relname, i.inhparent::regclass::text as parent from pg_inherits i join pg_class c on c.oid = i.inhrelid
                         where i.inhparent in ('outbox'::regclass, 'effect'::regclass) and right(c.relname, 8) < to_char(current_date - )" + days + R"(, 'YYYYMMDD') and c.relkind = 'r' loop
                    open_calls := false;
                    if p.parent = 'effect' then execute format('select exists (select 1 from %I where answer is null)', p.relname) into open_calls; end if;
                    if not open_calls then execute format('drop table %I', p.relname); end if;
                end loop;
            end $$;)");
    });
}

// ---- the batch, one statement a kind -----------------------------------------------------------------------------------

void Store::Session::write(const Batch& batch) {
    if (!batch.states.empty()) write_states(batch);
    if (!batch.timers.empty()) write_timers(batch);
    if (!batch.outbox.empty()) write_outbox(batch);
    if (!batch.effects.empty() || !batch.answers.empty()) write_effects(batch);
    if (!batch.parked.empty() || !batch.unparked.empty()) write_parked(batch);
    if (!batch.rows.empty()) write_rows(batch);
    for (const Orphaned& orphaned : batch.orphaned)
        pipe.send("insert into orphaned (topic, source_lane, incarnation, first_seq, last_seq) values ($1, $2, $3, $4, $5)", {orphaned.topic, orphaned.source_lane, orphaned.incarnation, orphaned.first, orphaned.last});
}

void Store::Session::write_states(const Batch& batch) {
    for (std::size_t aggregate = 0; aggregate < definition.aggregates.size(); ++aggregate) {
        BinaryArray keys(BinaryArray::text), versions(BinaryArray::bigint), stages(BinaryArray::text), shapes(BinaryArray::integer), bodies(BinaryArray::json);
        for (const StateWrite& state : batch.states) {
            if (state.aggregate != aggregate) continue;
            keys.add(state.key);
            versions.add(state.version);
            stages.add(state.stage);
            shapes.add(std::int64_t(state.shape));
            bodies.add(state.body);
        }
        if (keys.empty()) continue;
        pipe.send("insert into " + quoted(name(aggregate)) + R"( (key, lane, version, stage, shape, body)
            select key, $1, version, stage, shape, body from unnest($2::text[], $3::bigint[], $4::text[], $5::int[], $6::json[]) as s (key, version, stage, shape, body)
            on conflict (key, lane) do update set version = excluded.version, stage = excluded.stage, shape = excluded.shape, body = excluded.body)", {batch.lane, keys, versions, stages, shapes, bodies});
    }
}

void Store::Session::write_timers(const Batch& batch) {
    ArrayText gone_aggregates, gone_keys, gone_names, aggregates, keys, names, dues;
    for (const TimerWrite& timer : batch.timers) {
        (timer.due ? aggregates : gone_aggregates).add(name(timer.aggregate));
        (timer.due ? keys : gone_keys).add(timer.key);
        (timer.due ? names : gone_names).add(timer.name);
        if (timer.due) dues.add(to_text(*timer.due));
    }
    if (!gone_keys.empty())
        pipe.send("delete from timer t using unnest($1::text[], $2::text[], $3::text[]) as g (aggregate, key, name) where t.aggregate = g.aggregate and t.key = g.key and t.name = g.name", {gone_aggregates.str(), gone_keys.str(), gone_names.str()});
    if (!keys.empty())
        pipe.send(R"(insert into timer (aggregate, key, name, lane, due)
            select aggregate, key, name, $1, due from unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[]) as t (aggregate, key, name, due)
            on conflict (aggregate, key, name) do update set lane = excluded.lane, due = excluded.due)", {batch.lane, aggregates.str(), keys.str(), names.str(), dues.str()});
}

void Store::Session::write_outbox(const Batch& batch) {
    BinaryArray topics(BinaryArray::text), partitions(BinaryArray::integer), incarnations(BinaryArray::bigint), firsts(BinaryArray::bigint), lasts(BinaryArray::bigint), contents(BinaryArray::bytes);
    for (const OutboxRow& row : batch.outbox) {
        topics.add(row.topic);
        partitions.add(std::int64_t(row.partition));
        incarnations.add(row.incarnation);
        firsts.add(row.first);
        lasts.add(row.last);
        contents.add(row.content);
    }
    pipe.send(R"(insert into outbox (lane, topic, partition, incarnation, first_seq, last_seq, content)
        select $1, * from unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[]))", {batch.lane, topics, partitions, incarnations, firsts, lasts, contents});
}

void Store::Session::write_effects(const Batch& batch) {
    ArrayText ids, aggregates, keys, calls, requests, causes, traces, asked;
    for (const Effect& effect : batch.effects) {
        ids.add(effect.id);
        aggregates.add(name(effect.aggregate));
        keys.add(effect.key);
        calls.add(effect.call);
        requests.add(effect.request);
        causes.add(effect.cause);
        traces.add(effect.trace);
        asked.add(to_text(effect.asked_at));
    }
    if (!ids.empty())
        pipe.send(R"(insert into effect (lane, id, aggregate, key, call, request, cause, trace, asked_at)
            select $1, id, aggregate, key, call, request::json, cause, trace, asked_at
            from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[]) as e (id, aggregate, key, call, request, cause, trace, asked_at))", {batch.lane, ids.str(), aggregates.str(), keys.str(), calls.str(), requests.str(), causes.str(), traces.str(), asked.str()});
    ArrayText answered, answers;
    for (const EffectAnswer& answer : batch.answers) {
        answered.add(answer.id);
        answers.add(answer.answer);
    }
    if (!answered.empty())
        pipe.send("update effect e set answer = a.answer::json, answered_at = now() from unnest($1::text[], $2::text[]) as a (id, answer) where e.id = a.id", {answered.str(), answers.str()});
}

void Store::Session::write_parked(const Batch& batch) {
    ArrayText gone;
    for (const auto position : batch.unparked) gone.add(position);
    if (!gone.empty()) pipe.send("delete from parked where lane = $1 and position = any($2::bigint[])", {batch.lane, gone.str()});
    ArrayText positions, aggregates, keys, outcomes, whys, kinds, names, sources, envelopes, payloads;
    for (const Parked& parked : batch.parked) {
        positions.add(parked.position);
        aggregates.add(name(parked.aggregate));
        keys.add(parked.key);
        outcomes.add(parked.outcome == Outcome::never ? "never" : "later");
        whys.add(parked.why);
        kinds.add(parked.kind);
        names.add(parked.name);
        sources.add(parked.source);
        envelopes.add(json::to_json(parked.envelope));
        payloads.add_bytes(parked.payload);
    }
    if (!positions.empty())
        pipe.send(R"(insert into parked (lane, position, aggregate, key, outcome, why, kind, name, source, envelope, payload)
            select $1, position, aggregate, key, outcome, why, kind, name, source, envelope::json, payload
            from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bytea[])
                 as p (position, aggregate, key, outcome, why, kind, name, source, envelope, payload))", {batch.lane, positions.str(), aggregates.str(), keys.str(), outcomes.str(), whys.str(), kinds.str(), names.str(), sources.str(), envelopes.str(), payloads.str()});
}

// Rows of one table and one set of columns go in one statement; Postgres casts the JSON to the table's own types. A row that
// an earlier one of the batch wrote with other columns goes after it: writes to one row come true in their order.
void Store::Session::write_rows(const Batch& batch) {
    using Shape = std::tuple<std::string, std::vector<std::string>, std::vector<std::string>>;
    const auto shape_of = [](const Row& row) { return Shape(row.table, row.key, row.columns); };
    std::map<std::string, std::set<Shape>> shapes;  // by table
    for (const Row& row : batch.rows) shapes[row.table].insert(shape_of(row));

    std::vector<std::pair<const Row*, std::string>> statements;  // a row of the shape, and the values
    std::map<Shape, std::size_t> newest;                         // statement of a shape
    std::map<std::string, std::size_t> written;                  // statement that last wrote a row, by table and key
    for (const Row& row : batch.rows) {
        const auto known = newest.try_emplace(shape_of(row), statements.size()).first;
        if (shapes[row.table].size() > 1) {
            const auto [last, first_time] = written.try_emplace(row.table + "\x1e" + row.id, known->second);
            if (!first_time && last->second > known->second) known->second = statements.size();
            last->second = known->second;
        }
        if (known->second == statements.size()) statements.emplace_back(&row, "");
        auto& values = statements[known->second].second;
        values += (values.empty() ? '[' : ',');
        values += row.values;
    }
    for (const auto& [like, values] : statements) {
        std::string names, keys, sets;
        for (const auto& column : like->columns) {
            names += (names.empty() ? "" : ", ") + quoted(column);
            if (std::find(like->key.begin(), like->key.end(), column) == like->key.end()) sets += (sets.empty() ? "" : ", ") + quoted(column) + " = excluded." + quoted(column);
        }
        for (const auto& column : like->key) keys += (keys.empty() ? "" : ", ") + quoted(column);
        pipe.send("insert into " + quoted(like->table) + " (" + names + ") select " + names + " from json_populate_recordset(null::" + quoted(like->table) + ", $1::json) on conflict (" + keys +
                        ") do " + (sets.empty() ? "nothing" : "update set " + sets), {values + "]"});
    }
}

}  // namespace waybill::postgres
