"""The servers and services of a run of faults, started, killed and started again.

`waybill up` makes the run (cluster, topics, roles, keys) and is stopped again; from then on this program is the supervisor, so
that it can kill what it wants when it wants, put the data of Postgres on a disk of its own, and run two processes a service.
Everything is started with a parent-death signal and marked with the run, so that nothing outlives it.
"""
import contextlib
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time


import psycopg2

from fault_schedule import SERVICES

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MARK = "WAYBILL_CHILD_OF_RUN"
RESTART_AFTER = 0.2
POSTGRES_DISK, KAFKA_DISK = 1536 << 20, 512 << 20
PREFIX = "waybill-faults-"


class CannotRun(Exception):
    pass


def free_ports(count):
    held = []
    for _ in range(count):
        one = socket.socket()
        one.bind(("127.0.0.1", 0))
        held.append(one)
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def marked_with(run):
    """Processes that were started for a run, whoever started them."""
    wanted = f"{MARK}={run}".encode()
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found


def mounts_under(folder):
    points = [line.split()[1] for line in pathlib.Path("/proc/mounts").read_text().splitlines()]
    return sorted((point for point in points if point.startswith(f"{folder}/")), reverse=True)


def clear(folder):
    """Ends and removes all that a run left, whether it ended in order or not."""
    until = time.monotonic() + 10
    while (left := marked_with(folder / "run")) and time.monotonic() < until:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    for point in mounts_under(folder):
        subprocess.run(["umount", "-l", point], check=False, capture_output=True)
    with contextlib.suppress(OSError, ValueError, KeyError):
        cluster = pathlib.Path(json.loads((folder / "run" / "run.json").read_text())["postgres_folder"])
        if cluster.parent == pathlib.Path("/var/tmp") and cluster.name.startswith("waybill-"):
            shutil.rmtree(cluster, ignore_errors=True)
    for image in pathlib.Path("/dev/shm").glob(f"{folder.name}-*.img"):
        image.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def clear_abandoned(base):
    """Runs whose program was killed."""
    cleared = []
    for folder in base.glob(f"{PREFIX}*"):
        try:
            keeper = json.loads((folder / "keeper.json").read_text())
        except (OSError, ValueError):
            continue
        if keeper.get("kept") or is_same_process(keeper):
            continue
        clear(folder)
        cleared.append(str(folder))
    return cleared


