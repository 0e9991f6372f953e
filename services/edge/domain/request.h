// A request that was taken, and the answer it got: what makes it safe to send again.
#pragma once

#include "domain/facts.h"

namespace waybill::edge {

struct Request {
    std::string tenant;     // who asked: role and id
    std::string key;        // its Idempotency-Key
    std::string body_hash;  // SHA-256 of the body in hex
    int status = 202;
    std::string location;
    std::string answer;     // JSON
    bool operator==(const Request&) const = default;
};
BOOST_DESCRIBE_STRUCT(Request, (), (tenant, key, body_hash, status, location, answer))

// The command of the one handler: this was asked, and this is what it tells us.
struct Told {
    Request request;
    Fact fact;
};

}  // namespace waybill::edge
