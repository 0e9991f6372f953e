#include "domain/calendar.h"

#include <fmt/format.h>

#include <algorithm>

namespace waybill::extraction::rules {
namespace {

using namespace std::chrono;

int value_of(const Reading& r, int i) { return r.number(i) && r.tokens[i].folded.size() <= 4 ? std::stoi(r.tokens[i].folded) : -1; }
bool tight(const Reading& r, int i) { return i < r.size() && !r.tokens[i].space_before; }

std::optional<Day> make_day(int y, int m, int d) {
    const year_month_day day{year(y), month(unsigned(m)), std::chrono::day(unsigned(d))};
    if (y < 2000 || y > 2099 || m < 1 || d < 1 || !day.ok()) return {};
    return Day(day);
}

// Without a year: the one that makes it lie ahead, or not long ago.
std::optional<Day> nearest(int m, int d, Day received) {
    const int y = int(year_month_day(received).year());
    for (const int candidate : {y - 1, y, y + 1})
        if (const auto day = make_day(candidate, m, d); day && *day >= received - days(120) && *day < received + days(245)) return day;
    return {};
}

int weekday_of(Day day) { return int(weekday(day).iso_encoding()); }

bool unit_at(const Reading& r, int i) {
    for (const auto unit : {Meaning::tonne, Meaning::kilogram, Meaning::pound, Meaning::pallet, Meaning::metres, Meaning::metre, Meaning::degree, Meaning::currency, Meaning::per_km})
        if (r.is(i, unit) && !(unit == Meaning::tonne && r.is(i, Meaning::to_range))) return true;
    return i < r.size() && (r.tokens[i].folded == "%" || r.tokens[i].folded == "°");
}

struct Slashed {
    int first, a, b;
};

class Days {
public:
    Days(Reading& reading, Day received) : r(reading), received_(received) {
        for (int i = 0; i + 2 < r.size(); ++i)
            if (r.number(i) && r.mark(i + 1, '/') && r.number(i + 2) && tight(r, i + 1) && tight(r, i + 2) && !glued_before(i)) {
                const int a = value_of(r, i), b = value_of(r, i + 2);
                day_first_ |= a > 12 && a <= 31 && b >= 1 && b <= 12;
                month_first_ |= b > 12 && b <= 31 && a >= 1 && a <= 12;
            }
        if (!r.languages || (r.languages & ~languages_with(Habit::month_first))) day_first_ |= !month_first_;
    }

    std::vector<DayFound> all() {
        std::vector<DayFound> found;
        for (int i = 0; i < r.size();) {
            auto item = r.free(i) ? at(i) : std::nullopt;
            if (!item) {
                ++i;
                continue;
            }
            begin_of_range(*item, found);
            r.use(item->first, item->last);
            i = item->last + 1;
            found.push_back(*item);
        }
        join(found);
        doubt_what_is_half_read(found);
        return found;
    }

private:
    bool glued_before(int i) const {
        if (i > 1 && r.mark(i - 1, '-') && r.number(i - 2) && r.tokens[i - 2].folded.size() <= 2 && r.tokens[i - 2].space_before) return false;  // "12-14 October"
        return i > 0 && !r.tokens[i].space_before && r.tokens[i - 1].kind == Token::Kind::mark && (r.tokens[i - 1].mark == '/' || r.tokens[i - 1].mark == '-' || r.tokens[i - 1].mark == '.' || r.tokens[i - 1].mark == ',' || r.tokens[i - 1].mark == '+' || r.tokens[i - 1].mark == '#') && i > 1 && !r.tokens[i - 1].space_before && (r.number(i - 2) || r.word(i - 2)) && !r.is(i - 2, Meaning::weekday_short) && !r.is(i - 2, Meaning::weekday);
    }
    DayFound exact(int first, int last, Day day) const { return {first, last, DayFound::Kind::exact, day, {}, false, ""}; }

    int year_at(int i, int& last) const {  // "2026", "26" when `i` directly continues a date
        const int y = value_of(r, i);
        if (y >= 2000 && y < 2100 && r.tokens[i].folded.size() == 4) {
            last = i;
            if (r.is(i + 1, Meaning::year_word) && !unit_at(r, i + 2)) last = r.mark(i + 2, '.') ? i + 2 : i + 1;
            return y;
        }
        return 0;
    }

