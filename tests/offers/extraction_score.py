#!/usr/bin/python3
"""extraction_score.py PROGRAM: answer sample.jsonl, more.jsonl and wide.jsonl with PROGRAM and compare with what people read in them.

Fails on any wrong accept or leak, and when fewer decisions or fields are right than before. Of more.jsonl half was never
developed on, so its floors are lower and it tells figures alone.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

import score

HERE = Path(__file__).parent
LEAST = {"sample.jsonl": (0.98, 0.98), "more.jsonl": (0.86, 0.92), "wide.jsonl": (0.92, 0.97)}  # decisions, fields


def failures_of(program, name, least_decisions, least_fields):
    with open(HERE / name, "rb") as offers:
        run = subprocess.run([program], stdin=offers, capture_output=True, timeout=60, check=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.jsonl"
        path.write_bytes(run.stdout)
        truths = score.read(HERE / name, "expect", "truth")
        answers = score.read(path, "decision", "fields")

    told = [(t["fields"][field], answers[id_]["fields"][field], field)
            for id_, t in truths.items() for field in score.FIELDS if t["fields"][field] is not None]
    fields = sum(score.correct(field, true, given) for true, given, field in told) / len(told)
    decisions = sum(t["decision"] == answers[id_]["decision"] for id_, t in truths.items()) / len(truths)
    wrong = {id_: why for id_, t in truths.items() if (why := score.wrong_accept(t, answers[id_]))}
    leaked = [id_ for id_, t in truths.items() if score.leaks(t, answers[id_])]

    if name == "sample.jsonl":
        score.report(truths, answers)
    print(f"{name}: {fields:.3f} of the fields and {decisions:.3f} of the decisions are right, {len(wrong)} wrong accepts, {len(leaked)} leaks")
    failures = []
    if wrong:
        failures.append(f"{name}: wrong accepts: {wrong}")
    if leaked:
        failures.append(f"{name}: leaks: {leaked}")
    if decisions < least_decisions:
        failures.append(f"{name}: only {decisions:.3f} of the decisions are right, expected {least_decisions}")
    if fields < least_fields:
        failures.append(f"{name}: only {fields:.3f} of the fields are right, expected {least_fields}")
    return failures


def main(program):
    failures = [failure for name, least in LEAST.items() for failure in failures_of(program, name, *least)]
    print("\n".join(failures) or "good")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
