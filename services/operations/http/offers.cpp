#include "http/routes.h"

namespace waybill::operations {
namespace {

const std::string offer_body = R"(json_build_object(
    'id', id, 'customer', customer, 'channel', channel, 'state', offer_state, 'since', rfc3339(offer_since),
    'received_at', rfc3339(received_at), 'registered_at', rfc3339(registered_at), 'decided_by', offer_decided_by,
    'reasons', coalesce(offer_reasons, '[]'), 'missing', coalesce(offer_missing, '[]'), 'read', coalesce(offer_read, '[]'))::text as body)";

}  // namespace

http::Response offer(const Asking& asking) {
    static const std::string sql = "select " + offer_body + R"( from shipment
        where id = $1 and registered_at is not null and ($2::text is null or customer = $2))";
    return one(asking.reader.rows(sql, {asking.id, asking.only_customer()}));
}

http::Response offers(const Asking& asking) {
    static const std::string sql = "select id, rfc3339(registered_at) as at, " + offer_body + R"( from shipment
        where registered_at is not null and ($1::text is null or customer = $1) and ($2::text is null or offer_state = $2)
          and ($3::timestamptz is null or (registered_at, id) < ($3::timestamptz, $4::text))
        order by registered_at desc, id desc limit $5::int)";
    return page(asking.reader.rows(sql, {asking.only_customer(), asking.asked("state"), asking.after_time, asking.after_id, std::to_string(asking.limit + 1)}), asking);
}

}  // namespace waybill::operations