    bool amount_follows(int colon) const {  // "Loading metres: 7.2", "Weight (t): 7.2"
        if (!r.mark(colon, ':')) return false;
        int label = colon - 1;
        while (r.mark(label, ')') || r.mark(label, '.')) --label;
        return r.is(label, Meaning::metres) || r.is(label, Meaning::tonne) || r.is(label, Meaning::kilogram) || r.is(label, Meaning::pallet);
    }

    std::optional<DayFound> numeric(int i) const {
        const int a = value_of(r, i);
        if (a < 0 || glued_before(i) || amount_follows(i - 1)) return {};
        const auto sep = [&](int k) -> char {
            return k < r.size() && r.tokens[k].kind == Token::Kind::mark && tight(r, k) && (r.tokens[k].mark == '.' || r.tokens[k].mark == '/' || r.tokens[k].mark == '-') ? r.tokens[k].mark : 0;
        };
        const char s1 = sep(i + 1);
        if (s1) {
            int j = i + 2;  // "14. 10." has a space after the point
            if (!r.number(j) || (r.tokens[j].space_before && s1 != '.') || (r.tokens[j].space_before && r.tokens[j].line != r.tokens[i].line)) j = -1;
            const int b = j < 0 ? -1 : value_of(r, j);
            if (a >= 2000 && a < 2100 && b >= 1 && b <= 12 && sep(j + 1) == s1 && r.number(j + 2) && tight(r, j + 2))
                if (const auto day = make_day(a, b, value_of(r, j + 2))) return exact(i, j + 2, *day);
            if (b >= 1 && a >= 1 && a <= 31 && b <= 31) {
                const char s2 = sep(j + 1);
                int y = s2 && r.number(j + 2) ? value_of(r, j + 2) : -1;
                int last = j;
                if (s2 == s1 && (y >= 2000 || (y >= 20 && y < 60 && r.tokens[j + 2].folded.size() == 2)) && (tight(r, j + 2) || (y >= 2000 && y < 2100))) {
                    last = j + 2;
                    if (y < 100) y += 2000;
                } else {
                    y = 0;
                }
                const auto parted = [&](int k) { return r.mark(k, ',') || r.mark(k, '|') || r.mark(k, ';'); };
                if (s1 == '-' && !y && !(parted(i - 1) && parted(j + 1) && r.tokens[i].folded.size() == 2 && r.tokens[j].folded.size() == 2)) return {};  // "| 07-07 |"
                if (s1 == '.' && y == 0) {
                    if (b > 12 || r.tokens[j].folded.size() > 2 || r.is(i - 1, Meaning::clock) || (r.mark(i - 1, '.') && r.is(i - 2, Meaning::clock))) return {};
                    const bool closed = r.mark(j + 1, '.') && tight(r, j + 1);
                    if (closed) last = j + 1;
                    if (unit_at(r, last + 1) || (r.is(last + 1, Meaning::hour) && !r.is(last + 1, Meaning::to_range) && !r.is(last + 1, Meaning::clock))) return {};
                    const bool asked_for = r.is(i - 1, Meaning::weekday) || r.is(i - 1, Meaning::weekday_short) || r.is(i - 1, Meaning::pickup) || r.is(i - 1, Meaning::delivery) || r.is(i - 1, Meaning::by) || r.is(i - 1, Meaning::since) || r.mark(i - 1, ':') || r.mark(i - 1, ',') || r.mark(i - 1, '|') || r.mark(i - 1, '-');
                    if (r.tokens[j].folded.size() == 1 && !closed && !asked_for) return {};
                    if (r.tokens[j].space_before && !closed) return {};
                    if (r.mark(i - 1, '+') || r.is(i - 1, Meaning::currency) || r.is(i - 1, Meaning::minus) || r.is(i - 1, Meaning::plus)) return {};
                }
                if (s1 == '/' && !y) {
                    if (unit_at(r, j + 1) || r.is(j + 1, Meaning::stacked) || (sep(j + 1) == '/' && r.number(j + 2))) return {};
                    if ((a == 24 && b == 7) || r.tokens[i].folded.size() > 2 || r.tokens[j].folded.size() > 2) return {};
                    if (r.mark(i - 1, '+') || r.mark(j + 1, '+')) return {};
                }
                return of(i, last, a, b, y, s1);
            }
        }
        // "9 October", "22. oktobrī", "12NOV26", "19 d'octobre"
        int m = i + 1;
        if (r.mark(m, '.')) ++m;
        if (r.is(m, Meaning::ordinal) && tight(r, m)) ++m;
        if (r.is(m, Meaning::joint)) ++m;
        if (const Tag* month = r.tag(m, Meaning::month); month && a >= 1 && a <= 31 && r.tokens[m].line == r.tokens[i].line) {
            int last = month->last;
            int next = last + 1;
            if (r.mark(next, '.')) ++next;
            if (r.mark(next, ',') && r.number(next + 1)) ++next;
            int y = year_at(next, last);
            if (!y && r.number(next) && tight(r, next) && next == month->last + 1 && r.tokens[next].folded.size() == 2) {
                y = 2000 + value_of(r, next);
                last = next;
            }
            const auto day = y ? make_day(y, month->value, a) : nearest(month->value, a, received_);
            if (day) return exact(i, last, *day);
        }
        // "27 d."
        if (const Tag* unit = r.tag(i + 1, Meaning::day_unit); unit && a >= 1 && a <= 31 && r.tokens[i].folded.size() <= 2)
            if (const auto day = coming(a)) return exact(i, r.mark(unit->last + 1, '.') ? unit->last + 1 : unit->last, *day);
        return {};
    }

