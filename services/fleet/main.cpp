#include "service.h"

#include <waybill/host_main.h>

int main(int argc, char** argv) { return waybill::host::main({waybill::fleet::unit()}, argc, argv); }
