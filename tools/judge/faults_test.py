#!/usr/bin/python3
"""The schedule follows from its seed, the proxy cuts where it says, and the verdict tells each violation when it is the only one."""
import copy
import struct
import unittest
from collections import Counter

import judge
from fault_proxy import Armed, Conversation, Framing, Garbled
from fault_schedule import BY_NAME, KINDS, schedule
from fault_traffic import Asked
from fault_verdict import VIOLATIONS, Happened, Seen, TakeOver, during, longest_run, merged, percentile, text, unavailable, verdict, without
from judge_test import a_clean_run

ALL = [kind.name for kind in KINDS]


class Scheduling(unittest.TestCase):
    def test_the_same_seed_gives_the_same_faults_and_another_seed_others(self):
        self.assertEqual(schedule(7, 120, 100, ALL), schedule(7, 120, 100, ALL))
        self.assertNotEqual(schedule(7, 120, 100, ALL), schedule(8, 120, 100, ALL))

    def test_at_least_as_many_processes_are_killed_as_were_asked_for(self):
        for kills in (1, 20, 100, 1000):
            for kinds in (ALL, ["service"], ["both"], ["service", "both"]):
                with self.subTest(kills=kills, kinds=kinds):
                    made = Counter(fault.kind for fault in schedule(3, 120, kills, kinds))
                    self.assertGreaterEqual(made["service"] + 2 * made["both"] + 24 * made["everything"], kills)

    def test_every_kind_comes_at_least_once_and_in_time(self):
        for seed in range(20):
            made = schedule(seed, 60, 40, ALL)
            self.assertEqual({fault.kind for fault in made}, set(ALL))
            self.assertTrue(all(0 <= fault.at < 60 for fault in made))
            self.assertEqual(made, sorted(made, key=lambda fault: fault.at))

    def test_only_what_was_named(self):
        self.assertEqual({fault.kind for fault in schedule(1, 60, 50, ["wipe"])}, {"wipe"})
        self.assertEqual(len(schedule(1, 60, 50, ["wipe"], times=20)), 20)

    def test_commits_are_cut_before_and_after_they_took_effect_in_turn(self):
        made = [fault.how for fault in schedule(5, 160, 0, ["commit"])]
        self.assertEqual(made[:10], ["before", "after"] * 4 + ["before", "swallow"])

    def test_a_zombie_sleeps_longer_than_its_lease(self):
        self.assertTrue(all(fault.seconds > 3 for seed in range(20) for fault in schedule(seed, 100, 0, ["zombie"], lease=3.0)))


def message(kind, body):
    return kind + struct.pack("!I", len(body) + 4) + body


def startup(user):
    body = struct.pack("!I", 196608) + b"user\0" + user.encode() + b"\0database\0waybill\0\0"
    return struct.pack("!I", len(body) + 4) + body


SSL = struct.pack("!II", 8, 80877103)
COMMIT = message(b"Q", b"COMMIT\0")
DONE, ROLLED_BACK, READY = message(b"C", b"COMMIT\0"), message(b"C", b"ROLLBACK\0"), message(b"Z", b"I")
REFUSED = message(b"E", b"SERROR\0C23505\0\0")


def parse(name, sql):
    return message(b"P", name + b"\0" + sql + b"\0" + struct.pack("!H", 0))


def bind(name, *values):
    body = b"\0" + name + b"\0" + struct.pack("!HH", 0, len(values))
    return message(b"B", body + b"".join(struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value for value in values) + struct.pack("!H", 0))


BATCH = b"with compared as (update lane set batch = $2, incarnation = $3 where lane = $1 returning 1) select 1 / count(*) from compared"


def talk(*orders):
    armed = Armed()
    for order in orders:
        armed.order(*order)
    one = Conversation(armed)
    one.from_client(startup("fulfilment"))
    one.from_client(parse(b"s1", BATCH) + parse(b"s2", b"select batch from lane"))
    return one


