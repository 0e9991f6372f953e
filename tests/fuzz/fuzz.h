// A fuzz target: one function from foreign bytes to nothing, that ends the program when a promise about them is broken.
//
// Under clang (preset `fuzz`) libFuzzer makes the bytes and looks for new paths; under any compiler `replay.cpp` feeds the
// checked-in corpus, so that what was found once stays found. Deterministic: the same bytes take the same way.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace waybill::fuzz {

inline void must(bool holds, std::string_view promise, std::string_view found = {}) {
    if (holds) return;
    std::fprintf(stderr, "a promise was broken: %.*s: %.*s\n", static_cast<int>(promise.size()), promise.data(), static_cast<int>(found.size()),
                 found.empty() ? "" : found.data());
    std::abort();
}

// The bytes of one input, cut into what the target needs. When they run out, everything is 0 and empty.
class Bytes {
public:
    Bytes(const std::uint8_t* bytes, std::size_t size) : left_(reinterpret_cast<const char*>(bytes), size) {}
    bool empty() const { return left_.empty(); }
    std::size_t number(std::size_t below) {  // one byte
        const auto value = static_cast<unsigned char>(left_.empty() ? 0 : left_.front());
        left_.remove_prefix(std::min<std::size_t>(1, left_.size()));
        return below ? value % below : value;
    }
    std::string_view piece() {  // up to 64 kB, behind its length in two bytes
        const std::size_t low = number(0), high = number(0);
        return take(low | high << 8);
    }
    std::string_view line() {  // up to the end of the line
        const auto text = left_.substr(0, left_.find('\n'));
        left_.remove_prefix(std::min(left_.size(), text.size() + 1));
        return text;
    }
    std::string_view rest() { return take(left_.size()); }

private:
    std::string_view take(std::size_t size) {
        const auto text = left_.substr(0, size);
        left_.remove_prefix(text.size());
        return text;
    }
    std::string_view left_;
};

}  // namespace waybill::fuzz
