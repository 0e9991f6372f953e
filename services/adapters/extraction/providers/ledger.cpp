#include "providers/ledger.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace waybill::extraction::adapter {
namespace {

std::string day_of(Ledger::Day day) { return fmt::format("{:%Y-%m-%d}", std::chrono::sys_seconds(day)); }

class Locked {
public:
    explicit Locked(const std::string& path) : path_(path), file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
        if (file_ < 0) fail("cannot be opened");
        while (::flock(file_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    ~Locked() {
        if (file_ >= 0) ::close(file_);  // and unlocks
    }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

    // Of that day; nothing was spent on one that the file does not know.
    std::int64_t spent(const std::string& day) const {
        char text[64];
        const auto size = ::pread(file_, text, sizeof text, 0);
        if (size < 0) fail("cannot be read");
        const std::string_view line(text, static_cast<std::size_t>(size));
        if (line.empty() || !line.starts_with(day)) {
            if (!line.empty() && (line.size() < 12 || line[4] != '-' || line[10] != ' ')) fail("holds no day and sum");
            return 0;
        }
        std::int64_t sum = 0;
        const auto [end, error] = std::from_chars(text + 11, text + size, sum);
        if (error != std::errc{} || end == text + size || *end != '\n' || sum < 0) fail("holds no day and sum");
        return sum;
    }
    void write(const std::string& day, std::int64_t sum) const {
        const std::string line = fmt::format("{} {}\n", day, sum);
        if (::pwrite(file_, line.data(), line.size(), 0) != static_cast<ssize_t>(line.size()) || ::ftruncate(file_, static_cast<off_t>(line.size())) != 0 || ::fdatasync(file_) != 0) fail("cannot be written");
    }

private:
    [[noreturn]] void fail(const char* why) const {
        throw std::runtime_error(fmt::format("the ledger {} {}{}{}", path_, why, errno ? ": " : "", errno ? std::strerror(errno) : ""));
    }
    const std::string& path_;
    int file_;
};

}  // namespace

bool Ledger::reserve(Day day, std::int64_t micro, std::int64_t limit) {
    errno = 0;
    const Locked file(path_);
    const std::string today = day_of(day);
    const std::int64_t spent = file.spent(today);
    if (spent + micro > limit) return false;
    file.write(today, spent + micro);
    return true;
}

void Ledger::settle(Day day, std::int64_t reserved, std::int64_t cost) {
    errno = 0;
    const Locked file(path_);
    const std::string then = day_of(day);
    if (const std::int64_t spent = file.spent(then); spent >= reserved) file.write(then, spent - reserved + cost);
}

}  // namespace waybill::extraction::adapter
