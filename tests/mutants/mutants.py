#!/usr/bin/python3
"""Removes one guard at a time from a copy of the sources, and sees whether a test notices.

    ./dev mutants                     all of them
    ./dev mutants NAME...             only these
    ./dev mutants --part 2/8          every eighth, from the third on; --part today/8 takes another eighth each day
    ./dev mutants --list              names and what they break, without running
    ./dev mutants --catcher simulate  another program must notice than the one the table names
    ./dev mutants --json              one JSON object instead of the table
    ./dev mutants --write docs/mutants.md   puts what came out into the table of that page

The copy is build/mutants/source with a build folder of its own; the checkout itself is never edited. Before any mutant, the
untouched copy is built and every program that must catch one is run: what fails then says nothing about mutants. A mutant
is caught when its program fails, crashes, or does not end within the bound (--seconds, 60).
Exit code: 0 all are caught, 1 a mutant survived, 2 the table or the command line is wrong, or the untouched copy fails.
"""
import argparse
import contextlib
import datetime
import fcntl
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

import yaml

HERE = pathlib.Path(__file__).resolve().parent
MEMORY = 6 << 30     # bytes of address space for a program under a mutant: some never stop growing
BUILD_BOUND = 1800   # seconds, for a whole build of the copy


class TableError(Exception):
    """The table of mutants is wrong, or what it names does not build: nothing was learnt about the tests."""


@dataclass
class Mutant:
    name: str
    file: str
    old: str
    new: str
    why: str
    catcher: str


@dataclass
class Outcome:
    name: str
    caught: bool
    by: str = ""        # the invariant or test that noticed
    seed: str = ""      # the seed it noticed at, where there is one
    said: str = ""      # its first sentence
    build_seconds: float = 0
    seconds: float = 0


# ---- the table -------------------------------------------------------------------------------------------------------------

def read_table(text):
    """The catchers by name, and the mutants in order."""
    table = yaml.safe_load(text)
    catchers, mutants, names = table["catchers"], [], set()
    for name, catcher in catchers.items():
        if set(catcher) - {"target", "build", "run", "reads"} or "run" not in catcher or catcher.get("reads") not in READERS:
            raise TableError(f"catcher {name}: it needs run, target or build, and reads: one of {', '.join(READERS)}")
        catcher.setdefault("build", ["cmake", "--build", "--preset", "default", "--target", catcher.get("target", "")])
    for group in table["mutants"]:
        for row in group["rows"]:
            unknown = set(row) - {"name", "file", "old", "new", "why", "catcher"}
            if unknown:
                raise TableError(f"{row.get('name')}: unknown {', '.join(sorted(unknown))}")
            mutant = Mutant(row["name"], row.get("file", group.get("file")), row["old"], row["new"], row["why"], row.get("catcher", group.get("catcher", table.get("default"))))
            if not mutant.file or mutant.catcher not in catchers:
                raise TableError(f"{mutant.name}: it names no file, or no catcher of the table: {mutant.catcher}")
            if mutant.name in names:
                raise TableError(f"{mutant.name}: there are two of this name")
            if mutant.old == mutant.new:
                raise TableError(f"{mutant.name}: it changes nothing")
            names.add(mutant.name)
            mutants.append(mutant)
    return catchers, mutants


def mutated(text, mutant):
    found = text.count(mutant.old)
    if found != 1:
        raise TableError(f"{mutant.name}: its text is found {'nowhere' if not found else f'{found} times'} in {mutant.file}, and must be there once:\n{mutant.old}")
    return text.replace(mutant.old, mutant.new)


def misfit_of(mutant, root):
    try:
        mutated((root / mutant.file).read_text() if (root / mutant.file).is_file() else "", mutant)
    except TableError as misfit:
        return str(misfit)
    return ""


@contextlib.contextmanager
def applied(mutant, root):
    path = root / mutant.file
    if not path.is_file():
        raise TableError(f"{mutant.name}: there is no {mutant.file}")
    before = path.read_text()
    after = mutated(before, mutant)
    try:
        path.write_text(after)
        yield
    finally:
        path.write_text(before)


def chosen(mutants, names, part, today=None):
    if names:
        by_name = {mutant.name: mutant for mutant in mutants}
        missing = [name for name in names if name not in by_name]
        if missing:
            raise TableError(f"there is no mutant {', '.join(missing)}; --list shows them")
        return [by_name[name] for name in names]
    if not part:
        return mutants
    shaped = re.fullmatch(r"(\d+|today)/(\d+)", part)
    count = int(shaped[2]) if shaped else 0
    which = (today or datetime.date.today()).toordinal() % max(count, 1) if shaped and shaped[1] == "today" else int(shaped[1]) if shaped else 0
    if not count or which >= count:
        raise TableError(f"--part {part}: write it like 0/8 ... 7/8, or today/8")
    return mutants[which::count]


# ---- what a program said -----------------------------------------------------------------------------------------------------

def seed_in(text):
    found = re.search(r"\bseed[ :=]+(\d+)", text)
    return found[1] if found else ""


