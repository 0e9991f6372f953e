#include "domain/reading.h"

#include <waybill/gazetteer.h>

#include <algorithm>
#include <array>
#include <bit>
#include <unordered_map>

namespace waybill::extraction::rules {
namespace {

using gazetteer::fold;
using Kind = Token::Kind;

struct Lexicon {
    std::unordered_map<std::string, std::vector<const Phrase*>> exact;     // by first word
    std::unordered_map<std::uint32_t, std::vector<const Phrase*>> prefix;  // by up to four bytes of it, the shortest first
    Lexicon() {
        for (const Phrase& phrase : phrases()) {
            const std::string& first = phrase.words[0];
            if (first.ends_with('*')) prefix[begin_of(std::string_view(first).substr(0, std::min<std::size_t>(4, first.size() - 1)))].push_back(&phrase);
            else exact[first].push_back(&phrase);
        }
        exact.max_load_factor(0.5);
        for (auto& [begin, open] : prefix)
            std::stable_sort(open.begin(), open.end(), [](const Phrase* a, const Phrase* b) { return a->words[0].size() < b->words[0].size(); });
    }
    static std::uint32_t begin_of(std::string_view bytes) {
        std::uint32_t begin = 0;
        for (const char c : bytes) begin = begin << 8 | static_cast<unsigned char>(c);
        return begin;
    }
};

const Lexicon& lexicon() {
    static const Lexicon all;
    return all;
}

// Length in bytes of a letter at i, 0 if it is none. Letters beyond ASCII are those that fold to letters.
std::size_t letter_at(std::string_view text, std::size_t i) {
    const unsigned char c = text[i];
    if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const std::size_t size = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 0;
    if (!size || i + size > text.size()) return 0;
    if (size == 2 && c == 0xCC) return 2;  // combining accents
    if (size == 2 && c == 0xCD && static_cast<unsigned char>(text[i + 1]) < 0xB0) return 2;
    const auto folds_to_letters = [](std::string_view letter) {
        const std::string folded = fold(letter);
        return !folded.empty() && !(folded[0] >= '0' && folded[0] <= '9');
    };
    if (size > 2 || (static_cast<unsigned char>(text[i + 1]) & 0xC0) != 0x80) return folds_to_letters(text.substr(i, size)) ? size : 0;
    static const auto of_two_bytes = [&] {
        std::array<bool, 0x800> all{};
        for (unsigned point = 0x80; point < all.size(); ++point) {
            const char letter[] = {char(0xC0 | point >> 6), char(0x80 | (point & 0x3F))};
            all[point] = folds_to_letters({letter, 2});
        }
        return all;
    }();
    return of_two_bytes[std::size_t(c & 0x1F) << 6 | (static_cast<unsigned char>(text[i + 1]) & 0x3F)] ? size : 0;
}

bool upper_at(std::string_view text, std::size_t i) {
    const unsigned char c = text[i];
    if (c < 0x80) return c >= 'A' && c <= 'Z';
    const unsigned char d = i + 1 < text.size() ? text[i + 1] : 0;
    if (c == 0xC3) return d >= 0x80 && d <= 0x9E;
    if (c == 0xC4 || c == 0xC5) {
        const int point = (c & 0x1F) << 6 | (d & 0x3F);
        if (point >= 0x139 && point <= 0x148) return point % 2 == 1;
        if (point >= 0x179 && point <= 0x17E) return point % 2 == 1;
        return point == 0x178 || point % 2 == 0;
    }
    if (c == 0xC8) return d % 2 == 0;
    if (c == 0xD0) return d >= 0x80 && d <= 0xAF;
    return false;
}

void split_into_tokens(Reading& out) {
    const std::string_view text = out.text;
    out.tokens.reserve(text.size() / 4);
    bool space = true;
    int line = 0;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (c == '\n') ++line;
        if (c == ' ' || c == '\t' || c == '\n') {
            if (c == '\t') out.tokens.push_back({std::uint32_t(i), std::uint32_t(i + 1), Kind::mark, '|', true, false, false, line, 0, ""});
            space = true;
            ++i;
            continue;
        }
        Token token{std::uint32_t(i), 0, Kind::mark, 0, space, false, false, line, 0, ""};
        space = false;
        if (c >= '0' && c <= '9') {
            while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
            token.kind = Kind::number;
            token.folded = text.substr(token.begin, i - token.begin);
        } else if (std::size_t size = letter_at(text, i)) {
            token.kind = Kind::word;
            token.capital = upper_at(text, i);
            int uppers = 0, letters = 0;
            while (i < text.size() && (size = letter_at(text, i))) {
                uppers += upper_at(text, i);
                ++letters;
                i += size;
            }
            token.capitals = letters > 1 && uppers == letters;
            token.folded = fold(text.substr(token.begin, i - token.begin));
        } else {
            const unsigned char u = c;
            const std::size_t size2 = u >= 0xF0 ? 4 : u >= 0xE0 ? 3 : u >= 0xC2 ? 2 : 1;
            const auto symbol = text.substr(i, size2);
            i = std::min(text.size(), i + size2);
            if (symbol == "€" || symbol == "£" || symbol == "°" || symbol == "%") {
                token.kind = Kind::word;
                token.folded = symbol;
            } else {
                token.mark = size2 == 1 ? c : '*';
            }
        }
        token.end = std::uint32_t(i);
        out.tokens.push_back(std::move(token));
    }
}

void number_sentences(Reading& out) {
    int sentence = 0;
    for (int i = 0; i < out.size(); ++i) {
        if (i > 0 && out.tokens[i].line != out.tokens[i - 1].line) ++sentence;
        else if (i > 0 && out.tokens[i].space_before && out.tokens[i - 1].kind == Kind::mark) {
            const char end = out.tokens[i - 1].mark;
            const bool full_stop = end == '.' && i >= 2 && !out.number(i - 2) &&
                                   !(out.number(i) && (out.is(i - 2, Meaning::clock) || out.is(i - 2, Meaning::reference) || out.is(i - 2, Meaning::phone) || out.is(i - 2, Meaning::weekday_short) || out.is(i - 2, Meaning::month))) &&
                                   (out.tokens[i].capital || out.number(i) || out.mark(i, '[') || out.mark(i, '(')) &&
                                   (out.tokens[i - 2].end - out.tokens[i - 2].begin > 3 || out.tokens[i - 2].kind == Kind::mark ||
                                    out.is(i - 2, Meaning::tonne) || out.is(i - 2, Meaning::kilogram) || out.is(i - 2, Meaning::metres) || out.is(i - 2, Meaning::currency));
            const bool after_number = end == '.' && i >= 2 && out.number(i - 2) && out.tokens[i].capital &&
                                      !out.is(i, Meaning::month) && !out.is(i, Meaning::hour);
            if (end == '!' || end == '?' || full_stop || after_number) ++sentence;
        }
        out.tokens[i].sentence = sentence;
    }
}

// Its first word is there; are the others?
bool matches(const Reading& reading, const Phrase& phrase, int at, int& last) {
    int i = at;
    for (std::size_t k = 1; k < phrase.words.size(); ++k) {
        ++i;
        // "Sped.-Nr.", "Sp. z o.o.", "d'accord": marks inside a phrase do not part its words
        for (int skipped = 0; skipped < 2 && i < reading.size() && reading.tokens[i].kind == Kind::mark && reading.tokens[i].line == reading.tokens[at].line &&
                              (reading.tokens[i].mark == '.' || reading.tokens[i].mark == '-' || reading.tokens[i].mark == '\'' || reading.tokens[i].mark == '/');
             ++skipped)
            ++i;
        if (i >= reading.size() || reading.tokens[i].line != reading.tokens[at].line || reading.tokens[i].kind == Kind::mark) return false;
        const std::string& word = phrase.words[k];
        const std::string& have = reading.tokens[i].folded;
        if (word.back() == '*' ? !std::string_view(have).starts_with(std::string_view(word).substr(0, word.size() - 1)) : have != word) return false;
    }
    last = i;
    return true;
}

struct Candidate {
    const Phrase* phrase;
    int first, last;
};

// By first token.
std::vector<Candidate> all_candidates(const Reading& reading) {
    std::vector<Candidate> found;
    const Lexicon& words = lexicon();
    for (int i = 0; i < reading.size(); ++i) {
        if (reading.tokens[i].kind == Kind::mark) continue;
        const std::string& word = reading.tokens[i].folded;
        int last = 0;
        if (const auto exact = words.exact.find(word); exact != words.exact.end())
            for (const Phrase* phrase : exact->second)
                if (matches(reading, *phrase, i, last)) found.push_back({phrase, i, last});
        for (std::size_t size = 1; size <= std::min<std::size_t>(4, word.size()); ++size) {
            const auto open = words.prefix.find(Lexicon::begin_of(std::string_view(word).substr(0, size)));
            if (open == words.prefix.end()) continue;
            for (const Phrase* phrase : open->second)
                if (word.starts_with(std::string_view(phrase->words[0]).substr(0, phrase->words[0].size() - 1)) && matches(reading, *phrase, i, last)) found.push_back({phrase, i, last});
        }
    }
    return found;
}

void hear_languages(Reading& reading, const std::vector<Candidate>& found) {
    std::array<int, 32> score{};
    int cyrillic = 0;
    for (const Token& token : reading.tokens) cyrillic += token.kind == Kind::word && static_cast<unsigned char>(token.folded[0]) >= 0xD0 && static_cast<unsigned char>(token.folded[0]) <= 0xD2;
    for (const Candidate& c : found)
        for (std::uint32_t bits = c.phrase->languages; bits; bits &= bits - 1) score[std::countr_zero(bits)] += c.phrase->meaning == Meaning::stop ? 2 : c.phrase->strict ? 0 : 3;
    std::uint32_t spoken = 0;
    const int top = *std::max_element(score.begin(), score.end());
    for (int bit = 0; bit < 32; ++bit)
        if (score[bit] >= 4 && score[bit] * 2 >= top) spoken |= 1u << bit;
    if (top < 4)
        for (int bit = 0; bit < 32; ++bit)
            if (score[bit] == top && top > 0) spoken |= 1u << bit;
    const std::uint32_t written_so = languages_with(Habit::cyrillic);
    if (cyrillic <= 3) spoken &= ~written_so;
    else if (!(spoken & written_so)) spoken |= written_so;
    reading.languages = spoken;
    for (int bit = 0, most = 0; bit < 32; ++bit)
        if (spoken >> bit & 1 && score[bit] > most) {
            most = score[bit];
            reading.language = 1u << bit;
        }
}

}  // namespace

