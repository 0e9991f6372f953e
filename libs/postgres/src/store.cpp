#include "session.h"

namespace waybill::postgres {

using namespace runtime;

void make_partitions(pqxx::transaction_base& work);

namespace {

// The classes of SQLSTATE that speak of the content: it would be refused again.
bool about_content(const pqxx::sql_error& error) {
    const std::string state = error.sqlstate();
    for (const char* of_content : {"21", "22", "23", "42", "54"})  // 54: longer than an index or a value may be
        if (state.starts_with(of_content)) return true;
    return false;
}

}  // namespace

class Store::Session {
public:
    Session(Options options, const Definition& definition) : definition(definition), link(std::move(options), definition.name) {}

    // Runs `body` in a transaction that is not committed by it; whatever goes wrong, nothing was written.
    template <class Body>
    auto run(Body body) {
        try {
            pqxx::connection& connection = link.open();
            const Cut cut(connection.sock(), link.options().deadline);
            pqxx::work work(connection);
            if constexpr (std::is_void_v<decltype(body(work))>) {
                body(work);
                work.commit();
            } else {
                auto result = body(work);
                work.commit();
                return result;
            }
        } catch (const std::exception& error) {
            link.drop();
            throw StoreAway(std::string("Postgres: ") + error.what());
        }
    }

    std::string name(std::size_t aggregate) const { return definition.aggregates.empty() ? "rows" : definition.aggregates[aggregate].name; }
    std::size_t index(const std::string& aggregate) const {
        for (std::size_t i = 0; i < definition.aggregates.size(); ++i)
            if (definition.aggregates[i].name == aggregate) return i;
        return 0;
    }

    Parked parked_of(const pqxx::row& row) const {
        Parked parked;
        parked.position = row["position"].as<std::int64_t>();
        parked.key = row["key"].as<std::string>();
        parked.aggregate = index(row["aggregate"].as<std::string>());
        parked.source = row["source"].as<std::string>();
        parked.outcome = row["outcome"].as<std::string>() == "never" ? Outcome::never : Outcome::later;
        parked.why = row["why"].as<std::string>();
        parked.kind = row["kind"].as<std::string>();
        parked.name = row["name"].as<std::string>();
        parked.envelope = json::from_json<Envelope>(row["envelope"].as<std::string>());
        return parked;
    }

    void write(pqxx::work& work, const Batch& batch);
    void write_states(pqxx::work& work, const Batch& batch);
    void write_timers(pqxx::work& work, const Batch& batch);
    void write_outbox(pqxx::work& work, const Batch& batch);
    void write_effects(pqxx::work& work, const Batch& batch);
    void write_parked(pqxx::work& work, const Batch& batch);
    void write_rows(pqxx::work& work, const Batch& batch);

