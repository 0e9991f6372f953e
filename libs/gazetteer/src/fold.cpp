#include "waybill/gazetteer.h"

#include <algorithm>
#include <array>

namespace waybill::gazetteer {
namespace {

// The few hundred letters Europe writes; ICU would bring 30 MB for them.
struct Folded {
    char32_t point;
    const char* text;
};
constexpr Folded letters[] = {
#include "fold_table.inc"
};

// Two-byte UTF-8 covers nearly all of it: looked up directly.
struct Table {
    std::array<const char*, 0x530> at{};
    Table() {
        for (const Folded& letter : letters)
            if (letter.point < at.size()) at[letter.point] = letter.text;
    }
};

const char* folded(char32_t point) {
    static const Table table;
    if (point < table.at.size()) return table.at[point];
    const auto found = std::lower_bound(std::begin(letters), std::end(letters), point, [](const Folded& l, char32_t p) { return l.point < p; });
    return found != std::end(letters) && found->point == point ? found->text : nullptr;
}

}  // namespace

std::string fold(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    const auto space = [&] {
        if (!out.empty() && out.back() != ' ') out += ' ';
    };
    for (std::size_t i = 0; i < text.size();) {
        const unsigned char c = text[i];
        if (c < 0x80) {
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += char(c);
            else if (c >= 'A' && c <= 'Z') out += char(c | 0x20);
            else space();
            ++i;
            continue;
        }
        const std::size_t size = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
        char32_t point = c & (0xFF >> (size + 1));
        bool whole = c >= 0xC2 && c <= 0xF4 && i + size <= text.size();
        for (std::size_t k = 1; whole && k < size; ++k) {
            whole = (static_cast<unsigned char>(text[i + k]) & 0xC0) == 0x80;
            point = (point << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
        }
        if (!whole) {
            space();
            ++i;
            continue;
        }
        if (const char* plain = folded(point)) {
            if (plain[0] == ' ') space();
            else out += plain;
        } else if (point >= 0x2000 && point < 0x2C60) {
            space();  // punctuation, arrows, symbols
        } else if (point >= 0x1F000 || (point >= 0xFE00 && point <= 0xFE0F)) {
            space();  // emoji
        } else {
            out += text.substr(i, size);
        }
        i += size;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

}  // namespace waybill::gazetteer
