#include "domain/whereabouts.h"
#include "http/routes.h"

#include <waybill/json.h>

namespace waybill::operations {
namespace {

const std::string shipment_body = R"(json_build_object(
    'id', id, 'customer', customer, 'stage', stage, 'since', rfc3339(since),
    'awaited', awaited, 'awaited_from', awaited_from, 'awaited_until', rfc3339(awaited_until), 'why', why,
    'attempt', attempt, 'driver', driver, 'vehicle', vehicle, 'kilometres', kilometres,
    'pickup', pickup, 'delivery', delivery, 'goods', goods, 'weight_kg', weight_kg, 'equipment', equipment, 'reference', reference,
    'question', case when stage = 'needs_person' then question end)::text as body)";

std::string text_in(const Row& row, const char* column) { return row.at(column).value_or(""); }
std::optional<Instant> instant_in(const Row& row, const char* column) { return row.at(column) ? std::optional(*parse_instant(*row.at(column), column)) : std::nullopt; }

}  // namespace

http::Response shipment(const Asking& asking) {
    static const std::string sql = "select " + shipment_body + R"( from shipment
        where id = $1 and stage is not null and ($2::text is null or customer = $2) and ($3::text is null or driver = $3))";
    return one(asking.reader.rows(sql, {asking.id, asking.only_customer(), asking.only_driver()}));
}

http::Response shipments(const Asking& asking) {
    static const std::string sql = "select id, rfc3339(registered_at) as at, " + shipment_body + R"( from shipment
        where stage is not null and registered_at is not null and ($1::text is null or customer = $1) and ($2::text is null or stage = $2)
          and ($3::timestamptz is null or (registered_at, id) < ($3::timestamptz, $4::text))
        order by registered_at desc, id desc limit $5::int)";
    return page(asking.reader.rows(sql, {asking.only_customer(), asking.asked("stage"), asking.after_time, asking.after_id, std::to_string(asking.limit + 1)}), asking);
}

http::Response timeline(const Asking& asking) {
    static const std::string known = "select 1 as yes from shipment where id = $1 and ($2::text is null or customer = $2)";
    static const std::string sql = R"(select event_id as id, rfc3339(time) as at,
            json_build_object('event_id', event_id, 'type', type, 'source', source, 'time', rfc3339(time), 'cause', cause)::text as body
        from timeline where subject = $1 and ($2::timestamptz is null or (time, event_id) > ($2::timestamptz, $3::text))
        order by time, event_id limit $4::int)";
    if (asking.reader.rows(known, {asking.id, asking.only_customer()}).empty()) return not_found();
    return page(asking.reader.rows(sql, {asking.id, asking.after_time, asking.after_id, std::to_string(asking.limit + 1)}), asking);
}

http::Response where(const Asking& asking) {
    static const std::string sql = R"(select s.id, offer_state, offer_reasons::text as offer_reasons, stage, awaited, awaited_from, rfc3339(awaited_until) as awaited_until,
            why, attempt, driver, s.vehicle, question, v.latitude, v.longitude, rfc3339(v.seen_at) as seen_at
        from shipment s left join vehicle v on v.id = s.vehicle and v.shipment = s.id
        where s.id = $1 and coalesce(stage, offer_state) is not null and ($2::text is null or customer = $2) and ($3::text is null or driver = $3))";
    const auto rows = asking.reader.rows(sql, {asking.id, asking.only_customer(), asking.only_driver()});
    if (rows.empty()) return not_found();

    const Row& row = rows.front();
    Known known;
    known.id = text_in(row, "id");
    known.offer_state = text_in(row, "offer_state");
    known.stage = text_in(row, "stage");
    known.awaited = row.at("awaited");
    known.awaited_from = row.at("awaited_from");
    known.awaited_until = instant_in(row, "awaited_until");
    known.why = text_in(row, "why");
    known.attempt = row.at("attempt") ? std::stoi(*row.at("attempt")) : 0;
    known.driver = text_in(row, "driver");
    known.vehicle = text_in(row, "vehicle");
    known.question = text_in(row, "question");
    if (row.at("offer_reasons")) known.offer_reasons = json::from_json<std::vector<std::string>>(*row.at("offer_reasons"));
    if (row.at("seen_at")) known.last_seen = LastSeen{std::stod(text_in(row, "latitude")), std::stod(text_in(row, "longitude")), *instant_in(row, "seen_at")};
    return http::json(200, json::to_json(whereabouts(known, asking.now)));
}

}  // namespace waybill::operations