    const Definition& definition;
    Link link;
};

Store::Store(Options options, const Definition& definition) : session_(std::make_unique<Session>(std::move(options), definition)) {}
Store::~Store() = default;

Taken Store::take(int lane) {
    return session_->run([&](pqxx::work& work) {
        Link& link = session_->link;
        Taken taken;
        const auto row = link.exec(work, R"(
            insert into lane (lane, batch, epoch, incarnation, ledger) values ($1, 0, 1, 1, '{}')
            on conflict (lane) do update set epoch = lane.epoch + 1
            returning batch, epoch, incarnation, ledger)", lane)[0];
        taken.record = {row[0].as<std::int64_t>(), row[1].as<std::int64_t>(), row[2].as<std::int64_t>(), json::from_json<Ledger>(row[3].as<std::string>())};
        taken.system = link.exec(work, "select s.system_identifier || '/' || c.timeline_id from pg_control_system() s, pg_control_checkpoint() c")[0][0].as<std::string>();
        for (const auto& effect : link.exec(work, "select id, aggregate, key, call, request, cause, trace, round(extract(epoch from asked_at) * 1000)::bigint from effect where lane = $1 and answer is null order by asked_at", lane))
            taken.open.push_back({effect[0].as<std::string>(), session_->index(effect[1].as<std::string>()), effect[2].as<std::string>(), effect[3].as<std::string>(),
                                  effect[4].as<std::string>(), effect[5].as<std::string>(), effect[6].as<std::string>(), Instant(std::chrono::milliseconds(effect[7].as<std::int64_t>()))});
        for (const auto& parked : link.exec(work, "select position, aggregate, key, source, outcome, why, kind, name, envelope from parked where lane = $1 order by position", lane))
            taken.parked.push_back(session_->parked_of(parked));
        return taken;
    });
}

std::vector<StoredState> Store::load(int, std::size_t aggregate, const std::vector<std::string>& keys) {
    return session_->run([&](pqxx::work& work) {
        ArrayText wanted;
        for (const auto& key : keys) wanted.add(key);
        std::vector<StoredState> states;
        for (const auto& row : session_->link.exec(work, "select key, version, shape, body from " + quoted(session_->name(aggregate)) + " where key = any($1::text[])", wanted.str()))
            states.push_back({row[0].as<std::string>(), row[1].as<std::int64_t>(), row[2].as<int>(), row[3].as<std::string>()});
        return states;
    });
}

std::vector<DueTimer> Store::timers(int lane, std::size_t limit) {
    return session_->run([&](pqxx::work& work) {
        std::vector<DueTimer> timers;
        for (const auto& row : session_->link.exec(work, "select aggregate, key, name, round(extract(epoch from due) * 1000)::bigint from timer where lane = $1 order by due limit $2", lane, limit))
            timers.push_back({session_->index(row[0].as<std::string>()), row[1].as<std::string>(), row[2].as<std::string>(), Instant(std::chrono::milliseconds(row[3].as<std::int64_t>()))});
        return timers;
    });
}

Committed Store::commit(const Batch& batch) {
    Link& link = session_->link;
    bool committing = false;
    try {
        pqxx::connection& connection = link.open();
        const Cut cut(connection.sock(), link.options().deadline);
        pqxx::work work(connection);
        const auto set = link.exec(work, "update lane set batch = $2, incarnation = $3, ledger = $4::json where lane = $1 and batch = $5 and epoch = $6", batch.lane,
                                   batch.next.batch, batch.next.incarnation, json::to_json(batch.next.ledger), batch.expected.batch, batch.expected.epoch);
        if (set.affected_rows() != 1) return Committed::fenced;
        session_->write(work, batch);
        committing = true;
        work.commit();
        return Committed::yes;
    } catch (const pqxx::sql_error& error) {
        link.drop();
        if (about_content(error)) return Committed::refused;  // also at COMMIT, where deferred constraints are looked at
        if (committing) return Committed::in_doubt;
        throw StoreAway(std::string("Postgres: ") + error.what());
    } catch (const std::exception& error) {
        link.drop();
        if (committing) return Committed::in_doubt;
        throw StoreAway(std::string("Postgres: ") + error.what());
    }
}

LaneMark Store::mark(int lane) {
    session_->link.drop();
    return session_->run([&](pqxx::work& work) {
        const auto row = session_->link.exec(work, "select batch, epoch from lane where lane = $1 for update", lane)[0];
        return LaneMark{row[0].as<std::int64_t>(), row[1].as<std::int64_t>()};
    });
}

std::vector<OutboxRow> Store::outbox(int lane, const std::string& topic, int partition, std::int64_t incarnation, std::int64_t from, std::size_t bytes) {
    return session_->run([&](pqxx::work& work) {
        std::vector<OutboxRow> rows;
        std::size_t size = 0;
        for (const auto& row : session_->link.exec(work, R"(
                select first_seq, last_seq, content from outbox
                where topic = $1 and partition = $2 and lane = $3 and incarnation = $4 and last_seq >= $5
                order by last_seq limit $6)", topic, partition, lane, incarnation, from, bytes / 1000 + 1)) {
            rows.push_back({topic, partition, incarnation, row[0].as<std::int64_t>(), row[1].as<std::int64_t>(), bytes_of(row[2].as<std::string>())});
            if ((size += rows.back().content.size()) >= bytes) break;
        }
        return rows;
    });
}

std::vector<Parked> Store::parked(int lane, std::size_t aggregate, const std::string& key, std::int64_t from, std::size_t limit) {
    return session_->run([&](pqxx::work& work) {
        std::vector<Parked> all;
        for (const auto& row : session_->link.exec(work, R"(
                select position, aggregate, key, source, outcome, why, kind, name, envelope, payload from parked
                where lane = $1 and aggregate = $2 and key = $3 and position >= $4 order by position limit $5)", lane, session_->name(aggregate), key, from, limit)) {
            all.push_back(session_->parked_of(row));
            all.back().payload = bytes_of(row["payload"].as<std::string>());
        }
        return all;
    });
}

void Store::tidy(Instant) {
    const auto days = std::to_string(session_->link.options().keep.count() / 24);
    session_->run([&](pqxx::work& work) {
        make_partitions(work);
        work.exec(R"(do $$
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

void Store::Session::write(pqxx::work& work, const Batch& batch) {
    if (!batch.states.empty()) write_states(work, batch);
    if (!batch.timers.empty()) write_timers(work, batch);
    if (!batch.outbox.empty()) write_outbox(work, batch);
    if (!batch.effects.empty() || !batch.answers.empty()) write_effects(work, batch);
    if (!batch.parked.empty() || !batch.unparked.empty()) write_parked(work, batch);
    if (!batch.rows.empty()) write_rows(work, batch);
    for (const Orphaned& orphaned : batch.orphaned)
        link.exec(work, "insert into orphaned (topic, source_lane, incarnation, first_seq, last_seq) values ($1, $2, $3, $4, $5)", orphaned.topic, orphaned.source_lane,
                  orphaned.incarnation, orphaned.first, orphaned.last);
}

void Store::Session::write_states(pqxx::work& work, const Batch& batch) {
    for (std::size_t aggregate = 0; aggregate < definition.aggregates.size(); ++aggregate) {
        ArrayText keys, versions, stages, shapes, bodies;
        for (const StateWrite& state : batch.states) {
            if (state.aggregate != aggregate) continue;
            keys.add(state.key);
            versions.add(state.version);
            stages.add(state.stage);
            shapes.add(std::int64_t(state.shape));
            bodies.add(state.body);
        }
        if (keys.empty()) continue;
        link.exec(work, "insert into " + quoted(name(aggregate)) + R"( (key, lane, version, stage, shape, body)
            select key, $1, version, stage, shape, body::json from unnest($2::text[], $3::bigint[], $4::text[], $5::int[], $6::text[]) as s (key, version, stage, shape, body)
            on conflict (key, lane) do update set version = excluded.version, stage = excluded.stage, shape = excluded.shape, body = excluded.body)",
            batch.lane, keys.str(), versions.str(), stages.str(), shapes.str(), bodies.str());
    }
}

void Store::Session::write_timers(pqxx::work& work, const Batch& batch) {
    ArrayText gone_aggregates, gone_keys, gone_names, aggregates, keys, names, dues;
    for (const TimerWrite& timer : batch.timers) {
        (timer.due ? aggregates : gone_aggregates).add(name(timer.aggregate));
        (timer.due ? keys : gone_keys).add(timer.key);
        (timer.due ? names : gone_names).add(timer.name);
        if (timer.due) dues.add(to_text(*timer.due));
    }
    if (!gone_keys.empty())
        link.exec(work, "delete from timer t using unnest($1::text[], $2::text[], $3::text[]) as g (aggregate, key, name) where t.aggregate = g.aggregate and t.key = g.key and t.name = g.name",
                  gone_aggregates.str(), gone_keys.str(), gone_names.str());
    if (!keys.empty())
        link.exec(work, R"(insert into timer (aggregate, key, name, lane, due)
            select aggregate, key, name, $1, due from unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[]) as t (aggregate, key, name, due)
            on conflict (aggregate, key, name) do update set lane = excluded.lane, due = excluded.due)", batch.lane, aggregates.str(), keys.str(), names.str(), dues.str());
}

void Store::Session::write_outbox(pqxx::work& work, const Batch& batch) {
    ArrayText topics, partitions, incarnations, firsts, lasts, contents;
    for (const OutboxRow& row : batch.outbox) {
        topics.add(row.topic);
        partitions.add(std::int64_t(row.partition));
        incarnations.add(row.incarnation);
        firsts.add(row.first);
        lasts.add(row.last);
        contents.add_bytes(row.content);
    }
    link.exec(work, R"(insert into outbox (lane, topic, partition, incarnation, first_seq, last_seq, content)
        select $1, * from unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[]))",
        batch.lane, topics.str(), partitions.str(), incarnations.str(), firsts.str(), lasts.str(), contents.str());
}

void Store::Session::write_effects(pqxx::work& work, const Batch& batch) {
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
        link.exec(work, R"(insert into effect (lane, id, aggregate, key, call, request, cause, trace, asked_at)
            select $1, id, aggregate, key, call, request::json, cause, trace, asked_at
            from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[]) as e (id, aggregate, key, call, request, cause, trace, asked_at))",
            batch.lane, ids.str(), aggregates.str(), keys.str(), calls.str(), requests.str(), causes.str(), traces.str(), asked.str());
    ArrayText answered, answers;
    for (const EffectAnswer& answer : batch.answers) {
        answered.add(answer.id);
        answers.add(answer.answer);
    }
    if (!answered.empty())
        link.exec(work, "update effect e set answer = a.answer::json, answered_at = now() from unnest($1::text[], $2::text[]) as a (id, answer) where e.id = a.id", answered.str(), answers.str());
}

