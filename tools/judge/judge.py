#!/usr/bin/python3
"""Counts what a run came to, from its databases and topics only, and says whether anything was lost, doubled or stuck.

It shares no code with the programs it judges: of the runtime it knows only the tables and headers that it publishes.

    judge.py --run .run [--json] [--expect-offers N] [--settle SECONDS] [--pace FACTOR] [--since UNIXTIME] [--no-topics]

All tables are read in one snapshot, so a board is true for one moment; in a busy system that moment has events under way,
which look lost or stuck. --settle repeats the look until the board is clean or the seconds are over.
Exit code: 0 clean, 1 something is lost, doubled, missing in the order of numbers, stuck or out of balance, 2 cannot judge.
"""
import argparse
import datetime
import json
import pathlib
import re
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import psycopg2
import yaml

LISTED = 20  # offending rows shown of each kind; all are counted
OVERDUE_AFTER = 60  # seconds, of the services' clock times --pace
OFFER_FINAL = {"accepted", "refused", "withdrawn", "in_review"}  # in review: a person's turn, not the machine's
SHIPMENT_FINAL = {"closed", "needs_person", "cancelled"}

# What may happen to one subject only once, however often it was asked for, answered or told.
ONCE = [
    "intake.v1.OfferRegistered", "intake.v1.OfferNormalised", "intake.v1.OfferRefused",
    "fulfilment.v1.BillingRequested", "fulfilment.v1.ShipmentClosed",
    "billing.v1.NumberAssigned", "billing.v1.InvoiceIssued", "billing.v1.PaymentRequested",
    "billing.v1.InvoicePaid", "payments.v1.PaymentSettled",
]


# ---- what was read: plain facts, so that judging them needs no server ------------------------------------------------------

@dataclass
class Lane:
    """A lane's row. Heads and past hold the next number to give; seen holds the last number applied."""
    incarnation: int = 1
    heads: dict = field(default_factory=dict)  # (topic, partition) -> next
    past: dict = field(default_factory=dict)   # incarnation -> {(topic, partition) -> next}
    seen: dict = field(default_factory=dict)   # (topic, source lane, incarnation) -> last


@dataclass
class Span:
    """Numbers of one source lane, incarnation, topic and partition, as kept somewhere: how many, of how many different, from, to."""
    rows: int
    distinct: int
    first: int
    last: int


@dataclass(frozen=True)
class Booking:
    """A journey that a driver took, in the business time of its offer: seconds since 1970."""
    shipment: str
    vehicle: str
    loading: float
    until: float


@dataclass
class Facts:
    lanes: dict = field(default_factory=dict)          # service -> {lane -> Lane}
    readers: dict = field(default_factory=dict)        # topic -> [service]
    outbox: dict = field(default_factory=dict)         # (topic, partition, lane, incarnation) -> Span
    timeline: dict = field(default_factory=dict)       # the same -> Span
    timeline_missing: dict = field(default_factory=dict)  # the same -> [numbers], where a span is not whole
    told_twice: list = field(default_factory=list)     # (type, subject, times)
    edge_offers: set = field(default_factory=set)
    offers: dict = field(default_factory=dict)         # id -> stage
    shipments: dict = field(default_factory=dict)      # id -> (stage, attempts)
    invoices: dict = field(default_factory=dict)       # shipment -> (stage, number or "", gross minor, currency)
    postings: list = field(default_factory=list)       # (entry, account, minor, currency, shipment)
    bookings: list = field(default_factory=list)       # [Booking]
    parked: list = field(default_factory=list)         # (service, aggregate, key, kind, why)
    split: list = field(default_factory=list)          # (service, aggregate, key, lanes): one thing kept in several lanes
    unanswered: list = field(default_factory=list)     # (service, aggregate, key, call)
    overdue: list = field(default_factory=list)        # (service, aggregate, key, name, seconds)
    orphaned: list = field(default_factory=list)       # (service, text)
    topics: dict = field(default_factory=dict)         # topic -> (distinct numbers, copies)
    unjudged: list = field(default_factory=list)       # what could not be looked at, and why


