#!/usr/bin/python3
"""The judge must see each kind of fault when it is the only one, and none where there is none."""
import copy
import io
import contextlib
import json
import pathlib
import tempfile
import unittest

import judge
from judge import Booking, Facts, Lane, Span


def a_clean_run():
    """Two offers: one carried and paid at the second attempt, one left in review. One producer lane, two partitions."""
    facts = Facts(readers={"edge.to.intake": ["intake"], "intake.events": ["fulfilment", "operations"]})
    facts.lanes = {
        "edge": {7: Lane(1, {("edge.to.intake", 0): 2})},
        "intake": {0: Lane(1, {("intake.events", 0): 2, ("intake.events", 1): 1}, {}, {("edge.to.intake", 7, 1): 1})},
        "fulfilment": {0: Lane(1, {}, {}, {("intake.events", 0, 1): 1}), 1: Lane(1, {}, {}, {("intake.events", 0, 1): 0})},
        "operations": {0: Lane(1, {}, {}, {("intake.events", 0, 1): 1}), 1: Lane(1, {}, {}, {("intake.events", 0, 1): 0})},
    }
    facts.outbox = {("edge.to.intake", 0, 7, 1): Span(2, 2, 0, 1), ("intake.events", 0, 0, 1): Span(2, 2, 0, 1), ("intake.events", 1, 0, 1): Span(1, 1, 0, 0)}
    facts.timeline = {("intake.events", 0, 0, 1): Span(2, 2, 0, 1), ("intake.events", 1, 0, 1): Span(1, 1, 0, 0)}
    facts.edge_offers = {"wb-1", "wb-2"}
    facts.offers = {"wb-1": "accepted", "wb-2": "in_review"}
    facts.shipments = {"wb-1": ("closed", 2)}
    facts.invoices = {"wb-1": ("paid", "WB-2026-000001", 12100, "EUR")}
    facts.postings = [("issue-wb-1", "receivable", 12100, "EUR", "wb-1"), ("issue-wb-1", "revenue", -10000, "EUR", "wb-1"), ("issue-wb-1", "vat", -2100, "EUR", "wb-1"),
                      ("paid-wb-1", "bank", 12100, "EUR", "wb-1"), ("paid-wb-1", "receivable", -12100, "EUR", "wb-1")]
    facts.bookings = [Booking("wb-1", "KUN-03", 100, 200), Booking("wb-2", "KUN-03", 200, 300)]
    return facts


def set_at(path, value):
    def change(facts):
        *way, last = path
        for step in way:
            facts = getattr(facts, step) if isinstance(step, str) and hasattr(facts, step) else facts[step]
        if hasattr(facts, str(last)):
            setattr(facts, last, value)
        else:
            facts[last] = value
    return change


EVENTS_0, EVENTS_1 = ("intake.events", 0, 0, 1), ("intake.events", 1, 0, 1)