const Tag* Reading::tag(int first, Meaning meaning) const {
    const Tag* best = nullptr;
    for (const Tag& tag : tags_at(first))
        if (tag.meaning == meaning && (!best || tag.last > best->last)) best = &tag;
    return best;
}

const Tag* Reading::tag_at(int token, Meaning meaning) const {
    if (!is(token, meaning)) return nullptr;
    for (int first = token; first >= 0 && first > token - 6; --first)
        if (const Tag* found = tag(first, meaning); found && found->last >= token) return found;
    return nullptr;
}

namespace {

void index_tags(Reading& reading) {
    reading.tags_from.assign(reading.tokens.size() + 1, 0);
    for (const Tag& tag : reading.tags) ++reading.tags_from[tag.first + 1];
    for (std::size_t i = 1; i < reading.tags_from.size(); ++i) reading.tags_from[i] += reading.tags_from[i - 1];
}

}  // namespace

Reading read(std::string text, std::uint32_t spoken) {
    Reading out;
    out.text = std::move(text);
    split_into_tokens(out);
    out.means.resize(out.tokens.size());
    out.gone.resize(out.tokens.size());
    out.used.resize(out.tokens.size());
    const auto found = all_candidates(out);
    hear_languages(out, found);
    out.languages |= spoken;
    for (const Candidate& c : found) {
        if (c.phrase->meaning == Meaning::stop) continue;
        if (c.phrase->strict && !(c.phrase->languages & out.languages)) continue;
        const std::string& end = c.phrase->words.back();
        out.tags.push_back({c.phrase->meaning, c.phrase->value, c.first, c.last, end.back() == '*' && out.tokens[c.last].folded.size() > end.size() - 1, c.phrase->languages});
    }
    // A greeting ("guten Morgen", "om morgenen") is no day.
    for (const Tag& greeting : std::vector<Tag>(out.tags))
        if (greeting.meaning == Meaning::greeting)
            std::erase_if(out.tags, [&](const Tag& t) {
                return (t.meaning == Meaning::tomorrow || t.meaning == Meaning::today) && t.first >= greeting.first && t.last <= greeting.last && greeting.last > greeting.first;
            });
    index_tags(out);
    for (const Tag& tag : out.tags)
        for (int i = tag.first; i <= tag.last; ++i) out.means[i].set(std::size_t(tag.meaning));
    number_sentences(out);
    return out;
}