class Proxying(unittest.TestCase):
    def test_messages_are_whole_however_the_bytes_arrive(self):
        whole = startup("edge") + parse(b"s1", BATCH) + bind(b"s1", b"3", b"17", None) + COMMIT
        for size in (1, 2, 5, 7, len(whole)):
            framing, found = Framing(True), []
            for at in range(0, len(whole), size):
                found += framing.feed(whole[at:at + size])
            self.assertEqual([kind for kind, _ in found], [b"", b"P", b"B", b"Q"])
            self.assertEqual(b"".join(raw for _, raw in found), whole)

    def test_what_is_not_postgres_is_refused(self):
        with self.assertRaises(Garbled):
            Framing(False).feed(b"GET / HTTP/1.1\r\n\r\n")

    def test_encryption_is_declined_and_the_user_is_known(self):
        one = Conversation(Armed())
        self.assertEqual(one.from_client(SSL), (b"", b"N", None))
        self.assertEqual(one.from_client(startup("edge")), (startup("edge"), b"", None))
        self.assertEqual(one.user, "edge")

    def test_unarmed_everything_passes(self):
        one = talk()
        self.assertEqual(one.from_client(bind(b"s1", b"3", b"17") + COMMIT), (bind(b"s1", b"3", b"17") + COMMIT, b"", None))
        self.assertEqual(one.from_server(DONE + READY), (DONE + READY, None))

    def test_before_postgres_never_sees_the_commit(self):
        one = talk(("before", 1, None))
        onward, back, cut = one.from_client(bind(b"s1", b"3", b"17") + COMMIT)
        self.assertEqual((onward, back), (bind(b"s1", b"3", b"17"), b""))
        self.assertEqual(cut, {"cut": "before", "by": None, "service": "fulfilment", "lane": 3, "batch": 17, "took": False})

    def test_after_it_took_effect_and_nobody_hears_of_it(self):
        for how in ("after", "swallow"):
            one = talk((how, 1, None))
            self.assertEqual(one.from_client(bind(b"s1", b"3", b"17") + COMMIT)[0], bind(b"s1", b"3", b"17") + COMMIT)
            self.assertEqual(one.from_server(DONE[:4]), (b"", None))
            self.assertEqual(one.from_server(DONE[4:] + READY), (b"", {"cut": how, "by": None, "service": "fulfilment", "lane": 3, "batch": 17, "took": True}))

    def test_a_commit_that_postgres_refuses_did_not_take_effect(self):
        for answer in (ROLLED_BACK, REFUSED):
            one = talk(("after", 1, None))
            one.from_client(bind(b"s1", b"3", b"17") + COMMIT)
            self.assertFalse(one.from_server(answer + READY)[1]["took"])

    def test_only_the_end_of_a_batch_is_cut_and_only_of_the_service_named(self):
        reading = talk(("before", 1, None))
        self.assertIsNone(reading.from_client(bind(b"s2") + COMMIT)[2])
        other = talk(("before", 1, "billing"))
        self.assertIsNone(other.from_client(bind(b"s1", b"3", b"17") + COMMIT)[2])
        rolled_back = talk(("before", 1, None))
        rolled_back.from_client(bind(b"s1", b"3", b"17") + message(b"Q", b"ROLLBACK\0"))
        self.assertIsNone(rolled_back.from_client(bind(b"s2") + COMMIT)[2])

    def test_orders_are_used_up(self):
        armed = Armed()
        armed.order("before", 1, None)
        armed.order("after", 1, "edge", "a fault")
        self.assertEqual([armed("edge"), armed("fleet"), armed("edge"), armed("edge")], [("before", None), None, ("after", "a fault"), None])


def accepted(what, key, path, answer, at):
    return Asked(what, key, "cust-lt", path, "{}", at, at, answer, 1)