# ---- judging: facts in, board out --------------------------------------------------------------------------------------

def lost(facts):
    """Numbers that a service announced and a reader of that topic did not reach."""
    found = []
    for source, lanes in sorted(facts.lanes.items()):
        for lane, row in sorted(lanes.items()):
            ends = [(row.incarnation, row.heads)] + [(incarnation, heads) for incarnation, heads in row.past.items()]
            for incarnation, heads in ends:
                for (topic, partition), head in sorted(heads.items()):
                    for reader in facts.readers.get(topic, []):
                        at = facts.lanes.get(reader, {}).get(partition)
                        seen = at.seen.get((topic, lane, incarnation), -1) if at else -1
                        if seen < head - 1:
                            found.append(f"{reader} lane {partition} has {numbers(seen + 1, head - 1)} of {topic}/{partition} from {source} lane {lane} "
                                         f"incarnation {incarnation} not applied")
                    span = facts.outbox.get((topic, partition, lane, incarnation))
                    if incarnation == row.incarnation and head > 0 and (span is None or span.last != head - 1):
                        found.append(f"the outbox of {source} lane {lane} ends at {span.last if span else 'nothing'}, its head says {head - 1}: {topic}/{partition}")
    for offer in sorted(facts.edge_offers - set(facts.offers)):
        found.append(f"offer {offer} was accepted by the edge and never reached intake")
    accepted = {offer for offer, stage in facts.offers.items() if stage == "accepted"}
    for offer in sorted(accepted - set(facts.shipments)):
        found.append(f"offer {offer} was accepted by intake and has no shipment")
    for shipment, (stage, _) in sorted(facts.shipments.items()):
        if stage == "closed" and shipment not in facts.invoices:
            found.append(f"shipment {shipment} is closed without an invoice")
    return found


def repeated(facts):
    """Effects that exist twice where the business has one."""
    found = [f"{kind} {times} times for {subject}" for kind, subject, times in facts.told_twice]
    for where, span in sorted(facts.timeline.items()):
        if span.rows != span.distinct:
            found.append(f"the time-line holds {span.rows} rows for {span.distinct} numbers of {source_text(where)}")
    for where, span in sorted(facts.outbox.items()):
        if span.rows != span.last - span.first + 1:
            found.append(f"the outbox packs {span.rows} events for the numbers {span.first} to {span.last} of {source_text(where)}")
    for source, lanes in sorted(facts.lanes.items()):
        for partition, row in sorted(lanes.items()):
            for (topic, lane, incarnation), seen in sorted(row.seen.items()):
                end = head_of(facts, topic, partition, lane, incarnation)
                if end is not None and seen > end - 1 and not facts.orphaned:
                    found.append(f"{source} lane {partition} applied number {seen} of {topic}/{partition} from lane {lane}, which gave only {end}")
    found += [f"{aggregate} {key} of {service} exists in {lanes} lanes" for service, aggregate, key, lanes in facts.split]
    by_number = defaultdict(list)
    for shipment, (_, number, _, _) in facts.invoices.items():
        if number:
            by_number[number].append(shipment)
    found += [f"invoice number {number} was given to {', '.join(sorted(who))}" for number, who in sorted(by_number.items()) if len(who) > 1]
    for account, meaning in (("receivable", "invoiced"), ("bank", "paid")):
        entries = Counter(shipment for _, name, minor, _, shipment in facts.postings if account in name and minor > 0)
        found += [f"shipment {shipment} is {meaning} {times} times in the ledger" for shipment, times in sorted(entries.items()) if times > 1]
    vehicles = defaultdict(set)
    for one in facts.bookings:
        vehicles[one.shipment].add(one.vehicle)
    found += [f"shipment {shipment} holds {len(of)} vehicles: {', '.join(sorted(of))}" for shipment, of in sorted(vehicles.items()) if len(of) > 1]
    ordered = sorted(facts.bookings, key=lambda one: (one.vehicle, one.loading))
    found += [f"vehicle {one.vehicle} carries {one.shipment} and {then.shipment} at once" for one, then in zip(ordered, ordered[1:])
              if one.vehicle == then.vehicle and then.loading < one.until]
    found += [f"shipment {shipment} exists though intake did not accept it" for shipment in sorted(set(facts.shipments) - set(facts.offers))]
    return found


