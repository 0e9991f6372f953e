#!/usr/bin/python3
"""Score extracted freight offers: score.py TRUTH.jsonl ANSWERS.jsonl

Prints the accuracy of each field, the decisions, the wrong accepts and the leaks.
Exit status: 0 scored (however badly), 2 malformed input. README.md says what counts as a match.
"""
import json
import re
import sys
import unicodedata
from collections import Counter
from decimal import Decimal, InvalidOperation
from pathlib import Path

DECISIONS = ("accept", "review", "reject")
LEGAL_FORMS = set("uab ab as oü ou sia gmbh co kg eg ag sa sas srl spa s a sp z o j oo zoo bv nv aps ltd llc inc ad oy".split())


class Malformed(Exception):
    pass


# --- folding: one form for the many spellings of one thing -------------------------------------

PLAIN = str.maketrans({"ø": "o", "æ": "ae", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "œ": "oe"})
SPELLED_OUT = str.maketrans({"ö": "oe", "ø": "oe", "ü": "ue", "ä": "ae", "å": "aa"})


def fold(text):
    """Lower case without diacritics, punctuation as single spaces."""
    text = unicodedata.normalize("NFC", text).casefold().translate(PLAIN)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", text).strip()


def squeeze(text):
    return fold(text).replace(" ", "")


def digits(text):
    return re.sub(r"\D", "", text)


def foldings(place):
    """'Malmö' is found both as 'malmo' and, as some write it, 'malmoe'."""
    spelled = unicodedata.normalize("NFC", place).casefold().translate(SPELLED_OUT)
    return {fold(place), fold(spelled)}


def load_exonyms():
    table = json.loads((Path(__file__).parent / "exonyms.json").read_text(encoding="utf-8"))
    names = {}
    for place, others in table.items():
        for name in [place, *others]:
            for form in foldings(name):
                names.setdefault(form, set()).update(foldings(place))
    return names


EXONYMS = load_exonyms()


def place_forms(place):
    forms = foldings(place)
    return forms.union(*(EXONYMS.get(f, set()) for f in forms))


# --- matching: (truth, answer) -> bool, both given ---------------------------------------------

def same_text(truth, answer):
    return truth.casefold() == answer.casefold()


def same_place(truth, answer):
    return bool(place_forms(truth) & place_forms(answer))


def same_code(truth, answer):
    """Post codes and references: letters and digits only; 'LT-52104' equals '52104'."""
    bare = [squeeze(re.sub(r"^[A-Za-z]{1,2}-", "", t.strip())) for t in (truth, answer)]
    return squeeze(truth) == squeeze(answer) or bare[0] == bare[1]


def same_number(truth, answer):
    return abs(truth - answer) <= 0.005 * abs(truth)


def same_money(truth, answer):
    return Decimal(truth) == Decimal(answer)


def same_phone(truth, answer):
    return digits(truth)[-7:] == digits(answer)[-7:]


def same_company(truth, answer):
    def words(name):
        return {w for w in fold(name).split() if w not in LEGAL_FORMS}
    return words(truth) == words(answer)


def same_goods(truth, answer):
    """Free text: at least half of the true words, in an answer of at most eight."""
    wanted, given = set(fold(truth).split()), fold(answer).split()
    return len(given) <= 8 and 2 * len(wanted & set(given)) >= len(wanted)


def same_adr(truth, answer):
    if isinstance(truth, bool) or isinstance(answer, bool):
        return truth is answer
    return digits(truth) == digits(answer)


# --- types ---------------------------------------------------------------------------------------

def is_text(value):
    return isinstance(value, str)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_money(value):
    try:
        return isinstance(value, str) and Decimal(value).is_finite()
    except InvalidOperation:
        return False


def is_adr(value):
    return isinstance(value, bool) or isinstance(value, str) and re.fullmatch(r"UN ?\d{4}", value) is not None


def matches(pattern):
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def one_of(*names):
    return lambda value: value in names


STOP = {
    "place": (is_text, same_place),
    "country": (matches(r"[A-Z]{2}"), same_text),
    "postal_code": (is_text, same_code),
    "date": (matches(r"\d{4}-\d{2}-\d{2}"), same_text),
    "time_from": (matches(r"\d{2}:\d{2}"), same_text),
    "time_to": (matches(r"\d{2}:\d{2}"), same_text),
}
EQUIPMENT = ("tautliner", "reefer", "box", "flatbed", "mega", "tanker", "container", "van")
FIELDS = {
    **{f"pickup.{name}": rule for name, rule in STOP.items()},
    **{f"delivery.{name}": rule for name, rule in STOP.items()},
    "goods": (is_text, same_goods),
    "weight_kg": (is_number, same_number),
    "pallets": (is_number, same_number),
    "loading_metres": (is_number, same_number),
    "temperature_c.min": (is_number, same_number),
    "temperature_c.max": (is_number, same_number),
    "adr": (is_adr, same_adr),
    "equipment": (one_of(*EQUIPMENT), same_text),
    "price.amount": (is_money, same_money),
    "price.currency": (matches(r"[A-Z]{3}"), same_text),
    "price.kind": (one_of("offered", "maximum", "per_km", "negotiable"), same_text),
    "reference": (is_text, same_code),
    "shipper": (is_text, same_company),
    "contact_email": (is_text, same_text),
    "contact_phone": (is_text, same_phone),
    "vehicles_needed": (is_number, same_number),
}
# An accepted offer is driven without a human look: these must equal the truth, nulls included.
CRITICAL = ("pickup.place", "pickup.country", "pickup.date",
            "delivery.place", "delivery.country", "delivery.date", "weight_kg")


