#include "cpu.h"

#include <cstdio>
#include <fstream>
#include <set>
#include <string>

#include <unistd.h>

namespace waybill::bench {

Cpu cpu_now(const stack::Run& run) {
    pid_t kafka = 0, postgres = 0;
    std::set<pid_t> services;
    if (const auto status = stack::look(run.folder))
        for (const auto& process : status->processes) {
            if (process.name == "kafka") kafka = process.pid;
            else if (process.name == "postgres") postgres = process.pid;
            else services.insert(process.pid);
        }
    Cpu cpu;
    const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    std::error_code gone;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", gone)) {
        const auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream in(entry.path() / "stat");
        std::string line;
        if (!std::getline(in, line)) continue;
        int parent = 0;
        unsigned long user = 0, system = 0, dead_user = 0, dead_system = 0;  // those of children that were waited for
        const auto after = line.rfind(')');
        if (after == std::string::npos || std::sscanf(line.c_str() + after + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu", &parent, &user, &system, &dead_user, &dead_system) != 5) continue;
        const pid_t pid = std::stoi(name);
        const double seconds = static_cast<double>(user + system) / ticks;
        if (pid == ::getpid()) cpu.ours += seconds;
        else if (pid == kafka) cpu.kafka += seconds;
        else if (pid == postgres) cpu.postgres += seconds + static_cast<double>(dead_user + dead_system) / ticks;
        else if (parent == postgres) cpu.postgres += seconds;
        else if (services.contains(pid)) {
            cpu.services += seconds;
            long pages = 0;
            std::ifstream(entry.path() / "statm") >> pages >> pages;
            cpu.services_mb += static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
        }
    }
    return cpu;
}

}  // namespace waybill::bench