def gaps(facts):
    """Numbers of public topics that the time-line does not hold, and invoice numbers that a series skips."""
    found = []
    for source, lanes in sorted(facts.lanes.items()):
        for lane, row in sorted(lanes.items()):
            for (topic, partition), head in sorted(row.heads.items()):
                if "operations" not in facts.readers.get(topic, []) or head == 0:
                    continue
                where = (topic, partition, lane, row.incarnation)
                span = facts.timeline.get(where)
                if span is None:
                    found.append(f"the time-line holds nothing of {source_text(where)}, whose head is {head}")
                elif span.first != 0 or span.last != head - 1 or span.distinct != head:
                    missing = facts.timeline_missing.get(where) or []
                    found.append(f"the time-line holds {span.distinct} of {head} numbers of {source_text(where)}"
                                 + (f"; missing {', '.join(map(str, missing[:10]))}" if missing else ""))
    for name, counted in sorted(series(facts).items()):
        missing = sorted(set(range(1, max(counted) + 1)) - set(counted))
        if missing:
            found.append(f"series {name} skips {', '.join(map(str, missing[:10]))}" + (f" and {len(missing) - 10} more" if len(missing) > 10 else ""))
    return found


def stuck(facts):
    """What nobody is going to move: neither finished nor a person's turn."""
    found = [f"offer {offer} is {stage or 'without a stage'}" for offer, stage in sorted(facts.offers.items()) if stage not in OFFER_FINAL]
    found += [f"shipment {shipment} is {stage}" for shipment, (stage, _) in sorted(facts.shipments.items()) if stage not in SHIPMENT_FINAL]
    found += [f"parked at {service}: {kind} for {aggregate} {key}: {why}" for service, aggregate, key, kind, why in facts.parked]
    found += [f"no answer at {service}: call {call} for {aggregate} {key}" for service, aggregate, key, call in facts.unanswered]
    found += [f"overdue at {service}: {name} of {aggregate} {key} for {seconds:.0f} s" for service, aggregate, key, name, seconds in facts.overdue]
    return found


def unbalanced(facts):
    """Entries and currencies of the ledger that do not sum to zero, and invoices that the ledger does not know."""
    entries, currencies = Counter(), Counter()
    for entry, _, minor, currency, _ in facts.postings:
        entries[(entry, currency)] += minor
        currencies[currency] += minor
    found = [f"the ledger is {money(minor, currency)} instead of zero" for currency, minor in sorted(currencies.items()) if minor]
    found += [f"entry {entry} is {money(minor, currency)} instead of zero" for (entry, currency), minor in sorted(entries.items()) if minor]
    booked = Counter()
    for _, account, minor, currency, shipment in facts.postings:
        if "receivable" in account and minor > 0:
            booked[(shipment, currency)] += minor
    for shipment, (_, number, gross, currency) in sorted(facts.invoices.items()):
        if number and gross and booked.get((shipment, currency), 0) != gross:
            found.append(f"invoice {number} is {money(gross, currency)}, the ledger has {money(booked.get((shipment, currency), 0), currency)}")
    return found


