"""What a run of faults came to. Facts in, verdict out: from the client's log, the databases and the topics alone."""
import math
from collections import Counter
from dataclasses import dataclass, field

from fault_schedule import BY_NAME
from judge import shown

DELIVERED = {"delivered", "billing", "closed", "needs_person", "cancelled"}
VIOLATIONS = ["lost", "doubled", "out_of_order", "unbalanced", "stuck", "untrue", "crashed", "no_progress", "not_injected", "unjudged"]


@dataclass
class Happened:
    """One fault as it really came: when it began, when what it hit answered again, how much it hit."""
    kind: str
    begin: float
    end: float
    hit: int = 1       # processes killed, commits cut, topics deleted, complaints of a server about its full disk
    note: str = ""
    error: str = ""    # why it could not be done
    noticed: float = None  # seconds from Kafka's return to the first ask
    healed: float = None   # seconds until every reader had what was announced before


@dataclass
class TakeOver:
    service: str
    lane: int
    kind: str          # "kill" or "stop"
    seconds: float
    disturbed: bool    # Postgres was hit meanwhile, or no other process of the service held a lane
    at: float = 0      # time of the hit


@dataclass
class Seen:
    """What is known at the end."""
    asked: list = field(default_factory=list)        # the client's log
    stored: dict = field(default_factory=dict)       # Idempotency-Key -> [answers kept by edge]
    offers: dict = field(default_factory=dict)       # as in judge.Facts
    shipments: dict = field(default_factory=dict)
    board: dict = field(default_factory=dict)        # judge.board
    happened: list = field(default_factory=list)
    take_overs: list = field(default_factory=list)
    cuts: list = field(default_factory=list)
    wanted: Counter = field(default_factory=Counter) # faults by kind that the schedule asked for
    skipped: dict = field(default_factory=dict)      # kind -> why
    completed: list = field(default_factory=list)    # (time, shipments closed so far)
    due: Counter = field(default_factory=Counter)    # second -> requests that fell due
    accepted: Counter = field(default_factory=Counter)
    went_back: list = field(default_factory=list)    # rows that moved backwards, told as text
    disorder: list = field(default_factory=list)     # events out of order, told as text
    crashed: list = field(default_factory=list)
    asked_again: int = 0
    seconds: float = 0
    begin: float = 0
    end: float = 0                                   # of the faults; healing comes after
    settled_in: float = None


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else None


def lost(seen):
    found = []
    for asked in seen.asked:
        if not asked.answer:
            continue
        if asked.key not in seen.stored:
            found.append(f"{asked.what} {asked.key} was accepted and edge does not hold it")
        if asked.what == "offer" and asked.answer.get("id") not in seen.offers:
            found.append(f"offer {asked.answer.get('id')} was accepted and intake does not know it")
        if asked.what == "delivered":
            shipment = asked.path.split("/")[3]
            stage = seen.shipments.get(shipment, ("absent",))[0]
            if stage not in DELIVERED:
                found.append(f"the delivery of {shipment} was accepted, and it is {stage}")
    return found


def untrue(seen):
    """Answers that a client was given and that are not so any more."""
    found = []
    for asked in seen.asked:
        if asked.again:
            found.append(f"{asked.what} {asked.key} was answered {asked.answer} and later {asked.again}")
        if asked.answer:
            found += [f"{asked.what} {asked.key} was answered {asked.answer}, edge holds {kept}" for kept in seen.stored.get(asked.key, []) if kept != asked.answer]
    return found


def unavailable(seen):
    """Seconds in which requests were waited for and none was accepted."""
    return [second for second in range(int(seen.begin) + 1, int(seen.end)) if not seen.accepted.get(second) and seen.due.get(second)]


def completed_by(seen, moment):
    last = 0
    for at, count in seen.completed:
        if at > moment:
            break
        last = count
    return last


def during(seen, kinds):
    """(seconds, accepted, completed) inside the windows of these kinds that no other fault outside them overlaps."""
    windows = merged([(one.begin, one.end) for one in seen.happened if one.kind in kinds and not one.error])
    foreign = merged([(one.begin, one.end) for one in seen.happened if one.kind not in kinds and not BY_NAME[one.kind].spares])
    windows = without(windows, foreign)
    accepted = sum(1 for asked in seen.asked if asked.accepted_at and any(begin <= asked.accepted_at < end for begin, end in windows))
    done = sum(completed_by(seen, end) - completed_by(seen, begin) for begin, end in windows)
    return sum(end - begin for begin, end in windows), accepted, done


