// Second stage: the text as words, numbers and marks, each with what it can mean in the languages that are spoken here.
#pragma once

#include "domain/words.h"

#include <bitset>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::extraction::rules {

struct Token {
    enum class Kind : std::uint8_t { word, number, mark };
    std::uint32_t begin, end;  // in Reading::text
    Kind kind;
    char mark;          // of a mark; '>' is an arrow
    bool space_before;  // white space, or the begin of a line
    bool capital;       // begins with an upper case letter
    bool capitals;      // upper case throughout
    int line, sentence;
    std::string folded;
};

using Meanings = std::bitset<128>;
inline Meanings meanings(std::initializer_list<Meaning> all) {
    Meanings out;
    for (const Meaning one : all) out.set(std::size_t(one));
    return out;
}

struct Tag {
    Meaning meaning;
    int value;
    int first, last;  // tokens, inclusive
    bool open;        // only the beginning of the word is known: "load*" in "loader"
    std::uint32_t languages;  // bits; 0: any
};

// Which tokens told a field.
struct Seen {
    std::string field;
    int first, last;
};

struct Reading {
    std::string text;
    std::vector<Token> tokens;
    std::vector<Tag> tags;                        // by first token
    std::vector<std::uint32_t> tags_from;         // per token: where its tags begin in `tags`; one more at the end
    std::vector<Meanings> means;                  // per token: what the tags that cover it mean
    std::vector<bool> gone;                       // personal data and attacks: nothing may be read there
    std::vector<bool> used;                       // part of something understood
    std::uint32_t languages = 0;  // all that are spoken
    std::uint32_t language = 0;   // the one that is spoken most
    std::vector<Seen> seen;

    int size() const { return int(tokens.size()); }
    // Asked several times of every token: calls would be a tenth of the whole reading.
    [[gnu::always_inline]] bool is(int i, Meaning meaning) const { return i >= 0 && i < size() && means[i].test(std::size_t(meaning)); }
    [[gnu::always_inline]] bool mark(int i, char c) const { return i >= 0 && i < size() && tokens[i].kind == Token::Kind::mark && tokens[i].mark == c; }
    [[gnu::always_inline]] bool word(int i) const { return i >= 0 && i < size() && tokens[i].kind == Token::Kind::word; }
    [[gnu::always_inline]] bool number(int i) const { return i >= 0 && i < size() && tokens[i].kind == Token::Kind::number; }
    std::span<const Tag> tags_at(int first) const {       // all that begin here
        if (first < 0 || first >= size()) return {};
        return {tags.data() + tags_from[first], tags.data() + tags_from[first + 1]};
    }
    const Tag* tag(int first, Meaning meaning) const;     // the longest that begins here
    const Tag* tag_at(int token, Meaning meaning) const;  // any that covers it
    std::string_view raw(int first, int last) const { return std::string_view(text).substr(tokens[first].begin, tokens[last].end - tokens[first].begin); }
    void use(int first, int last) {
        for (int i = first; i <= last; ++i) used[i] = true;
    }
    void saw(std::string field, int first, int last) { seen.push_back({std::move(field), first, last}); }
    bool free(int i) const { return i >= 0 && i < size() && !used[i] && !gone[i]; }
};

// `spoken`: languages that are known to be spoken there, besides those that the text itself shows.
Reading read(std::string text, std::uint32_t spoken = 0);

// A number as people write it. "8.450" can be 8450 or 8.45: what follows decides.
struct Number {
    double value;
    std::optional<double> otherwise;  // the reading with the mark as decimal point
    std::string text;                 // digits and a point, as a decimal
    int first, last;
};
std::optional<Number> number_at(const Reading& reading, int token);

// Hides identity numbers, addresses and names of people that are told for a gate, and sentences that speak to a machine.
// Says whether there was an attack.
bool hide_what_nobody_should_read(Reading& reading);

}  // namespace waybill::extraction::rules
