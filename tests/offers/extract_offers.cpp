// Offers as JSON lines on standard input, answers as JSON lines on standard output; with --explain why, and with --bench how fast.
#include "domain/extract.h"
#include "domain/offer_lines.h"

#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>

#include <unistd.h>

using namespace waybill::extraction;

namespace {

long resident_kb() {
    long pages = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

// What this thread has had of a processor: what others on the machine take does not count.
double processor_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

// The offers on standard input, repeated to texts of the wanted length.
int bench() {
    const long before = resident_kb();
    const double begin = processor_seconds();
    extract({"email", {}, "Kaunas"});
    std::printf("first answer (gazetteer and languages loaded) %.0f ms, %ld MB more\n", 1e3 * (processor_seconds() - begin), (resident_kb() - before) / 1024);
    std::vector<Message> offers;
    for (std::string line; std::getline(std::cin, line);)
        if (auto offer = parse_offer_line(line)) offers.push_back(offer->message);
    if (offers.empty()) return 2;
    for (const std::size_t size : {1, 4, 16, 64}) {
        double seconds = 0;
        int done = 0;
        for (std::size_t from = 0; seconds < 1.5; ++from) {
            Message message = offers[from % offers.size()];
            for (std::size_t k = from + 1; message.text.size() < size * 1024; ++k) message.text += "\n\n" + offers[k % offers.size()].text;
            message.text.resize(size * 1024);
            const double start = processor_seconds();
            extract(message);
            seconds += processor_seconds() - start;
            ++done;
        }
        std::printf("%2zu kB: %7.0f messages/s of one processor, %6.1f us/kB\n", size, done / seconds, 1e6 * seconds / done / double(size));
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string how = argc > 1 ? argv[1] : "";
    if (how == "--bench") return bench();
    return extract_file(std::cin, std::cout, std::cerr, how == "--explain" ? Show::explained : how == "--marked" ? Show::marked : Show::answers);
}
