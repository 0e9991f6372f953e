#include "domain/text.h"

#include "domain/words.h"

#include <waybill/gazetteer.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace waybill::extraction::rules {
namespace {

using gazetteer::fold;

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(char c) { return c >= '0' && c <= '9'; }
int hex(char c) { return digit(c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

void append_utf8(std::string& out, std::uint32_t point) {
    if (point < 0x80) out += char(point);
    else if (point < 0x800) out += {char(0xC0 | point >> 6), char(0x80 | (point & 0x3F))};
    else if (point < 0x10000) out += {char(0xE0 | point >> 12), char(0x80 | (point >> 6 & 0x3F)), char(0x80 | (point & 0x3F))};
    else if (point < 0x110000)
        out += {char(0xF0 | point >> 18), char(0x80 | (point >> 12 & 0x3F)), char(0x80 | (point >> 6 & 0x3F)), char(0x80 | (point & 0x3F))};
}

Mapped whole(std::string_view text) {
    Mapped out;
    out.text = text;
    out.from.reserve(text.size());
    for (std::uint32_t i = 0; i < text.size(); ++i) out.from.push_back({i, i + 1});
    return out;
}

// How many bytes at i nobody sees: control, zero-width, soft hyphen, marks and isolates of direction, variants, tags. 0 if seen.
// What turns the order of the text around (turns_order) is none of them.
std::size_t unseen_at(std::string_view text, std::size_t i) {
    if (text[i] >= ' ' && text[i] < 0x7F) return 0;
    const auto byte = [&](std::size_t k) { return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0; };
    const unsigned a = byte(0), b = byte(1), c = byte(2);
    if (a < 0x20) return a != '\t' && a != '\n' && a != '\r';
    if (a == 0x7F) return 1;
    if (a == 0xC2) return b == 0xAD ? 2 : 0;
    if (a == 0xCD) return b == 0x8F ? 2 : 0;  // joins what it stands between
    if (a == 0xD8) return b == 0x9C ? 2 : 0;
    if (a == 0xE2 && b == 0x80) return (c >= 0x8B && c <= 0x8F) || c == 0xAA || c == 0xAC ? 3 : 0;
    if (a == 0xE2 && b == 0x81) return c >= 0xA0 && c <= 0xAF && c != 0xA7 ? 3 : 0;
    if (a == 0xEF) return (b == 0xBB && c == 0xBF) || (b == 0xB8 && c >= 0x80 && c <= 0x8F) ? 3 : 0;
    if (a == 0xF3 && b == 0xA0) return c >= 0x80 && c <= 0x87 && byte(3) >= 0x80 ? 4 : 0;
    return 0;
}

Mapped without_unseen(Mapped in) {
    std::size_t i = 0;
    while (i < in.text.size() && !unseen_at(in.text, i)) ++i;
    if (i == in.text.size()) return in;
    Mapped out;
    out.copy(in, 0, i);
    while (i < in.text.size()) {
        std::size_t end = i;
        while (end < in.text.size() && !unseen_at(in.text, end)) ++end;
        out.copy(in, i, end - i);
        i = end;
        if (i < in.text.size()) i += unseen_at(in.text, i);
    }
    return out;
}

// Copies from `begin` to before the next of these bytes. The last one that was copied.
std::size_t copy_up_to(Mapped& out, const Mapped& in, std::size_t begin, std::string_view stops) {
    std::size_t end = begin + 1;
    while (end < in.text.size() && std::none_of(stops.begin(), stops.end(), [&](char stop) { return in.text[end] == stop; })) ++end;
    out.copy(in, begin, end - begin);
    return end - 1;
}

// "=3D", "=C3=A4" and soft line ends; only where the text shows that it is so encoded.
Mapped without_quoted_printable(Mapped in) {
    const std::string_view text = in.text;
    const bool encoded = text.find("=3D") != text.npos || text.find("=C3=") != text.npos || text.find("=C5=") != text.npos ||
                         text.find("=C4=") != text.npos || text.find("=20\n") != text.npos || text.find("=E2=80") != text.npos ||
                         text.find("=D0=") != text.npos;
    if (!encoded) return in;
    Mapped out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=') i = copy_up_to(out, in, i, "=");
        else if (text.substr(i, 2) == "=\n") ++i;
        else if (text.substr(i, 3) == "=\r\n") i += 2;
        else if (i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
            const char byte = char(hex(text[i + 1]) * 16 + hex(text[i + 2]));
            out.add({&byte, 1}, in.where(i, i + 3));
            i += 2;
        } else out.copy(in, i, 1);
    }
    return out;
}

constexpr std::pair<std::string_view, std::uint32_t> entities[] = {
    {"nbsp", ' '},     {"amp", '&'},      {"lt", '<'},       {"gt", '>'},       {"quot", '"'},     {"apos", '\''},    {"ndash", 0x2013},
    {"mdash", 0x2014}, {"rarr", 0x2192},  {"larr", 0x2190},  {"euro", 0x20AC},  {"pound", 0xA3},   {"deg", 0xB0},     {"hellip", 0x2026},
    {"auml", 0xE4},    {"ouml", 0xF6},    {"uuml", 0xFC},    {"Auml", 0xC4},    {"Ouml", 0xD6},    {"Uuml", 0xDC},    {"szlig", 0xDF},
    {"aring", 0xE5},   {"Aring", 0xC5},   {"oslash", 0xF8},  {"Oslash", 0xD8},  {"aelig", 0xE6},   {"AElig", 0xC6},   {"eacute", 0xE9},
    {"Eacute", 0xC9},  {"egrave", 0xE8},  {"ecirc", 0xEA},   {"agrave", 0xE0},  {"acirc", 0xE2},   {"ccedil", 0xE7},  {"icirc", 0xEE},
    {"ocirc", 0xF4},   {"ugrave", 0xF9},  {"oacute", 0xF3},  {"Oacute", 0xD3},  {"aacute", 0xE1},  {"iacute", 0xED},  {"uacute", 0xFA},
    {"ntilde", 0xF1},  {"scaron", 0x161}, {"Scaron", 0x160}, {"thinsp", ' '},   {"ensp", ' '},     {"emsp", ' '},     {"rsquo", '\''},
    {"lsquo", '\''},   {"ldquo", '"'},    {"rdquo", '"'},    {"bdquo", '"'},    {"bull", '-'},     {"middot", '-'},   {"times", 'x'},
    {"zwnj", 0},       {"zwj", 0},        {"lrm", 0},        {"rlm", 0},       {"shy", 0},
};

Mapped without_entities(Mapped in) {
    const std::string_view text = in.text;
    if (text.find('&') == text.npos) return in;
    Mapped out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '&') {
            i = copy_up_to(out, in, i, "&");
            continue;
        }
        const auto end = text.substr(0, std::min(text.size(), i + 12)).find(';', i);
        if (end == text.npos) {
            out.copy(in, i, 1);
            continue;
        }
        const auto name = text.substr(i + 1, end - i - 1);
        std::string letter;
        if (name.size() > 1 && name[0] == '#') {
            const bool is_hex = name[1] == 'x' || name[1] == 'X';
            const auto digits = name.substr(is_hex ? 2 : 1);
            std::uint32_t point = 0;
            const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), point, is_hex ? 16 : 10);
            if (error != std::errc{} || stop != digits.data() + digits.size()) {
                out.copy(in, i, 1);
                continue;
            }
            append_utf8(letter, point == 160 ? ' ' : point);
        } else {
            const auto known = std::find_if(std::begin(entities), std::end(entities), [&](const auto& e) { return e.first == name; });
            if (known == std::end(entities)) {
                out.copy(in, i, 1);
                continue;
            }
            if (known->second) append_utf8(letter, known->second);
        }
        out.add(letter, in.where(i, end + 1));
        i = end;
    }
    return out;
}

