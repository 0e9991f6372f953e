#include <waybill/access.h>

#include <boost/json.hpp>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <vector>

namespace waybill::access {
namespace {

using Hash = std::array<unsigned char, SHA256_DIGEST_LENGTH>;
constexpr std::size_t largest_file = 4 * 1024 * 1024;
constexpr auto tolerance = std::chrono::minutes(5);

Hash hash_of(std::string_view text) {
    Hash hash;
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
    return hash;
}

std::optional<Role> role_named(std::string_view name) {
    for (const Role role : {Role::customer, Role::driver, Role::operator_, Role::bank}) {
        if (name == name_of(role)) return role;
    }
    return {};
}

bool is_hash(std::string_view text) {
    return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// The bytes of a "whsec_..." secret or of one signature; nothing if it is not base64.
std::optional<std::string> from_base64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0) return {};
    std::string bytes(text.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) return {};
    bytes.resize(static_cast<std::size_t>(size) - static_cast<std::size_t>(std::count(text.end() - 2, text.end(), '=')));
    return bytes;
}

}  // namespace

std::string_view name_of(Role role) {
    switch (role) {
        case Role::customer: return "customer";
        case Role::driver: return "driver";
        case Role::operator_: return "operator";
        case Role::bank: return "bank";
    }
    return "?";
}

Result<Keys> Keys::load(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return Refusal{"keys file", "'" + path + "' cannot be read", "name a JSON file of keys that this user may read"};
    std::string text;
    for (char part[16384]; text.size() <= largest_file && (file.read(part, sizeof part), file.gcount() > 0);) text.append(part, static_cast<std::size_t>(file.gcount()));
    if (text.size() > largest_file) return Refusal{"keys file", "'" + path + "' is larger than 4 MiB", "split the keys over several services"};
    return parse(text);
}

Result<Keys> Keys::parse(std::string_view text) {
    const std::string cure = R"(write [{"sha256": "<64 hex digits>", "role": "customer", "id": "cust-lt"}])";
    boost::system::error_code error;
    const auto json = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
    if (error || !json.is_array()) return Refusal{"keys file", "it is not a JSON array", cure};

    Keys keys;
    std::size_t at = 0;
    for (const auto& entry : json.get_array()) {
        const std::string field = "keys file, entry " + std::to_string(++at);
        const auto* object = entry.if_object();
        const auto member = [&](const char* name) -> std::string_view {
            const auto* found = object ? object->if_contains(name) : nullptr;
            return found && found->is_string() ? std::string_view(found->get_string()) : std::string_view();
        };
        const auto hash = member("sha256"), id = member("id");
        const auto role = role_named(member("role"));
        if (!is_hash(hash)) return Refusal{field + ", sha256", "it is not a SHA-256 in lower-case hex", cure};
        if (!role) return Refusal{field + ", role", "it is not a known role", "use customer, driver, operator or bank"};
        if (auto refusal = not_an_id(id, field + ", id")) return *std::move(refusal);
        if (!keys.by_hash_.emplace(hash, Principal{*role, std::string(id)}).second) return Refusal{field, "the same key is there already", "give every holder a key of its own"};
    }
    return keys;
}

std::optional<Principal> Keys::who(std::string_view authorization) const {
    constexpr std::string_view scheme = "bearer ";
    if (authorization.size() <= scheme.size()) return {};
    const bool bearer = std::equal(scheme.begin(), scheme.end(), authorization.begin(), [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
    if (!bearer) return {};
    const auto found = by_hash_.find(sha256_hex(authorization.substr(scheme.size())));
    return found == by_hash_.end() ? std::nullopt : std::optional(found->second);
}

std::variant<Principal, http::Response> Keys::admit(const http::Request& request, std::initializer_list<Role> roles) const {
    const auto authorization = http::header(request.headers, "authorization");
    const auto caller = who(authorization);
    if (!caller) {
        auto response = authorization.empty()
            ? http::problem(401, "no-key", "Who is asking?", "this needs a key", "Authorization", "send 'Authorization: Bearer <key>'")
            : http::problem(401, "unknown-key", "Who is asking?", "this key is not known here", "Authorization", "send 'Authorization: Bearer <key>' with a key you were given");
        response.headers["WWW-Authenticate"] = "Bearer realm=\"waybill\"";
        return response;
    }
    if (std::find(roles.begin(), roles.end(), caller->role) != roles.end()) return *caller;

    std::string wanted;
    for (const Role role : roles) wanted += (wanted.empty() ? "" : " or ") + std::string(name_of(role));
    return http::problem(403, "not-your-role", "Not yours to do", "your key is that of a " + std::string(name_of(caller->role)), "Authorization", "use the key of a " + wanted);
}

std::string sha256_hex(std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (const unsigned char byte : hash_of(text)) {
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
    }
    return hex;
}

std::string derived_id(std::string_view prefix, std::initializer_list<std::string_view> parts, std::size_t characters) {
    static constexpr char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    std::string all;
    for (const auto part : parts) all.append(std::to_string(part.size())).append(":").append(part);

    std::string id(prefix);
    unsigned bits = 0, held = 0;
    for (const unsigned char byte : hash_of(all)) {
        bits = (bits << 8 | byte) & 0xfff;
        for (held += 8; held >= 5; held -= 5) {
            if (id.size() - prefix.size() == characters) return id;
            id += alphabet[bits >> (held - 5) & 31];
        }
    }
    return id;
}

std::optional<Refusal> not_signed(std::string_view secret, const http::Request& request, Instant now) {
    const auto id = http::header(request.headers, "webhook-id"), timestamp = http::header(request.headers, "webhook-timestamp");
    const auto signatures = http::header(request.headers, "webhook-signature");
    if (id.empty()) return Refusal{"webhook-id", "it is missing", "sign as Standard Webhooks says"};

    long long seconds = 0;
    const auto read = std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), seconds);
    if (read.ec != std::errc() || read.ptr != timestamp.data() + timestamp.size() || seconds < 0 || seconds > 253402300799) {
        return Refusal{"webhook-timestamp", "it is not a number of seconds", "send seconds since 1970"};
    }
    const auto age = now - Instant(std::chrono::seconds(seconds));
    if (age > tolerance || age < -tolerance) return Refusal{"webhook-timestamp", "it is more than five minutes from our time", "sign when you send, and set your clock"};

    constexpr std::string_view secret_prefix = "whsec_";
    const auto key = secret.starts_with(secret_prefix) ? from_base64(secret.substr(secret_prefix.size())) : std::nullopt;
    if (!key) return Refusal{"webhook-signature", "this server has no usable secret", "set a secret of the form whsec_<base64>"};

    const std::string signed_text = std::string(id) + "." + std::string(timestamp) + "." + request.body;
    Hash expected;
    unsigned size = 0;
    HMAC(EVP_sha256(), key->data(), static_cast<int>(key->size()), reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size(), expected.data(), &size);

    // Several signatures stand side by side while a secret is changed.
    std::istringstream each{std::string(signatures)};
    for (std::string one; each >> one;) {
        if (!one.starts_with("v1,")) continue;
        const auto given = from_base64(std::string_view(one).substr(3));
        if (given && given->size() == expected.size() && CRYPTO_memcmp(given->data(), expected.data(), expected.size()) == 0) return {};
    }
    return Refusal{"webhook-signature", "no signature fits this body", "sign '<id>.<timestamp>.<body>' with the secret you were given"};
}

}  // namespace waybill::access
