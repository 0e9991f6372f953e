#include "domain/words.h"

#include <waybill/gazetteer.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <stdexcept>

// #embed is C++26; the assembler has had it for decades.
asm(R"(
.section .rodata
.global waybill_extraction_languages, waybill_extraction_languages_end
waybill_extraction_languages:
.incbin ")" LANGUAGES_FILE R"("
waybill_extraction_languages_end:
.byte 0
.text
)");

extern "C" const char waybill_extraction_languages[], waybill_extraction_languages_end[];

namespace waybill::extraction::rules {
namespace {

constexpr std::string_view meaning_names[] = {
#define X(name) #name,
    WAYBILL_MEANINGS(X)
#undef X
};

constexpr std::string_view habit_names[] = {"month_first", "bare_destination"};

std::string_view next(std::string_view& rest, char end) {
    const auto at = std::min(rest.find(end), rest.size());
    const auto field = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return field;
}

template <std::size_t size>
int index_in(const std::string_view (&names)[size], std::string_view name) {
    const auto found = std::find(std::begin(names), std::end(names), name);
    return found == std::end(names) ? -1 : int(found - std::begin(names));
}

struct Languages {
    std::vector<std::string> codes;
    std::vector<Phrase> phrases;
    std::vector<Ending> endings;
    std::vector<std::string> older_message, wrote, mail_head, mail_date, trade_parts;
    std::map<Habit, std::uint32_t> habits;
    std::map<std::string, std::uint32_t, std::less<>> homes;

    Languages() {
        std::string_view all(waybill_extraction_languages, std::size_t(waybill_extraction_languages_end - waybill_extraction_languages));
        std::uint32_t language = 0;
        while (!all.empty()) {
            std::string_view line = next(all, '\n');
            const std::string_view whole = line;
            if (line.empty() || line[0] == '#') continue;
            std::string_view meaning = next(line, '\t');
            const std::string_view value = next(line, '\t');
            if (meaning == "language") {
                language = value == "any" ? 0 : 1u << codes.size();
                if (language) codes.emplace_back(value);
                continue;
            }
            if (meaning == "habit") {
                const int index = index_in(habit_names, value);
                if (index < 0) throw std::logic_error("languages: a habit that nobody knows: " + std::string(whole));
                habits[Habit(index)] |= language;
                continue;
            }
            if (meaning == "home") {
                while (!line.empty()) homes[std::string(next(line, '|'))] |= language;
                continue;
            }
            if (meaning == "ending") {
                const std::string_view ending = next(line, '\t');
                endings.push_back({language, std::string(ending), std::string(line), value == "pickup" ? Meaning::pickup : value == "delivery" ? Meaning::delivery : Meaning::stop});
                continue;
            }
            const bool strict = meaning.ends_with('!');
            if (strict) meaning.remove_suffix(1);
            const int index = index_in(meaning_names, meaning);
            const int number = value_of(Meaning(index), value);
            if (index < 0 || number < 0) throw std::logic_error("languages: a line that nobody understands: " + std::string(whole));
            while (!line.empty()) add(Meaning(index), number, language, strict, next(line, '|'));
        }
    }

    static int value_of(Meaning meaning, std::string_view value) {
        if (value == "-") return 0;
        if (meaning == Meaning::equipment) return index_in(equipment_kinds, value);
        if (meaning == Meaning::currency) return index_in(currencies, value);
        int number = -1;
        std::from_chars(value.data(), value.data() + value.size(), number);
        return number;
    }

    void add(Meaning meaning, int value, std::uint32_t language, bool strict, std::string_view pattern) {
        if (meaning == Meaning::older_message) return older_message.push_back(gazetteer::fold(pattern));
        if (meaning == Meaning::wrote) return wrote.push_back(gazetteer::fold(pattern));
        if (meaning == Meaning::mail_date) return mail_date.push_back(gazetteer::fold(pattern));
        if (meaning == Meaning::mail_head) return mail_head.push_back(gazetteer::fold(pattern));
        if (meaning == Meaning::trade_part) return trade_parts.push_back(gazetteer::fold(pattern));
        if (meaning == Meaning::stop && static_cast<unsigned char>(pattern[0]) >= 0xD0 && static_cast<unsigned char>(pattern[0]) <= 0xD2) habits[Habit::cyrillic] |= language;
        Phrase phrase{meaning, value, language, strict, {}};
        std::size_t letters = 0;
        while (!pattern.empty()) {
            std::string_view word = next(pattern, ' ');
            const bool open = word.ends_with('*');
            if (open) word.remove_suffix(1);
            std::string folded = gazetteer::fold(word);
            if (folded.empty()) folded = word;  // a symbol: "€", "°"
            letters += folded.size();
            phrase.words.push_back(folded + (open ? "*" : ""));
        }
        if (phrase.languages && letters <= 4) phrase.strict = true;
        if (!phrase.words.empty()) phrases.push_back(std::move(phrase));
    }
};

const Languages& languages() {
    static const Languages all;
    return all;
}

}  // namespace

const std::vector<Phrase>& phrases() { return languages().phrases; }
const std::vector<Ending>& endings() { return languages().endings; }

const std::vector<std::string>& language_codes() { return languages().codes; }
const std::vector<std::string>& trade_parts() { return languages().trade_parts; }

std::uint32_t languages_with(Habit habit) {
    const auto found = languages().habits.find(habit);
    return found == languages().habits.end() ? 0 : found->second;
}

std::uint32_t home_of(std::string_view country) {
    const auto found = languages().homes.find(country);
    return found == languages().homes.end() ? 0 : found->second;
}

const std::vector<std::string>& mail_words(Meaning which) {
    const Languages& all = languages();
    return which == Meaning::older_message ? all.older_message : which == Meaning::wrote ? all.wrote : which == Meaning::mail_date ? all.mail_date : all.mail_head;
}

}  // namespace waybill::extraction::rules