Mapped without_html(const Mapped& in) {
    static constexpr std::string_view blocks[] = {"p", "br", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "blockquote", "hr"};
    const std::string_view text = in.text;
    Mapped out;
    bool no_more_closing = false;  // looked for once: an unclosed tag must not be looked for again and again
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '<') {
            if (text[i] == '\n') out.add(" ", in.from[i]);
            else i = copy_up_to(out, in, i, "<\n");
            continue;
        }
        if (text.substr(i, 4) == "<!--") {
            const auto end = text.find("-->", i);
            i = end == text.npos ? text.size() : end + 2;
            continue;
        }
        const std::size_t name_at = i + 1 + (i + 1 < text.size() && text[i + 1] == '/');
        std::size_t name_end = name_at;
        while (name_end < text.size() && name_end < name_at + 16 && (letter(text[name_end]) || digit(text[name_end]))) ++name_end;
        const auto end = no_more_closing ? text.npos : text.find('>', i);
        no_more_closing |= end == text.npos;
        if (name_end == name_at || end == text.npos) {
            out.copy(in, i, 1);
            continue;
        }
        const std::string name = fold(text.substr(name_at, name_end - name_at));
        if ((name == "style" || name == "script" || name == "head" || name == "title") && text[i + 1] != '/') {
            auto close = text.find("</", end);
            while (close != text.npos && fold(text.substr(close + 2, name.size())) != name) close = text.find("</", close + 2);
            const auto after = close == text.npos ? text.npos : text.find('>', close);
            i = after == text.npos ? text.size() : after;
            continue;
        }
        if (name == "td" || name == "th") {
            if (text[i + 1] == '/') out.add("\t", in.where(i, end + 1));
        } else if (std::find(std::begin(blocks), std::end(blocks), name) != std::end(blocks)) {
            out.add("\n", in.where(i, end + 1));
        }
        i = end;
    }
    return out;
}

