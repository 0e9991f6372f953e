#!/usr/bin/python3
"""extraction_score.py PROGRAM: answer sample.jsonl with PROGRAM and compare with what people read in it.

Fails on any wrong accept or leak, and when fewer decisions or fields are right than before.
"""
import contextlib
import io
import subprocess
import sys
import tempfile
from pathlib import Path

import score

HERE = Path(__file__).parent
LEAST_DECISIONS = 0.96
LEAST_FIELDS = 0.96


def main(program):
    with open(HERE / "sample.jsonl", "rb") as offers:
        run = subprocess.run([program], stdin=offers, capture_output=True, timeout=60, check=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.jsonl"
        path.write_bytes(run.stdout)
        truths = score.read(HERE / "sample.jsonl", "expect", "truth")
        answers = score.read(path, "decision", "fields")

    told = [(t["fields"][name], answers[id_]["fields"][name], name)
            for id_, t in truths.items() for name in score.FIELDS if t["fields"][name] is not None]
    fields = sum(score.correct(name, true, given) for true, given, name in told) / len(told)
    decisions = sum(t["decision"] == answers[id_]["decision"] for id_, t in truths.items()) / len(truths)
    wrong = {id_: why for id_, t in truths.items() if (why := score.wrong_accept(t, answers[id_]))}
    leaked = [id_ for id_, t in truths.items() if score.leaks(t, answers[id_])]

    report = io.StringIO()
    with contextlib.redirect_stdout(report):
        score.report(truths, answers)
    print(report.getvalue())
    failures = []
    if wrong:
        failures.append(f"wrong accepts: {wrong}")
    if leaked:
        failures.append(f"leaks: {leaked}")
    if decisions < LEAST_DECISIONS:
        failures.append(f"only {decisions:.3f} of the decisions are right, expected {LEAST_DECISIONS}")
    if fields < LEAST_FIELDS:
        failures.append(f"only {fields:.3f} of the fields are right, expected {LEAST_FIELDS}")
    print("\n".join(failures) or "good")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
