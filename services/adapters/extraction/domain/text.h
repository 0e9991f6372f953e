// First stage: what a person would see. Mark-up, transport remnants and layout go; quoted older messages are set apart.
#pragma once

#include <string>
#include <string_view>

namespace waybill::extraction::rules {

inline constexpr std::size_t longest_text = 64 * 1024;

// HTML, entities and quoted-printable remnants resolved; one kind of space, dash, quote and arrow; hard-wrapped lines joined.
std::string plain(std::string_view raw);

struct Parts {
    std::string newest;      // what this sender wrote now
    std::string older;       // what it quotes or forwards
    std::string older_from;  // the address in the head of the older one, if any
};
Parts apart(std::string_view text);

// A table with a head becomes "head: cell" lines when it has one row; with more rows it is several shipments and goes.
struct Unrolled {
    std::string text;
    bool several_rows = false;
};
Unrolled unroll_table(std::string_view text);

}  // namespace waybill::extraction::rules
