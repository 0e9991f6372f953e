#include "http/routes.h"

namespace waybill::operations {
namespace {

const std::string assignment_body = R"(json_build_object(
    'id', id, 'shipment', shipment, 'driver', driver, 'vehicle', vehicle, 'state', state, 'why', why, 'since', rfc3339(since),
    'offered_at', rfc3339(offered_at), 'answer_until', rfc3339(answer_until), 'kilometres', kilometres, 'pickup', pickup, 'delivery', delivery)::text as body)";

}  // namespace

http::Response assignment(const Asking& asking) {
    static const std::string sql = "select " + assignment_body + " from assignment where id = $1 and offered_at is not null and ($2::text is null or driver = $2)";
    return one(asking.reader.rows(sql, {asking.id, asking.only_driver()}));
}

http::Response assignments(const Asking& asking) {
    static const std::string sql = "select id, rfc3339(offered_at) as at, " + assignment_body + R"( from assignment
        where offered_at is not null and ($1::text is null or driver = $1) and ($2::text is null or state = $2)
          and ($3::timestamptz is null or (offered_at, id) < ($3::timestamptz, $4::text))
        order by offered_at desc, id desc limit $5::int)";
    return page(asking.reader.rows(sql, {asking.only_driver(), asking.asked("state"), asking.after_time, asking.after_id, std::to_string(asking.limit + 1)}), asking);
}

}  // namespace waybill::operations
