#include "http/routes.h"

namespace waybill::operations {

http::Response counts(const Asking& asking) {
    static const std::string sql = R"(select json_build_object(
            'offers', coalesce((select json_object_agg(state, many) from (select offer_state as state, count(*) as many from mine where offer_state is not null group by 1 order by 1) o), '{}'),
            'shipments', coalesce((select json_object_agg(stage, many) from (select stage, count(*) as many from mine where stage is not null group by 1 order by 1) s), '{}'))::text as body
        from (select) once)";
    return one(asking.reader.rows("with mine as (select offer_state, stage from shipment where $1::text is null or customer = $1) " + sql, {asking.only_customer()}));
}

// A driver sees the vehicles it was asked to drive.
http::Response vehicle(const Asking& asking) {
    static const std::string sql = R"(select json_build_object('id', id, 'depot', depot, 'shipment', shipment,
            'last_seen', json_build_object('latitude', latitude, 'longitude', longitude, 'seen_at', rfc3339(seen_at)))::text as body
        from vehicle where id = $1 and ($2::text is null or exists (select from assignment where assignment.vehicle = $1 and driver = $2)))";
    return one(asking.reader.rows(sql, {asking.id, asking.only_driver()}));
}

}  // namespace waybill::operations
