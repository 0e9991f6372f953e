// One delivered shipment's invoice: from the request to bill it until the money is in.
#pragma once

#include <waybill/core.h>

#include <optional>
#include <string>

namespace waybill::billing {

using namespace std::chrono_literals;

// An invoice that is not issued by then is told to a person; it goes on when what it waits for comes.
constexpr auto time_to_issue = 24h;

BOOST_DEFINE_ENUM_CLASS(Stage,
    assessing,  // which VAT applies?
    numbering,  // complete, and waiting for its number
    open,       // issued, waiting for the money
    paid,
    unpaid,     // the collection failed, was late or brought another sum: a person looks at it; the money may still come
    stopped)    // never issued, and has no number

struct Invoice {
    std::string shipment_id;
    std::string customer_id;
    std::string reference;      // the customer's own
    Stage stage = Stage::assessing;
    std::string supply_day;     // YYYY-MM-DD, decides the VAT rate
    Money net, vat, gross;      // vat and gross are empty while assessing
    int vat_rate_permille = 0;
    std::string vat_treatment;
    std::string vat_note;
    std::string series_id;      // fixed with issued_at, so that the number's year is the year of issuing
    std::string number;         // empty until the series gave one
    std::optional<Instant> issued_at, due_at;
    std::string bank_reference;  // of the payment; empty until paid
    std::string why;             // it is unpaid or stopped

    bool operator==(const Invoice&) const = default;
};
BOOST_DESCRIBE_STRUCT(Invoice, (), (shipment_id, customer_id, reference, stage, supply_day, net, vat, gross, vat_rate_permille, vat_treatment,
                                    vat_note, series_id, number, issued_at, due_at, bank_reference, why))

// What is asked to be billed.
struct Bill {
    std::string shipment_id, customer_id, reference;
    Money net;
    std::optional<Instant> delivered_at;
};

struct Vat {
    int rate_permille = 0;
    std::string treatment, note;
};

// The customer is known, the sum is positive, the day of supply is given.
Result<Invoice> begin_invoice(const Bill& bill);
Invoice stopped_invoice(const Bill& bill, std::string why);

// Complete but for its number. `now` is the time of issuing.
Invoice with_vat(Invoice invoice, const Vat& vat, Instant now);
Invoice with_number(Invoice invoice, std::int64_t number);

Invoice paid_by(Invoice invoice, std::string bank_reference);
Invoice unpaid_because(Invoice invoice, std::string why);
Invoice stopped_because(Invoice invoice, std::string why);

}  // namespace waybill::billing
