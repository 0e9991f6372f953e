// What demo, world and load share: who plays, and who judges.
#pragma once

#include "commands.h"

#include <world.h>

#include <optional>

namespace waybill::cli {

world::WorldOptions options_for(const WorldCommand& command);

// 0 clean, judged_bad, or failed when it cannot judge. `into`: a file instead of standard output.
int run_judge(const std::filesystem::path& run, bool json, int settle, int expect, std::optional<double> since, const std::filesystem::path& into);

}  // namespace waybill::cli
