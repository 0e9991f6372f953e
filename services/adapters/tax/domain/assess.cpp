#include "domain/assess.h"

#include "domain/vat_number.h"
#include "domain/vat_rates.h"

#include <algorithm>

namespace waybill::tax {

namespace {

bool is_country(std::string_view text) {
    return text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

Result<Vat> assess(const Assess& supply) {
    if (supply.day.size() != 10 || !parse_instant(supply.day + "T00:00:00Z")) return Refusal{"date", "'" + supply.day + "' is not a day", "give YYYY-MM-DD"};
    if (!in_the_union(supply.seller_country)) {
        return Refusal{"seller_country", "'" + supply.seller_country + "' is no member state: its VAT is not known here", "sell from a member state, or choose another provider"};
    }
    if (!is_country(supply.customer_country)) return Refusal{"customer_country", "'" + supply.customer_country + "' is not a country", "give ISO 3166-1 alpha-2, such as LT"};
    if (const auto number = parse_vat_number(supply.customer_vat_number, supply.customer_country); !number) return number.refusal();

    if (!in_the_union(supply.customer_country)) return Vat{0, Treatment::out_of_scope, "Outside the scope of EU VAT, Article 44 of Directive 2006/112/EC"};
    if (supply.customer_country != supply.seller_country) return Vat{0, Treatment::reverse_charge, "Reverse charge, Article 196 of Directive 2006/112/EC"};

    const auto rate = standard_rate(supply.seller_country, supply.day);
    if (!rate) return Refusal{"date", supply.day + " is before the first rate known for " + supply.seller_country, "give a day from 2016-01-01 on"};
    return Vat{*rate, Treatment::domestic, ""};
}

}  // namespace waybill::tax