def merged(windows):
    made = []
    for begin, end in sorted(windows):
        if made and begin <= made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((begin, end))
    return made


def without(windows, holes):
    for begin, end in holes:
        windows = [part for left, right in windows for part in ((left, min(right, begin)), (max(left, end), right)) if part[1] > part[0]]
    return windows


def no_progress(seen):
    """Kinds of faults that spare something, and during which it stood still. Judged over all of a kind's windows: ten seconds at least."""
    found = []
    for spares, at_least in (("all", 10), ("requests", 5)):
        for kind in sorted({one.kind for one in seen.happened if BY_NAME[one.kind].spares == spares}):
            seconds, accepted, completed = during(seen, {kind})
            if seconds < at_least:
                continue
            if not accepted:
                found.append(f"no request was accepted in {seconds:.0f} s of {kind}")
            if spares == "all" and seconds >= 20 and not completed:
                found.append(f"no shipment was completed in {seconds:.0f} s of {kind}")
    return found


def not_injected(seen):
    """A fault that was asked for and did not come proves nothing."""
    found = [f"{one.kind} {one.note}: {one.error}".replace(" :", ":") for one in seen.happened if one.error]
    came = Counter(one.kind for one in seen.happened)
    idle = {kind for kind in came if not any(one.hit for one in seen.happened if one.kind == kind)}
    found += [f"{came[kind]} of {kind} came and hit nothing" for kind in sorted(idle) if not any(one.error for one in seen.happened if one.kind == kind)]
    found += [f"{wanted} of {kind} were asked for and {came[kind]} came" for kind, wanted in sorted(seen.wanted.items()) if kind not in seen.skipped and came[kind] < wanted]
    return found


def verdict(seen):
    board = seen.board
    listed = {
        "lost": lost(seen) + [f"board: {one}" for one in board["lost"]["first"]],
        "doubled": [f"board: {one}" for one in board["repeated"]["first"]],
        "out_of_order": seen.went_back + seen.disorder + [f"board: {one}" for one in board["gaps"]["first"]],
        "unbalanced": board["unbalanced"]["first"],
        "stuck": board["stuck"]["first"],
        "untrue": untrue(seen),
        "crashed": seen.crashed,
        "no_progress": no_progress(seen),
        "not_injected": not_injected(seen),
        "unjudged": board["unjudged"]["first"],
    }
    more = {"lost": board["lost"], "doubled": board["repeated"], "out_of_order": board["gaps"], "unbalanced": board["unbalanced"], "stuck": board["stuck"], "unjudged": board["unjudged"]}
    made = {kind: shown(found) for kind, found in listed.items()}
    for kind, of in more.items():
        made[kind]["count"] += of["count"] - len(of["first"])
    gone = unavailable(seen)
    faults = {}
    for kind in BY_NAME:
        of = [one for one in seen.happened if one.kind == kind]
        if not of:
            continue
        seconds, accepted, completed = during(seen, {kind})
        faults[kind] = {"times": len(of), "hit": sum(one.hit for one in of), "seconds": round(sum(one.end - one.begin for one in of), 1),
                        "alone": {"seconds": round(seconds, 1), "accepted": accepted, "completed": completed}}
        for figure in ("noticed", "healed"):
            known = [getattr(one, figure) for one in of if getattr(one, figure) is not None]
            if known:
                faults[kind][figure] = {"count": len(known), "p50": round(percentile(known, 0.5), 2), "max": round(max(known), 2)}
    take_overs = {}
    for kind in ("kill", "stop"):
        of = [one for one in seen.take_overs if one.kind == kind]
        clean = [one.seconds for one in of if not one.disturbed]
        take_overs[kind] = {"count": len(of), "undisturbed": len(clean), "p50": rounded(percentile(clean, 0.5)), "p99": rounded(percentile(clean, 0.99)),
                            "max": rounded(max(clean, default=None)), "max_disturbed": rounded(max((one.seconds for one in of if one.disturbed), default=None)),
                            "slowest": [slow(seen, one) for one in sorted((one for one in of if not one.disturbed), key=lambda one: -one.seconds)[:5]]}
    made |= {
        "seconds": round(seen.seconds, 1), "settled_in": rounded(seen.settled_in), "faults": faults, "skipped": seen.skipped,
        "kills": sum(one.hit for one in seen.happened if BY_NAME[one.kind].kills),
        "cuts": {how: {"count": sum(one["cut"] == how for one in seen.cuts), "took_effect": sum(one["cut"] == how and one["took"] for one in seen.cuts)}
                 for how in ("before", "after", "swallow")},
        "operations": {"asked": len(seen.asked), "accepted": sum(bool(asked.answer) for asked in seen.asked), "refused": sum(bool(asked.refused) for asked in seen.asked),
                       "asked_again_at_the_end": seen.asked_again, "tries": sum(asked.tries for asked in seen.asked),
                       "by_kind": dict(sorted(Counter(asked.what for asked in seen.asked if asked.answer).items())), "events": board["events"]["announced"]},
        "shipments": board["shipments"], "take_over": take_overs,
        "unavailable_seconds": len(gone), "longest_unavailable": longest_run(gone),
        "completed_during_faults": sum(completed_by(seen, end) - completed_by(seen, begin) for begin, end in merged([(one.begin, one.end) for one in seen.happened])),
    }
    made["clean"] = not any(made[kind]["count"] for kind in VIOLATIONS)
    return made


