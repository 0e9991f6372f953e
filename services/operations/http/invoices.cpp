#include "http/routes.h"

namespace waybill::operations {
namespace {

const std::string invoice_body = R"(json_build_object(
    'shipment', shipment, 'customer', customer, 'number', number, 'net', net, 'vat', vat, 'gross', gross, 'currency', currency,
    'vat_rate_permille', vat_rate_permille, 'vat_note', vat_note, 'issued_at', rfc3339(issued_at), 'due_at', rfc3339(due_at),
    'paid_at', rfc3339(paid_at), 'bank_reference', bank_reference)::text as body)";

}  // namespace

http::Response invoice(const Asking& asking) {
    static const std::string sql = "select " + invoice_body + " from invoice where shipment = $1 and number is not null and ($2::text is null or customer = $2)";
    return one(asking.reader.rows(sql, {asking.id, asking.only_customer()}));
}

http::Response invoices(const Asking& asking) {
    static const std::string sql = "select shipment as id, rfc3339(issued_at) as at, " + invoice_body + R"( from invoice
        where issued_at is not null and ($1::text is null or customer = $1)
          and ($2::timestamptz is null or (issued_at, shipment) < ($2::timestamptz, $3::text))
        order by issued_at desc, shipment desc limit $4::int)";
    return page(asking.reader.rows(sql, {asking.only_customer(), asking.after_time, asking.after_id, std::to_string(asking.limit + 1)}), asking);
}

}  // namespace waybill::operations
