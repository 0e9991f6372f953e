#include "simulate.h"

int main(int argc, char** argv) { return waybill::simulate::command({argv + 1, argv + argc}); }