    std::optional<Day> coming(int d) const {
        const year_month_day today(received_);
        for (int ahead = 0; ahead < 3; ++ahead) {
            const auto ym = year_month(today.year(), today.month()) + months(ahead);
            if (const auto day = make_day(int(ym.year()), int(unsigned(ym.month())), d); day && *day >= received_) return day;
        }
        return {};
    }

    std::optional<DayFound> of(int first, int last, int a, int b, int y, char mark) const {
        const auto read_as = [&](int d, int m) { return y ? make_day(y, m, d) : m <= 12 ? nearest(m, d, received_) : std::nullopt; };
        const auto european = b <= 12 ? read_as(a, b) : std::nullopt, american = a <= 12 && mark != '.' ? read_as(b, a) : std::nullopt;
        if (!european && !american) return {};
        if (!american || european == american) return exact(first, last, european ? *european : *american);
        if (!european) return exact(first, last, *american);
        if (day_first_ != month_first_) return exact(first, last, day_first_ ? *european : *american);
        const auto likely = [&](Day day) { return day >= received_ - days(3) && day <= received_ + days(75); };
        if (likely(*european) != likely(*american)) return exact(first, last, likely(*european) ? *european : *american);
        auto item = exact(first, last, *european);
        item.until = american;
        item.day_or_month = true;
        item.doubt = fmt::format("'{}' can be {} or {}", r.raw(first, last), day_text(*european), day_text(*american));
        return item;
    }

    std::optional<DayFound> month_first(int i) const {  // "October 9, 2026", "spalio 19 d.", "2026 m. spalio 19 d."
        const Tag* month = r.tag(i, Meaning::month);
        if (!month) return {};
        int k = month->last + 1;
        if (r.mark(k, '.')) ++k;
        if (r.is(k, Meaning::day_unit)) ++k;
        const int d = value_of(r, k);
        if (d < 1 || d > 31 || r.tokens[k].folded.size() > 2 || r.tokens[k].line != r.tokens[i].line || unit_at(r, k + 1)) return {};
        int last = k, next = k + 1;
        if (r.is(next, Meaning::ordinal) && tight(r, next)) last = next++;
        if (r.is(next, Meaning::day_unit)) {
            last = next++;
            if (r.mark(next, '.')) last = next++;
        }
        if (r.mark(next, ',')) ++next;
        const int y = year_at(next, last);
        const auto day = y ? make_day(y, month->value, d) : nearest(month->value, d, received_);
        if (!day) return {};
        return exact(i, last, *day);
    }

    std::optional<DayFound> dated(int i) const {
        if (r.number(i)) {
            int last = i;
            if (const int y = year_at(i, last)) {  // "2026 m. spalio 19 d."
                const int k = r.mark(last + 1, ',') ? last + 2 : last + 1;
                if (auto item = month_first(k)) {
                    const auto ymd = year_month_day(item->day);
                    if (const auto day = make_day(y, int(unsigned(ymd.month())), int(unsigned(ymd.day())))) return exact(i, item->last, *day);
                }
            }
            return numeric(i);
        }
        return month_first(i);
    }

