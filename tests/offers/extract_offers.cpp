// Offers as JSON lines on standard input, answers as JSON lines on standard output.
#include "domain/offer_lines.h"

#include <iostream>

int main() { return waybill::extraction::extract_file(std::cin, std::cout, std::cerr); }