FAULTS = [  # what happened, what the board must say it is, words of the finding, how it came about
    ("a tail that a reader never saw", "lost", "fulfilment lane 0 has number 1 of intake.events/0", set_at(["lanes", "fulfilment", 0, "seen", ("intake.events", 0, 1)], 0)),
    ("a lane of a reader that has no row", "lost", "operations lane 1 has number 0", lambda facts: facts.lanes["operations"].pop(1)),
    ("a topic that a reader never heard of", "lost", "intake lane 0 has numbers 0 to 1", lambda facts: facts.lanes["intake"][0].seen.clear()),
    ("an older incarnation that was not read whole", "lost", "incarnation 1 not applied", lambda facts: (
        set_at(["lanes", "edge", 7, "incarnation"], 2)(facts), set_at(["lanes", "edge", 7, "past"], {1: {("edge.to.intake", 0): 5}})(facts),
        set_at(["lanes", "edge", 7, "heads"], {})(facts))),
    ("an outbox without its last row", "lost", "the outbox of edge lane 7 ends at 0, its head says 1", set_at(["outbox", ("edge.to.intake", 0, 7, 1)], Span(1, 1, 0, 0))),
    ("an offer that intake never saw", "lost", "offer wb-3 was accepted by the edge", lambda facts: facts.edge_offers.add("wb-3")),
    ("an accepted offer without a shipment", "lost", "offer wb-2 was accepted by intake and has no shipment", set_at(["offers", "wb-2"], "accepted")),
    ("a closed shipment without an invoice", "lost", "shipment wb-1 is closed without an invoice", lambda facts: (facts.invoices.clear(), facts.postings.clear())),
    ("an event that was applied twice", "repeated", "3 rows for 2 numbers", set_at(["timeline", EVENTS_0], Span(3, 2, 0, 1))),
    ("an invoice that was told twice", "repeated", "InvoiceIssued 2 times for wb-1", lambda facts: facts.told_twice.append(("billing.v1.InvoiceIssued", "wb-1", 2))),
    ("numbers that were given twice", "repeated", "packs 4 events for the numbers 0 to 1", set_at(["outbox", EVENTS_0], Span(4, 4, 0, 1))),
    ("a reader ahead of its source", "repeated", "fulfilment lane 0 applied number 9", set_at(["lanes", "fulfilment", 0, "seen", ("intake.events", 0, 1)], 9)),
    ("one invoice number for two", "repeated", "WB-2026-000001 was given to wb-1, wb-2", set_at(["invoices", "wb-2"], ("open", "WB-2026-000001", 0, "EUR"))),
    ("a shipment that is invoiced twice", "repeated", "invoiced 2 times", lambda facts: facts.postings.extend(
        [("again-wb-1", "receivable", 500, "EUR", "wb-1"), ("again-wb-1", "revenue", -500, "EUR", "wb-1")])),
    ("a shipment that is paid twice", "repeated", "paid 2 times", lambda facts: facts.postings.extend(
        [("again-wb-1", "bank", 500, "EUR", "wb-1"), ("again-wb-1", "receivable", -500, "EUR", "wb-1")])),
    ("two vehicles for one shipment", "repeated", "holds 2 vehicles: KUN-03, RIX-01", lambda facts: facts.bookings.append(Booking("wb-1", "RIX-01", 100, 200))),
    ("two loads on one vehicle", "repeated", "KUN-03 carries wb-1 and wb-8 at once", lambda facts: facts.bookings.append(Booking("wb-8", "KUN-03", 199, 200))),
    ("a shipment out of nowhere", "repeated", "wb-9 exists though", set_at(["shipments", "wb-9"], ("needs_person", 1))),
    ("a shipment in two lanes", "repeated", "shipment wb-1 of fulfilment exists in 2 lanes", lambda facts: facts.split.append(("fulfilment", "shipment", "wb-1", 2))),
    ("a hole in the time-line", "gaps", "holds 1 of 2 numbers of intake.events/0 from lane 0 incarnation 1; missing 0", lambda facts: (
        set_at(["timeline", EVENTS_0], Span(1, 1, 1, 1))(facts), set_at(["timeline_missing", EVENTS_0], [0])(facts))),
    ("a time-line without a source", "gaps", "holds nothing of intake.events/1", lambda facts: facts.timeline.pop(EVENTS_1)),
    ("a series with a hole", "gaps", "series WB-2026 skips 2", lambda facts: (
        set_at(["invoices", "wb-2"], ("open", "WB-2026-000003", 0, "EUR"))(facts))),
    ("an offer that nobody reads", "stuck", "offer wb-2 is extracting", set_at(["offers", "wb-2"], "extracting")),
    ("a shipment that waits for a driver", "stuck", "shipment wb-1 is offered", set_at(["shipments", "wb-1"], ("offered", 1))),
    ("a parked event", "stuck", "parked at fleet: event for depot KUN: why not", lambda facts: facts.parked.append(("fleet", "depot", "KUN", "event", "why not"))),
    ("a call without an answer", "stuck", "no answer at routes: call find", lambda facts: facts.unanswered.append(("routes", "lookup", "wb-1", "find"))),
    ("a timer that nobody fires", "stuck", "overdue at fulfilment: driver of shipment wb-1 for 61 s", lambda facts: facts.overdue.append(("fulfilment", "shipment", "wb-1", "driver", 61.0))),
    ("an entry that does not sum to zero", "unbalanced", "the ledger is -0.01 EUR", lambda facts: facts.postings.append(("odd", "vat", -1, "EUR", "wb-1"))),
    ("an invoice that was not booked", "unbalanced", "invoice WB-2026-000001 is 121.00 EUR, the ledger has 0.00 EUR", lambda facts: facts.postings.clear()),
    ("a table that is not there", "unjudged", "there is no table", lambda facts: facts.unjudged.append("there is no table billing.invoice")),
]