def board(facts, expect_offers=None):
    """Everything a person wants to see at the end, as data."""
    sums, balance = Counter(), Counter()
    for _, number, gross, currency in facts.invoices.values():
        if number:
            sums[currency] += gross
    for _, _, minor, currency, _ in facts.postings:
        balance[currency] += minor
    announced = Counter()
    for lanes in facts.lanes.values():
        for row in lanes.values():
            for heads in [row.heads, *row.past.values()]:
                for (topic, _), head in heads.items():
                    announced[topic] += head
    missing = lost(facts)
    if expect_offers is not None and len(facts.edge_offers) != expect_offers:
        missing.append(f"{len(facts.edge_offers)} offers were accepted by the edge, {expect_offers} were expected")
    attempts = Counter(attempt for _, attempt in facts.shipments.values())
    made = {
        "offers": {"accepted_by_edge": len(facts.edge_offers), "by_state": dict(sorted(Counter(facts.offers.values()).items()))},
        "shipments": {
            "count": len(facts.shipments),
            "by_stage": dict(sorted(Counter(stage for stage, _ in facts.shipments.values()).items())),
            "completed": sum(stage == "closed" for stage, _ in facts.shipments.values()),
            "replanned": sum(count for attempt, count in attempts.items() if attempt > 1),
            "by_attempts": {str(attempt): count for attempt, count in sorted(attempts.items())},
        },
        "invoices": {
            "count": sum(bool(number) for _, number, _, _ in facts.invoices.values()),
            "sums": {currency: minor for currency, minor in sorted(sums.items())},
            "series": {name: {"first": min(of), "last": max(of), "count": len(of)} for name, of in sorted(series(facts).items())},
        },
        "ledger": {"entries": len({entry for entry, *_ in facts.postings}), "balance": dict(sorted(balance.items()))},
        "events": {
            "announced": sum(announced.values()),
            "topics": {topic: {"announced": announced.get(topic, 0), "in_topic": facts.topics.get(topic, (None, None))[0],
                               "copies": facts.topics.get(topic, (None, None))[1]} for topic in sorted(set(announced) | set(facts.topics))},
        },
        "lost": shown(missing), "repeated": shown(repeated(facts)), "gaps": shown(gaps(facts)), "stuck": shown(stuck(facts)),
        "unbalanced": shown(unbalanced(facts)), "orphaned": shown([f"{service}: {what}" for service, what in facts.orphaned]),
        "unjudged": shown(facts.unjudged),
    }
    made["clean"] = not any(made[kind]["count"] for kind in ("lost", "repeated", "gaps", "stuck", "unbalanced", "unjudged"))
    return made


def head_of(facts, topic, partition, lane, incarnation):
    row = facts.lanes.get(topic.split(".")[0], {}).get(lane)
    if row is None:
        return None
    heads = row.heads if row.incarnation == incarnation else row.past.get(incarnation)
    return None if heads is None else heads.get((topic, partition), 0)


def series(facts):
    """Series name -> its counted numbers, from "WB-2026-000017"."""
    numbered = defaultdict(list)
    for _, number, _, _ in facts.invoices.values():
        name, _, count = number.rpartition("-")
        if name and count.isdigit():
            numbered[name].append(int(count))
    return numbered


def shown(found):
    return {"count": len(found), "first": found[:LISTED]}


def numbers(first, last):
    return f"number {first}" if first == last else f"numbers {first} to {last}"


def source_text(where):
    topic, partition, lane, incarnation = where
    return f"{topic}/{partition} from lane {lane} incarnation {incarnation}"


def money(minor, currency):
    digits = 0 if currency in ("ISK", "JPY", "KRW", "CLP") else 2
    sign, minor = ("-" if minor < 0 else ""), abs(minor)
    whole, rest = divmod(minor, 10 ** digits)
    return f"{sign}{whole:,}{f'.{rest:0{digits}d}' if digits else ''} {currency}"