    std::optional<DayFound> at(int i) const {
        using Kind = DayFound::Kind;
        if (const Tag* tag = r.tag(i, Meaning::same_day)) return DayFound{i, tag->last, Kind::same_day, received_, {}, false, ""};
        if (const Tag* tag = r.tag(i, Meaning::after_tomorrow)) return with_date(DayFound{i, tag->last, Kind::exact, received_ + days(2), {}, true, ""});
        if (const Tag* tag = r.tag(i, Meaning::next_day)) return DayFound{i, tag->last, Kind::next_day, received_, {}, false, ""};
        if (const Tag* tag = r.tag(i, Meaning::tomorrow)) return with_date(DayFound{i, tag->last, Kind::exact, received_ + days(1), {}, true, ""});
        if (const Tag* tag = r.tag(i, Meaning::today)) return with_date(DayFound{i, tag->last, Kind::exact, received_, {}, true, ""});
        if (const Tag* tag = r.tag(i, Meaning::weekday)) return of_weekday(i, tag->last, tag->value);
        if (const Tag* tag = r.tag(i, Meaning::weekday_short)) {
            const int next = r.mark(tag->last + 1, '.') ? tag->last + 2 : tag->last + 1;
            const bool date_follows = r.number(next) && dated(next);
            const bool capital_or_cue = r.tokens[i].capital || r.is(i - 1, Meaning::pickup) || r.is(i - 1, Meaning::delivery);
            const bool hour_follows = r.is(next, Meaning::by) || r.is(next, Meaning::since) || r.is(next, Meaning::clock) ||
                                      (r.number(next) && (r.is(next + 1, Meaning::hour) || r.mark(next + 1, ':') || (r.mark(next + 1, '-') && r.number(next + 2) && r.is(next + 3, Meaning::hour))));
            // "load Vilnius thu, unload Prague mon 10:00"
            const bool after_name = r.word(i - 1) && r.tokens[i - 1].capital && r.tokens[i].folded.size() >= 3 && r.tokens[i - 1].line == r.tokens[i].line &&
                                    (hour_follows || i + 1 == r.size() || r.mark(i + 1, ',') || r.mark(i + 1, ';') || r.tokens[i + 1].line != r.tokens[i].line);
            if (date_follows || after_name || (capital_or_cue && hour_follows) || (capital_or_cue && r.tokens[i].folded.size() >= 3 && (r.is(i - 1, Meaning::pickup) || r.is(i - 1, Meaning::delivery))))
                return of_weekday(i, tag->last, tag->value);
            if (capital_or_cue && r.mark(next, '-') && r.is(next + 1, Meaning::weekday_short)) return of_weekday(i, tag->last, tag->value);
            if (i > 1 && r.mark(i - 1, '-') && r.is(i - 2, Meaning::weekday_short) && r.used[i - 2]) return of_weekday(i, tag->last, tag->value);
            return {};
        }
        return with_weekday(dated(i));
    }

    // "7 June (Monday)", "7.6., Monday": the two must agree
    std::optional<DayFound> with_weekday(std::optional<DayFound> item) const {
        if (!item) return item;
        int k = item->last + 1;
        const bool bracket = r.mark(k, '(') || (r.mark(k, ',') && r.is(k + 1, Meaning::weekday));
        if (bracket) ++k;
        const Tag* tag = bracket ? r.tag(k, Meaning::weekday) : nullptr;
        if (!tag || r.tokens[k].line != r.tokens[item->first].line || !(r.mark(k - 1, ',') || r.mark(tag->last + 1, ')'))) return item;
        const bool agrees = weekday_of(item->day) == tag->value;
        if (r.mark(k - 1, ',') && !agrees) return item;  // two days side by side
        if (!agrees) item->doubt = fmt::format("'{}': that day is no such weekday", r.raw(item->first, tag->last));
        item->last = r.mark(tag->last + 1, ')') ? tag->last + 1 : tag->last;
        return item;
    }

    // "tomorrow (6.10.)", "morgen, Mittwoch": the two must agree
    std::optional<DayFound> with_date(DayFound item) const {
        int k = item.last + 1;
        while (k <= item.last + 2 && (r.mark(k, ',') || r.mark(k, '(') || r.mark(k, '-'))) ++k;
        if (k >= r.size() || r.tokens[k].line != r.tokens[item.first].line) return item;
        std::optional<DayFound> other;
        if (const Tag* tag = r.tag(k, Meaning::weekday)) other = of_weekday(k, tag->last, tag->value);
        else if (!r.is(k, Meaning::weekday_short)) other = dated(k);
        if (!other) return item;
        if (other->kind == DayFound::Kind::weekday ? weekday_of(item.day) != weekday_of(other->day) : item.day != other->day) {
            if (r.mark(item.last + 1, ',') || r.mark(item.last + 1, '-')) return item;  // two days side by side
            item.doubt = fmt::format("'{}' is not one day", r.raw(item.first, other->last));
        }
        if (other->kind == DayFound::Kind::weekday && weekday_of(item.day) != weekday_of(other->day)) return item;
        item.last = r.mark(other->last + 1, ')') ? other->last + 1 : other->last;
        item.relative = other->kind == DayFound::Kind::weekday;
        return item;
    }

