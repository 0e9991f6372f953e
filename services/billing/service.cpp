#include "service.h"

#include "handlers/handlers.h"

namespace waybill::billing {

namespace {

constexpr auto postings = R"(
    create table posting(
        entry_id text not null, line int not null, account text not null,
        amount_minor bigint not null,  -- above zero: debit
        currency text not null, shipment_id text not null, booked_at timestamptz not null,
        primary key (entry_id, line));
    create index posting_of_shipment on posting(shipment_id))";

runtime::Definition definition(const settings::Settings&) {
    return runtime::service<::billing::v1::Emits>("billing")
        .keeps<Invoice>("invoice")
        .keeps<Series>("series")
        .migration(1, postings)
        .on(billing_requested)
        .on(tax_determined)
        .on(tax_not_determined)
        .on(number_requested)
        .on(number_assigned)
        .on(payment_settled)
        .on(payment_failed)
        .when_due("issuing", not_issued_in_time)
        .when_due("payment", not_paid_in_time);
}

}  // namespace

host::Unit unit() { return {"billing", {}, definition}; }

}  // namespace waybill::billing