void Store::Session::write_parked(pqxx::work& work, const Batch& batch) {
    ArrayText gone;
    for (const auto position : batch.unparked) gone.add(position);
    if (!gone.empty()) link.exec(work, "delete from parked where lane = $1 and position = any($2::bigint[])", batch.lane, gone.str());
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
        link.exec(work, R"(insert into parked (lane, position, aggregate, key, outcome, why, kind, name, source, envelope, payload)
            select $1, position, aggregate, key, outcome, why, kind, name, source, envelope::json, payload
            from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bytea[])
                 as p (position, aggregate, key, outcome, why, kind, name, source, envelope, payload))",
            batch.lane, positions.str(), aggregates.str(), keys.str(), outcomes.str(), whys.str(), kinds.str(), names.str(), sources.str(), envelopes.str(), payloads.str());
}

// Rows of one table and one set of columns go in one statement; Postgres casts the JSON to the table's own types. A row that
// an earlier one of the batch wrote with other columns goes after it: writes to one row come true in their order.
void Store::Session::write_rows(pqxx::work& work, const Batch& batch) {
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
            const auto values = json::detail::parse(row.values);
            std::string identity = row.table;
            for (const auto& column : row.key) identity += "\x1f" + column + "\x1e" + boost::json::serialize(values.as_object().at(column));
            const auto [last, first_time] = written.try_emplace(identity, known->second);
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
        link.exec(work, "insert into " + quoted(like->table) + " (" + names + ") select " + names + " from json_populate_recordset(null::" + quoted(like->table) + ", $1::json) on conflict (" + keys +
                        ") do " + (sets.empty() ? "nothing" : "update set " + sets), values + "]");
    }
}

}  // namespace waybill::postgres
