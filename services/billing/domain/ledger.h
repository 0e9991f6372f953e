// Double-entry book-keeping: every entry sums to zero in each of its currencies, or it is not made (std::logic_error).
#pragma once

#include "domain/invoice.h"

#include <waybill/core.h>

#include <string>
#include <vector>

namespace waybill::billing {

BOOST_DEFINE_ENUM_CLASS(Account,
    receivable,  // what customers owe
    revenue,
    vat,         // what is owed to the tax office
    bank,
    unapplied)   // money that came and belongs to no open invoice: owed back until a person decides

struct Line {
    Account account;
    Money amount;  // above zero: debit
    bool operator==(const Line&) const = default;
};

struct Entry {
    std::string id;  // says what was booked, so that booking it twice is the same rows
    std::string shipment_id;
    Instant booked_at;
    std::vector<Line> lines;  // none of zero
    bool operator==(const Entry&) const = default;
};

Entry entry(std::string id, std::string shipment_id, Instant booked_at, std::vector<Line> lines);

Entry issuing(const Invoice& invoice);
Entry payment(const Invoice& invoice, Instant now);
Entry unapplied_payment(const Invoice& invoice, const Money& amount, const std::string& bank_reference, Instant now);

}  // namespace waybill::billing
