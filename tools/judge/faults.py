#!/usr/bin/python3
"""Real faults on real servers, from a seed, and a verdict. See tools/judge/README.md.

    faults.py [--kills N] [--seed S] [--seconds T] [--only KIND,...] [--rate R] [--older REF|DIR] [--json] [--run DIR]

Exit code: 0 clean, 1 something was lost, doubled, out of order, untrue, stuck or stood still, 2 could not be run or judged.
"""
import argparse
import asyncio
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter

import psycopg2

import judge
from fault_schedule import BY_NAME, KINDS, SERVICES, schedule
from fault_stack import PREFIX, ROOT, CannotRun, Stack, clear_abandoned, started_at
from fault_traffic import Traffic
from fault_verdict import Happened, Seen, TakeOver, text, verdict

LEASE = 3.0
AFTERMATH = 2.0  # seconds after a kill that still count as its window
FLOW = ROOT / "contracts" / "flow.yaml"


class Watch(threading.Thread):
    """Looks at the rows of all lanes and leases twenty times a second, and at finished shipments twice."""

    def __init__(self, stack):
        super().__init__(daemon=True)
        self.stack, self.ended, self.lock = stack, False, threading.Lock()
        self.lanes, self.holders, self.changes = {}, {}, []   # changes: (time, service, lane, epoch)
        self.completed, self.went_back, self.looks = [], [], 0
        self.sql = " union all ".join(f"select '{service}', lane, epoch, batch from {service}.lane" for service in SERVICES)

    def run(self):
        connection = None
        while not self.ended:
            try:
                if connection is None:
                    connection = self.stack.connect()
                    connection.autocommit = True
                self.look(connection)
                time.sleep(0.05)
            except (psycopg2.Error, OSError):
                with contextlib.suppress(Exception):
                    connection.close()
                connection = None
                time.sleep(0.1)

    def look(self, connection):
        with connection.cursor() as cursor:
            cursor.execute(self.sql)
            rows, at = cursor.fetchall(), time.time()
            cursor.execute("select service, lane, split_part(owner, '/', 2)::int from waybill.lease where until > now()")
            holders = {(service, lane): pid for service, lane, pid in cursor.fetchall()}
            count = None
            if self.looks % 10 == 0:
                cursor.execute("select count(*) from fulfilment.shipment where stage = 'closed'")
                count = cursor.fetchone()[0]
        self.looks += 1
        with self.lock:
            if count is not None:
                self.completed.append((at, count))
            self.holders = holders
            for service, lane, epoch, batch in rows:
                before = self.lanes.get((service, lane))
                if before and (epoch < before[0] or batch < before[1]):
                    self.went_back.append(f"{service} lane {lane} went back from batch {before[1]}, epoch {before[0]} to batch {batch}, epoch {epoch}")
                if before is None or epoch > before[0]:
                    self.changes.append((at, service, lane, epoch))
                self.lanes[(service, lane)] = (epoch, batch)

    def held_by(self, pid):
        with self.lock:
            return {key: self.lanes[key][0] for key, holder in self.holders.items() if holder == pid and key in self.lanes}

    def another_holds(self, service, pid):
        with self.lock:
            return any(of == service and holder != pid for (of, _), holder in self.holders.items())

    def taken_after(self, service, lane, epoch, at):
        with self.lock:
            return next((when for when, of, number, raised in self.changes if of == service and number == lane and raised > epoch and when >= at), None)


