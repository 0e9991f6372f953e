// First stage: what a person would see. Mark-up, transport remnants and layout go; quoted older messages are set apart.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::extraction::rules {

inline constexpr std::size_t longest_text = 64 * 1024;

// Text that was cut out of another one and still knows where each of its bytes was read.
struct Source {
    std::uint32_t begin, end;  // bytes of the message as it arrived
};
struct Mapped {
    std::string text;
    std::vector<Source> from;  // of every byte of `text`

    void add(std::string_view bytes, Source source) {
        text += bytes;
        from.resize(text.size(), source);
    }
    void copy(const Mapped& other, std::size_t begin, std::size_t size) {
        text.append(other.text, begin, size);
        from.insert(from.end(), other.from.begin() + std::ptrdiff_t(begin), other.from.begin() + std::ptrdiff_t(std::min(begin + size, other.from.size())));
    }
    void copy(const Mapped& other, std::string_view piece) { copy(other, std::size_t(piece.data() - other.text.data()), piece.size()); }  // a piece of other.text
    Source where(std::size_t begin, std::size_t end) const { return begin < end && end <= from.size() ? Source{from[begin].begin, from[end - 1].end} : Source{0, 0}; }
};

// HTML, entities and quoted-printable remnants resolved, what nobody sees left out; one kind of space, dash, quote and arrow; hard-wrapped lines joined.
Mapped plain(std::string_view raw);

// Marks of direction make a person see other figures than stand there ("42 t" for "24 t"). `plain` leaves these in.
bool turns_order(std::string_view plain);

struct Parts {
    Mapped newest;           // what this sender wrote now
    Mapped older;            // what it quotes or forwards
    std::string older_from;  // the address in the head of the older one, if any
    std::string older_date;  // what its head says of the day it was written; empty when there are several
    Source older_from_at{0, 0};
};
Parts apart(const Mapped& message);

// A table with a head becomes "head: cell" lines when it has one row; with more rows it is several shipments and goes.
struct Unrolled {
    Mapped text;
    bool several_rows = false;
};
Unrolled unroll_table(const Mapped& part);

}  // namespace waybill::extraction::rules
