#!/usr/bin/python3
"""How well offers were read, measured by what people made of them in review.

    truths.py score   [--run .run | --truths FILE] [--json]
    truths.py compare [--run .run | --truths FILE] [--json] --waybill PROGRAM
    truths.py export  [--run .run]      the truths of a run as JSON lines, texts among them: keep them as you keep the texts
    truths.py review  [OFFER] [--run .run] [--json]     what a person must look at: the text with every field marked where it was read

score: how often each field was read as the person left it, by field, language, customer, rules and week of the review.
compare: what PROGRAM's rules answer today to the same texts, beside the answer that was kept with the version of its rules:
which values changed, better or worse. Only offers that came before a person are measured: what was accepted at once is not
among them, so the figures are those of the hard cases.
Exit code: 0 done, and nothing became worse; 1 cannot measure; 4 something became worse (compare).
"""
import argparse
import json
import pathlib
import subprocess
import sys
from collections import defaultdict
from datetime import date, datetime

# name: (where a truth keeps it, where an answer of `waybill extract` has it). Countries and places are what moves the truck.
FIELDS = {
    **{f"{stop}.{part}": ((stop, part), (stop, part)) for stop in ("pickup", "delivery") for part in ("place", "country", "postal_code", "date", "time_from", "time_to")},
    **{name: (("load", name), (name,)) for name in ("goods", "weight_kg", "pallets", "loading_metres", "equipment")},
    "temperature_min_c": (("load", "temperature_min_c"), ("temperature_c", "min")),
    "temperature_max_c": (("load", "temperature_max_c"), ("temperature_c", "max")),
    "un_number": (("load", "un_number"), ("adr",)),
    "price.amount": (("price", "amount"), ("price", "amount")),
    "reference": (("reference",), ("reference",)),
}
WORSE = 4


class CannotMeasure(Exception):
    pass


def inside(value, path):
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


MINOR = {"ISK": 0, "JPY": 0}


def plain(name, value, fields=None):
    """One form for what is kept and what is answered; None: not said."""
    if value in ("", None, 0, 0.0, False, True):
        return None
    if name == "price.amount":
        if isinstance(value, dict):
            return f"{value['minor'] / 10 ** MINOR.get(value['currency'], 2):.2f} {value['currency']}"
        try:
            return f"{float(value):.2f} {inside(fields, ('price', 'currency'))}"
        except ValueError:
            return str(value)
    if name == "un_number":
        return value if str(value).startswith("UN") else None
    if isinstance(value, (int, float)):
        return float(value)
    return str(value).strip().casefold()


def kept(fields):
    return {name: plain(name, inside(fields, path)) for name, (path, _) in FIELDS.items()}


def answered(fields):
    return {name: plain(name, inside(fields, path), fields) for name, (_, path) in FIELDS.items()}


def read_run(run):
    rows = rows_of(run, "select t.*, o.body->>'text' as text, o.body->>'channel' as channel from intake.truth t join intake.offer o on o.key = t.offer_id order by t.reviewed_at, t.offer_id")
    for row in rows:
        for name in ("received_at", "reviewed_at"):
            row[name] = row[name].isoformat().replace("+00:00", "Z")
    return rows


def read_reviews(run, offer):
    if offer:
        rows = rows_of(run, "select body from intake.offer where key = %s", offer)
        if not rows:
            raise CannotMeasure(f"intake has no offer {offer}")
    else:
        rows = rows_of(run, "select body from intake.offer where body->>'stage' = 'in_review' order by body->>'received_at', key limit 1000")
    return [row["body"] for row in rows]


def rows_of(run, statement, *parameters):
    import psycopg2  # of the distribution's Python
    import psycopg2.extras
    from judge import CannotJudge, access
    try:
        way = access(run)
        connection = psycopg2.connect(way.dsn, options="-c statement_timeout=60000")
    except (CannotJudge, psycopg2.Error) as trouble:
        raise CannotMeasure(str(trouble).strip().splitlines()[0]) from trouble
    try:
        connection.set_session(readonly=True)
        with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(statement, parameters)
            return [dict(row) for row in cursor.fetchall()]
    except psycopg2.Error as trouble:
        raise CannotMeasure(f"Postgres: {str(trouble).strip().splitlines()[0]}; was this run started by this version?") from trouble
    finally:
        connection.close()


