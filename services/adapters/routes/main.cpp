#include <waybill/host_main.h>

#include "service.h"

int main(int argc, char** argv) { return waybill::host::main({waybill::routes::unit()}, argc, argv); }
