#include "run_files.h"

#include "domain/roster.h"  // services/fleet: who drives

#include <waybill/access.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace waybill::cli {
namespace {

namespace fs = std::filesystem;

std::array<unsigned char, 24> random_bytes() {
    std::array<unsigned char, 24> bytes{};
    if (RAND_bytes(bytes.data(), bytes.size()) != 1) throw std::runtime_error("no random bytes from the system");
    return bytes;
}

std::string random_key() {
    std::string text = "wbk_";
    for (const unsigned char byte : random_bytes()) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

struct PublicKey { std::string sha256, role, id; };
BOOST_DESCRIBE_STRUCT(PublicKey, (), (sha256, role, id))

}  // namespace

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path.string() + "; is the system up? start it with: waybill up");
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

void write_file(const fs::path& path, const std::string& text, bool secret) {
    fs::create_directories(path.parent_path());
    const fs::path beside = path.string() + ".new";
    const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, secret ? 0600 : 0644);
    if (file < 0) throw std::runtime_error("cannot write " + beside.string());
    const bool whole = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(file);
    if (!whole) throw std::runtime_error("cannot write " + beside.string() + ": is the disk full?");
    fs::rename(beside, path);
}

Endpoints endpoints(const fs::path& run) { return json::from_json<Endpoints>(read_file(run / "endpoints.json")); }
Keys keys(const fs::path& run) { return json::from_json<Keys>(read_file(run / "secrets" / "keys.json")); }

Keys make_keys(const fs::path& run) {
    Keys made;
    if (fs::exists(run / "secrets" / "keys.json")) made = keys(run);
    for (const char* country : {"lt", "de", "pl", "no", "nl", "se"})
        if (auto& key = made.customers["cust-" + std::string(country)]; key.empty()) key = random_key();
    for (const auto& driver : fleet::driver_ids())
        if (auto& key = made.drivers[driver]; key.empty()) key = random_key();
    if (made.operator_key.empty()) made.operator_key = random_key();
    if (made.bank_key.empty()) made.bank_key = random_key();
    if (made.hooks_secret.empty()) {
        const auto bytes = random_bytes();
        std::string base64(4 * ((bytes.size() + 2) / 3) + 1, '\0');
        base64.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()), bytes.data(), static_cast<int>(bytes.size()))));
        made.hooks_secret = "whsec_" + base64;
    }
    write_file(run / "secrets" / "keys.json", json::to_json(made), true);

    std::vector<PublicKey> hashes;
    for (const auto& [id, key] : made.customers) hashes.push_back({access::sha256_hex(key), "customer", id});
    for (const auto& [id, key] : made.drivers) hashes.push_back({access::sha256_hex(key), "driver", id});
    hashes.push_back({access::sha256_hex(made.operator_key), "operator", "operator-1"});
    hashes.push_back({access::sha256_hex(made.bank_key), "bank", "bank-1"});
    write_file(run / "keys-public.json", json::to_json(hashes), false);
    return made;
}

std::string key_of(const Keys& keys, const std::string& holder) {
    if (holder == "operator") return keys.operator_key;
    if (holder == "bank") return keys.bank_key;
    for (const auto* table : {&keys.customers, &keys.drivers})
        if (const auto found = table->find(holder); found != table->end()) return found->second;
    std::string known = "operator, bank";
    for (const auto& [id, key] : keys.customers) known += ", " + id;
    throw std::runtime_error("nobody called '" + holder + "' has a key; known: " + known + " and the drivers, such as " + keys.drivers.begin()->first);
}

std::string program() { return fs::read_symlink("/proc/self/exe").string(); }

}  // namespace waybill::cli