bool looks_like_html(std::string_view text) {
    for (const auto tag : {"<div", "<p>", "<p ", "<br", "<html", "<body", "<table", "<td", "<b>", "<span", "</p>", "<!--"})
        if (text.find(tag) != text.npos) return true;
    return false;
}

constexpr std::pair<std::string_view, std::string_view> same_marks[] = {
    {"\u00a0", " "}, {"\u2009", " "}, {"\u202f", " "}, {"\u2007", " "}, {"\u2003", " "}, {"\u2002", " "},
    {"\u2010", "-"}, {"\u2011", "-"}, {"\u2012", "-"}, {"\u2013", "-"}, {"\u2014", "-"},
    {"\u2212", "-"}, {"\u2192", ">"}, {"\u27a1", ">"}, {"\u2794", ">"}, {"\u279c", ">"}, {"\u21d2", ">"}, {"\u00bb", "\""}, {"\u00ab", "\""},
    {"\u201e", "\""}, {"\u201c", "\""}, {"\u201d", "\""}, {"\u2018", "'"}, {"\u2019", "'"}, {"\u02bc", "'"}, {"\u2026", ".."}, {"\u2022", "-"},
    {"\u00b7", "-"}, {"\u25aa", "-"}, {"\u00ba", "°"}, {"\u2103", "°C"}, {"\u00d7", "x"}, {"\u2116", "N°"}, {"\u25b6", ">"}, {"\u2b95", ">"},
    {"->", ">"},     {"=>", ">"},     {">>", ">"},     {"\r\n", "\n"},  {"\r", "\n"},
};