    DayFound of_weekday(int first, int last, int wanted) const {
        int k = last + 1;
        for (int skipped = 0; skipped < 3 && (r.mark(k, '.') || r.mark(k, ',') || r.mark(k, '(') || r.is(k, Meaning::joint) || r.is(k, Meaning::before_day)); ++skipped) ++k;
        if (k < r.size() && r.tokens[k].line == r.tokens[first].line) {
            if (auto item = dated(k)) {
                if (weekday_of(item->day) == wanted || (item->until && weekday_of(*item->until) == wanted)) {
                    if (weekday_of(item->day) != wanted) item->day = *item->until;  // "Wednesday 4/11" settles day or month
                    if (item->until && !item->doubt.empty()) {
                        item->until.reset();
                        item->doubt.clear();
                    }
                } else {
                    item->doubt = fmt::format("'{}': that day is no such weekday", r.raw(first, item->last));
                }
                item->first = first;
                if (r.mark(item->last + 1, ')') && r.mark(k - 1, '(')) ++item->last;
                return *item;
            }
            const int d = value_of(r, k);  // "mardi 24": only when that day is a Tuesday
            if (k <= last + 2 && d >= 1 && d <= 31 && r.tokens[k].folded.size() <= 2 && !unit_at(r, k + 1) && !r.is(k + 1, Meaning::hour) && !r.mark(k + 1, ':') && !(r.mark(k + 1, '-') && r.number(k + 2)))
                if (const auto day = coming(d); day && weekday_of(*day) == wanted && *day <= received_ + days(45)) {
                    auto item = exact(first, r.mark(k + 1, '.') && tight(r, k + 1) ? k + 1 : k, *day);
                    return item;
                }
        }
        Day day = received_ + days(1);
        while (weekday_of(day) != wanted) day += days(1);
        DayFound item{first, last, DayFound::Kind::weekday, day, {}, true, ""};
        const auto next_week = [&](int i) {
            const Tag* tag = r.tag_at(i, Meaning::vague_day);
            return tag && tag->value == 1;
        };
        if (next_week(first - 1) || next_week(last + 1) || (r.is(first - 1, Meaning::in_word) && next_week(first - 2))) {
            const Day monday = received_ - days(weekday_of(received_) - 1) + days(7);
            item.day = monday + days(wanted - 1);
            item.kind = DayFound::Kind::exact;
        } else if (r.is(first - 1, Meaning::next) && weekday_of(received_) < wanted) {
            item.doubt = fmt::format("'{}' can be this week or the next", r.raw(first - 1, last));
        }
        return item;
    }

    // "12-14 October", "vom 12. bis 14.10.": the number before is the first day
    void begin_of_range(DayFound& item, const std::vector<DayFound>& found) const {
        int k = item.first - 1;
        if (r.is(k, Meaning::either) || r.is(k, Meaning::also) || r.mark(k, '/') || r.mark(k, ',') || r.mark(k, '&') || r.mark(k, '+')) {  // "12. or 13.11."
            int b = k - 1;
            if (r.mark(b, '.')) --b;
            const int d = value_of(r, b);
            if (r.free(b) && !r.number(b - 1) && d >= 1 && d <= 31 && r.tokens[b].folded.size() <= 2 && item.kind == DayFound::Kind::exact && r.tokens[b].line == r.tokens[item.first].line && !r.mark(b - 1, ':') && !r.mark(b - 1, '.') && !r.mark(b - 1, ',')) item.doubt = fmt::format("'{}' leaves the day open", r.raw(b, item.last));
            return;
        }
        if (k < 1 || !(r.mark(k, '-') || r.mark(k, '/') || r.is(k, Meaning::to_range))) return;
        const bool word = !r.mark(k, '-') && !r.mark(k, '/');
        --k;
        if (r.mark(k, '.')) --k;
        const int d = value_of(r, k);
        const auto last = year_month_day(item.day);
        if (d < 1 || !r.free(k) || r.tokens[k].folded.size() > 2 || d >= int(unsigned(last.day())) || item.kind != DayFound::Kind::exact || !item.doubt.empty()) return;
        if (!found.empty() && found.back().last >= k) return;
        if (word && !r.mark(k + 1, '.') && !r.is(k - 1, Meaning::between) && !r.is(k - 1, Meaning::since) && !r.is(k - 1, Meaning::from_word)) return;
        if (r.mark(k - 1, ':') || r.is(k - 1, Meaning::clock)) return;
        item.until = item.day;
        item.day = *make_day(int(last.year()), int(unsigned(last.month())), d);
        item.first = k;
    }

