// Which VAT applies to carrying goods for a business? Directive 2006/112/EC: the service is supplied where the customer is
// established (Article 44); a customer in another member state accounts for it (Article 196); a customer outside the
// Union is outside the scope. A pure rule over dated data. It does not judge the exemption of transports that belong to
// an export (Article 146): that hangs on customs papers which no one gives here.
#pragma once

#include <waybill/core.h>

#include <string>

namespace waybill::tax {

BOOST_DEFINE_ENUM_CLASS(Treatment, domestic, reverse_charge, out_of_scope)

// The supply to assess, as it is asked of a provider.
struct Assess {
    static constexpr std::string_view call = "assess";

    std::string seller_country, customer_country;  // ISO 3166-1 alpha-2
    std::string customer_vat_number;
    std::string pickup_country, delivery_country;
    std::string day;  // of supply, YYYY-MM-DD

    struct Answer {
        std::string provider;
        bool determined = false;
        int rate_permille = 0;
        Treatment treatment = Treatment::domestic;
        std::string note;        // what the invoice must say
        std::string field, why;  // when it is not determined
        bool operator==(const Answer&) const = default;
    };
    bool operator==(const Assess&) const = default;
};
BOOST_DESCRIBE_STRUCT(Assess, (), (seller_country, customer_country, customer_vat_number, pickup_country, delivery_country, day))
BOOST_DESCRIBE_STRUCT(Assess::Answer, (), (provider, determined, rate_permille, treatment, note, field, why))

struct Vat {
    int rate_permille;
    Treatment treatment;
    std::string note;
    bool operator==(const Vat&) const = default;
};

Result<Vat> assess(const Assess& supply);

BOOST_DEFINE_ENUM_CLASS(Stage, asking, determined, not_determined)

// What tax keeps of a shipment.
struct Assessment {
    std::string shipment_id;
    Stage stage = Stage::asking;
    Assess supply;
    Assess::Answer answer;  // empty while asking
    bool operator==(const Assessment&) const = default;
};
BOOST_DESCRIBE_STRUCT(Assessment, (), (shipment_id, stage, supply, answer))

}  // namespace waybill::tax
