// What `up` leaves in the run folder for the other commands: where things listen, and who holds which key.
#pragma once

#include <waybill/json.h>
#include <waybill/stack.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace waybill::cli {

// .run/endpoints.json
struct Endpoints {
    std::string edge, operations;              // URLs without a path
    std::map<std::string, std::string> admin;  // by process
    int hooks_port = 0;                        // where notices go on this machine; the world listens there
    double pace = 1;
};
BOOST_DESCRIBE_STRUCT(Endpoints, (), (edge, operations, admin, hooks_port, pace))

// .run/secrets/keys.json (0600)
struct Keys {
    std::map<std::string, std::string> customers, drivers;
    std::string operator_key, bank_key, hooks_secret;
};
BOOST_DESCRIBE_STRUCT(Keys, (), (customers, drivers, operator_key, bank_key, hooks_secret))

std::string read_file(const std::filesystem::path& path);                                // throws std::runtime_error with the cure
void write_file(const std::filesystem::path& path, const std::string& text, bool secret);

Endpoints endpoints(const std::filesystem::path& run);
Keys keys(const std::filesystem::path& run);
Keys make_keys(const std::filesystem::path& run);  // once; also writes keys-public.json, the hashes that edge and operations read
std::string key_of(const Keys& keys, const std::string& holder);  // "operator", "bank", "cust-lt", "KUN-D03"

std::string program();                       // the path of this executable

}  // namespace waybill::cli
