#include "histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>

namespace waybill::bench {

// Values below 2048 have a bucket each; above, every doubling is cut into 1024.
std::size_t Histogram::index_of(std::uint64_t value) {
    const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - sub_bits);
    return static_cast<std::size_t>(shift) * (1u << (sub_bits - 1)) + static_cast<std::size_t>(value >> shift);
}

std::uint64_t Histogram::highest_of(std::size_t index) {
    constexpr std::size_t half = 1u << (sub_bits - 1);
    const std::size_t shift = index < 2 * half ? 0 : index / half - 1;
    return ((static_cast<std::uint64_t>(index - shift * half) + 1) << shift) - 1;
}

void Histogram::add(std::uint64_t value, std::uint64_t times) {
    const auto index = index_of(value);
    if (index >= counts_.size()) counts_.resize(index + 1);
    counts_[index] += times;
    count_ += times;
    sum_ += static_cast<unsigned __int128>(value) * times;
    max_ = std::max(max_, value);
}

void Histogram::add(const Histogram& other) {
    if (other.counts_.size() > counts_.size()) counts_.resize(other.counts_.size());
    for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    max_ = std::max(max_, other.max_);
}

double Histogram::deviation() const {
    double squares = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        const double from_mean = static_cast<double>(highest_of(i)) - mean();
        squares += static_cast<double>(counts_[i]) * from_mean * from_mean;
    }
    return count_ ? std::sqrt(squares / static_cast<double>(count_)) : 0;
}

std::uint64_t Histogram::at(double share) const {
    const auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_) - 1e-9)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i)
        if ((seen += counts_[i]) >= wanted && counts_[i]) return std::min(max_, highest_of(i));
    return max_;
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> Histogram::counts() const {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> made;
    for (std::size_t i = 0; i < counts_.size(); ++i)
        if (counts_[i]) made.emplace_back(std::min(max_, highest_of(i)), counts_[i]);
    return made;
}

// Percentiles that come ever closer to the maximum: five steps for each halving of what is left, as HdrHistogram's own.
std::string Histogram::hgrm(double unit) const {
    std::string text = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n";
    char line[128];
    std::uint64_t seen = 0;
    double next = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (!counts_[i]) continue;
        seen += counts_[i];
        const double share = static_cast<double>(seen) / static_cast<double>(count_);
        if (seen < count_ && share < next) continue;
        const double value = static_cast<double>(std::min(max_, highest_of(i))) / unit;
        if (seen == count_) {
            std::snprintf(line, sizeof line, "%12.3f %2.12f %10llu\n", value, 1.0, static_cast<unsigned long long>(seen));
        } else {
            std::snprintf(line, sizeof line, "%12.3f %2.12f %10llu %14.2f\n", value, share, static_cast<unsigned long long>(seen), 1 / (1 - share));
            const double halvings = std::floor(std::log2(1 / (1 - share)));
            next = share + std::exp2(-halvings) / 10;
        }
        text += line;
    }
    std::snprintf(line, sizeof line, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n#[Max     = %12.3f, Total count    = %12llu]\n", mean() / unit, deviation() / unit,
                  static_cast<double>(max_) / unit, static_cast<unsigned long long>(count_));
    return text + line;
}

}  // namespace waybill::bench
