#include <waybill/json.h>

#include <algorithm>

namespace waybill::json::detail {

void write_text(std::string& out, std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    const auto plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; };
    out += '"';
    for (auto from = text.begin(); from != text.end();) {
        const auto end = std::find_if_not(from, text.end(), plain);
        out.append(from, end);
        if (end == text.end()) break;
        const char c = *end;
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
        from = end + 1;
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