def text(made, title):
    """The board for people."""
    def listing(counts):
        return ", ".join(f"{count} {name or 'without a stage'}" for name, count in counts.items()) or "none"

    offers, shipments, invoices, ledger, events = (made[part] for part in ("offers", "shipments", "invoices", "ledger", "events"))
    lines = [title,
             f"  offers      {offers['accepted_by_edge']} accepted by the edge: {listing(offers['by_state'])}",
             f"  shipments   {shipments['count']}: {listing(shipments['by_stage'])}",
             f"              {shipments['completed']} completed, {shipments['replanned']} re-planned"
             + "".join(f"; {count} with {attempt} drivers asked" for attempt, count in shipments["by_attempts"].items() if attempt not in ("0", "1")),
             f"  invoices    {invoices['count']}" + "".join(f", {name} {of['first']} to {of['last']}" for name, of in invoices["series"].items())
             + "".join(f", {money(minor, currency)}" for currency, minor in invoices["sums"].items()),
             f"  ledger      {ledger['entries']} entries" + "".join(f", balance {money(minor, currency)}" for currency, minor in ledger["balance"].items()),
             f"  events      {events['announced']} announced"]
    for topic, of in events["topics"].items():
        kept = "" if of["in_topic"] is None else f"   {of['in_topic']:>8} in the topic" + (f", {of['copies']} copies more" if of["copies"] else "")
        lines.append(f"                {topic:<28}{of['announced']:>8}{kept}")
    for kind in ("lost", "repeated", "gaps", "stuck", "unbalanced", "orphaned", "unjudged"):
        count = made[kind]["count"]
        if kind in ("orphaned", "unjudged") and not count:
            continue
        lines.append(f"  {kind:<12}{count}")
        lines += [f"                {one}" for one in made[kind]["first"]]
        if count > LISTED:
            lines.append(f"                and {count - LISTED} more")
    if "seconds" in made:
        lines.append(f"  seconds     {made['seconds']:.0f}")
    lines.append("  clean: nothing lost, nothing doubled, nothing stuck, the ledger is zero" if made["clean"] else "  NOT CLEAN")
    return "\n".join(lines)


# ---- reading: the run folder, the databases, the topics --------------------------------------------------------------------

class CannotJudge(Exception):
    pass


@dataclass
class Access:
    dsn: str
    bootstrap: str
    kafka_password: str


def access(run):
    """How to get in, from the run folder."""
    try:
        about = json.loads((run / "run.json").read_text())
        postgres, kafka = ((run / "secrets" / name).read_text().strip() for name in ("postgres-judge", "kafka-judge"))
        ports = about["ports"]
        return Access(f"host=127.0.0.1 port={ports['postgres']} dbname=waybill user=judge password={postgres} connect_timeout=5",
                      f"127.0.0.1:{ports['kafka']}", kafka)
    except (OSError, ValueError, KeyError) as trouble:
        raise CannotJudge(f"{run} is not the folder of a started run ({trouble}); start one with ./dev up, or name it with --run") from trouble


def flow_of(path):
    """contracts/flow.yaml -> (service -> its aggregates, topic -> readers)."""
    services = yaml.safe_load(path.read_text())["services"]
    readers = defaultdict(set)
    for reader, about in services.items():
        for producer, events in (about.get("consumes") or {}).items():
            for event in events:
                private = services[producer]["emits"][event].get("to")
                readers[f"{producer}.to.{private}" if private else f"{producer}.events"].add(reader)
    return {name: about.get("keeps") or [] for name, about in services.items()}, {topic: sorted(who) for topic, who in readers.items()}


def lane_of(incarnation, ledger):
    ledger = json.loads(ledger) if isinstance(ledger, str) else (ledger or {})

    def heads_in(written):
        return {split_last(where): next_number for where, next_number in written.items()}

    def seen_key(where):
        topic_and_lane, number = where.rsplit("/", 1)
        return (*split_last(topic_and_lane), int(number))

    return Lane(incarnation, heads_in(ledger.get("heads") or {}),
                {int(older): heads_in(heads) for older, heads in (ledger.get("past") or {}).items()},
                {seen_key(where): last for where, last in (ledger.get("seen") or {}).items()}), instant(ledger.get("time"))


def split_last(where):
    topic, _, number = where.rpartition("/")
    return topic, int(number)


