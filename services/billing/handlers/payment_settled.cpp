#include "handlers/words.h"

namespace waybill::billing {

// Money came. It pays the invoice when it is its whole sum; any other sum is booked as unapplied, and a person decides.
Decision payment_settled(const Invoice& invoice, const ::payments::v1::PaymentSettled& settled, Instant now) {
    if (invoice.number.empty()) return Decision::never("money for an invoice that was not issued");
    if (invoice.stage == Stage::paid && settled.bank_reference() == invoice.bank_reference) return Decision::ignored("this payment is booked");

    const auto amount = money_in(settled.amount());
    if (amount.minor <= 0 || amount.currency.empty()) return Decision::never("a payment of " + to_text(amount));
    if (invoice.stage != Stage::paid && amount == invoice.gross) {
        const auto paid = paid_by(invoice, settled.bank_reference());
        return booking(Decision::becomes(paid).announcing(invoice_paid(paid)).no_longer_expecting("payment"), payment(paid, now));
    }
    const auto why = "payment " + settled.bank_reference() + " of " + to_text(amount) +
                     (invoice.stage == Stage::paid ? " came when the invoice was paid" : " differs from the invoice of " + to_text(invoice.gross));
    auto decision = invoice.stage == Stage::paid ? Decision::stays() : Decision::becomes(unpaid_because(invoice, why));
    return booking(std::move(decision).announcing(billing_stopped(invoice, why)).no_longer_expecting("payment"),
                   unapplied_payment(invoice, amount, settled.bank_reference(), now));
}

}  // namespace waybill::billing
