// Third stage, days and hours: what in the text is a date or a time of day, read against the day on which it was received.
#pragma once

#include "domain/reading.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace waybill::extraction::rules {

using Day = std::chrono::sys_days;
std::string day_text(Day day);  // "2026-10-06"

struct DayFound {
    enum class Kind { exact, weekday, same_day, next_day };
    int first, last;  // tokens
    Kind kind;
    Day day;                   // of a weekday: the next one; of a range: its first
    std::optional<Day> until;  // of a range: its last; of one that can be day or month first: the other reading
    bool relative = false;     // "tomorrow", a bare weekday: means something only on the day it was written
    std::string doubt;         // why it is not one day, in plain words; empty if it is
    bool day_or_month = false; // "6/5" can be of May or of June
};
std::vector<DayFound> days_in(Reading& reading, Day received);

struct ClockFound {
    int first, last;
    std::optional<int> from, to;  // minutes of the day
    bool at = false;              // one moment: from and to are equal
};
std::vector<ClockFound> clocks_in(Reading& reading, const std::vector<DayFound>& days);
std::string clock_text(int minutes);  // "06:30"

}  // namespace waybill::extraction::rules