std::optional<Number> number_at(const Reading& r, int i) {
    if (!r.number(i)) return {};
    const auto digits = [&](int k) -> const std::string& { return r.tokens[k].folded; };
    const auto joined = [&](int k, char c) { return r.mark(k, c) && !r.tokens[k].space_before && r.number(k + 1) && !r.tokens[k + 1].space_before; };
    std::string whole = digits(i);
    if (whole.size() > 12) return {};
    int last = i;
    char grouped_by = 0;
    const auto group_follows = [&](int k, char by) {
        if (by == ' ')
            return r.number(k + 1) && digits(k + 1).size() == 3 && r.tokens[k + 1].line == r.tokens[k].line && r.tokens[k + 1].space_before && r.tokens[k + 1].begin == r.tokens[k].end + 1;
        return joined(k + 1, by) && digits(k + 2).size() == 3;
    };
    if (whole.size() <= 3 && whole[0] != '0')
        for (const char by : {'.', ',', ' ', '\''})
            if (group_follows(i, by)) {
                grouped_by = by;
                while (whole.size() < 12 && group_follows(last, by)) {
                    last += by == ' ' ? 1 : 2;
                    whole += digits(last);
                }
                break;
            }
    std::string fraction;
    for (const char point : {',', '.'})
        if (fraction.empty() && point != grouped_by && joined(last + 1, point) && digits(last + 2).size() <= 3 && !(grouped_by && digits(last + 2).size() == 3)) {
            fraction = digits(last + 2);
            last += 2;
        }
    Number out{0, {}, whole + (fraction.empty() ? "" : "." + fraction), i, last};
    out.value = std::stod(out.text);
    if ((grouped_by == '.' || grouped_by == ',') && fraction.empty() && last == i + 2) out.otherwise = out.value / 1000;
    return out;
}

