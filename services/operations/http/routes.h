// What can be asked over HTTP: one table of routes, and for each a function that reads rows. Nothing here changes anything.
#pragma once

#include <waybill/access.h>
#include <waybill/host.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waybill::operations {

void routes(http::Router& router, const host::Inside& inside);

// A question whose asker is known and whose parameters are in order.
struct Asking {
    access::Principal caller;
    std::string id;                            // of the path; "" if it has none
    std::map<std::string, std::string> query;  // only names that the route knows
    int limit = 0;
    std::optional<std::string> after_time, after_id;  // where the page before ended
    Instant now{};
    host::Reader& reader;

    // Whose rows may be seen: null for everybody's.
    std::optional<std::string> only_customer() const;
    std::optional<std::string> only_driver() const;
    std::optional<std::string> asked(const char* name) const;  // null if it was not
};

using Row = host::Reader::Row;

http::Response one(const std::vector<Row>& rows);                         // the first row's "body", or 404
http::Response page(const std::vector<Row>& rows, const Asking& asking);  // rows of "at", "id", "body"; one more than the limit was read
http::Response not_found();

// "<time> <id>" in base64url: opaque to the client, checked when it comes back.
std::string cursor(const std::string& time, const std::string& id);
Result<std::pair<std::string, std::string>> parse_cursor(std::string_view text);

http::Response offers(const Asking& asking);
http::Response offer(const Asking& asking);
http::Response shipments(const Asking& asking);
http::Response shipment(const Asking& asking);
http::Response timeline(const Asking& asking);
http::Response where(const Asking& asking);
http::Response assignments(const Asking& asking);
http::Response assignment(const Asking& asking);
http::Response vehicle(const Asking& asking);
http::Response invoices(const Asking& asking);
http::Response invoice(const Asking& asking);
http::Response counts(const Asking& asking);

}  // namespace waybill::operations