    // "Wednesday or Thu", "Mon/Tue": the other half was not understood as a day
    void doubt_what_is_half_read(std::vector<DayFound>& found) const {
        const auto joint = [&](int k) { return r.is(k, Meaning::either) || r.mark(k, '/') || r.mark(k, '&') || r.mark(k, '+') || r.is(k, Meaning::also); };
        const auto day = [&](int k) { return !(k >= 0 && k < r.size() && r.used[k]) && (r.is(k, Meaning::weekday_short) || r.is(k, Meaning::weekday)); };
        const auto or_else = [&](const DayFound& d) {  // "..., or else the day after"
            for (int k = d.first - 1; k > 0 && k >= d.first - 3 && r.tokens[k - 1].sentence == r.tokens[d.first].sentence; --k)
                if (r.is(k, Meaning::either) && !r.is(k, Meaning::joint)) return true;
            return false;
        };
        for (DayFound& d : found)
            if (or_else(d) || (joint(d.last + 1) && (day(d.last + 2) || (r.number(d.last + 2) && r.mark(d.last + 3, '.') && r.is(d.last + 1, Meaning::either)))) || (joint(d.first - 1) && day(d.first - 2)))
                if (d.doubt.empty()) d.doubt = fmt::format("'{}' is not the only day that is told", r.raw(d.first, d.last));
    }

    // Two days side by side: a span, or a choice that a person must make.
    void join(std::vector<DayFound>& found) const {
        for (std::size_t i = 0; i + 1 < found.size();) {
            DayFound &a = found[i], &b = found[i + 1];
            bool range = false, choice = false, other = b.first - a.last > 3 || r.tokens[a.last].sentence != r.tokens[b.first].sentence;
            for (int k = a.last + 1; !other && k < b.first; ++k) {
                if (r.is(k, Meaning::either)) choice = true;
                else if (r.is(k, Meaning::also) && !r.is(a.first - 1, Meaning::between)) choice = true;
                else if (r.mark(k, '-') || r.is(k, Meaning::to_range)) range = true;
                else if (!r.mark(k, '/') && !r.is(k, Meaning::in_word) && !r.is(k, Meaning::joint)) other = true;
                else choice |= r.mark(k, '/');
            }
            if (other || (!range && !choice) || a.kind == DayFound::Kind::same_day || b.kind == DayFound::Kind::next_day || b.kind == DayFound::Kind::same_day) {
                ++i;
                continue;
            }
            if (choice) a.doubt = fmt::format("'{}' leaves the day open", r.raw(a.first, b.last));
            else if (b.day < a.day && b.kind == DayFound::Kind::weekday) b.day += days(7);
            a.until = b.until ? *b.until : b.day;
            if (*a.until < a.day) a.doubt = fmt::format("'{}' runs backwards", r.raw(a.first, b.last));
            a.last = b.last;
            r.use(a.first, a.last);
            if (a.kind == DayFound::Kind::weekday) a.kind = DayFound::Kind::exact;
            found.erase(found.begin() + std::ptrdiff_t(i) + 1);
        }
    }