def started_at(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def is_same_process(keeper):
    return alive(keeper["pid"]) and started_at(keeper["pid"]) == keeper["started"]


class Kept:
    """A process that is started again when it dies."""

    def __init__(self, name, argv, log, environment, folder=None, user=None):
        self.name, self.log, self.environment, self.folder = name, log, environment, folder
        as_user = [f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
        self.argv = lambda: ["/usr/bin/setpriv", *as_user, "--pdeathsig", "KILL", *argv()]
        self.process, self.due, self.expected, self.held = None, 0.0, False, False

    @property
    def pid(self):
        return self.process.pid if self.process and self.process.poll() is None else 0

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.argv(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment, cwd=self.folder, start_new_session=True)
        self.expected = False


class Stack:
    """`tell(what, **about)` hears of every start and end."""

    def __init__(self, folder, program, pace, tell, older=None, with_disks=True):
        self.folder, self.run, self.program, self.pace, self.tell, self.older = folder, folder / "run", program, pace, tell, older
        self.disks = with_disks and os.geteuid() == 0 and self.can_mount()
        self.kept, self.lock, self.stopping = {}, threading.RLock(), False
        self.unexpected, self.restarts, self.cuts = [], 0, []
        self.older_now = set()
        self.proxy = None
        self.supervisor = None

    # ---- making it ----

    def can_mount(self):
        point = self.folder / "probe"
        point.mkdir(exist_ok=True)
        could = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", point], capture_output=True).returncode == 0
        if could:
            subprocess.run(["umount", point], capture_output=True)
            could = subprocess.run(["losetup", "-f"], capture_output=True).returncode == 0 and bool(shutil.which("mkfs.ext4") or pathlib.Path("/usr/sbin/mkfs.ext4").exists())
        return could

    def make(self):
        self.run.mkdir(parents=True)
        if self.disks:
            self.mount_postgres_disk()
        ports = free_ports(10)
        (self.postgres_port, self.kafka_port, first_edge, first_reads, self.hooks_port, self.proxy_port, *rest) = ports
        self.edge_ports, self.reads_ports = [first_edge, rest[0]], [first_reads, rest[1]]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WAYBILL_") or name == "WAYBILL_KAFKA_LIBS"}
        up = subprocess.run([self.program, "--run", self.run, "up", "--mode", "faults", "--pace", str(self.pace), "--postgres-port", str(self.postgres_port), "--kafka-port",
                             str(self.kafka_port), "--edge-port", str(first_edge), "--operations-port", str(first_reads)],
                            capture_output=True, text=True, timeout=180, env=environment, stdin=subprocess.DEVNULL)
        if up.returncode != 0:
            raise CannotRun(f"waybill up: {(up.stderr or up.stdout).strip()[-600:]}")
        about = json.loads((self.run / "run.json").read_text())
        commands = {name: self.command_of(about["processes"][name]["pid"]) for name in ("postgres", "kafka")}
        down = subprocess.run([self.program, "--run", self.run, "down"], capture_output=True, text=True, timeout=90, env=environment)
        if down.returncode != 0:
            raise CannotRun(f"waybill down: {down.stderr.strip()[-600:]}")
        self.postgres_data = pathlib.Path(about["postgres_folder"]) / "data"
        self.kafka_data = self.run / "kafka" / "data"
        self.template = self.folder / "kafka-template"
        self.template.mkdir()
        for name in ("meta.properties", "bootstrap.checkpoint"):
            shutil.copy2(self.kafka_data / name, self.template / name)
        if self.disks:
            shutil.rmtree(self.kafka_data)
            self.kafka_data.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={KAFKA_DISK}", "none", self.kafka_data], check=True)
            self.fresh_kafka_data()
        self.keys = json.loads((self.run / "secrets" / "keys.json").read_text())
        self.write_settings()
        base = {**environment, MARK: str(self.run)}
        logs = self.run / "logs"
        user = "postgres" if os.geteuid() == 0 else None
        self.keep(Kept("postgres", lambda: commands["postgres"], logs / "postgres.log", {**base, "LC_ALL": "C.UTF-8", "TZ": "UTC"}, self.postgres_data.parent, user))
        self.keep(Kept("kafka", lambda: commands["kafka"], logs / "kafka.log", base, self.run / "kafka"))
        with_hooks = {**base, "WAYBILL_NOTICES_SECRET": self.keys["hooks_secret"]}
        for service in SERVICES:
            for instance in (0, 1):
                self.keep(Kept(f"{service}-{instance}", self.service_command(service, instance), logs / f"{service}-{instance}.log", with_hooks))

    def keep(self, kept):
        self.kept[kept.name] = kept

    def command_of(self, pid):
        return [word.decode() for word in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]]

    def write_settings(self):
        made = (self.run / "settings.yaml").read_text().splitlines()
        hooks = f"http://127.0.0.1:{self.hooks_port}"
        own = {"postgres": f"{{port: {self.proxy_port}}}", "notices": f"{{driver-url: '{hooks}/drivers/{{id}}', customer-url: '{hooks}/customers/{{id}}'}}"}
        lines = [f"{line.partition(':')[0]}: {own[line.partition(':')[0]]}" if line.partition(":")[0] in own else line for line in made]
        (self.run / "faults.yaml").write_text("\n".join(lines) + "\n")

    def service_command(self, service, instance):
        def argv():
            program = self.older if (service, instance) in self.older_now else self.program
            words = [str(program), "serve", service, "--settings", str(self.run / "faults.yaml"), "--admin.port", "0"]
            ports = {"edge": self.edge_ports, "operations": self.reads_ports}.get(service)
            return words + ([f"--{service}.port", str(ports[instance])] if ports else [])
        return argv

    def start(self):
        """Servers and the proxy first, then every service. From here on all is kept alive."""
        words = ["/usr/bin/setpriv", "--pdeathsig", "KILL", sys.executable, str(HERE / "fault_proxy.py"), "--listen", str(self.proxy_port), "--to", str(self.postgres_port)]
        self.proxy = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env={**os.environ, MARK: str(self.run)}, start_new_session=True)
        threading.Thread(target=self.hear_proxy, daemon=True).start()
        for name in ("postgres", "kafka"):
            self.kept[name].start()
        self.await_postgres()
        self.await_kafka()
        self.provision()  # Kafka began anew on its own disk
        for name, kept in self.kept.items():
            if name not in ("postgres", "kafka"):
                kept.start()
        self.supervisor = threading.Thread(target=self.supervise, daemon=True)
        self.supervisor.start()

    def hear_proxy(self):
        for line in self.proxy.stdout:
            said = json.loads(line)
            if "cut" in said:
                self.cuts.append(said)

    def order_cut(self, how, count=1, service="", by=None):
        self.proxy.stdin.write(json.dumps({"cut": how, "count": count, "service": service or None, "by": by}) + "\n")
        self.proxy.stdin.flush()

    # ---- keeping it ----

    def supervise(self):
        while not self.stopping:
            now = time.monotonic()
            with self.lock:
                for kept in self.kept.values():
                    if kept.process is None or self.stopping:
                        continue
                    code = kept.process.poll()
                    if code is None:
                        continue
                    if not kept.due:
                        if not kept.expected and kept.name not in ("postgres", "kafka"):
                            self.unexpected.append(f"{kept.name} ended by itself: {'signal ' + str(-code) if code < 0 else 'exit code ' + str(code)}")
                        kept.due = now + (RESTART_AFTER if kept.expected else 0.5)
                    if now >= kept.due and not kept.held:
                        kept.due = 0.0
                        kept.start()
                        self.restarts += 1
            time.sleep(0.01)

    def kill(self, name):
        """kill -9; its pid, or 0 when it is down already."""
        with self.lock:
            kept = self.kept[name]
            pid = kept.pid
            if pid:
                kept.expected = True
                kept.process.send_signal(signal.SIGKILL)
            return pid

    def hold(self, name, held):
        with self.lock:
            self.kept[name].held = held

    def gone(self, name, at_most=10):
        until = time.monotonic() + at_most
        while self.kept[name].process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)

    def signal(self, pid, number):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    def pids(self):
        return {name: kept.pid for name, kept in self.kept.items() if kept.pid}

    def hears(self, name, words):
        """A function that tells how often a server has written these words into its log from now on."""
        log = self.kept[name].log
        begin = log.stat().st_size
        return lambda: log.read_bytes()[begin:].count(words.encode())

    # ---- servers ----

    def secret(self, name):
        return (self.run / "secrets" / name).read_text().strip()

    def connect(self, role="judge", **options):
        """Straight to Postgres, not through the proxy."""
        return psycopg2.connect(host="127.0.0.1", port=self.postgres_port, dbname="waybill", user=role, password=self.secret(f"postgres-{role}"), connect_timeout=2,
                                options="-c statement_timeout=10000", **options)

    def await_postgres(self, at_most=60):
        until = time.monotonic() + at_most
        while True:
            try:
                self.connect().close()
                return
            except (psycopg2.Error, OSError) as trouble:
                if time.monotonic() > until:
                    raise CannotRun(f"Postgres does not come back: {str(trouble).strip()}; see {self.run}/logs/postgres.log") from trouble
                time.sleep(0.05)

    def admin(self):
        from confluent_kafka.admin import AdminClient
        return AdminClient({"bootstrap.servers": f"127.0.0.1:{self.kafka_port}", "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": "admin",
                            "sasl.password": self.secret("kafka-admin"), "log_level": 0})

    def await_kafka(self, at_most=60):
        until = time.monotonic() + at_most
        admin = self.admin()
        while True:
            try:
                return admin.list_topics(timeout=1).topics
            except Exception as trouble:
                if time.monotonic() > until:
                    raise CannotRun(f"Kafka does not come back: {trouble}; see {self.run}/logs/kafka.log") from trouble

    def provision(self, at_most=90):
        """What the supervisor of `waybill up` does when topics are missing."""
        until = time.monotonic() + at_most
        while True:
            made = subprocess.run([self.program, "provision", "--postgres.port", str(self.postgres_port), "--kafka.bootstrap", f"127.0.0.1:{self.kafka_port}",
                                   "--secrets.folder", str(self.run / "secrets")], capture_output=True, text=True, timeout=90)
            if made.returncode == 0:
                return
            if time.monotonic() > until:
                raise CannotRun(f"waybill provision: {made.stderr.strip()[-400:]}")
            time.sleep(0.2)

    def delete_topics(self):
        names = [name for name in self.await_kafka() if not name.startswith("__")]
        admin = self.admin()
        admin.delete_topics(names, operation_timeout=20)  # its futures are not waited for: fourteen of them can be silent for 20 s each
        until = time.monotonic() + 20
        while set(names) & set(self.await_kafka()) and time.monotonic() < until:
            time.sleep(0.05)
        return len(names)

    def fresh_kafka_data(self):
        for entry in self.kafka_data.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        for name in ("meta.properties", "bootstrap.checkpoint"):
            shutil.copy2(self.template / name, self.kafka_data / name)

    # ---- disks ----

    def mount_postgres_disk(self):
        memory = pathlib.Path("/dev/shm")
        self.images = memory if shutil.disk_usage(memory).free > 4 * POSTGRES_DISK else self.folder
        self.image_number = 0
        image = self.image()
        with open(image, "wb") as file:
            file.truncate(POSTGRES_DISK)
        subprocess.run(["/usr/sbin/mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image], check=True, capture_output=True)
        (self.run / "postgres").mkdir()
        self.mount_image(image)
        user = pwd.getpwnam("postgres").pw_uid
        os.chown(self.run / "postgres", user, -1)
        os.chmod(self.run / "postgres", 0o700)

    def image(self):
        """Named after the folder, so that `clear` finds it."""
        return self.images / f"{self.folder.name}-{self.image_number}.img"

    def mount_image(self, image):
        device = subprocess.run(["losetup", "-f", "--show", image], check=True, capture_output=True, text=True).stdout.strip()
        subprocess.run(["mount", device, self.run / "postgres"], check=True, capture_output=True)
        subprocess.run(["losetup", "-d", device], check=True, capture_output=True)  # goes with the mount
        self.device, self.image_file = device, image

    def writes(self):
        return pathlib.Path(f"/sys/block/{pathlib.Path(self.device).name}/stat").read_text().split()[4]

    def power_cut(self):
        """The disk as it is at one moment; everything in memory is lost. Returns how often the copy was begun."""
        kept = self.kept["postgres"]
        self.hold("postgres", True)
        old = self.image()
        self.image_number += 1
        new = self.image()
        family = self.postgres_family()
        for pid in family:
            self.signal(pid, signal.SIGSTOP)
        tries = 0
        while True:
            tries += 1
            before = self.writes()
            subprocess.run(["cp", "--sparse=always", old, new], check=True)
            if self.writes() == before or tries == 20:
                break
        kept.expected = True
        for pid in set(family) | set(self.postgres_family()):
            self.signal(pid, signal.SIGKILL)
        self.gone("postgres")
        until = time.monotonic() + 10
        while any(alive(pid) for pid in family) and time.monotonic() < until:
            time.sleep(0.01)
        for _ in range(100):
            if subprocess.run(["umount", self.run / "postgres"], capture_output=True).returncode == 0:
                break
            time.sleep(0.05)
        old.unlink()
        self.mount_image(new)
        with contextlib.suppress(FileNotFoundError):
            (self.postgres_data / "postmaster.pid").unlink()
        self.hold("postgres", False)
        return tries

    def postgres_family(self):
        """The postmaster and its children."""
        pid = self.kept["postgres"].pid
        return ([pid] + self.backends()) if pid else []

    def backends(self):
        pid = self.kept["postgres"].pid
        found = []
        if pid:
            with contextlib.suppress(OSError):
                found = [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return found

    def fill(self, folder):
        """Takes all the room that is left there; the file to remove again."""
        filler = folder / "filler"
        room = os.statvfs(folder)
        size = room.f_bfree * room.f_frsize
        with open(filler, "wb") as file:
            while size >= 4096:
                try:
                    os.posix_fallocate(file.fileno(), file.seek(0, 2), size)
                except OSError:
                    size //= 2
        return filler

    # ---- ending it ----

    def stop(self):
        self.stopping = True
        if self.supervisor:
            self.supervisor.join(5)
        with self.lock:
            for name, kept in self.kept.items():
                if kept.pid and name not in ("postgres", "kafka"):
                    kept.process.send_signal(signal.SIGCONT)
                    kept.process.send_signal(signal.SIGTERM)
            until = time.monotonic() + 15
            late = []
            for name, kept in self.kept.items():
                if kept.process and name not in ("postgres", "kafka"):
                    try:
                        kept.process.wait(max(0.1, until - time.monotonic()))
                    except subprocess.TimeoutExpired:
                        late.append(name)
                        kept.process.kill()
        return late

    def remove(self, keep_folder=False):
        for name in ("kafka", "postgres"):
            if name in self.kept and self.kept[name].pid:
                self.kept[name].process.send_signal(signal.SIGINT if name == "postgres" else signal.SIGTERM)
        for name in ("kafka", "postgres"):
            if name in self.kept and self.kept[name].process:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.kept[name].process.wait(10)
        if self.proxy:
            self.proxy.kill()
        if keep_folder:
            saved = self.folder / "kept"
            saved.mkdir(exist_ok=True)
            with contextlib.suppress(OSError):
                shutil.copytree(self.run / "logs", saved / "logs", dirs_exist_ok=True)
        images = list(self.images.glob(f"{self.folder.name}-*.img")) if self.disks else []
        if keep_folder:
            clear_keeping(self.folder)
        else:
            clear(self.folder)
        for image in images:
            image.unlink(missing_ok=True)


def clear_keeping(folder):
    """As clear, but what was saved below `kept` stays for a person."""
    aside = folder.with_name(folder.name + ".kept")
    with contextlib.suppress(OSError):
        shutil.move(str(folder / "kept"), str(aside))
    clear(folder)
