#!/usr/bin/python3
"""truths.py over truths that were made up for it."""
import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import truths  # noqa: E402


def fields(place="Kaunas", weight=8450, price=138000):
    return {"pickup": {"place": place, "country": "LT", "date": "2026-10-06"}, "delivery": {"place": "Venlo", "country": "NL"},
            "load": {"weight_kg": weight, "goods": ""}, "price": {"kind": "offered", "amount": {"minor": price, "currency": "EUR"}}, "reference": ""}


def truth(offer="wb-1", before=None, after=None, verdict="accept", decision="review", language="lt", customer="cust-lt", week="2026-11-23"):
    return {"offer_id": offer, "text_digest": "0", "language": language, "customer": customer, "received_at": "2026-10-05T07:42:00Z", "reviewed_at": f"{week}T12:00:00Z",
            "verdict": verdict, "decision": decision, "provider": "rules", "rules_version": "old", "before": before or fields(), "after": after or fields(), "text": "x", "channel": "chat"}


def answer(offer="wb-1", decision="review", place="Kaunas", weight=8450, price="1380.00"):
    return {offer: {"id": offer, "decision": decision, "fields": {"pickup": {"place": place, "country": "LT", "date": "2026-10-06"}, "delivery": {"place": "Venlo", "country": "NL"},
                                                                  "weight_kg": weight, "price": {"amount": price, "currency": "EUR", "kind": "offered"}}}}


class Score(unittest.TestCase):
    def test_counts_what_the_person_left_as_it_was(self):
        report = truths.score([truth(), truth("wb-2", before=fields(place="Kauno"), language="de", week="2026-11-30")])["accuracy"]
        self.assertEqual(report["field"]["pickup.place"], {"right": 1, "told": 2, "share": 0.5})
        self.assertEqual(report["field"]["weight_kg"]["share"], 1)
        self.assertLess(report["language"]["de"]["share"], report["language"]["lt"]["share"])
        self.assertEqual(set(report["week"]), {"2026-11-23", "2026-11-30"})
        self.assertNotIn("goods", report["field"], "nobody said it")

    def test_counts_a_value_that_the_machine_made_up(self):
        report = truths.score([truth(before=fields(weight=900), after=fields(weight=0))])["accuracy"]
        self.assertEqual(report["field"]["weight_kg"], {"right": 0, "told": 1, "share": 0})

    def test_counts_no_field_of_what_a_person_refused(self):
        report = truths.score([truth(verdict="reject", after=fields())])
        self.assertEqual((report["refused_by_people"], report["accuracy"]), (1, {}))


class Review(unittest.TestCase):
    OFFER = {"id": "wb-1", "customer": "cust-lt", "channel": "email", "received_at": "2026-10-05T07:42:00Z", "stage": "in_review", "reasons": ["pickup.date: there is no day to load"],
             "missing": ["pickup.date"], "text": "iš Kėdainių į Rygą, 8 t \x1b[2J\u202e",
             "machine": {"read": [{"field": "pickup.place", "value": "Kėdainiai", "begin": 4, "end": 14, "confidence": 0.989},
                                  {"field": "pickup.country", "value": "LT", "begin": 4, "end": 14, "confidence": 0.989},
                                  {"field": "weight_kg", "value": "8000", "begin": 25, "end": 28, "confidence": 0.971},
                                  {"field": "goods", "value": "x", "begin": 90, "end": 99, "confidence": 0.9}]}}

    def shown(self):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            truths.print_review(truths.reviewed(self.OFFER))
        return out.getvalue()

    def test_marks_the_words_that_tell_a_field(self):
        self.assertIn("iš [Kėdainių | pickup.country 99%, pickup.place 99%] į Rygą, [8 t | weight_kg 97%]", self.shown())

    def test_tells_values_questions_and_what_is_missing(self):
        for line in ("Kėdainiai", "? pickup.date: there is no day to load", "- pickup.date is not told"):
            self.assertIn(line, self.shown())

    def test_lets_no_text_speak_to_the_terminal(self):
        self.assertNotIn("\x1b", self.shown())
        self.assertNotIn("\u202e", self.shown())

    def test_shows_an_offer_that_no_machine_read(self):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            truths.print_review(truths.reviewed({**self.OFFER, "machine": None}))
        self.assertIn("iš Kėdainių į Rygą", out.getvalue())


class Compare(unittest.TestCase):
    def changes(self, kept, now):
        report = truths.compare([kept], now)
        return {(c["field"], c["change"]) for c in report["changes"]}

    def test_tells_nothing_when_nothing_changed(self):
        self.assertEqual(self.changes(truth(), answer()), set())

    def test_tells_better_worse_and_other(self):
        wrong = truth(before=fields(place="Kauno"))
        self.assertEqual(self.changes(wrong, answer()), {("pickup.place", "better")})
        self.assertEqual(self.changes(truth(), answer(place="Kauno")), {("pickup.place", "worse")})
        self.assertEqual(self.changes(wrong, answer(place="Kaunus")), {("pickup.place", "other")})
        self.assertEqual(self.changes(truth(), answer(price="1380.01")), {("price.amount", "worse")})

    def test_an_accept_is_better_only_with_the_persons_values(self):
        self.assertEqual(self.changes(truth(), answer(decision="accept")), {("decision", "better")})
        self.assertIn(("decision", "worse"), self.changes(truth(before=fields(place="Kauno")), answer(decision="accept", place="Kauno")))
        self.assertEqual(self.changes(truth(), answer(decision="reject", place="Kaunas")), {("decision", "worse")})

    def test_of_what_a_person_refused_only_an_accept_is_worse(self):
        refused = truth(verdict="reject")
        self.assertEqual(self.changes(refused, answer(decision="accept", place="other")), {("decision", "worse")})
        self.assertEqual(self.changes(refused, answer(decision="reject")), {("decision", "better")})


class Program(unittest.TestCase):
    def run_with(self, words, truths_given, answers=None):
        with tempfile.TemporaryDirectory() as folder:
            kept, program = Path(folder) / "truths.jsonl", Path(folder) / "waybill"
            kept.write_text("".join(json.dumps(t) + "\n" for t in truths_given))
            program.write_text("#!/bin/sh\ncat > /dev/null\n" + "".join(f"cat <<'END'\n{json.dumps(a)}\nEND\n" for a in (answers or {}).values()))
            program.chmod(0o755)
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = truths.main([*words, "--truths", str(kept), "--waybill", str(program)])
            return code, out.getvalue(), err.getvalue()

    def test_is_a_gate(self):
        self.assertEqual(self.run_with(["compare"], [truth()], answers=answer())[0], 0)
        code, out, _ = self.run_with(["compare", "--json"], [truth()], answers=answer(place="Kauno"))
        self.assertEqual((code, json.loads(out)["worse"]), (4, 1))

    def test_says_what_it_cannot_measure(self):
        code, _, err = self.run_with(["compare"], [truth()], answers={})
        self.assertEqual(code, 1)
        self.assertIn("no answer for wb-1", err)
        broken = truth()
        del broken["before"]
        code, _, err = self.run_with(["score"], [broken])
        self.assertEqual(code, 1)
        self.assertIn("before", err)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
