// The main function of a service that runs as a process of its own, and of `waybill serve`.
#pragma once

#include <waybill/host.h>

#include <functional>

namespace waybill::host {

// The settings of a process that runs these units: the host's own and theirs.
settings::Table table(const std::vector<Unit>& units);

// The flags, and the environment but for the variables of the command line itself (WAYBILL_RUN and the like).
settings::Sources sources(const std::vector<std::string>& flags);

// Reads settings, starts the units, says where it listens, and runs until SIGTERM or SIGINT; then stops in order.
// Exit codes: 0 stopped in order, 2 wrong settings, 1 anything else.
int main(std::vector<Unit> units, int argc, char** argv);

// The same with settings that were read already.
int run(std::vector<Unit> units, settings::Settings settings);

}  // namespace waybill::host