def read_gtest(output):
    """The first test that failed, the seed it names, and its first sentence."""
    failed = re.search(r"^\[  FAILED  \] ([\w./]+)", output, re.M)
    if not failed:
        return None
    message = re.search(r"^\S+:\d+: Failure\n(.*?)(?=^\[|\Z)", output, re.M | re.S)
    lines = [line.strip() for line in message[1].splitlines() if line.strip()] if message else []
    return failed[1], seed_in(message[1] if message else ""), (lines[-1] if lines else "")[:200]


def read_simulation(output):
    """The first violation of the JSON that waybill-simulate prints."""
    at = output.find("{")
    try:
        board = json.JSONDecoder().raw_decode(output[at:])[0] if at >= 0 else {}
    except json.JSONDecodeError:
        return None
    violations = board.get("violations", [])
    if not violations:
        return None
    first = violations[0]
    return first["invariant"], str(board.get("seed", "")), first["what"][:200]


READERS = {"gtest": read_gtest, "simulation": read_simulation}


def run_bounded(command, cwd, seconds):
    """Output, exit code (None: it did not end in time) and seconds. Whatever it started ends with it."""
    began = time.monotonic()
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=limit) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
            return output, process.returncode, time.monotonic() - began
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            return output, None, time.monotonic() - began
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise


def judged(name, reads, output, code, seconds, bound):
    """What the end of a program says about the mutant it ran with."""
    outcome = Outcome(name, caught=code != 0, seconds=round(seconds, 1))
    if code == 0:
        return outcome
    said = READERS[reads](output)
    if said:
        outcome.by, outcome.seed, outcome.said = said
    else:
        last = [line for line in output.splitlines() if line.strip()][-1:] or [""]
        running = re.findall(r"^\[ RUN      \] ([\w./]+)", output, re.M)
        if code is None:
            outcome.by = f"does not end within {bound} s"
        elif code < 0:
            outcome.by = f"crash ({signal.Signals(-code).name})"
        else:
            outcome.by = f"exit code {code}"
        outcome.by += f" in {running[-1]}" if running else ""
        outcome.said = last[0].strip()[:200]
    return outcome


# ---- the copy ----------------------------------------------------------------------------------------------------------------

