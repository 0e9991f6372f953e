// `waybill bench`: how near the runtime comes to a loop written by hand, both in one run on the same private servers.
#pragma once

#include <filesystem>

namespace waybill::bench {

struct Options {
    std::filesystem::path folder = ".bench";  // of the private servers; removed afterwards
    int seconds = 60;                         // at full load, of each side
    int rounds = 2;                           // the sides take turns this often
    int lanes = 4;
    int under_way = 4000;                     // trips, at full load
    double rate = 25'000;                     // hops a second at part load
    int alone = 300;                          // trips that go alone
    bool loop = true;                         // the hand-written one too
    bool json = false, keep = false;
};

// Each prints its figures and returns the program's exit code: 0 measured, 1 a server failed.
int run_hops(const Options& options);
int run_local(const Options& options);

}  // namespace waybill::bench