def instant(value):
    """Seconds since 1970 of what a database or JSON holds for a time, or None."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if isinstance(value, (int, float)):
        return float(value) / 1000
    return datetime.datetime.fromisoformat(str(value).replace("Z", "+00:00")).timestamp()


class Tables:
    """Reads of one snapshot. A table that is not there is told once and read as empty."""

    def __init__(self, connection, facts):
        self.connection, self.facts = connection, facts
        with connection.cursor() as cursor:
            cursor.execute("select table_schema, table_name from information_schema.tables")
            self.there = set(cursor.fetchall())

    def has(self, schema, table):
        return (schema, table) in self.there

    def rows(self, schema, table, sql, parameters=()):
        if not self.has(schema, table):
            note = f"there is no table {schema}.{table}"
            if note not in self.facts.unjudged:
                self.facts.unjudged.append(note)
            return []
        with self.connection.cursor() as cursor:
            cursor.execute(sql.replace("{}", f'"{schema}"."{table}"'), parameters)
            return cursor.fetchall()


def body_of(value):
    return json.loads(value) if isinstance(value, str) else (value or {})


def within(value, *names):
    """The first member with one of these names, anywhere inside a JSON value, outer ones first."""
    level = [value]
    while level:
        deeper = []
        for one in level:
            if isinstance(one, dict):
                for name in names:
                    if one.get(name) not in (None, ""):
                        return one[name]
                deeper += one.values()
            elif isinstance(one, list):
                deeper += one
        level = deeper
    return None


def read_runtime(tables, facts, keeps, tolerance):
    """Lanes, outboxes, parked inputs, calls, timers and aggregates: the same tables in every schema."""
    clock = time.time()
    waiting = []
    for service, aggregates in keeps.items():
        facts.lanes[service] = {}
        for lane, incarnation, ledger in tables.rows(service, "lane", "select lane, incarnation, ledger from {}"):
            facts.lanes[service][lane], last = lane_of(incarnation, ledger)
            clock = max(clock, last or 0)  # the services' clock may run faster than ours, never behind its newest batch
        for topic, partition, lane, incarnation, first, last, count in tables.rows(
                service, "outbox", "select topic, partition, lane, incarnation, min(first_seq), max(last_seq), sum(last_seq - first_seq + 1) from {} group by 1, 2, 3, 4"):
            facts.outbox[(topic, partition, lane, incarnation)] = Span(int(count), int(count), first, last)
        facts.parked += [(service, *row) for row in tables.rows(service, "parked", "select aggregate, key, kind, why from {} order by position")]
        if tables.has(service, "orphaned"):
            facts.orphaned += [(service, " ".join(map(str, row))) for row in tables.rows(service, "orphaned", "select * from {} limit 1000")]
        if not aggregates:
            continue
        for aggregate in aggregates:
            if service != "edge":  # two edges may take the same request at once; intake keeps the first
                facts.split += [(service, aggregate, *row) for row in tables.rows(service, aggregate, "select key, count(*) from {} group by key having count(*) > 1 limit 1000")]
        facts.unanswered += [(service, *row) for row in tables.rows(service, "effect", "select aggregate, key, call from {} where answer is null")]
        waiting += [(service, aggregate, key, name, instant(due)) for aggregate, key, name, due in
                    tables.rows(service, "timer", "select aggregate, key, name, due from {} order by due limit 1000")]
    facts.overdue = [(service, aggregate, key, name, clock - due) for service, aggregate, key, name, due in waiting if due and clock - due > tolerance]


def read_timeline(tables, facts):
    for topic, partition, lane, incarnation, rows, distinct, first, last in tables.rows(
            "operations", "timeline", "select topic, partition, lane, incarnation, count(*), count(distinct seq), min(seq), max(seq) from {} group by 1, 2, 3, 4"):
        where = (topic, partition, lane, incarnation)
        facts.timeline[where] = Span(rows, distinct, first, last)
        if distinct != last + 1:
            facts.timeline_missing[where] = [number for number, in tables.rows(
                "operations", "timeline", "select n from generate_series(0, %s) n where not exists (select from {} where topic = %s and partition = %s and lane = %s"
                " and incarnation = %s and seq = n) limit 20", (last, *where))]
    facts.told_twice = tables.rows("operations", "timeline", "select type, subject, count(*) from {} where type = any(%s) group by 1, 2 having count(*) > 1 order by 3 desc", (ONCE,))


def read_business(tables, facts):
    location = re.compile(r"^/v1/offers/([A-Za-z0-9._-]+)$")
    for body, in tables.rows("edge", "request", "select body from {}"):
        request = body_of(body)
        found = location.match(str(request.get("location")))
        if found and str(request.get("tenant")).startswith("customer"):  # an operator's review lies under the same location
            facts.edge_offers.add(found.group(1))
    facts.offers = dict(tables.rows("intake", "offer", "select key, stage from {}"))
    for key, stage, body in tables.rows("fulfilment", "shipment", "select key, stage, body from {}"):
        facts.shipments[key] = (stage, int(within(body_of(body), "attempt", "attempts") or 0))
    for key, stage, body in tables.rows("billing", "invoice", "select key, stage, body from {}"):
        state = body_of(body)
        gross = within(state, "gross") or {}
        facts.invoices[key] = (stage, str(within(state, "invoice_number", "number") or ""), int(gross.get("minor", 0)), gross.get("currency", ""))
    facts.postings = tables.rows("billing", "posting", "select entry_id, account, amount_minor, currency, shipment_id from {}")
    for body, in tables.rows("fleet", "depot", "select body from {}"):
        facts.bookings += bookings_in(body_of(body))


def bookings_in(value, name=""):
    """The bookings that drivers took, wherever a depot's state keeps calendars: {vehicle: {"bookings": [...]}}."""
    found = []
    if isinstance(value, list):
        for one in value:
            found += bookings_in(one, name)
    elif isinstance(value, dict):
        vehicle = str(value.get("vehicle") or name)
        if isinstance(value.get("bookings"), list):
            for one in [value.get("before"), *value["bookings"]]:
                if one and one.get("hold") in ("confirmed", "delivered"):
                    found.append(Booking(one["shipment"], vehicle, instant(one["loading"]), instant(one["until"])))
        for inner, one in value.items():
            if inner not in ("bookings", "before"):
                found += bookings_in(one, inner)
    return found


