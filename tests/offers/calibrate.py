#!/usr/bin/python3
"""calibrate.py PROGRAM [--check]: how often a field that the rules tell is right, by what kind of field it is and how it was told.

Counts over sample.jsonl, wide.jsonl and the odd lines of more.jsonl, and writes the rows of services/adapters/extraction/domain/confidence.h,
from which the rules give every field its confidence. With --check it writes nothing, and fails when the file is not what it would
write, or when on the even lines of more.jsonl, which nobody develops on, fields said to be right nineteen times in twenty are not.

A field is doubtful when a reason names it or the whole shipment, asked about when a person is asked about another field, else sure.
"""
import json
import subprocess
import sys
from collections import Counter
from math import sqrt
from pathlib import Path

import score

HERE = Path(__file__).parent
TABLE = HERE.parent.parent / "services/adapters/extraction/domain/confidence.h"
GROUPS = {
    "place": ("place", "country", "postal_code"),
    "time": ("date", "time_from", "time_to"),
    "amount": ("weight_kg", "pallets", "loading_metres", "vehicles_needed"),
    "terms": ("min", "max", "adr", "equipment", "amount", "currency", "kind"),
    "words": ("goods", "reference", "shipper", "contact_email", "contact_phone"),
}
GROUP = {field: group for group, fields in GROUPS.items() for field in fields}
HOW = ("sure", "asked", "doubtful")
BEGIN, END = "inline constexpr Share shares[] = {\n", "};\n"


def how_told(field, answer):
    people = field == "shipper" or field.startswith("contact")
    if any(reason["field"] == field or (reason["field"] == "shipment" and not people) for reason in answer["reasons"]):
        return "doubtful"
    return "sure" if answer["decision"] == "accept" else "asked"


def told(program, name, wanted):
    """(group, how, said confidence, is it right) of every field that is told in the wanted lines."""
    truths = score.read(HERE / name, "expect", "truth")
    with open(HERE / name, "rb") as offers:
        lines = subprocess.run([program, "--explain"], stdin=offers, capture_output=True, timeout=60, check=True).stdout.decode().splitlines()
    for number, line in enumerate(lines, 1):
        answer = json.loads(line)
        if not wanted(number) or answer["decision"] == "reject":
            continue
        said = {e["field"]: e["confidence"] for e in answer["evidence"]}
        flat = score.flatten(answer["fields"], name)
        for field, confidence in said.items():
            known = field if field in flat else field.split(".")[0]
            true = truths[answer["id"]]["fields"][known]
            yield GROUP[field.split(".")[-1]], how_told(field, answer), confidence, true is not None and bool(score.correct(known, true, flat[known]))


def table(program):
    right, all_ = Counter(), Counter()
    for name, wanted in (("sample.jsonl", lambda n: True), ("wide.jsonl", lambda n: True), ("more.jsonl", lambda n: n % 2 == 1)):
        for group, how, _, good in told(program, name, wanted):
            right[group, how] += good
            all_[group, how] += 1
    rows = ""
    for group, fields in GROUPS.items():
        counts = [(right[group, how], all_[group, how]) for how in HOW]
        names = ", ".join(f'"{field}"' for field in fields)
        shares = ", ".join(f"{(good + 1) / (count + 2):.3f}" for good, count in counts)
        rows += f"    {{{{{names}}}, {{{shares}}}}},  // {', '.join(f'{good} of {count}' for good, count in counts)}\n"
    head, rest = TABLE.read_text(encoding="utf-8").split(BEGIN)
    return head + BEGIN + rows + rest[rest.index(END):]


def check(program):
    wrong = [] if TABLE.read_text(encoding="utf-8") == table(program) else [f"{TABLE.name} is not what the rules make of it now: run tests/offers/calibrate.py PROGRAM"]
    held_out = [(confidence, good) for _, _, confidence, good in told(program, "more.jsonl", lambda n: n % 2 == 0)]
    for least, most in ((0.95, 1.0), (0.0, 0.95)):
        band = [(confidence, good) for confidence, good in held_out if least <= confidence <= most]
        right, expected = sum(good for _, good in band), sum(confidence for confidence, _ in band)
        slack = 2 * sqrt(sum(confidence * (1 - confidence) for confidence, _ in band)) + 1
        print(f"held out, confidence {least} to {most}: {right} of {len(band)} right, {expected:.1f} expected")
        if right < expected - slack or (least >= 0.95 and right < 0.95 * len(band)):
            wrong.append(f"of {len(band)} fields with confidence {least} to {most} only {right} are right")
    print("\n".join(wrong) or "good")
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[2:] == ["--check"]:
        sys.exit(check(sys.argv[1]))
    TABLE.write_text(table(sys.argv[1]), encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"), end="")
