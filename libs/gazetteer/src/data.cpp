#include "data.h"

// #embed is C++26; the assembler has had it for decades.
asm(R"(
.section .rodata
.global waybill_gazetteer_towns, waybill_gazetteer_towns_end, waybill_gazetteer_countries, waybill_gazetteer_countries_end
waybill_gazetteer_towns:
.incbin ")" TOWNS_FILE R"("
waybill_gazetteer_towns_end:
waybill_gazetteer_countries:
.incbin ")" COUNTRIES_FILE R"("
waybill_gazetteer_countries_end:
.byte 0
.text
)");

extern "C" const char waybill_gazetteer_towns[], waybill_gazetteer_towns_end[], waybill_gazetteer_countries[],
    waybill_gazetteer_countries_end[];

namespace waybill::gazetteer {

std::string_view towns_text() {
    return {waybill_gazetteer_towns, std::size_t(waybill_gazetteer_towns_end - waybill_gazetteer_towns)};
}

std::string_view countries_text() {
    return {waybill_gazetteer_countries, std::size_t(waybill_gazetteer_countries_end - waybill_gazetteer_countries)};
}

}  // namespace waybill::gazetteer