def read_file(path):
    try:
        return [json.loads(line) for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as trouble:
        raise CannotMeasure(f"{path}: {trouble}") from trouble


def week_of(instant):
    year, week, _ = datetime.fromisoformat(instant.replace("Z", "+00:00")).isocalendar()[:3]
    return date.fromisocalendar(year, week, 1).isoformat()


def score(truths):
    """{group: {name: [right, told]}} over the fields that the person's answer has, and the decisions."""
    groups = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for truth in truths:
        before, after = kept(truth["before"]), kept(truth["after"])
        for name in FIELDS if truth["verdict"] == "accept" else ():
            if after[name] is None and before[name] is None:
                continue
            right = before[name] == after[name]
            for group, key in (("field", name), ("language", truth["language"] or "?"), ("customer", truth["customer"]),
                               ("rules", truth["rules_version"] or "?"), ("provider", truth["provider"] or "?"), ("week", week_of(truth["reviewed_at"]))):
                groups[group][key][0] += right
                groups[group][key][1] += 1
    return {"truths": len(truths), "refused_by_people": sum(t["verdict"] == "reject" for t in truths),
            "accuracy": {group: {key: {"right": r, "told": t, "share": round(r / t, 4)} for key, (r, t) in sorted(keys.items())} for group, keys in groups.items()}}


def answers_of(program, truths):
    lines = "".join(json.dumps({"id": t["offer_id"], "channel": t["channel"], "received_at": t["received_at"], "text": t["text"]}, ensure_ascii=False) + "\n" for t in truths)
    try:
        run = subprocess.run([program, "extract", "-"], input=lines.encode(), capture_output=True, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as trouble:
        raise CannotMeasure(f"{program}: {trouble}") from trouble
    if run.returncode != 0:
        raise CannotMeasure(f"{program} extract: {run.stderr.decode(errors='replace').strip()[:300] or run.returncode}")
    found = {answer["id"]: answer for answer in map(json.loads, run.stdout.decode().splitlines())}
    if missing := [t["offer_id"] for t in truths if t["offer_id"] not in found]:
        raise CannotMeasure(f"{program} gave no answer for {missing[0]}")
    return found


def compare(truths, answers):
    """Every value and decision that differs from the kept one: better, worse, or other (wrong before and after)."""
    changes = []

    def tell(truth, name, before, now, right):
        if before != now:
            kind = "better" if now == right else "worse" if before == right else "other"
            changes.append({"offer": truth["offer_id"], "rules": truth["rules_version"], "field": name, "before": before, "now": now, "truth": right, "change": kind})

    for truth in truths:
        answer = answers[truth["offer_id"]]
        # A person had to look: no decision at once can be called wrong but one against the person's own, or with other values.
        if truth["verdict"] == "accept":
            before, now, right = kept(truth["before"]), answered(answer["fields"]), kept(truth["after"])
            for name in FIELDS:
                tell(truth, name, before[name], now[name], right[name])
            moved = [name for name in ("pickup.place", "pickup.country", "pickup.date", "delivery.place", "delivery.country", "delivery.date", "weight_kg") if now[name] != right[name]]
            wrong_accept = answer["decision"] == "accept" and bool(moved)
            refused = answer["decision"] == "reject"
        else:
            wrong_accept, refused = answer["decision"] == "accept", False
        if truth["decision"] != answer["decision"]:
            kind = "worse" if wrong_accept or refused else "better"
            changes.append({"offer": truth["offer_id"], "rules": truth["rules_version"], "field": "decision", "before": truth["decision"], "now": answer["decision"],
                            "truth": truth["verdict"], "change": kind})
        elif wrong_accept:
            changes.append({"offer": truth["offer_id"], "rules": truth["rules_version"], "field": "decision", "before": truth["decision"], "now": "accept", "truth": truth["verdict"], "change": "still wrong"})
    count = lambda kind: sum(change["change"] == kind for change in changes)
    return {"truths": len(truths), "better": count("better"), "worse": count("worse"), "other": count("other"), "still_wrong": count("still wrong"), "changes": changes}


# What would move the cursor of a terminal or turn the order of its text around.
UNSHOWN = {point: "\N{REPLACEMENT CHARACTER}" for point in (*range(0x09), 0x0B, 0x0C, 0x0D, *range(0x0E, 0x20), *range(0x7F, 0xA0), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def marked(text, read):
    """The text with [words | field confidence] where fields were read. Places are bytes; of two that overlap the one that begins first is shown."""
    raw, out, at = text.encode(), "", 0
    marks = sorted((one["begin"], -one["end"], one["field"], one["confidence"]) for one in read if 0 <= one["begin"] < one["end"] <= len(raw))
    index = 0
    while index < len(marks):
        begin, end = marks[index][0], -marks[index][1]
        names = []
        while index < len(marks) and marks[index][0] < end:
            names.append(f"{marks[index][2]} {100 * marks[index][3]:.0f}%")
            index += 1
        out += raw[at:begin].decode(errors="replace") + "[" + raw[begin:end].decode(errors="replace") + " | " + ", ".join(names) + "]"
        at = end
    return (out + raw[at:].decode(errors="replace")).translate(UNSHOWN)


def reviewed(offer):
    machine = offer.get("machine") or {}
    return {"offer": offer["id"], "customer": offer["customer"], "channel": offer["channel"], "received_at": offer["received_at"], "stage": offer["stage"],
            "questions": offer["reasons"], "missing": offer["missing"], "read": machine.get("read", []), "text": offer["text"]}


def print_review(report):
    print(f"{report['offer']} of {report['customer']}, {report['channel']}, received {report['received_at']}, {report['stage'].replace('_', ' ')}\n")
    print(marked(report["text"], report["read"]) + "\n")
    told = {}
    for one in report["read"]:
        told.setdefault(one["field"], one)
    for field, one in told.items():
        print(f"  {field:<24}{one['value'].translate(UNSHOWN):<32}{100 * one['confidence']:4.0f} %")
    for question in report["questions"]:
        print(f"  ? {question.translate(UNSHOWN)}")
    for field in report["missing"]:
        print(f"  - {field} is not told")


def print_reviews(reports):
    print(f"{len(reports)} offers wait for a person" + ("; `waybill extract review OFFER` shows one" if reports else ""))
    for report in reports:
        print(f"  {report['offer']}  {report['received_at']}  {report['customer']:<12}{(report['questions'] or [''])[0].translate(UNSHOWN)}")


def print_score(report):
    print(f"{report['truths']} offers that people reviewed, {report['refused_by_people']} of them refused")
    for group, keys in report["accuracy"].items():
        print(f"\nby {group}")
        for key, told in keys.items():
            print(f"  {key:<24}{told['right']:>6} of {told['told']:<6}{100 * told['share']:6.1f} %")


def print_compare(report):
    print(f"{report['truths']} offers that people reviewed: {report['better']} answers better, {report['worse']} worse, {report['other']} other, {report['still_wrong']} wrong as before")
    for change in report["changes"]:
        print(f"  {change['change']:<12}{change['offer']}  {change['field']}: {change['before']} -> {change['now']} (a person: {change['truth']})")


def main(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["score", "compare", "export", "review"])
    parser.add_argument("offer", nargs="?", help="review: this one")
    parser.add_argument("--run", type=pathlib.Path, default=pathlib.Path(".run"))
    parser.add_argument("--truths", help="JSON lines, as `export` writes them, instead of a run")
    parser.add_argument("--waybill", help="the program whose rules are compared")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(words)
    try:
        if given.what == "review":
            reports = [reviewed(offer) for offer in read_reviews(given.run, given.offer)]
            if given.json:
                print(json.dumps(reports[0] if given.offer else reports, ensure_ascii=False))
            else:
                print_review(reports[0]) if given.offer else print_reviews(reports)
            return 0
        truths = read_file(given.truths) if given.truths else read_run(given.run)
        if given.what == "export":
            for truth in truths:
                print(json.dumps(truth, ensure_ascii=False))
            return 0
        if given.what == "score":
            report = score(truths)
            print(json.dumps(report)) if given.json else print_score(report)
            return 0
        if not given.waybill:
            raise CannotMeasure("compare needs --waybill PROGRAM")
        report = compare(truths, answers_of(given.waybill, truths) if truths else {})
        print(json.dumps(report, ensure_ascii=False)) if given.json else print_compare(report)
        return WORSE if report["worse"] else 0
    except (CannotMeasure, KeyError, TypeError, ValueError) as trouble:
        print(f"truths: {'a truth lacks ' if isinstance(trouble, KeyError) else ''}{trouble}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main(sys.argv[1:]))
