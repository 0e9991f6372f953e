#include "session.h"

#include <mutex>

namespace waybill::postgres {

LeaseWish next_wish(const LeaseView& view, const std::string& me, const std::vector<std::string>& services, int lanes) {
    LeaseWish wish;
    for (const auto& service : services) {
        const auto alive = view.processes.find(service);
        const int processes = std::max(1, alive == view.processes.end() ? 1 : alive->second);
        const int fair = (lanes + processes - 1) / processes;
        std::set<int> mine, free;
        for (int lane = 0; lane < lanes; ++lane) free.insert(lane);
        for (const auto& lease : view.leases) {
            if (lease.service != service) continue;
            if (lease.owner == me && !lease.expired) mine.insert(lease.lane);
            if (!lease.expired) free.erase(lease.lane);
        }
        // One lane less a renewal, the highest first, until the share is fair; the others find it free.
        if (static_cast<int>(mine.size()) > fair) {
            wish.release.emplace(service, *mine.rbegin());
            mine.erase(std::prev(mine.end()));
        }
        for (const int lane : mine) wish.claim.emplace(service, lane);
        for (const int lane : free)
            if (static_cast<int>(mine.size()) < fair) {
                wish.claim.emplace(service, lane);
                mine.insert(lane);
            }
    }
    return wish;
}

class Leases::Session {
public:
    Session(Options options, std::string owner, std::chrono::milliseconds ttl) : link(std::move(options), "waybill"), owner(std::move(owner)), ttl(ttl) {}

    template <class Body>
    auto run(Body body) {
        const std::lock_guard lock(mutex);
        try {
            pqxx::connection& connection = link.open();
            const Cut cut(connection.sock(), link.options().deadline);
            pqxx::work work(connection);
            auto result = body(work);
            work.commit();
            return result;
        } catch (const std::exception& error) {
            link.drop();
            is_known_alive = false;
            throw std::runtime_error(std::string("Postgres: ") + error.what());
        }
    }

    std::mutex mutex;
    Link link;
    const std::string owner;
    const std::chrono::milliseconds ttl;
    bool is_known_alive = false;  // this connection holds the lock of its owner
};

// An owner holds an advisory lock as long as its connection lives. A process that is killed loses both at once, so the others
// need not wait for the end of its lease; one that only hangs keeps them until then.
const std::string dead = "not exists (select from pg_locks k where k.locktype = 'advisory' and k.objsubid = 2 and k.classid = hashtext('waybill.lease')::oid and k.objid = hashtext(owner)::oid)";

Leases::Leases(Options options, std::string owner, std::chrono::milliseconds ttl) : session_(std::make_unique<Session>(std::move(options), std::move(owner), ttl)) {}
Leases::~Leases() = default;

void Leases::prepare() {
    session_->run([&](pqxx::work& work) {
        work.exec("select pg_advisory_xact_lock(hashtext('waybill.migrate.leases'))");
        return work.exec(R"(
            create unlogged table if not exists lease (service text, lane int, owner text not null, until timestamptz not null, primary key (service, lane)) with (fillfactor = 10);
            create unlogged table if not exists presence (service text, owner text, until timestamptz not null, primary key (service, owner)) with (fillfactor = 10))");
    });
}

LeaseView Leases::renew(const std::vector<std::string>& services, const LeaseWish& wish) {
    ArrayText names, claim_services, claim_lanes, release_services, release_lanes;
    for (const auto& service : services) names.add(service);
    for (const auto& [service, lane] : wish.claim) { claim_services.add(service); claim_lanes.add(std::int64_t(lane)); }
    for (const auto& [service, lane] : wish.release) { release_services.add(service); release_lanes.add(std::int64_t(lane)); }
    return session_->run([&](pqxx::work& work) {
        // Not ours at once when an older connection of ours still lingers: asked again at the next renewal.
        if (!session_->is_known_alive)
            session_->is_known_alive = session_->link.exec(work, "select pg_try_advisory_lock(hashtext('waybill.lease'), hashtext($1))", session_->owner)[0][0].as<bool>();
        // All parts see the tables as they were: what was claimed here is read from `claimed`, the rest from the tables.
        const auto rows = session_->link.exec(work, R"(
            with gone_owners as materialized (select owner from (select owner from lease union select owner from presence) o where owner <> $1 and )" + dead + R"(),
            present as (
                insert into presence (service, owner, until) select s, $1, now() + $2::interval from unnest($3::text[]) s
                on conflict (service, owner) do update set until = excluded.until),
            gone as (delete from presence where until < now() - interval '1 minute'),
            claimed as (
                insert into lease (service, lane, owner, until) select s, l, $1, now() + $2::interval from unnest($4::text[], $5::int[]) as c (s, l) order by s, l
                on conflict (service, lane) do update set owner = excluded.owner, until = excluded.until where lease.owner = excluded.owner or lease.until < now() or lease.owner in (select owner from gone_owners)
                returning service, lane),
            released as (
                delete from lease using unnest($6::text[], $7::int[]) as r (s, l) where owner = $1 and service = r.s and lane = r.l returning service, lane)
            select 'lease', service, lane, $1, false from claimed
            union all
            select 'lease', service, lane, owner, until < now() or owner in (select owner from gone_owners) from lease
             where service = any($3::text[]) and (service, lane) not in (select service, lane from claimed) and (service, lane) not in (select service, lane from released)
            union all
            select 'processes', service, (count(*) filter (where owner <> $1) + 1)::int, '', false from presence where service = any($3::text[]) and ((until > now() and owner not in (select owner from gone_owners)) or owner = $1) group by service)",
            session_->owner, std::to_string(session_->ttl.count()) + " milliseconds", names.str(), claim_services.str(), claim_lanes.str(), release_services.str(), release_lanes.str());
        LeaseView view;
        for (const auto& row : rows) {
            if (std::string(row[0].c_str()) == "processes") view.processes[row[1].as<std::string>()] = row[2].as<int>();
            else view.leases.push_back({row[1].as<std::string>(), row[2].as<int>(), row[3].as<std::string>(), row[4].as<bool>()});
        }
        return view;
    });
}

void Leases::release_all() {
    session_->run([&](pqxx::work& work) {
        session_->link.exec(work, "delete from presence where owner = $1", session_->owner);
        return session_->link.exec(work, "delete from lease where owner = $1", session_->owner);
    });
}

}  // namespace waybill::postgres
