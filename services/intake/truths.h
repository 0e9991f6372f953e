// What people made of offers that a machine had read: one row an offer. `waybill extract score` and `compare` read it.
#pragma once

namespace waybill::intake {

constexpr const char* truths_1 = R"sql(
create table truth (
    offer_id text primary key,
    text_digest text not null,   -- tells one text from another; the text itself is in the offer
    language text not null, customer text not null,
    received_at timestamptz not null, reviewed_at timestamptz not null,
    verdict text not null,       -- the person's: accept, reject
    decision text not null, provider text not null, rules_version text not null,  -- the machine's
    before json not null, after json not null
);
create index truth_by_time on truth (reviewed_at);
)sql";

}  // namespace waybill::intake
