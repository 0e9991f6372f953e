#include "trail.h"

#include <waybill/json.h>
#include <waybill/telemetry.h>

#include <charconv>
#include <fcntl.h>
#include <unistd.h>

namespace waybill::host {

FileTrail::FileTrail(const std::string& file, std::int64_t one_in) : file_(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)), one_in_(static_cast<std::uint64_t>(one_in)) {
    if (file_ < 0) throw std::invalid_argument("trail.file: " + file + " cannot be written; name a file in a folder that is there");
}

FileTrail::~FileTrail() { ::close(file_); }

// By the trace's own id, so that every process follows the same ones.
bool FileTrail::follows(std::string_view trace) const {
    if (trace.size() != 55) return false;
    std::uint64_t number = 0;
    std::from_chars(trace.data() + 19, trace.data() + 35, number, 16);
    return number % one_in_ == 0;
}

void FileTrail::went(const runtime::Footprint& batch) { write("{\"batch\":" + json::to_json(batch) + "}\n"); }

void FileTrail::acknowledged(std::string_view event) {
    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
    write("{\"acknowledged\":\"" + std::string(event) + "\",\"at\":" + std::to_string(now) + "}\n");
}

void FileTrail::write(const std::string& line) {
    if (ended_.load(std::memory_order_relaxed)) return;
    if (::write(file_, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::lseek(file_, 0, SEEK_CUR) < most_bytes) return;
    if (!ended_.exchange(true)) telemetry::warn("the trail ends: its file is full", {});
}

}  // namespace waybill::host
