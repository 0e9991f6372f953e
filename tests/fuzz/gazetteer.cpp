// Names of places, as offers and other systems spell them. (The gazetteer's own data travels inside the program.)
#include "fuzz.h"

#include <waybill/gazetteer.h>

using namespace waybill;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const gazetteer::Gazetteer& europe = gazetteer::europe();
    fuzz::Bytes bytes(data, size);
    const auto country = bytes.line(), name = bytes.rest();

    const auto folded = gazetteer::fold(name);
    fuzz::must(gazetteer::fold(folded) == folded, "what is folded stays as it is", folded);
    const auto found = europe.find(name, country);
    for (const auto& each : found) fuzz::must(country.empty() || each.town->country == country, "with a country, only the towns there");
    if (country.empty()) fuzz::must(found.empty() || europe.knows_folded(folded), "a name that is found is known", folded);
    europe.country_named(name);
    return 0;
}
