// What was spent on a day (UTC), in a file: a process that ends, or is killed between a call and its answer, does not begin the
// budget anew, and processes of one machine that are given the same file share it.
//
// One line, "2026-11-24 1250000" (millionths of the currency), written through to the disk under a lock. A reserve that was
// never settled stays spent. Throws std::runtime_error when the file cannot be read or written, or holds something else.
// Threads: any.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace waybill::extraction::adapter {

class Ledger {
public:
    using Day = std::chrono::sys_days;
    explicit Ledger(std::string path) : path_(std::move(path)) {}

    // Sets `micro` aside. False, and nothing is set aside, when the day would come to more than `limit`.
    bool reserve(Day day, std::int64_t micro, std::int64_t limit);

    // What was set aside on that day cost something else. A day that is over is left as it is.
    void settle(Day day, std::int64_t reserved, std::int64_t cost);

private:
    std::string path_;
};

}  // namespace waybill::extraction::adapter
