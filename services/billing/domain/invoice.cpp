#include "domain/invoice.h"

#include "domain/parties.h"
#include "domain/series.h"

#include <algorithm>

namespace waybill::billing {

Result<Invoice> begin_invoice(const Bill& bill) {
    if (!customer(bill.customer_id)) return Refusal{"customer_id", "'" + bill.customer_id + "' is not a customer", "add the customer to domain/parties.cpp"};
    const auto& currency = bill.net.currency;
    const bool code = currency.size() == 3 && std::ranges::all_of(currency, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!code) return Refusal{"net.currency", "'" + currency + "' is not a currency", "give an ISO 4217 code such as EUR"};
    if (bill.net.minor <= 0) return Refusal{"net", to_text(bill.net) + " cannot be invoiced", "give an amount above zero"};
    if (!bill.delivered_at) return Refusal{"delivered_at", "the day of supply is missing, and it decides the VAT rate", "give when the goods were delivered"};

    Invoice invoice;
    invoice.shipment_id = bill.shipment_id;
    invoice.customer_id = bill.customer_id;
    invoice.reference = bill.reference;
    invoice.net = bill.net;
    invoice.supply_day = to_text(*bill.delivered_at).substr(0, 10);
    return invoice;
}

Invoice stopped_invoice(const Bill& bill, std::string why) {
    Invoice invoice;
    invoice.shipment_id = bill.shipment_id;
    invoice.customer_id = bill.customer_id;
    invoice.reference = bill.reference;
    invoice.net = bill.net;
    return stopped_because(std::move(invoice), std::move(why));
}

Invoice with_vat(Invoice invoice, const Vat& vat, Instant now) {
    if (vat.rate_permille < 0 || vat.rate_permille >= 1000) throw std::logic_error("a VAT rate of " + std::to_string(vat.rate_permille) + " permille");
    invoice.vat = share(invoice.net, vat.rate_permille, 1000);
    invoice.gross = invoice.net + invoice.vat;
    invoice.vat_rate_permille = vat.rate_permille;
    invoice.vat_treatment = vat.treatment;
    invoice.vat_note = vat.note;
    invoice.issued_at = now;
    invoice.due_at = now + std::chrono::days(customer(invoice.customer_id).value().payment_days);
    invoice.series_id = series_of(seller(), now);
    invoice.stage = Stage::numbering;
    return invoice;
}

Invoice with_number(Invoice invoice, std::int64_t number) {
    invoice.number = number_text(invoice.series_id, number);
    invoice.stage = Stage::open;
    return invoice;
}

Invoice paid_by(Invoice invoice, std::string bank_reference) {
    invoice.stage = Stage::paid;
    invoice.bank_reference = std::move(bank_reference);
    invoice.why.clear();
    return invoice;
}

Invoice unpaid_because(Invoice invoice, std::string why) {
    invoice.stage = Stage::unpaid;
    invoice.why = std::move(why);
    return invoice;
}

Invoice stopped_because(Invoice invoice, std::string why) {
    invoice.stage = Stage::stopped;
    invoice.why = std::move(why);
    return invoice;
}

}  // namespace waybill::billing
