#include "domain/ledger.h"

#include <map>

namespace waybill::billing {

Entry entry(std::string id, std::string shipment_id, Instant booked_at, std::vector<Line> lines) {
    std::erase_if(lines, [](const Line& line) { return line.amount.minor == 0; });
    if (lines.empty()) throw std::logic_error("the entry " + id + " books nothing");
    std::map<std::string, Money> sums;
    for (const auto& line : lines) {
        auto& sum = sums.try_emplace(line.amount.currency, Money{0, line.amount.currency}).first->second;
        sum = sum + line.amount;
    }
    for (const auto& [currency, sum] : sums) {
        if (sum.minor != 0) throw std::logic_error("the entry " + id + " is out of balance by " + to_text(sum));
    }
    return {std::move(id), std::move(shipment_id), booked_at, std::move(lines)};
}

Entry issuing(const Invoice& invoice) {
    return entry(invoice.shipment_id + ".issued", invoice.shipment_id, invoice.issued_at.value(),
                 {{Account::receivable, invoice.gross}, {Account::revenue, -invoice.net}, {Account::vat, -invoice.vat}});
}

Entry payment(const Invoice& invoice, Instant now) {
    return entry(invoice.shipment_id + ".paid", invoice.shipment_id, now, {{Account::bank, invoice.gross}, {Account::receivable, -invoice.gross}});
}

Entry unapplied_payment(const Invoice& invoice, const Money& amount, const std::string& bank_reference, Instant now) {
    return entry(invoice.shipment_id + ".unapplied." + bank_reference, invoice.shipment_id, now, {{Account::bank, amount}, {Account::unapplied, -amount}});
}

}  // namespace waybill::billing
