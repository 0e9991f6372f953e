// Footprints of followed requests as JSON lines in a file that all processes of a run share: {"batch":{...}} and {"acknowledged":"<event>","at":...}.
// Any thread. Each line is one write that appends, so lines of several processes do not mix. A file beyond its bound, or a
// disk that is full, ends the trail and nothing else.
#pragma once

#include <waybill/runtime/worker.h>

#include <atomic>
#include <string>

namespace waybill::host {

class FileTrail final : public runtime::Trail {
public:
    FileTrail(const std::string& file, std::int64_t one_in);  // throws std::invalid_argument when it cannot be written
    ~FileTrail() override;
    bool follows(std::string_view trace) const override;
    void went(const runtime::Footprint& batch) override;
    void acknowledged(std::string_view event);

private:
    void write(const std::string& line);
    static constexpr std::int64_t most_bytes = 512 << 20;

    int file_ = -1;
    const std::uint64_t one_in_;
    std::atomic<bool> ended_{false};
};

}  // namespace waybill::host