# --- reading -------------------------------------------------------------------------------------

def flatten(record, where):
    """{'pickup': {'place': ...}} -> {'pickup.place': ...}, checked against FIELDS."""
    if not isinstance(record, dict):
        raise Malformed(f"{where}: fields are not an object")
    groups = {name.split(".")[0] for name in FIELDS if "." in name}
    flat = {}
    for key, value in record.items():
        if "." in key or key in groups and not isinstance(value, (dict, type(None))):
            raise Malformed(f"{where}: bad field {key}")
        if key in groups:
            flat.update({f"{key}.{inner}": v for inner, v in (value or {}).items()})
        else:
            flat[key] = value
    for name, value in flat.items():
        if name not in FIELDS:
            raise Malformed(f"{where}: unknown field {name}")
        if value is not None and not FIELDS[name][0](value):
            raise Malformed(f"{where}: bad value for {name}: {value!r}")
    return {name: flat.get(name) for name in FIELDS}


def read(path, decision_key, fields_key):
    """JSON Lines -> {id: record}, with 'decision' and flat 'fields' in every record."""
    records = {}
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed(f"{path}: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            record = json.loads(line)
        except ValueError as error:
            raise Malformed(f"{where}: {error}") from error
        if not isinstance(record, dict) or not isinstance(record.get("id"), str):
            raise Malformed(f"{where}: not an object with an id")
        if record["id"] in records:
            raise Malformed(f"{where}: id {record['id']} occurs twice")
        if record.get(decision_key) not in DECISIONS:
            raise Malformed(f"{where}: {decision_key} is not one of {', '.join(DECISIONS)}")
        record["decision"] = record[decision_key]
        record["fields"] = flatten(record.get(fields_key), where)
        records[record["id"]] = record
    return records


# --- scoring -------------------------------------------------------------------------------------

def correct(name, truth, answer):
    if truth is None or answer is None:
        return truth is answer
    return FIELDS[name][1](truth, answer)


def wrong_accept(truth, answer):
    """Why this accept is wrong, or None."""
    if answer is None or answer["decision"] != "accept":
        return None
    if truth["decision"] != "accept":
        return f"should be {truth['decision']}"
    bad = [name for name in CRITICAL if not correct(name, truth["fields"][name], answer["fields"][name])]
    return ", ".join(bad) or None


def leaks(truth, answer):
    said = squeeze(json.dumps(answer["fields"], ensure_ascii=False)) if answer else ""
    return [secret for secret in truth.get("private", []) if squeeze(secret) in said]


def report(truths, answers):
    hits, totals, invented = Counter(), Counter(), Counter()
    for id_, truth in truths.items():
        given = answers[id_]["fields"] if id_ in answers else dict.fromkeys(FIELDS)
        for name in FIELDS:
            true, answer = truth["fields"][name], given[name]
            if true is not None:
                totals[name] += 1
                hits[name] += correct(name, true, answer)
            elif answer is not None:
                invented[name] += 1

    print(f"{'field':<22}{'right':>6}{'of':>6}{'%':>8}{'invented':>10}")
    for name in FIELDS:
        print(f"{name:<22}{hits[name]:>6}{totals[name]:>6}{percent(hits[name], totals[name]):>8}{invented[name]:>10}")
    hit, total = sum(hits.values()), sum(totals.values())
    print(f"{'all fields':<22}{hit:>6}{total:>6}{percent(hit, total):>8}{sum(invented.values()):>10}")

    pairs = Counter((truth["decision"], answers[id_]["decision"] if id_ in answers else "none")
                    for id_, truth in truths.items())
    print(f"\n{'expected / answered':<22}" + "".join(f"{d:>9}" for d in (*DECISIONS, "none")))
    for expected in DECISIONS:
        print(f"{expected:<22}" + "".join(f"{pairs[expected, d]:>9}" for d in (*DECISIONS, "none")))
    right = sum(pairs[d, d] for d in DECISIONS)
    print(f"decision accuracy: {right}/{len(truths)} = {percent(right, len(truths))} %")

    wrong = {id_: wrong_accept(truth, answers.get(id_)) for id_, truth in truths.items()}
    wrong = {id_: why for id_, why in wrong.items() if why}
    print(f"\nwrong accepts: {len(wrong)}")
    for id_, why in wrong.items():
        print(f"  {id_}: {why}")
    leaked = {id_: found for id_, truth in truths.items() if (found := leaks(truth, answers.get(id_)))}
    print(f"leaks of personal data: {len(leaked)}")
    for id_, found in leaked.items():
        print(f"  {id_}: {'; '.join(found)}")


def percent(part, whole):
    return f"{100 * part / whole:.1f}" if whole else "-"


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        truths = read(arguments[0], "expect", "truth")
        answers = read(arguments[1], "decision", "fields")
        unknown = sorted(set(answers) - set(truths))
        if unknown:
            raise Malformed(f"{arguments[1]}: ids not in the truth: {', '.join(unknown)}")
    except Malformed as error:
        print(f"malformed: {error}", file=sys.stderr)
        return 2
    report(truths, answers)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
