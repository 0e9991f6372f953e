// The HTTP interface of edge and operations without what lies behind it: every request that is let in is taken at once, and
// what it announces must be readable. Keys: lt (a customer's), op (an operator's), driver, bank.
#pragma once

#include <waybill/http.h>

namespace waybill::fuzz {

http::Router door();

// A bank's webhook as the door wants it signed.
void sign(http::Request& webhook);

}  // namespace waybill::fuzz