def read_topics(way, deadline):
    """Topic -> (distinct numbers, further copies), by the headers alone; a topic that cannot be read in time is told."""
    import confluent_kafka as kafka

    # A group is a must for assign(); nothing is ever committed to it.
    consumer = kafka.Consumer({"bootstrap.servers": way.bootstrap, "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN",
                               "sasl.username": "judge", "sasl.password": way.kafka_password, "group.id": "judge", "enable.auto.commit": False,
                               "auto.offset.reset": "earliest", "fetch.wait.max.ms": 50, "log_level": 0})
    try:
        ends, ahead = {}, []
        for topic, about in consumer.list_topics(timeout=5).topics.items():
            if ".events" not in topic and ".to." not in topic:
                continue
            for partition in about.partitions:
                low, high = consumer.get_watermark_offsets(kafka.TopicPartition(topic, partition), timeout=5)
                ends[(topic, partition)] = high
                if high > low:
                    ahead.append(kafka.TopicPartition(topic, partition, low))
        distinct, copies = {topic: 0 for topic, _ in ends}, Counter()
        seen = defaultdict(bytearray)
        left = {(one.topic, one.partition) for one in ahead}
        if left:
            consumer.assign(ahead)
        while left and time.monotonic() < deadline:
            for message in consumer.consume(2000, 0.2):
                if message.error():
                    raise kafka.KafkaException(message.error())
                where = (message.topic(), message.partition())
                number = number_in(message.headers() or [])
                if number:
                    lane, incarnation, seq = number
                    known = seen[(*where, lane, incarnation)]
                    if seq >= len(known):
                        known.extend(bytes(seq + 1024 - len(known)))
                    if known[seq]:
                        copies[message.topic()] += 1
                    else:
                        known[seq] = 1
                        distinct[message.topic()] += 1
            # Positions also pass what the broker dropped meanwhile, where no message would come.
            left = {(one.topic, one.partition) for one in consumer.position(ahead) if one.offset < ends[(one.topic, one.partition)]} & left
        return {topic: (count, copies[topic]) for topic, count in distinct.items()}, [f"{topic}/{partition} was not read to its end in time" for topic, partition in sorted(left)]
    finally:
        consumer.close()