Mapped one_kind_of_mark(const Mapped& in) {
    std::array<bool, 256> begins{};
    for (const auto& mark : same_marks) begins[static_cast<unsigned char>(mark.first[0])] = true;
    const std::string_view text = in.text;
    Mapped out;
    out.text.reserve(text.size());
    out.from.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        bool changed = false;
        if (begins[static_cast<unsigned char>(text[i])])
            for (const auto& [from, to] : same_marks)
                if (text.substr(i, from.size()) == from && !(from == ">>" && (out.text.empty() || out.text.back() == '\n'))) {
                    while (to == ">" && !out.text.empty() && (out.text.back() == '-' || out.text.back() == '>')) {  // "-->", ">>>"
                        out.text.pop_back();
                        out.from.pop_back();
                    }
                    out.add(to, in.where(i, i + from.size()));
                    i += from.size();
                    changed = true;
                    break;
                }
        if (changed) continue;
        std::size_t end = i + 1;
        while (end < text.size() && !begins[static_cast<unsigned char>(text[end])]) ++end;
        out.copy(in, i, end - i);
        i = end;
    }
    return out;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    for (std::size_t i = 0; i <= text.size();) {
        const auto end = std::min(text.find('\n', i), text.size());
        lines.push_back(text.substr(i, end - i));
        i = end + 1;
    }
    return lines;
}

std::string_view trimmed(std::string_view line) {
    const auto first = line.find_first_not_of(" \t\r");
    if (first == line.npos) return {};
    return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

// A line that a mail program broke: long, no end of a sentence, and the next goes on in lower case.
Mapped with_wrapped_lines_joined(Mapped in) {
    const auto lines = lines_of(in.text);
    std::vector<std::size_t> joins;
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
        const auto here = trimmed(lines[i]), next = trimmed(lines[i + 1]);
        const bool open_end = here.size() >= 55 && here.find('\t') == here.npos && here.find('|') == here.npos && here.back() != '.' &&
                              here.back() != ':' && here.back() != '!' && here.back() != '?';
        const bool goes_on = !next.empty() && next[0] >= 'a' && next[0] <= 'z' && next.find(": ") == next.npos;
        if (open_end && goes_on) joins.push_back(std::size_t(lines[i + 1].data() - in.text.data()) - 1);
    }
    for (const std::size_t at : joins) in.text[at] = ' ';
    return in;
}

bool is_head(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == line.npos || colon > 20) return false;
    const std::string name = fold(line.substr(0, colon));
    return std::find(mail_words(Meaning::mail_head).begin(), mail_words(Meaning::mail_head).end(), name) != mail_words(Meaning::mail_head).end();
}

bool begins_older(std::string_view line) {
    const bool ruled = line.starts_with("---") || line.ends_with("---") || line.starts_with("Begin ");
    const bool quoting = line.ends_with(":") && line.find_first_of("0123456789@") != line.npos;
    if (!ruled && !quoting) return false;
    const std::string folded = fold(line);
    if (ruled)
        for (const auto& words : mail_words(Meaning::older_message))
            if (folded.find(words) != folded.npos) return true;
    if (quoting)
        for (const auto& words : mail_words(Meaning::wrote))
            if (folded.ends_with(words) || folded.find(" " + words + " ") != folded.npos) return true;
    return false;
}

std::vector<std::string_view> cells_of(std::string_view line) {
    const char edge = line.find('\t') != line.npos ? '\t' : '|';
    std::vector<std::string_view> cells;
    for (std::size_t i = 0; i <= line.size();) {
        const auto end = std::min(line.find(edge, i), line.size());
        cells.push_back(trimmed(line.substr(i, end - i)));
        i = end + 1;
    }
    if (edge == '|' && cells.size() > 2) {  // "| a | b |"
        if (cells.front().empty()) cells.erase(cells.begin());
        if (cells.back().empty()) cells.pop_back();
    }
    while (!cells.empty() && cells.back().empty()) cells.pop_back();
    return cells;
}

}  // namespace

Mapped plain(std::string_view raw) {
    std::size_t size = std::min(raw.size(), longest_text);
    while (size < raw.size() && size > 0 && (static_cast<unsigned char>(raw[size]) & 0xC0) == 0x80) --size;
    Mapped text = without_unseen(without_quoted_printable(without_unseen(whole(raw.substr(0, size)))));
    if (looks_like_html(text.text)) text = without_html(text);
    text = one_kind_of_mark(without_unseen(without_entities(std::move(text))));
    return with_wrapped_lines_joined(std::move(text));
}

