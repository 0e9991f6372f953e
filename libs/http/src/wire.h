// What router, server and client share of the protocol's text. Knows no sockets.
#pragma once

#include <waybill/http.h>

#include <optional>

namespace waybill::http {

bool same_name(std::string_view a, std::string_view b);   // ASCII, without regard to case
bool is_token(std::string_view text);                     // a method or field name
bool is_field_value(std::string_view text);               // nothing that could end the line it stands on

// Fills path and query from the request's target; a problem (400) if it is not one that a server of origin can serve.
std::optional<Response> read_target(std::string_view target, Request& request);

// The bytes of a response; a status or header that HTTP cannot carry becomes a 500. `head`: the length of the body, but not the body.
std::string bytes_of(Response response, bool head, bool close);

void join(Headers& headers, std::string_view name, std::string_view value);

}  // namespace waybill::http
