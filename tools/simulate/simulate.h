// The command: seeds in, violations out. Exit codes: 0 clean, 1 a promise was broken, 2 wrong usage.
#pragma once

#include <string>
#include <vector>

namespace waybill::simulate {

int command(const std::vector<std::string>& words);  // without the program's name

}  // namespace waybill::simulate
