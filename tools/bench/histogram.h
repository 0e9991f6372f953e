// Counts of values with three significant digits, from 0 to the largest 64-bit number: the buckets of HdrHistogram with 2048
// sub-buckets. Own code because Debian has no C or C++ HDR histogram. Not for two threads at once.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace waybill::bench {

class Histogram {
public:
    void add(std::uint64_t value, std::uint64_t times = 1);
    void add(const Histogram& other);
    std::uint64_t count() const { return count_; }
    std::uint64_t max() const { return max_; }
    double mean() const { return count_ ? static_cast<double>(sum_) / static_cast<double>(count_) : 0; }
    double deviation() const;
    // The value that this share of all values does not exceed, at the resolution of the buckets.
    std::uint64_t at(double share) const;

    // Every value that was counted, at the resolution of the buckets, and how often; from the least on.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> counts() const;

    // The text form of HdrHistogram's tools (.hgrm), values divided by `unit`.
    std::string hgrm(double unit) const;

private:
    static constexpr int sub_bits = 11;
    static std::size_t index_of(std::uint64_t value);
    static std::uint64_t highest_of(std::size_t index);  // the largest value that counts there

    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0, max_ = 0;
    unsigned __int128 sum_ = 0;
};

}  // namespace waybill::bench