class Judging(unittest.TestCase):
    def test_a_whole_run_is_clean(self):
        made = judge.board(a_clean_run(), expect_offers=2)
        self.assertTrue(made["clean"], judge.text(made, "board"))
        self.assertEqual(made["shipments"], {"count": 1, "by_stage": {"closed": 1}, "completed": 1, "replanned": 1, "by_attempts": {"2": 1}})
        self.assertEqual(made["invoices"], {"count": 1, "sums": {"EUR": 12100}, "series": {"WB-2026": {"first": 1, "last": 1, "count": 1}}})
        self.assertEqual(made["ledger"], {"entries": 2, "balance": {"EUR": 0}})
        self.assertEqual(made["events"]["announced"], 5)

    def test_each_fault_alone_is_seen_for_what_it_is(self):
        for what, kind, words, happen in FAULTS:
            with self.subTest(what):
                facts = copy.deepcopy(a_clean_run())
                happen(facts)
                made = judge.board(facts)
                self.assertFalse(made["clean"])
                self.assertTrue(any(words in one for one in made[kind]["first"]), judge.text(made, "board"))

    def test_a_number_of_offers_other_than_expected_is_a_loss(self):
        self.assertEqual(judge.board(a_clean_run(), expect_offers=3)["lost"]["first"], ["2 offers were accepted by the edge, 3 were expected"])

    def test_lists_are_bounded_and_counts_are_not(self):
        facts = a_clean_run()
        facts.parked = [("fleet", "depot", str(number), "event", "why not") for number in range(500)]
        made = judge.board(facts)
        self.assertEqual((made["stuck"]["count"], len(made["stuck"]["first"])), (500, judge.LISTED))
        self.assertIn("and 480 more", judge.text(made, "board"))

    def test_what_a_restored_database_orphaned_is_shown_and_is_no_repetition(self):
        facts = a_clean_run()
        facts.lanes["fulfilment"][0].seen[("intake.events", 0, 1)] = 9
        facts.orphaned = [("fulfilment", "intake.events 0 1 2 9")]
        made = judge.board(facts)
        self.assertEqual(made["repeated"]["count"], 0)
        self.assertEqual(made["orphaned"]["count"], 1)

    def test_the_board_is_data_that_json_can_carry(self):
        made = judge.board(a_clean_run())
        self.assertEqual(json.loads(json.dumps(made)), made)

    def test_money_is_written_in_its_minor_units(self):
        for minor, currency, words in [(0, "EUR", "0.00 EUR"), (-1, "EUR", "-0.01 EUR"), (1234567, "NOK", "12,345.67 NOK"), (1500, "ISK", "1,500 ISK")]:
            self.assertEqual(judge.money(minor, currency), words)


class Reading(unittest.TestCase):
    def test_the_row_of_a_lane(self):
        lane, last = judge.lane_of(3, json.dumps({"heads": {"intake.to.extraction/2": 5}, "past": {"1": {"intake.events/0": 4}},
                                                  "seen": {"edge.to.intake/11/2": 7}, "positions": {}, "time": "1970-01-01T00:00:02.500Z"}))
        self.assertEqual(lane, Lane(3, {("intake.to.extraction", 2): 5}, {1: {("intake.events", 0): 4}}, {("edge.to.intake", 11, 2): 7}))
        self.assertEqual(last, 2.5)

    def test_the_manifest_says_who_reads_which_topic(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "flow.yaml"
            path.write_text("services:\n  a: {keeps: [x], emits: {Open: {subject: x}, Shut: {subject: x, to: b}}}\n"
                            "  b: {consumes: {a: [Shut]}}\n  c: {consumes: {a: [Open]}}\n  d: {consumes: {a: [Open]}}\n")
            self.assertEqual(judge.flow_of(path), ({"a": ["x"], "b": [], "c": [], "d": []}, {"a.to.b": ["b"], "a.events": ["c", "d"]}))

    def test_the_project_s_own_manifest(self):
        services, readers = judge.flow_of(pathlib.Path(__file__).resolve().parents[2] / "contracts" / "flow.yaml")
        self.assertEqual(readers["intake.to.extraction"], ["extraction"])
        self.assertIn("operations", readers["fulfilment.events"])
        self.assertEqual(services["fleet"], ["search", "depot"])

    def test_headers_of_events_and_of_nothing_else(self):
        event = [("ce_type", b"a.v1.B"), ("waybill_lane", b"1"), ("waybill_inc", b"2"), ("waybill_seq", b"3")]
        for headers, number in [(event, (1, 2, 3)), (event[1:], None), (event[:3], None), ([("ce_type", b"waybill.head"), *event[1:]], None),
                                ([*event[:3], ("waybill_seq", b"many")], None), ([("ce_type", None)], None), ([], None)]:
            self.assertEqual(judge.number_in(headers), number)

    def test_the_bookings_that_drivers_took(self):
        def booking(shipment, hold):
            return {"shipment": shipment, "hold": hold, "loading": "1970-01-01T00:00:10.000Z", "until": "1970-01-01T00:01:00.000Z"}
        depot = {"id": "KUN", "calendars": {"KUN-01": {"before": booking("wb-0", "delivered"), "bookings": [booking("wb-1", "confirmed"), booking("wb-2", "reserved")]},
                                            "KUN-02": {"before": None, "bookings": [booking("wb-3", "empty_run"), booking("wb-4", "delivered")]}}}
        self.assertEqual(sorted(judge.bookings_in(depot), key=str),
                         [Booking("wb-0", "KUN-01", 10, 60), Booking("wb-1", "KUN-01", 10, 60), Booking("wb-4", "KUN-02", 10, 60)])

    def test_without_a_run_it_says_what_to_do(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()) as words:
            self.assertEqual(judge.main(["--run", folder]), 2)
        self.assertIn("./dev up", words.getvalue())


if __name__ == "__main__":
    unittest.main()