def synchronise(tree, copy):
    """Makes the copy's sources those of the tree, touching only what differs, so that only that is built again."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=tree, check=True, capture_output=True).stdout.decode()
    wanted = {name for name in listed.split("\0") if name and (tree / name).is_file() and not (tree / name).is_symlink()}
    for name in wanted:
        source, target = tree / name, copy / name
        content = source.read_bytes()
        if not target.is_file() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        if (target.stat().st_mode ^ source.stat().st_mode) & 0o777:
            target.chmod(source.stat().st_mode & 0o777)
    for path in list(copy.rglob("*")):
        name = path.relative_to(copy).as_posix()
        if path.is_file() and name not in wanted and not name.startswith("build/"):
            path.unlink()
    return copy


def prepare(tree):
    copy = synchronise(tree, tree / "build/mutants/source")
    if not (copy / "build/default/build.ninja").is_file():
        output, code, _ = run_without_limit(["cmake", "--preset", "default"], copy, BUILD_BOUND)
        if code != 0:
            raise TableError("the copy could not be configured:\n" + tail(output))
    return copy


def run_without_limit(command, cwd, seconds):
    began = time.monotonic()
    try:
        done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=seconds)
        return done.stdout, done.returncode, time.monotonic() - began
    except subprocess.TimeoutExpired as late:
        return f"it did not end within {late.timeout:.0f} s", None, time.monotonic() - began


def tail(output, lines=25):
    return "\n".join(output.splitlines()[-lines:])


# ---- one after the other -----------------------------------------------------------------------------------------------------

class Workshop:
    """The copy, where mutants are applied, built and run. Errors are TableError."""

    def __init__(self, copy, catchers, bound):
        self.copy, self.catchers, self.bound = copy, catchers, bound

    def build(self, catcher, what):
        output, code, seconds = run_without_limit(self.catchers[catcher]["build"], self.copy, BUILD_BOUND)
        if code != 0:
            raise TableError(f"{what} does not build:\n{tail(output)}")
        return seconds

    def run(self, catcher, name):
        output, code, seconds = run_bounded(self.catchers[catcher]["run"], self.copy, self.bound)
        return judged(name, self.catchers[catcher]["reads"], output, code, seconds, self.bound), output

    def baseline(self, catcher):
        self.build(catcher, f"{catcher}, without any mutant,")
        outcome, output = self.run(catcher, "untouched")
        if outcome.caught:
            raise TableError(f"{catcher} fails without any mutant: {outcome.by}\n{tail(output)}")
        return outcome.seconds

    def attempt(self, mutant):
        with applied(mutant, self.copy):
            build_seconds = self.build(mutant.catcher, f"mutant {mutant.name}")
            outcome, _ = self.run(mutant.catcher, mutant.name)
            outcome.build_seconds = round(build_seconds, 1)
            return outcome


# ---- telling -----------------------------------------------------------------------------------------------------------------

def told(outcome):
    if not outcome.caught:
        return f"SURVIVED  {outcome.name}  ({outcome.seconds} s)"
    seed = f", seed {outcome.seed}" if outcome.seed else ""
    return f"caught    {outcome.name}  by {outcome.by}{seed}  (build {outcome.build_seconds} s, run {outcome.seconds} s)"


BEGIN, END = "<!-- mutants: begin -->", "<!-- mutants: end -->"


def page_with(page, mutants, outcomes):
    """The page with the rows of these outcomes put in; rows of other mutants stay, of mutants that are no more go."""
    head, rest = page.split(BEGIN)
    old, foot = rest.split(END)
    rows = {match[1]: line for line in old.splitlines() if (match := re.match(r"\| `([^`]+)` \|", line))}
    cell = lambda text: " ".join(text.replace("|", "\\|").split())
    by_name = {mutant.name: mutant for mutant in mutants}
    for outcome in outcomes:
        mutant = by_name[outcome.name]
        caught = "**survived**" if not outcome.caught else f"{cell(outcome.by)}{f', seed {outcome.seed}' if outcome.seed else ''}"
        rows[outcome.name] = f"| `{outcome.name}` | {cell(mutant.why)} | {mutant.catcher}: {caught} | {outcome.seconds} |"
    table = ["| mutant | what it breaks | caught by | seconds |", "|---|---|---|---|"] + [rows[mutant.name] for mutant in mutants if mutant.name in rows]
    return head + BEGIN + "\n" + "\n".join(table) + "\n" + END + foot


def main():
    parser = argparse.ArgumentParser(prog="./dev mutants", description=__doc__.split("\n")[0], epilog=__doc__[__doc__.index("The copy"):], formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these mutants")
    parser.add_argument("--part", metavar="I/N", help="every N-th from number I on (0/8 ... 7/8), or today/N")
    parser.add_argument("--catcher", help="the program that must notice, instead of the one that the table names")
    parser.add_argument("--seconds", type=int, default=60, help="bound of one run of a program (60)")
    parser.add_argument("--list", action="store_true", help="name them and what they break, and run nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--survivors-only", action="store_true", help="print only those that nothing caught")
    parser.add_argument("--write", metavar="PAGE", type=pathlib.Path, help="put what came out into the table of this page")
    parser.add_argument("--table", type=pathlib.Path, default=HERE / "mutants.yaml", help=argparse.SUPPRESS)
    parser.add_argument("--tree", type=pathlib.Path, default=HERE.parents[1], help=argparse.SUPPRESS)
    arguments = parser.parse_args()

    say = lambda line: print(line, file=sys.stderr, flush=True)
    outcomes, errors = [], []
    try:
        catchers, mutants = read_table(arguments.table.read_text())
        selected = chosen(mutants, arguments.names, arguments.part)
        if arguments.catcher and (arguments.catcher not in catchers or arguments.write):
            raise TableError(f"--catcher {arguments.catcher}: one of {', '.join(catchers)}, and not with --write, whose table names each one's own")
        for mutant in selected if arguments.catcher else []:
            mutant.catcher = arguments.catcher
        if misfits := [misfit for mutant in mutants if (misfit := misfit_of(mutant, arguments.tree))]:
            raise TableError("\n".join(misfits))  # at once, not after an hour
        if arguments.list:
            for mutant in selected:
                print(f"{mutant.name:34} {mutant.catcher:12} {mutant.why}")
            return 0
        (arguments.tree / "build/mutants").mkdir(parents=True, exist_ok=True)
        lock = open(arguments.tree / "build/mutants/lock", "w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TableError("another ./dev mutants is at work in this checkout; wait for it")
        workshop = Workshop(prepare(arguments.tree), catchers, arguments.seconds)
        for catcher in dict.fromkeys(mutant.catcher for mutant in selected):
            say(f"untouched {catcher}: passes in {workshop.baseline(catcher)} s")
        for number, mutant in enumerate(sorted(selected, key=lambda mutant: (mutant.catcher, mutant.file)), 1):
            try:
                outcomes.append(workshop.attempt(mutant))
                say(f"[{number}/{len(selected)}] {told(outcomes[-1])}")
            except TableError as wrong:
                errors.append(str(wrong))
                say(f"[{number}/{len(selected)}] ERROR     {wrong}")
    except TableError as wrong:
        errors.append(str(wrong))
        say(f"./dev mutants cannot go on: {wrong}")
    except KeyboardInterrupt:
        errors.append("interrupted")

    survivors = [outcome for outcome in outcomes if not outcome.caught]
    if outcomes and arguments.write:
        arguments.write.write_text(page_with(arguments.write.read_text(), mutants, outcomes))
    if arguments.json:
        print(json.dumps({"mutants": len(outcomes), "caught": len(outcomes) - len(survivors), "survivors": [outcome.name for outcome in survivors], "errors": errors,
                          "outcomes": [asdict(outcome) for outcome in (survivors if arguments.survivors_only else outcomes)]}, indent=1))
    else:
        for outcome in survivors if arguments.survivors_only else outcomes:
            print(told(outcome))
        print(f"{len(outcomes) - len(survivors)} of {len(outcomes)} mutants caught" + (f", {len(errors)} errors" if errors else ""))
    return 2 if errors else 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