class Drill:
    """Makes the faults of a schedule come true."""

    def __init__(self, stack, watch, say):
        self.stack, self.watch, self.say = stack, watch, say
        self.happened, self.hits, self.lock = [], [], threading.Lock()  # hits: (kind, pid's lanes, time)
        self.servers = threading.Lock()  # one fault of a server at a time; services are killed meanwhile
        self.busy = {name: threading.Lock() for name in stack.kept}

    def make(self, fault):
        begin = time.time()
        note = " ".join(filter(None, [fault.service, fault.how]))
        try:
            done = getattr(self, "do_" + fault.kind.replace("-", "_"))(fault)
            one = Happened(fault.kind, done.get("begin", begin), done.get("end") or time.time(), done.get("hit", 1), note, "", done.get("noticed"), done.get("healed"))
        except (CannotRun, OSError, subprocess.SubprocessError, psycopg2.Error) as trouble:
            one = Happened(fault.kind, begin, time.time(), 0, note, str(trouble)[:300])
        with self.lock:
            self.happened.append(one)

    def struck(self, kind, pid, lonely):
        lanes = self.watch.held_by(pid)
        lonely = lonely or not all(self.watch.another_holds(service, pid) for service, _ in lanes)
        with self.lock:
            self.hits.append((kind, lanes, time.time(), lonely))

    def kill(self, name, lonely=False):
        """Kills a process, once it is up."""
        until = time.monotonic() + 3
        while time.monotonic() < until:
            with self.busy[name]:
                pid = self.stack.kept[name].pid
                if pid:
                    self.struck("kill", pid, lonely)
                    if self.stack.kill(name):
                        return 1
            time.sleep(0.02)
        raise CannotRun(f"{name} is not up")

    def do_service(self, fault):
        hit = self.kill(f"{fault.service}-{fault.instance}")
        return {"hit": hit, "end": time.time() + AFTERMATH}

    def do_both(self, fault):
        return {"hit": sum(self.kill(f"{fault.service}-{instance}", True) for instance in (0, 1)), "end": time.time() + LEASE + AFTERMATH}

    def do_everything(self, fault):
        return {"hit": sum(self.kill(f"{service}-{instance}", True) for service in SERVICES for instance in (0, 1)), "end": time.time() + LEASE + AFTERMATH}

    def do_zombie(self, fault):
        name = f"{fault.service}-{fault.instance}"
        with self.busy[name]:
            pid = self.stack.kept[name].pid
            if not pid:
                raise CannotRun(f"{name} is not up")
            self.struck("stop", pid, False)
            begin = time.time()
            self.stack.signal(pid, signal.SIGSTOP)
            try:
                time.sleep(fault.seconds)
            finally:
                self.stack.signal(pid, signal.SIGCONT)
        return {"begin": begin}

    def do_commit(self, fault):
        by = f"{fault.at} {fault.how} {fault.service}"
        self.stack.order_cut(fault.how, fault.count, fault.service, by)
        until = time.monotonic() + 10
        while (hit := sum(cut["by"] == by for cut in list(self.stack.cuts))) < fault.count and time.monotonic() < until:
            time.sleep(0.02)
        return {"hit": hit, "end": time.time() + 1}

    def do_backend(self, fault):
        with self.servers:
            backends = self.stack.backends()
            begin = time.time()
            # The auxiliary processes come first; any of them would do as well.
            self.stack.signal(backends[int(fault.at * 1000) % len(backends)], signal.SIGKILL)
            time.sleep(0.1)
            self.stack.await_postgres()
            return {"begin": begin, "end": time.time()}

    def do_postmaster(self, fault):
        with self.servers:
            begin = time.time()
            self.stack.kill("postgres")
            self.stack.gone("postgres")
            self.stack.await_postgres()
            return {"begin": begin, "end": time.time()}

    def down_and_up(self, fault, wipe):
        self.stack.hold("kafka", True)
        begin = time.time()
        self.stack.kill("kafka")
        self.stack.gone("kafka")
        if wipe:
            self.stack.fresh_kafka_data()
        time.sleep(fault.seconds)
        self.stack.hold("kafka", False)
        self.stack.await_kafka()
        return begin

    def do_kafka(self, fault):
        with self.servers:
            return {"begin": self.down_and_up(fault, False), "end": time.time()}

    def do_wipe(self, fault):
        with self.servers:
            begin = self.down_and_up(fault, True)
            self.stack.provision()
            return {"begin": begin, **self.heals()}

    def do_topics(self, fault):
        with self.servers:
            begin = time.time()
            count = self.stack.delete_topics()
            self.stack.provision()
            return {"begin": begin, "hit": count, **self.heals()}

    def heals(self):
        """Waits until every reader has what was announced by now; for the verdict's figures, not for its judgement."""
        back, noticed = time.time(), None
        wanted = self.heads()
        asks = self.asks_end
        while time.time() < back + 30:
            if noticed is None and asks() > 0:
                noticed = time.time() - back
            lanes = self.lanes()
            if lanes is not None and all(lanes[reader].get(partition) and lanes[reader][partition].seen.get((topic, lane, incarnation), -1) >= head - 1
                                         for reader, topic, partition, lane, incarnation, head in wanted):
                return {"end": back, "noticed": noticed, "healed": time.time() - back}
            time.sleep(0.05)
        return {"end": back, "noticed": noticed}

    def lanes(self):
        """service -> lane -> judge.Lane; None while Postgres is away."""
        try:
            with contextlib.closing(self.stack.connect()) as connection, connection.cursor() as cursor:
                cursor.execute(" union all ".join(f"select '{service}', lane, incarnation, ledger::text from {service}.lane" for service in SERVICES))
                found = {service: {} for service in SERVICES}
                for service, lane, incarnation, ledger in cursor.fetchall():
                    found[service][lane] = judge.lane_of(incarnation, ledger)[0]
                return found
        except (psycopg2.Error, OSError):
            return None

    def heads(self):
        _, readers = judge.flow_of(FLOW)
        lanes = self.lanes() or {}
        return [(reader, topic, partition, lane, row.incarnation, head) for service in lanes for lane, row in lanes[service].items()
                for (topic, partition), head in row.heads.items() if head for reader in readers.get(topic, [])]

    def asks_end(self):
        import confluent_kafka as kafka
        if not hasattr(self, "consumer"):
            way = judge.access(self.stack.run)
            self.consumer = kafka.Consumer({"bootstrap.servers": way.bootstrap, "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": "judge",
                                            "sasl.password": way.kafka_password, "group.id": "judge", "log_level": 0})
        try:
            return self.consumer.get_watermark_offsets(kafka.TopicPartition("waybill.asks", 0), timeout=0.5)[1]
        except kafka.KafkaException:
            return 0

    def do_postgres_disk(self, fault):
        with self.servers:
            begin, felt = time.time(), self.stack.hears("postgres", "No space left on device")
            filler = self.stack.fill(self.stack.postgres_data.parent)
            try:
                # Postgres writes into the WAL it already has; a full disk is felt when it needs another segment.
                self.switch_wal()
                time.sleep(fault.seconds)
            finally:
                filler.unlink()
            self.stack.await_postgres()
            return {"begin": begin, "hit": felt(), "end": time.time()}

    def switch_wal(self):
        with contextlib.suppress(psycopg2.Error, OSError):
            with contextlib.closing(self.stack.connect("waybill_admin")) as connection:
                connection.autocommit = True
                with connection.cursor() as cursor:
                    for _ in range(40):
                        cursor.execute("select pg_switch_wal(), txid_current()")

    def do_kafka_disk(self, fault):
        with self.servers:
            begin, felt = time.time(), self.stack.hears("kafka", "No space left on device")
            filler = self.stack.fill(self.stack.kafka_data)
            try:
                time.sleep(fault.seconds)
            finally:
                filler.unlink()
            self.stack.await_kafka()
            return {"begin": begin, "hit": felt(), "end": time.time()}

    def do_power(self, fault):
        with self.servers:
            begin = time.time()
            self.stack.power_cut()
            self.stack.await_postgres()
            return {"begin": begin, "end": time.time()}

    def do_older(self, fault):
        here, name = (fault.service, fault.instance), f"{fault.service}-{fault.instance}"
        begin = time.time()
        for older in (True, False):
            (self.stack.older_now.add if older else self.stack.older_now.discard)(here)
            self.kill(name)
            if older:
                time.sleep(fault.seconds)
        return {"begin": begin, "hit": 1}

    def play(self, faults, stop):
        begin, threads = time.monotonic(), []
        for fault in faults:
            if stop.wait(max(0.0, begin + fault.at - time.monotonic())):
                break
            one = threading.Thread(target=self.make, args=(fault,), daemon=True)
            one.start()
            threads.append(one)
        for one in threads:
            one.join(150)

    def take_overs(self):
        """From each hit to the moment when another process raised the lane's epoch. Lanes that nobody took are told elsewhere: as stuck."""
        disturbing = [(one.begin, one.end) for one in self.happened if one.kind in ("backend", "postmaster", "power", "postgres-disk")]
        made = []
        ends = {"kill": 30, "stop": 30}
        for kind, lanes, at, lonely in self.hits:
            for (service, lane), epoch in lanes.items():
                when = self.watch.taken_after(service, lane, epoch, at)
                if when is None or when - at > ends[kind]:
                    continue
                again = any(of is not lanes and (service, lane) in of and at < then < when for _, of, then, _ in self.hits)
                disturbed = lonely or again or any(begin < when and end + 1 > at for begin, end in disturbing) or self.peer_down(service, at, when)
                made.append(TakeOver(service, lane, kind, when - at, disturbed, at))
        return made

    def peer_down(self, service, begin, end):
        """Whether both processes of the service were hit within this stretch, or just before it."""
        pids = [then for _, lanes, then, _ in self.hits if begin - LEASE - 1 < then < end and any(of == service for of, _ in lanes)]
        return len(pids) > 1