def a_clean_end():
    """Two offers that were accepted, one delivered; a kill, a zombie and a wipe in thirty seconds."""
    facts = a_clean_run()
    seen = Seen(board=judge.board(facts), offers=facts.offers, shipments=facts.shipments, begin=1000.0, end=1030.0, seconds=60, settled_in=5.0)
    seen.asked = [accepted("offer", "offer-1", "/v1/offers", {"id": "wb-1"}, 1000.2), accepted("offer", "offer-2", "/v1/offers", {"id": "wb-2"}, 1001.2),
                  accepted("delivered", "delivered-1", "/v1/shipments/wb-1/delivered", {"id": "wb-1"}, 1021.0)]
    seen.asked += [accepted("accept", f"accept-{second}", "/v1/assignments/wb-1.1/accept", {"id": "wb-1"}, second + 0.5) for second in range(1000, 1031)]
    seen.stored = {asked.key: [asked.answer] for asked in seen.asked}
    for asked in seen.asked:
        seen.due[int(asked.due)] += 1
        seen.accepted[int(asked.accepted_at)] += 1
    seen.happened = [Happened("service", 1001, 1025), Happened("zombie", 1004, 1027), Happened("wipe", 1010, 1018, noticed=0.4, healed=1.2)]
    seen.wanted = Counter(one.kind for one in seen.happened)
    seen.completed = [(1000, 0), (1022, 1)]
    seen.take_overs = [TakeOver("edge", 0, "kill", 1.1, False, 1010.5), TakeOver("edge", 1, "kill", 9.0, True, 1010.5), TakeOver("edge", 1, "stop", 3.4, False, 1010.5)]
    seen.cuts = [{"cut": "before", "took": False}, {"cut": "after", "took": True}]
    return seen


def quiet(seen):
    """Nothing is accepted any more while faults come."""
    for asked in seen.asked:
        asked.accepted_at += 1000


def board_with(change):
    def happen(seen):
        facts = a_clean_run()
        change(facts)
        seen.board = judge.board(facts)
    return happen


WRONGS = [  # what happened, what the verdict must call it, words of the finding, how it came about
    ("an accepted request that edge forgot", "lost", "accept-1003 was accepted and edge does not hold it", lambda seen: seen.stored.pop("accept-1003")),
    ("an accepted offer that intake never knew", "lost", "wb-2 was accepted and intake does not know it", lambda seen: setattr(seen, "offers", {"wb-1": "accepted"})),
    ("an accepted delivery that did not happen", "lost", "the delivery of wb-1 was accepted, and it is in_transit", lambda seen: setattr(seen, "shipments", {"wb-1": ("in_transit", 1)})),
    ("a reader behind its source", "lost", "board: fulfilment lane 0", board_with(lambda facts: facts.lanes["fulfilment"][0].seen.clear())),
    ("an event applied twice", "doubled", "InvoiceIssued 2 times", board_with(lambda facts: facts.told_twice.append(("billing.v1.InvoiceIssued", "wb-1", 2)))),
    ("a hole in the time-line", "out_of_order", "holds nothing of", board_with(lambda facts: facts.timeline.pop(("intake.events", 1, 0, 1)))),
    ("a lane that went back", "out_of_order", "went back", lambda seen: seen.went_back.append("edge lane 0 went back from batch 7 to batch 6")),
    ("events in another order", "out_of_order", "older than", lambda seen: seen.disorder.append("number 7 is older than the one before it")),
    ("a ledger that is not zero", "unbalanced", "-0.01 EUR", board_with(lambda facts: facts.postings.append(("odd", "vat", -1, "EUR", "wb-1")))),
    ("a shipment that nobody moves", "stuck", "is offered", board_with(lambda facts: facts.shipments.update({"wb-1": ("offered", 1)}))),
    ("another answer to the same request", "untrue", "and later 422", lambda seen: setattr(seen.asked[0], "again", "422 another body")),
    ("an answer that is not the stored one", "untrue", "edge holds {'id': 'wb-9'}", lambda seen: seen.stored.update({"offer-1": [{"id": "wb-9"}]})),
    ("a process that ended by itself", "crashed", "signal 11", lambda seen: seen.crashed.append("fleet-0 ended by itself: signal 11")),
    ("a system that stands still while one process is killed", "no_progress", "no request was accepted in 24 s of service", quiet),
    ("a business that stands still", "no_progress", "no shipment was completed in 23 s of zombie", lambda seen: (setattr(seen, "completed", [(1000, 0), (1029, 1)]),
                                                                                                                setattr(seen, "happened", [Happened("zombie", 1004, 1027)]),
                                                                                                                setattr(seen, "wanted", Counter(zombie=1)))),
    ("a fault that could not be made", "not_injected", "power: no mount", lambda seen: seen.happened.append(Happened("power", 1, 2, 0, "", "no mount"))),
    ("a fault that never came", "not_injected", "2 of wipe were asked for and 1 came", lambda seen: seen.wanted.update({"wipe": 1})),
    ("faults that hit nothing", "not_injected", "2 of commit came and hit nothing", lambda seen: seen.happened.extend([Happened("commit", 1, 2, 0), Happened("commit", 3, 4, 0)])),
    ("a table that is not there", "unjudged", "there is no table", board_with(lambda facts: facts.unjudged.append("there is no table edge.request"))),
]