def slow(seen, one):
    """A take-over, and what else went on meanwhile."""
    beside = {other.kind for other in seen.happened if other.begin < one.at + one.seconds and other.end > one.at and not (other.kind == "service" and other.note == one.service)}
    return {"service": one.service, "lane": one.lane, "seconds": round(one.seconds, 2), "at": round(one.at - seen.begin, 1), "beside": sorted(beside)}


def longest_run(seconds):
    best = now = 0
    for index, second in enumerate(seconds):
        now = now + 1 if index and second == seconds[index - 1] + 1 else 1
        best = max(best, now)
    return best


def rounded(value):
    return None if value is None else round(value, 2)


def text(made, title):
    operations, take = made["operations"], made["take_over"]
    lines = [title, f"  {made['kills']} kill -9 of services; faults by kind:"]
    for kind, of in made["faults"].items():
        alone = of["alone"]
        extra = "".join(f"; {figure} p50 {of[figure]['p50']} s, max {of[figure]['max']} s" for figure in ("noticed", "healed") if figure in of)
        lines.append(f"    {kind:<14}{of['times']:>5} times, hit {of['hit']:>5}, {of['seconds']:>7.1f} s; in {alone['seconds']:.0f} s with nothing worse: "
                     f"{alone['accepted']} requests accepted, {alone['completed']} shipments completed{extra}")
    lines += [f"    {kind:<14}skipped: {why}" for kind, why in made["skipped"].items()]
    lines.append("  commits cut   " + ", ".join(f"{of['count']} {how} ({of['took_effect']} took effect)" for how, of in made["cuts"].items()))
    lines.append(f"  operations    {operations['accepted']} of {operations['asked']} requests accepted in {operations['tries']} tries, {operations['refused']} refused; "
                 f"{operations['asked_again_at_the_end']} asked again at the end; {operations['events']} events announced")
    lines.append(f"  shipments     " + ", ".join(f"{count} {stage}" for stage, count in made["shipments"]["by_stage"].items()) + f"; {made['completed_during_faults']} completed inside fault windows")
    for kind, of in take.items():
        if of["count"]:
            lines.append(f"  take-over     after a {kind}: {of['count']} lanes, " + (f"{of['undisturbed']} undisturbed: p50 {of['p50']} s, p99 {of['p99']} s, max {of['max']} s" if of["undisturbed"] else "none undisturbed")
                         + (f"; max while Postgres was hit too: {of['max_disturbed']} s" if of["max_disturbed"] is not None else ""))
            if of["undisturbed"] and of["p99"] > 2 * of["p50"]:
                lines += [f"                  slow: {one['service']} lane {one['lane']} took {one['seconds']} s, hit at {one['at']} s, beside {', '.join(one['beside']) or 'nothing'}" for one in of["slowest"]]
    lines.append(f"  unavailable   {made['unavailable_seconds']} s, at most {made['longest_unavailable']} s at a stretch")
    lines.append(f"  healed        {'in ' + str(made['settled_in']) + ' s' if made['settled_in'] is not None else 'NOT'}; the whole took {made['seconds']:.0f} s")
    for kind in VIOLATIONS:
        of = made[kind]
        if of["count"] or kind in ("lost", "doubled", "out_of_order", "stuck"):
            lines.append(f"  {kind:<14}{of['count']}")
            lines += [f"                  {one}" for one in of["first"]]
    lines.append("  clean" if made["clean"] else "  NOT CLEAN")
    return "\n".join(lines)
