#!/usr/bin/env python3
"""Counts the instructions that a hop costs the runtime, and compares them with the price that is written down.

Clocks differ from machine to machine and from hour to hour; instructions do not, with the same compiler and libraries. Two runs
of different length are counted with callgrind, so that what a start costs falls out.

    tools/bench/price.py PROGRAM PRICES            # exit code 1 when a price is left by more than 3 %, either way
    tools/bench/price.py PROGRAM PRICES --write    # writes them down anew: say in the commit why they changed
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

HOPS = 8
BOUND = 0.03
# name -> trips under way at once: one alone pays for its whole batches, many share them
FLOWS = {"alone": 1, "together": 400}


def instructions(program, trips, at_once):
    ran = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, str(trips), str(at_once)], capture_output=True, text=True, timeout=280)
    found = re.search(r"Collected : (\d+)", ran.stderr)
    if ran.returncode or not found:
        sys.exit(f"price: the program ended with {ran.returncode}\n{ran.stdout}{ran.stderr}")
    return int(found[1])


def measured(program):
    prices = {}
    for name, at_once in FLOWS.items():
        few, many = (200, 600) if at_once == 1 else (800, 2400)
        prices[name] = round((instructions(program, many, at_once) - instructions(program, few, at_once)) / ((many - few) * HOPS))
    return prices


def main():
    made = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    made.add_argument("program")
    made.add_argument("prices", type=Path)
    made.add_argument("--write", action="store_true", help="write the prices down anew")
    chosen = made.parse_args()
    now = measured(chosen.program)
    if chosen.write:
        chosen.prices.write_text("".join(f"{name} {price}\n" for name, price in now.items()))
    known = {name: int(price) for name, price in (line.split() for line in chosen.prices.read_text().splitlines())}
    left = False
    for name, price in now.items():
        change = price / known[name] - 1
        left |= abs(change) > BOUND
        print(f"{name:<10} {price:>7} instructions a hop, {change:+.1%} of the {known[name]} written down")
    if left:
        print(f"A price was left by more than {BOUND:.0%}. If that is meant, write it down: {sys.argv[0]} {chosen.program} {chosen.prices} --write")
    return left


if __name__ == "__main__":
    sys.exit(main())
