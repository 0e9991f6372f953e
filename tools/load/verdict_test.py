#!/usr/bin/python3
"""A short load through a real Postgres and Kafka: nothing lost, doubled or stuck, and its time explained.

    verdict_test.py PROGRAM
"""
import json
import subprocess
import sys
import tempfile

program = sys.argv[1]
with tempfile.TemporaryDirectory(prefix="waybill-load-") as folder:
    def waybill(*words):
        return subprocess.run([program, "--run", f"{folder}/run", *words]).returncode

    assert waybill("up", "--for-load", "--pace", "100") == 0, "it does not come up"
    try:
        code = waybill("load", "offers", "--rate", "10", "--seconds", "20", "--seed", "1", "--out", f"{folder}/report")
        assert code == 0, f"the load ended with {code}"
    finally:
        waybill("down")
    with open(f"{folder}/report/report.json") as file:
        report = json.load(file)
    assert report["verdict"] == "clean" and report["offers"] == 200, report["verdict"]
    closed = report["shipments_by_stage"].get("closed", 0)
    assert closed >= 190, f"only {closed} of 200 shipments came to their end: {report['shipments_by_stage']}"
    followed = [budget for budget in report["budgets"] if budget["followed"]]
    assert followed, "no request was followed from end to end"
    for budget in followed:
        away = abs(budget["explained_ms"] / budget["took_ms"] - 1)
        assert away <= 0.05, f"{budget['stretch']}: {budget['explained_ms']:.1f} of {budget['took_ms']:.1f} ms are explained"
        parts = sum(part["ms"] for part in budget["parts"] if part["name"] != "until a reader saw it")
        assert parts > 0.5 * budget["took_ms"], f"{budget['stretch']}: the services explain only {parts:.1f} of {budget['took_ms']:.1f} ms"