def number_in(headers):
    """(lane, incarnation, seq) of an event; None for anything else, such as a head note."""
    values = {name: value.decode(errors="replace") for name, value in headers if value is not None}
    if "ce_type" not in values or values["ce_type"].startswith("waybill."):
        return None
    try:
        number = int(values["waybill_lane"]), int(values["waybill_inc"]), int(values["waybill_seq"])
    except (KeyError, ValueError):
        return None
    return number if 0 <= number[2] < 1_000_000_000 else None


def read(way, flow_file, with_topics, pace, topics_within=60):
    try:
        keeps, readers = flow_of(flow_file)
    except (OSError, KeyError, TypeError, AttributeError, yaml.YAMLError) as trouble:
        raise CannotJudge(f"{flow_file} cannot be read ({trouble}); name the manifest with --flow") from trouble
    facts = Facts(readers=readers)
    connection = None
    try:
        connection = psycopg2.connect(way.dsn, options="-c statement_timeout=120000")
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        tables = Tables(connection, facts)
        read_runtime(tables, facts, keeps, OVERDUE_AFTER * pace)
        read_timeline(tables, facts)
        read_business(tables, facts)
    except psycopg2.Error as trouble:
        raise CannotJudge(f"Postgres: {str(trouble).strip().splitlines()[0]}; is the run up?") from trouble
    finally:
        if connection:
            connection.close()
    if with_topics:
        try:
            facts.topics, troubles = read_topics(way, time.monotonic() + topics_within)
            facts.unjudged += troubles
        except Exception as trouble:  # the databases still tell everything else
            facts.unjudged.append(f"Kafka could not be read: {trouble}")
    return facts


def main(arguments):
    here = pathlib.Path(__file__).resolve()
    options = argparse.ArgumentParser(description="Judges a run from its databases and topics alone.")
    options.add_argument("--run", type=pathlib.Path, default=pathlib.Path(".run"), help="the run folder (.run)")
    options.add_argument("--json", action="store_true", help="the board as data")
    options.add_argument("--expect-offers", type=int, metavar="N", help="how many offers the edge must have accepted")
    options.add_argument("--settle", type=float, default=0, metavar="SECONDS", help="look again until clean, at most so long")
    options.add_argument("--pace", type=float, default=1, help="how much faster than the world's the services' clock runs")
    options.add_argument("--since", type=float, metavar="UNIXTIME", help="tell the seconds from then on, too")
    options.add_argument("--no-topics", action="store_true", help="judge by the databases alone")
    options.add_argument("--flow", type=pathlib.Path, default=here.parents[2] / "contracts" / "flow.yaml")
    chosen = options.parse_args(arguments)
    until = time.monotonic() + chosen.settle
    while True:
        try:
            way = access(chosen.run)
            made = board(read(way, chosen.flow, False, chosen.pace), chosen.expect_offers)
            if (made["clean"] or time.monotonic() >= until) and not chosen.no_topics:
                made = board(read(way, chosen.flow, True, chosen.pace), chosen.expect_offers)
        except CannotJudge as trouble:
            if time.monotonic() >= until:
                print(f"judge: {trouble}", file=sys.stderr)
                return 2
            made = None
        if made and (made["clean"] or time.monotonic() >= until):
            break
        time.sleep(1)
    if chosen.since is not None:
        made["seconds"] = round(time.time() - chosen.since, 1)
    print(json.dumps(made, indent=2) if chosen.json else text(made, f"Board of {chosen.run}"))
    return 0 if made["clean"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
