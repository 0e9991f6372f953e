// What can be told over HTTP: one table of routes, and for each a function from its body to a fact.
#pragma once

#include "domain/facts.h"
#include "http/body.h"

#include <waybill/access.h>
#include <waybill/host.h>

#include <map>
#include <string>

namespace waybill::edge {

void routes(http::Router& router, const host::Inside& inside);

// A request whose caller and key are known.
struct Asking {
    access::Principal caller;
    std::string idempotency_key;
    std::string id;  // of the path; "" if it has none
    Instant now{};
};

struct Taking {
    Fact fact;
    std::string id;        // of what the answer is about
    std::string location;  // where its state can be read
};

// offers.cpp
Result<Taking> offer(const Asking& asking, Body& body);
Result<Taking> review(const Asking& asking, Body& body);
Result<Taking> withdrawal(const Asking& asking, Body& body);
// assignments.cpp
Result<Taking> acceptance(const Asking& asking, Body& body);
Result<Taking> decline(const Asking& asking, Body& body);
// vehicles.cpp
Result<Taking> position(const Asking& asking, Body& body);
// shipments.cpp
Result<Taking> pick_up(const Asking& asking, Body& body);
Result<Taking> delivery(const Asking& asking, Body& body);
// payments.cpp
Result<Taking> payment(const Asking& asking, Body& body);

}  // namespace waybill::edge