class Judging(unittest.TestCase):
    def test_a_whole_run_is_clean(self):
        made = verdict(a_clean_end())
        self.assertTrue(made["clean"], text(made, "verdict"))
        self.assertEqual(made["take_over"]["kill"], {"count": 2, "undisturbed": 1, "p50": 1.1, "p99": 1.1, "max": 1.1, "max_disturbed": 9.0,
                                                      "slowest": [{"service": "edge", "lane": 0, "seconds": 1.1, "at": 10.5, "beside": ["service", "wipe", "zombie"]}]})
        self.assertEqual(made["cuts"]["after"], {"count": 1, "took_effect": 1})
        self.assertEqual(made["faults"]["wipe"]["noticed"], {"count": 1, "p50": 0.4, "max": 0.4})
        self.assertEqual((made["kills"], made["unavailable_seconds"]), (1, 0))

    def test_take_overs_that_were_all_disturbed_are_told_without_percentiles(self):
        seen = a_clean_end()
        for one in seen.take_overs:
            one.disturbed = True
        self.assertIn("after a kill: 2 lanes, none undisturbed; max while Postgres was hit too: 9.0 s", text(verdict(seen), "verdict"))

    def test_each_violation_alone_is_told_for_what_it_is(self):
        for what, kind, words, happen in WRONGS:
            with self.subTest(what):
                seen = copy.deepcopy(a_clean_end())
                happen(seen)
                made = verdict(seen)
                self.assertFalse(made["clean"])
                self.assertTrue(any(words in one for one in made[kind]["first"]), text(made, "verdict"))

    def test_every_violation_has_a_row_here(self):
        self.assertEqual({kind for _, kind, _, _ in WRONGS}, set(VIOLATIONS))

    def test_seconds_without_an_accepted_request_are_counted_where_somebody_waited(self):
        seen = a_clean_end()
        for second in (1005, 1006, 1012):
            del seen.accepted[second]
        del seen.accepted[1020], seen.due[1020]
        self.assertEqual(unavailable(seen), [1005, 1006, 1012])
        self.assertEqual(longest_run([1005, 1006, 1012]), 2)

    def test_windows(self):
        self.assertEqual(merged([(5, 7), (1, 3), (2, 4)]), [(1, 4), (5, 7)])
        self.assertEqual(without([(0, 10)], [(2, 3), (8, 12)]), [(0, 2), (3, 8)])

    def test_what_a_worse_fault_covers_is_not_held_against_a_lesser_one(self):
        seen = a_clean_end()
        seen.happened = [Happened("service", 1000, 1010), Happened("postmaster", 1002, 1008)]
        self.assertEqual(during(seen, {"service"})[0], 4)

    def test_percentiles_are_values_that_occurred(self):
        values = list(range(1, 101))
        self.assertEqual((percentile(values, 0.5), percentile(values, 0.99), percentile([], 0.5)), (50, 99, None))


if __name__ == "__main__":
    unittest.main()
