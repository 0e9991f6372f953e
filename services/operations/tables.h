// What operations keeps: one time-line of everything, and rows a person asks for. Only the reads under http/ look at them.
//
// Every group of columns has one source, and every event writes whole groups: so rows are right in whatever order the
// sources arrive. All rows of a key are written by the lane of that key: a vehicle is not a shipment's business.
#pragma once

namespace waybill::operations {

constexpr const char* tables_1 = R"sql(
create table timeline (
    event_id text primary key,
    subject text not null, type text not null, source text not null, topic text not null,
    lane int not null, incarnation bigint not null, seq bigint not null, partition int not null,
    time timestamptz not null, cause text not null
);
create index timeline_of_subject on timeline (subject, time, event_id);

create table shipment (
    id text primary key,
    -- intake registered the offer
    customer text, channel text, received_at timestamptz, registered_at timestamptz,
    -- intake decided it
    offer_state text, offer_since timestamptz, offer_decided_by text, offer_reasons json, offer_missing json,
    -- intake normalised it
    pickup json, delivery json, goods text, weight_kg double precision, equipment text, reference text,
    -- fulfilment advanced it
    stage text, awaited text, awaited_from text, awaited_until timestamptz, why text,
    attempt int, driver text, vehicle text, kilometres int, since timestamptz,
    -- fulfilment asks a person
    question text
) with (fillfactor = 60);
create index shipment_newest on shipment (registered_at desc, id desc);
create index shipment_of_customer on shipment (customer, registered_at desc, id desc);
create index shipment_in_review on shipment (registered_at desc, id desc) where offer_state = 'in_review';
create index shipment_for_a_person on shipment (registered_at desc, id desc) where stage = 'needs_person';

create table assignment (
    id text primary key,
    -- fulfilment offered it
    shipment text, driver text, vehicle text, kilometres int, pickup json, delivery json, offered_at timestamptz, answer_until timestamptz,
    -- what became of it
    state text, why text, since timestamptz
) with (fillfactor = 60);
create index assignment_newest on assignment (offered_at desc, id desc);
create index assignment_of_driver on assignment (driver, offered_at desc, id desc);
create index assignment_open on assignment (offered_at desc, id desc) where state = 'offered';

create table vehicle (
    id text primary key,
    depot text, shipment text, latitude double precision, longitude double precision, seen_at timestamptz
) with (fillfactor = 60);

create table invoice (
    shipment text primary key,
    -- billing issued it
    customer text, number text, net text, vat text, gross text, currency text, vat_rate_permille int, vat_note text,
    issued_at timestamptz, due_at timestamptz,
    -- it was paid
    paid_at timestamptz, bank_reference text
) with (fillfactor = 60);
create index invoice_newest on invoice (issued_at desc, shipment desc);
create index invoice_of_customer on invoice (customer, issued_at desc, shipment desc);

create function rfc3339(instant timestamptz) returns text language sql stable
    return to_char(instant at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
)sql";

// What a machine read of an offer that a person must look at.
constexpr const char* tables_2 = "alter table shipment add column offer_read json";

}  // namespace waybill::operations
