"""What goes wrong when: a list that follows from the seed alone.

Every kind of fault has a weight and may be rationed (a power cut costs more than a kill). A run begins with the kills that
were asked for, spread over its seconds, and some of everything else between them.
"""
import random
from dataclasses import asdict, dataclass

SERVICES = ["edge", "intake", "fulfilment", "fleet", "billing", "operations", "extraction", "places", "routes", "tax", "payments", "notices"]


@dataclass(frozen=True)
class Kind:
    name: str
    meaning: str
    kills: bool            # counts as a kill -9 of a service
    spares: str            # what must go on meanwhile: "all" (requests and shipments), "requests", or "" (nothing need)
    every: float           # one in so many seconds, for those that are not kills of services
    needs_root: bool = False
    needs_older: bool = False


KINDS = [
    Kind("service", "kill -9 of one process of a service; another holds the fort", True, "all", 0),
    Kind("both", "kill -9 of both processes of a service at once", True, "", 0),
    Kind("everything", "kill -9 of every process of every service at once", True, "", 90),
    Kind("zombie", "SIGSTOP of a process for longer than its lease, then SIGCONT", False, "all", 25),
    Kind("commit", "connections cut at COMMIT: before it took effect, after it, or with its answer swallowed", False, "all", 8),
    Kind("backend", "kill -9 of one backend of Postgres, after which it restarts and recovers", False, "", 30),
    Kind("postmaster", "kill -9 of Postgres' postmaster", False, "", 45),
    Kind("kafka", "kill -9 of Kafka", False, "requests", 45),
    Kind("topics", "all topics deleted", False, "requests", 60),
    Kind("wipe", "Kafka killed, its data wiped, started again empty", False, "requests", 60),
    Kind("postgres-disk", "a full disk under Postgres", False, "", 75, needs_root=True),
    Kind("kafka-disk", "a full disk under Kafka", False, "requests", 75, needs_root=True),
    Kind("power", "power cut of Postgres: its disk as it was at one moment, and nothing that was only in memory", False, "", 60, needs_root=True),
    Kind("older", "processes of the older build take over, then those of this one again", False, "all", 40, needs_older=True),
]
BY_NAME = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True)
class Fault:
    at: float           # seconds from the beginning of the run
    kind: str
    service: str = ""
    instance: int = 0   # 0 or 1
    seconds: float = 0  # how long it lasts
    how: str = ""       # of a cut: before, after, swallow
    count: int = 1

    def as_data(self):
        return asdict(self)


def schedule(seed, seconds, kills, kinds, lease=3.0, times=0):
    """Faults in the order of their time. `kills` counts processes of services that die by kill -9; `times`, when it is not zero,
    is how often each other kind comes."""
    draw = random.Random(f"waybill faults {seed}")
    made = []
    killing = [name for name in ("service", "both") if name in kinds]
    if "everything" in kinds:
        for at in spread(draw, seconds, BY_NAME["everything"].every):
            made.append(Fault(at, "everything"))
            kills -= 2 * len(SERVICES)
    left = kills if killing else 0
    chosen = []
    while left > 0:
        kind = "both" if "both" in killing and (draw.random() < 0.15 or "service" not in killing) else "service"
        chosen.append(kind)
        left -= 2 if kind == "both" else 1
    for index, kind in enumerate(chosen):
        at = seconds * (index + draw.random()) / len(chosen)
        made.append(Fault(at, kind, draw.choice(SERVICES), draw.randrange(2)))
    for name in kinds:
        kind = BY_NAME[name]
        if kind.kills or not kind.every:
            continue
        for index, at in enumerate(spread(draw, seconds, seconds / times if times else kind.every)):
            fault = {"at": at, "kind": name}
            if name == "zombie":
                fault |= {"service": draw.choice(SERVICES), "instance": draw.randrange(2), "seconds": round(lease + draw.uniform(0.5, 3), 2)}
            elif name == "commit":
                how = "swallow" if index % 10 == 9 else ("before", "after")[index % 2]
                fault |= {"how": how, "count": 1 if how == "swallow" else draw.randint(1, 8), "service": draw.choice(["", "", draw.choice(SERVICES)])}
            elif name == "older":
                fault |= {"service": draw.choice(SERVICES), "instance": draw.randrange(2), "seconds": round(draw.uniform(4, 12), 2)}
            elif name in ("postgres-disk", "kafka-disk"):
                fault |= {"seconds": round(draw.uniform(2, 4), 2)}
            elif name in ("kafka", "wipe"):
                fault |= {"seconds": round(draw.uniform(0, 2), 2)}
            made.append(Fault(**fault))
    return sorted(made, key=lambda fault: (fault.at, fault.kind, fault.service))


def spread(draw, seconds, every):
    """At least one, each in a stretch of its own, none at the very end."""
    count = max(1, round(seconds / every))
    return [seconds * 0.95 * (index + draw.random()) / count for index in range(count)]
