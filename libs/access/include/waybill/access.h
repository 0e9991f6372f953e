// Who is asking: Bearer keys, signed webhooks, and ids that are derived instead of drawn.
//
// A key is a random word that only its holder has; the file keeps its SHA-256 alone. Keys are read once and never change
// afterwards, so all of this is constant and safe from any thread. No database, no network. A refusal never repeats a key,
// a secret or a signature.
#pragma once

#include <waybill/core.h>
#include <waybill/http.h>

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace waybill::access {

enum class Role { customer, driver, operator_, bank };
std::string_view name_of(Role role);  // "customer" "driver" "operator" "bank"

struct Principal {
    Role role = Role::customer;
    std::string id;  // "cust-lt", "KUN-D03"
    bool operator==(const Principal&) const = default;
};

class Keys {
public:
    // A JSON array: [{"sha256": "<64 hex digits of the key's hash>", "role": "customer", "id": "cust-lt"}]. One holder may
    // have several keys, one key not several holders.
    static Result<Keys> load(const std::string& path);
    static Result<Keys> parse(std::string_view json);

    // The holder of the key in "Bearer <key>"; nobody if it is written otherwise or the key is unknown. The key is hashed
    // before it is looked up, so that the time it takes tells nothing about other keys.
    std::optional<Principal> who(std::string_view authorization) const;

    // The caller if it has one of the roles; else the answer to send: 401 with WWW-Authenticate or 403.
    std::variant<Principal, http::Response> admit(const http::Request& request, std::initializer_list<Role> roles) const;

private:
    std::map<std::string, Principal, std::less<>> by_hash_;
};

std::string sha256_hex(std::string_view text);

// prefix + the first `characters` (at most 51) of the base32 form (a-z, 2-7) of the parts' SHA-256. Each part counts with
// its length, so that ("ab", "c") and ("a", "bc") differ.
std::string derived_id(std::string_view prefix, std::initializer_list<std::string_view> parts, std::size_t characters);

// Is this webhook signed with our secret, as Standard Webhooks 1.0 says ("whsec_<base64>", HMAC-SHA256 of
// "<id>.<timestamp>.<body>", five minutes of tolerance)? Nothing when it is, else why not.
std::optional<Refusal> not_signed(std::string_view secret, const http::Request& request, Instant now);

}  // namespace waybill::access
