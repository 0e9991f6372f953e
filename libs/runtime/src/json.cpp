#include <waybill/json.h>

namespace waybill::json::detail {

void write_text(std::string& out, std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte >= 0x20) {
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else {
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
    }
    out += '"';
}

void malformed(std::string_view expected) { throw std::invalid_argument("expected " + std::string(expected)); }

boost::json::value parse(std::string_view text) {
    boost::system::error_code error;
    auto value = boost::json::parse({text.data(), text.size()}, error);
    if (error) throw std::invalid_argument("not JSON: " + error.message());
    return value;
}

}  // namespace waybill::json::detail
