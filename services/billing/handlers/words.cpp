#include "handlers/words.h"

#include "domain/parties.h"

#include <google/protobuf/util/time_util.h>

namespace waybill::billing {

namespace {

using google::protobuf::util::TimeUtil;

void put(::common::v1::Money& into, const Money& money) {
    into.set_minor(money.minor);
    into.set_currency(money.currency);
}

void put(google::protobuf::Timestamp& into, Instant instant) {
    into = TimeUtil::MillisecondsToTimestamp(instant.time_since_epoch().count());
}

struct Posting {
    std::string entry_id;
    int line;
    Account account;
    std::int64_t amount_minor;
    std::string currency, shipment_id;
    Instant booked_at;
};
BOOST_DESCRIBE_STRUCT(Posting, (), (entry_id, line, account, amount_minor, currency, shipment_id, booked_at))

}  // namespace

Money money_in(const ::common::v1::Money& money) { return {money.minor(), money.currency()}; }

Bill bill_in(const ::fulfilment::v1::BillingRequested& request) {
    Bill bill{request.shipment_id(), request.customer_id(), request.reference(), money_in(request.net()), {}};
    if (request.has_delivered_at()) bill.delivered_at = Instant(std::chrono::milliseconds(TimeUtil::TimestampToMilliseconds(request.delivered_at())));
    return bill;
}

::billing::v1::TaxRequested tax_requested(const Invoice& invoice, const ::fulfilment::v1::BillingRequested& request) {
    const auto buyer = customer(invoice.customer_id).value();
    ::billing::v1::TaxRequested made;
    made.set_shipment_id(invoice.shipment_id);
    made.set_seller_country(seller().country);
    made.set_customer_country(buyer.country);
    made.set_customer_vat_number(buyer.vat_number);
    made.set_pickup_country(request.pickup_country());
    made.set_delivery_country(request.delivery_country());
    made.set_date(invoice.supply_day);
    return made;
}

::billing::v1::NumberRequested number_request(const Invoice& invoice) {
    ::billing::v1::NumberRequested made;
    made.set_series_id(invoice.series_id);
    made.set_shipment_id(invoice.shipment_id);
    return made;
}

::billing::v1::InvoiceIssued invoice_issued(const Invoice& invoice) {
    ::billing::v1::InvoiceIssued made;
    made.set_shipment_id(invoice.shipment_id);
    made.set_customer_id(invoice.customer_id);
    made.set_invoice_number(invoice.number);
    put(*made.mutable_net(), invoice.net);
    put(*made.mutable_vat(), invoice.vat);
    put(*made.mutable_gross(), invoice.gross);
    made.set_vat_rate_permille(invoice.vat_rate_permille);
    made.set_vat_note(invoice.vat_note);
    put(*made.mutable_issued_at(), invoice.issued_at.value());
    put(*made.mutable_due_at(), invoice.due_at.value());
    return made;
}

::billing::v1::PaymentRequested payment_requested(const Invoice& invoice) {
    ::billing::v1::PaymentRequested made;
    made.set_shipment_id(invoice.shipment_id);
    made.set_invoice_number(invoice.number);
    put(*made.mutable_amount(), invoice.gross);
    return made;
}

::billing::v1::InvoicePaid invoice_paid(const Invoice& invoice) {
    ::billing::v1::InvoicePaid made;
    made.set_shipment_id(invoice.shipment_id);
    made.set_customer_id(invoice.customer_id);
    made.set_invoice_number(invoice.number);
    put(*made.mutable_amount(), invoice.gross);
    made.set_bank_reference(invoice.bank_reference);
    return made;
}

::billing::v1::BillingStopped billing_stopped(const Invoice& invoice, const std::string& why) {
    ::billing::v1::BillingStopped made;
    made.set_shipment_id(invoice.shipment_id);
    made.set_why(why);
    return made;
}

Decision booking(Decision decision, const Entry& entry) {
    int line = 0;
    for (const auto& [account, amount] : entry.lines) {
        const Posting posting{entry.id, ++line, account, amount.minor, amount.currency, entry.shipment_id, entry.booked_at};
        decision = std::move(decision).writing(runtime::row("posting", {"entry_id", "line"}, posting));
    }
    return decision;
}

}  // namespace waybill::billing