    Reading& r;
    Day received_;
    bool day_first_ = false, month_first_ = false;
};

struct Clock {
    int minutes, last, strength;  // 0: only a number, 1: "7.30", "0800", 2: certain
};

std::optional<Clock> clock_at(const Reading& r, int i) {
    const int h = value_of(r, i);
    if (h < 0) return {};
    const auto minutes_at = [&](int k) { return r.number(k) && tight(r, k) && r.tokens[k].folded.size() == 2 ? value_of(r, k) : 99; };
    Clock clock{h * 60, i, 0};
    if (r.tokens[i].folded.size() == 4) {
        if (h / 100 > 24 || h % 100 > 59) return {};
        clock = {h / 100 * 60 + h % 100, i, 1};
        if (const Tag* hour = r.tag(i + 1, Meaning::hour)) {
            clock.strength = 2;
            clock.last = hour->last;
        }
        return clock;
    }
    if (h > 24 || r.tokens[i].folded.size() > 2) return {};
    if (r.mark(i + 1, ':') && tight(r, i + 1) && minutes_at(i + 2) < 60) clock = {h * 60 + minutes_at(i + 2), i + 2, 2};
    else if (r.mark(i + 1, '.') && tight(r, i + 1) && minutes_at(i + 2) < 60 && !(r.mark(i + 3, '.') && tight(r, i + 3) && r.number(i + 4))) clock = {h * 60 + minutes_at(i + 2), i + 2, 1};
    else if (r.is(i + 1, Meaning::hour) && tight(r, i + 1) && minutes_at(i + 2) < 60) clock = {h * 60 + minutes_at(i + 2), i + 2, 2};
    int k = clock.last + 1;
    if (const Tag* hour = r.tag(k, Meaning::hour); hour && r.tokens[k].line == r.tokens[i].line) {
        clock.last = r.mark(hour->last + 1, '.') ? hour->last + 1 : hour->last;
        clock.strength = 2;
        k = clock.last + 1;
    }
    if (const Tag* pm = r.tag(k, Meaning::pm)) {
        if (clock.minutes < 12 * 60) clock.minutes += 12 * 60;
        clock.last = pm->last;
        clock.strength = 2;
    }
    if (clock.minutes > 24 * 60) return {};
    return clock;
}

}  // namespace

std::string day_text(Day day) {
    const std::chrono::year_month_day ymd(day);
    return fmt::format("{:04}-{:02}-{:02}", int(ymd.year()), unsigned(ymd.month()), unsigned(ymd.day()));
}

std::string clock_text(int minutes) { return fmt::format("{:02}:{:02}", minutes / 60 % 24, minutes % 60); }

std::vector<DayFound> days_in(Reading& reading, Day received) { return Days(reading, received).all(); }

std::vector<ClockFound> clocks_in(Reading& r, const std::vector<DayFound>& days) {
    std::vector<ClockFound> found;
    const auto after_a_day = [&](int i) {
        return std::any_of(days.begin(), days.end(), [&](const DayFound& d) { return d.last + 1 == i || (d.last + 2 == i && (r.mark(i - 1, ',') || r.mark(i - 1, '|') || r.is(i - 1, Meaning::in_word) || r.mark(i - 1, '('))); });
    };
    for (int i = 0; i < r.size(); ++i) {
        if (!r.free(i)) continue;
        if (const Tag* noon = r.tag(i, Meaning::noon)) {
            int before = i - 1;
            while (r.is(before, Meaning::clock) || r.is(before, Meaning::in_word)) --before;
            if (r.is(before, Meaning::by) && !r.number(before + 1)) {
                found.push_back({before, noon->last, {}, 12 * 60});
                r.use(before, noon->last);
            } else if (r.is(i - 1, Meaning::clock)) {
                found.push_back({i - 1, noon->last, 12 * 60, 12 * 60, true});
                r.use(i - 1, noon->last);
            }
            continue;
        }
        if (!r.number(i)) continue;
        const auto one = clock_at(r, i);
        if (!one || (i > 0 && !r.tokens[i].space_before && r.tokens[i - 1].kind == Token::Kind::mark && (r.tokens[i - 1].mark == '.' || r.tokens[i - 1].mark == '/' || r.tokens[i - 1].mark == '+' || r.tokens[i - 1].mark == '#'))) continue;
        if (i > 0 && r.number(i - 1) && !r.used[i - 1] && r.tokens[i - 1].line == r.tokens[i].line) continue;  // a piece of a longer number
        if (r.mark(one->last + 1, ',') && tight(r, one->last + 1) && r.number(one->last + 2) && tight(r, one->last + 2)) continue;

        int before = i - 1;
        bool marked = false;
        for (int steps = 0; steps < 4 && before >= 0 && (r.is(before, Meaning::clock) || r.mark(before, '.') || r.mark(before, '(')); ++steps) {
            marked |= r.is(before, Meaning::clock);
            --before;
        }
        const Tag* by = r.tag_at(before, Meaning::by);
        const Tag* since = r.tag_at(before, Meaning::since);
        if (!by && r.tag_at(i - 1, Meaning::by)) by = r.tag_at(i - 1, Meaning::by);
        if (by && by->value == 1) {  // the lorry is to be there at that hour
            by = nullptr;
            marked = true;
        }
        const bool between = r.is(before, Meaning::between);
        bool by_that_day = false;  // "by Friday, 16:00"
        if (!by && !since)
            for (const DayFound& d : days)
                if (d.first > 0 && d.last < i && (d.last == before || (d.last == before - 1 && (r.mark(before, ',') || r.is(before, Meaning::in_word))))) {
                    by_that_day = r.is(d.first - 1, Meaning::by);
                    if (r.is(d.first - 1, Meaning::since) && !by_that_day) since = r.tag_at(d.first - 1, Meaning::since);
                }

        // a span: "8-12", "from 8 to 12", "between 8 and 12"
        int k = one->last + 1;
        int steps = 0;
        while (steps < 3 && k < r.size() && r.tokens[k].line == r.tokens[i].line && (r.mark(k, '-') || r.is(k, Meaning::to_range) || r.is(k, Meaning::clock) || (steps > 0 && r.mark(k, '.')) || (r.is(k, Meaning::by) && steps == 0))) {
            ++k;
            ++steps;
        }
        const auto two = steps > 0 ? clock_at(r, k) : std::nullopt;
        if (two && r.free(k) && !unit_at(r, two->last + 1) && !r.is(two->last + 1, Meaning::month) && !r.is(two->last + 1, Meaning::day_unit) && two->minutes > one->minutes &&
            !(r.mark(two->last + 1, ',') && tight(r, two->last + 1) && r.number(two->last + 2) && tight(r, two->last + 2))) {
            const int strength = std::max(one->strength, two->strength);
            const bool word_range = !r.mark(one->last + 1, '-');
            const bool certain = strength == 2 || marked || between || (strength == 1 && (one->strength == two->strength) && (after_a_day(i) || r.is(before, Meaning::pickup) || r.is(before, Meaning::delivery))) || after_a_day(i) || (since && word_range) ||
                                 ((r.is(i - 1, Meaning::pickup) || r.is(i - 1, Meaning::delivery)) && !r.mark(k, '.'));
            if (certain && !(strength == 0 && unit_at(r, two->last + 1))) {
                found.push_back({i, two->last, one->minutes, two->minutes});
                r.use(between || since ? std::max(0, before) : i, two->last);
                i = two->last;
                continue;
            }
        }
        if (unit_at(r, one->last + 1) && one->strength < 2) continue;
        const bool plain_number = one->strength == 0;
        const bool bound_to_word = by || since || marked || by_that_day;
        if (plain_number && (!bound_to_word || r.is(i + 1, Meaning::month) || r.is(i + 1, Meaning::day_unit) || r.is(i + 1, Meaning::piece) || r.mark(i + 1, '/') || (r.mark(i + 1, '-') && r.number(i + 2)) || (r.mark(i + 1, ',') && r.number(i + 2) && tight(r, i + 2)) || r.is(i + 1, Meaning::equipment) || r.is(i + 1, Meaning::truck) || (r.word(i + 1) && !r.is(i + 1, Meaning::by) && r.tokens[i + 1].sentence == r.tokens[i].sentence && !marked && !by))) continue;
        if (plain_number && since && !marked && !by) continue;  // "from 5" needs more to be an hour
        if (one->strength == 1 && !bound_to_word && !after_a_day(i)) continue;
        const bool by_then = by && std::any_of(days.begin(), days.end(), [&](const DayFound& d) { return d.last + 1 == by->first; });  // "17FEB27 BY 1800"
        if (r.tokens[i].folded.size() == 4 && one->strength < 2 && !marked && !by_then) continue;  // a post code, a year
        ClockFound clock{i, one->last};
        if (r.is(one->last + 1, Meaning::latest) && !by) {
            clock.to = one->minutes;
            clock.last = one->last + 1;
        } else if (since && (!by || since->first > by->first) && !r.is(before, Meaning::by)) {
            clock.from = one->minutes;
        } else if (by || by_that_day) {
            clock.to = one->minutes;
        } else if (since) {
            clock.from = one->minutes;
        } else {
            clock.from = clock.to = one->minutes;
            clock.at = true;
        }
        found.push_back(clock);
        r.use(i, clock.last);
        i = clock.last;
    }
    return found;
}

}  // namespace waybill::extraction::rules