class Playing:
    """The traffic, in a thread with an event loop of its own."""

    def __init__(self, traffic):
        self.traffic, self.loop = traffic, asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def do(self, work, at_most=120):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(at_most)


def disorder(stack):
    """Events whose time goes back within their stream, and events that a shipment's end precedes, by the time-line of operations."""
    with contextlib.closing(stack.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("""select topic, partition, lane, seq from (select *, lag(time) over (partition by topic, partition, lane, incarnation order by seq) as before
                          from operations.timeline) t where time < before limit 100""")
        found = [f"number {seq} of {topic}/{partition} from lane {lane} is older than the one before it" for topic, partition, lane, seq in cursor.fetchall()]
        cursor.execute("""select a.subject, a.type from operations.timeline a join operations.timeline b
                          on b.subject = a.subject and b.type = 'fulfilment.v1.ShipmentClosed' and a.source = b.source and a.topic = b.topic and a.lane = b.lane
                          and a.incarnation = b.incarnation and a.partition = b.partition and a.seq > b.seq where a.type like 'fulfilment.v1.%Requested' limit 100""")
        return found + [f"{kind} of {subject} was announced after its shipment was closed" for subject, kind in cursor.fetchall()]


def stored_answers(stack):
    with contextlib.closing(stack.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("select body::text from edge.request")
        found = {}
        for body, in cursor.fetchall():
            kept = json.loads(body)
            answer = kept["answer"]
            found.setdefault(kept["key"], []).append(json.loads(answer) if isinstance(answer, str) else answer)
        return found


def settle(stack, pace, at_most, say):
    """(facts, board, seconds): looks until nothing is under way, or the time is over."""
    began = told = time.monotonic()
    way = judge.access(stack.run)
    while True:
        facts, board = None, None
        with contextlib.suppress(judge.CannotJudge):
            facts = judge.read(way, FLOW, False, pace)
            board = judge.board(facts)
        over = time.monotonic() - began > at_most
        if board and (board["clean"] or over):
            took = time.monotonic() - began
            facts = judge.read(way, FLOW, True, pace)
            return facts, judge.board(facts), took if board["clean"] else None
        if over:
            raise CannotRun("the databases cannot be read after healing")
        if board and time.monotonic() > told + 5:
            told = time.monotonic()
            say(f"healing: {board['stuck']['count']} not finished, {board['lost']['count']} streams not read to their end")
        time.sleep(0.5)


def older_program(wanted, say):
    """The program of an older build: a folder that holds it, or a commit, which is built beside."""
    for name in (wanted, f"{wanted}/waybill", f"{wanted}/bin/waybill", f"{wanted}/build/bin/waybill"):
        if pathlib.Path(name).is_file():
            return pathlib.Path(name).resolve()
    found = subprocess.run(["git", "-C", ROOT, "rev-parse", "--verify", "--quiet", f"{wanted}^{{commit}}"], capture_output=True, text=True)
    if found.returncode != 0:
        raise CannotRun(f"--older {wanted}: neither a folder with a program waybill nor a commit of this repository")
    commit = found.stdout.strip()
    tree = ROOT / ".cache" / "older" / commit[:12]
    program = tree / "build" / "bin" / "waybill"
    if not program.exists():
        say(f"building {commit[:12]} in {tree}")
        tree.parent.mkdir(parents=True, exist_ok=True)
        for words in ([["git", "-C", ROOT, "worktree", "add", "--force", "--detach", tree, commit]] if not tree.exists() else []) + [
                ["cmake", "--preset", "default", "-S", tree], ["ninja", "-C", tree / "build" / "default", "waybill"]]:
            done = subprocess.run(words, capture_output=True, text=True, cwd=tree if tree.exists() else ROOT)
            if done.returncode != 0:
                raise CannotRun(f"--older {wanted}: {' '.join(map(str, words))}: {(done.stderr or done.stdout)[-400:]}")
    return program


def conduct(chosen, kinds, skipped, folder, say, stop):
    began = time.time()
    older = older_program(chosen.older, say) if chosen.older else None
    stack = Stack(folder, pathlib.Path(chosen.program).resolve(), chosen.pace, say, older)
    traffic, watch = None, None
    try:
        if not stack.disks:
            for kind in [kind for kind in kinds if BY_NAME[kind].needs_root]:
                skipped[kind] = "needs root, and the right to mount"
        kinds = [kind for kind in kinds if kind not in skipped]
        say("making a run: Postgres, Kafka, topics, roles")
        stack.make()
        stack.start()
        traffic = Traffic(stack.edge_ports, stack.reads_ports, stack.hooks_port, stack.keys, chosen.seed, chosen.rate)
        watch = Watch(stack)
        watch.start()
        until = time.monotonic() + 60
        while len(watch.lanes) < 4 * len(SERVICES) or len(watch.holders) < 4 * len(SERVICES):
            if time.monotonic() > until or stop.is_set():
                raise CannotRun("interrupted" if stop.is_set() else f"only {len(watch.holders)} lanes are held after 60 s; see {stack.run}/logs")
            time.sleep(0.1)
        playing = Playing(traffic)
        playing.do(traffic.play())
        faults = schedule(chosen.seed, chosen.seconds, chosen.kills, kinds, LEASE, chosen.times)
        say(f"{len(faults)} faults in {chosen.seconds:.0f} s (seed {chosen.seed}), {chosen.rate:g} offers a second")
        drill = Drill(stack, watch, say)
        began_faults = time.time()
        threading.Thread(target=progress, args=(drill, traffic, watch, say, stop), daemon=True).start()
        drill.play(faults, stop)
        ended_faults = time.time()
        traffic.offering = False
        if stop.is_set():
            raise CannotRun("interrupted")
        stop_progress.set()
        stack.proxy.stdin.write('{"clear": true}\n')
        stack.proxy.stdin.flush()
        say("healing: no more faults, no more offers")
        facts, board, took = settle(stack, chosen.pace, chosen.settle, say)
        again = playing.do(traffic.ask_again(), 300)
        playing.do(traffic.end())
        seen = Seen(asked=traffic.log, stored=stored_answers(stack), offers=facts.offers, shipments=facts.shipments, board=board, happened=drill.happened,
                    take_overs=drill.take_overs(), cuts=stack.cuts, wanted=Counter(fault.kind for fault in faults), skipped=skipped, completed=watch.completed,
                    due=traffic.due_seconds, accepted=traffic.accepted_seconds, went_back=watch.went_back, disorder=disorder(stack), crashed=stack.unexpected,
                    asked_again=again, seconds=time.time() - began, begin=began_faults, end=ended_faults, settled_in=took)
        made = verdict(seen)
        made["seed"], made["board"] = chosen.seed, board
        return made, text(made, f"Verdict of seed {chosen.seed}")
    except judge.CannotJudge as trouble:
        raise CannotRun(str(trouble)) from trouble
    finally:
        stop_progress.set()
        if watch:
            watch.ended = True
        late = stack.stop()
        if late:
            say(f"ended by force: {', '.join(late)}")
        conduct.stack = stack


stop_progress = threading.Event()


def progress(drill, traffic, watch, say, stop):
    while not stop_progress.wait(10) and not stop.is_set():
        kinds = Counter(one.kind for one in drill.happened)
        closed = watch.completed[-1][1] if watch.completed else 0
        say(f"{sum(kinds.values())} faults so far; {sum(bool(asked.answer) for asked in traffic.log)} of {len(traffic.log)} requests accepted, {closed} shipments completed")


def options():
    made = argparse.ArgumentParser(prog="./dev judge", formatter_class=argparse.RawDescriptionHelpFormatter,
                                   description="Real faults on real servers, from a seed, with open-loop traffic, and a verdict.",
                                   epilog="examples:\n  ./dev judge                               100 kills and some of everything else, in two minutes\n"
                                          "  ./dev judge --kills 1000 --seconds 900 --seed 7\n  ./dev judge --only commit --seconds 120\n"
                                          "  ./dev judge --only wipe,topics --seconds 300 --json\n  ./dev judge --older v0.1.0\n\nkinds of faults:\n"
                                          + "\n".join(f"  {kind.name:<15}{kind.meaning}" for kind in KINDS)
                                          + "\n\nexit code: 0 clean; 1 lost, doubled, out of order, untrue, stuck or stood still; 2 could not be run or judged")
    made.add_argument("--kills", type=int, default=100, metavar="N", help="how many processes of services die by kill -9 (100)")
    made.add_argument("--seed", type=int, default=1, metavar="S", help="the schedule and the offers follow from it (1)")
    made.add_argument("--seconds", type=float, default=120, metavar="T", help="how long faults come; healing is after that (120)")
    made.add_argument("--only", default="", metavar="KIND,...", help="these kinds alone")
    made.add_argument("--times", type=int, default=0, metavar="N", help="with --only: so many of each kind, spread over the seconds")
    made.add_argument("--rate", type=float, default=3, metavar="R", help="offers a second; people's answers come on top (3)")
    made.add_argument("--pace", type=float, default=20, help="how much faster than the world's the services' clock runs (20)")
    made.add_argument("--settle", type=float, default=120, metavar="SECONDS", help="how long healing may take (120)")
    made.add_argument("--older", default="", metavar="REF|DIR", help="an older build whose processes run beside the new ones")
    made.add_argument("--json", action="store_true", help="the verdict as data")
    made.add_argument("--run", type=pathlib.Path, metavar="DIR", help="make the run below this folder, and keep its logs (a temporary folder, removed)")
    made.add_argument("--program", default=str(ROOT / "build" / "bin" / "waybill"), help=argparse.SUPPRESS)
    return made


def main(arguments):
    chosen = options().parse_args(arguments)
    known = [kind.name for kind in KINDS]
    kinds = [kind.strip() for kind in chosen.only.split(",") if kind.strip()] or known
    for kind in kinds:
        if kind not in BY_NAME:
            print(f"judge: --only {kind}: there is no such fault; one of {', '.join(known)}", file=sys.stderr)
            return 2
    if chosen.seconds < 5 or chosen.kills < 0 or not 0 < chosen.rate <= 100:
        print("judge: --seconds from 5 on, --kills from 0 on, --rate above 0 up to 100", file=sys.stderr)
        return 2
    if not pathlib.Path(chosen.program).is_file():
        print(f"judge: there is no {chosen.program}; build it with ./dev build", file=sys.stderr)
        return 2
    skipped = {}
    for kind in list(kinds):
        if BY_NAME[kind].needs_older and not chosen.older:
            skipped[kind] = "no --older was named"
        elif BY_NAME[kind].needs_root and os.geteuid() != 0:
            skipped[kind] = "needs root"
    began, stop = time.monotonic(), threading.Event()

    def say(what):
        print(f"   {time.monotonic() - began:6.1f} s  {what}", file=sys.stderr, flush=True)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    base = chosen.run.resolve() if chosen.run else pathlib.Path(tempfile.gettempdir())
    base.mkdir(parents=True, exist_ok=True)
    for cleared in clear_abandoned(base):
        say(f"removed what a run that was cut off had left: {cleared}")
    folder = pathlib.Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    folder.chmod(0o755)  # Postgres runs as a user of its own
    (folder / "keeper.json").write_text(json.dumps({"pid": os.getpid(), "started": started_at(os.getpid())}))
    code, conduct.stack = 2, None
    try:
        made, words = conduct(chosen, kinds, skipped, folder, say, stop)
        code = 0 if made["clean"] else 1
        print(json.dumps(made, indent=2) if chosen.json else words, flush=True)
    except (CannotRun, OSError, subprocess.SubprocessError) as trouble:
        print(f"judge: {trouble}", file=sys.stderr)
    finally:
        keep = chosen.run is not None or code != 0
        if conduct.stack:
            conduct.stack.remove(keep)
        if keep:
            print(f"judge: logs are kept in {folder}.kept/logs", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