bool turns_order(std::string_view plain) {
    for (const auto mark : {"\u202b", "\u202d", "\u202e", "\u2067"})
        if (plain.find(mark) != plain.npos) return true;
    return false;
}

Parts apart(const Mapped& message) {
    Parts parts;
    bool older = false;
    const auto lines = lines_of(message.text);
    const auto put = [&](Mapped& part, std::string_view line) {
        if (!line.empty()) part.copy(message, line);
        part.add("\n", part.from.empty() ? Source{0, 0} : part.from.back());
    };
    bool anything_new = false;
    int dates = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto line = trimmed(lines[i]);
        if (!older && line.starts_with('>')) {  // quoted in place
            put(parts.older, trimmed(line.substr(std::min(line.find_first_not_of("> "), line.size()))));
            continue;
        }
        if (begins_older(line)) {
            older = true;
            continue;
        }
        const bool two_heads = is_head(line) && i + 1 < lines.size() && is_head(trimmed(lines[i + 1])) &&
                               (line.find('@') != line.npos || (i + 2 < lines.size() && is_head(trimmed(lines[i + 2]))));
        if (two_heads && (older || anything_new)) older = true;
        if (older && is_head(line)) {
            const auto open = line.find('<'), at = line.find('@'), close = line.find('>', at == line.npos ? 0 : at);
            const std::string head = fold(line.substr(0, line.find(':')));
            if (std::find(mail_words(Meaning::mail_date).begin(), mail_words(Meaning::mail_date).end(), head) != mail_words(Meaning::mail_date).end()) parts.older_date = ++dates == 1 ? std::string(line.substr(line.find(':') + 1)) : "";
            if (parts.older_from.empty() && open < at && at < close && close != line.npos) {
                const auto address = line.substr(open + 1, close - open - 1);
                const auto begin = std::size_t(address.data() - message.text.data());
                parts.older_from = address;
                parts.older_from_at = message.where(begin, begin + address.size());
            }
            continue;
        }
        anything_new |= !older && !line.empty();
        put(older ? parts.older : parts.newest, line.starts_with('>') ? trimmed(line.substr(1)) : lines[i]);
    }
    return parts;
}

Unrolled unroll_table(const Mapped& part) {
    Unrolled out;
    const auto lines = lines_of(part.text);
    const auto end_of_line = [&] { out.text.add("\n", out.text.from.empty() ? Source{0, 0} : out.text.from.back()); };
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool headless = lines[i].find_first_of("0123456789") != lines[i].npos || lines[i].find_first_of("\t|") == lines[i].npos;
        const auto head = headless ? std::vector<std::string_view>{} : cells_of(lines[i]);
        std::size_t rows = 0;
        if (head.size() >= 4)
            while (i + 1 + rows < lines.size()) {
                const auto cells = cells_of(lines[i + 1 + rows]);
                if (cells.size() < 3 || cells.size() > head.size() + 1) break;
                ++rows;
            }
        if (rows == 1) {
            const auto cells = cells_of(lines[i + 1]);
            for (std::size_t k = 0; k < std::min(cells.size(), head.size()); ++k)
                if (!cells[k].empty()) {
                    if (!head[k].empty()) out.text.copy(part, head[k]);
                    out.text.add(": ", out.text.from.empty() ? Source{0, 0} : out.text.from.back());
                    out.text.copy(part, cells[k]);
                    end_of_line();
                }
        } else if (rows > 1) {
            out.several_rows = true;
        } else {
            if (!lines[i].empty()) out.text.copy(part, lines[i]);
            end_of_line();
        }
        i += rows;
    }
    return out;
}

}  // namespace waybill::extraction::rules