bool hide_what_nobody_should_read(Reading& r) {
    bool attacked = false;
    int attacked_line = -1, hidden_sentence = -1;  // done whole; a token may also be hidden by the sentence before its own
    // An attack takes the rest of its line with it; told people, the sentence, and the words before it in the same line piece.
    for (int i = 0; i < r.size(); ++i) {
        if (r.is(i, Meaning::attack) && r.tokens[i].line != attacked_line) {
            attacked = true;
            attacked_line = r.tokens[i].line;
            int first = i;
            while (first > 0 && r.tokens[first - 1].sentence == r.tokens[i].sentence) --first;
            for (int k = first; k < r.size() && r.tokens[k].line == r.tokens[i].line; ++k) r.gone[k] = true;
        }
        const bool identity_number = r.number(i) && (r.tokens[i].folded.size() == 11 || r.tokens[i].folded.size() == 10 || (r.tokens[i].folded.size() == 6 && r.mark(i + 1, '-') && r.number(i + 2) && r.tokens[i + 2].folded.size() >= 4)) &&
                                     !r.is(i - 1, Meaning::reference) && !r.is(i - 2, Meaning::reference) && !r.is(i - 1, Meaning::phone) && !r.is(i - 2, Meaning::phone) && !r.mark(i - 1, '+');
        if (r.is(i, Meaning::person) || identity_number) {
            int first = i, last = i;
            if (r.tokens[i].sentence != hidden_sentence) {
                hidden_sentence = r.tokens[i].sentence;
                while (first > 0 && r.tokens[first - 1].sentence == r.tokens[i].sentence) --first;
                while (last + 1 < r.size() && r.tokens[last + 1].sentence == r.tokens[i].sentence) ++last;
            }
            // "prašau a.k. 387...": abbreviations end no sentence, so a short one is joined with what follows up to the number
            while (last + 1 < r.size() && r.tokens[last + 1].line == r.tokens[i].line && last - i < 6) ++last;
            for (int k = first; k <= last; ++k) r.gone[k] = true;
        }
    }
    for (int i = 0; i < r.size(); ++i)
        if (r.gone[i]) r.means[i].reset();
    std::erase_if(r.tags, [&](const Tag& t) { return r.gone[t.first] || r.gone[t.last]; });
    index_tags(r);
    return attacked;
}

}  // namespace waybill::extraction::rules
