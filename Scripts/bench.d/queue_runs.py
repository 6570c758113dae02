"""The queue: the store and the scheduler without an engine, then a whole daemon with many jobs."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

from errors import CannotMeasure
from series import percentile

# The store alone. Beside a program that makes a transaction of its own for each change, which is what a plain queue does.
ROUNDS = 3
CALLERS = [1, 8, 64, 256]
TRANSITION_JOBS = 4000
PLAIN_CHANGES = 4000
DRAIN_JOBS, DRAIN_SLOTS = 100_000, 64
SUBMITS = [1000, 10_000, 200_000]
LISTS = [1000, 100_000, 1_000_000]
# A daemon with an engine.
STARTS = 10
PAGES = 20
IDLE_SECONDS = 60
BACKLOG = 10_000
CLAIMS = 100
CLAIM_SLOTS = 4
CLAIM_ROUNDS = 2
WAIT_SECONDS = 300
DRIVER_SECONDS = 900


class Driver:
    """`queue-driver`, each time in a new folder on a disk."""

    def __init__(self, build, folder):
        self.path, self.folder, self.count = os.path.join(build, "queue-driver"), folder, 0
        if not os.access(self.path, os.X_OK):
            raise CannotMeasure("queue-driver is not built.")

    def run(self, *words):
        self.count += 1
        home = os.path.join(self.folder, f"driver-{self.count}")
        done = subprocess.run(
            [self.path, home, *map(str, words)], capture_output=True, timeout=DRIVER_SECONDS, check=False)
        shutil.rmtree(home, ignore_errors=True)
        if done.returncode != 0:
            raise CannotMeasure(f"queue-driver {words} ended with {done.returncode}: {done.stderr[:500].decode(errors='replace')}")
        return json.loads(done.stdout)


class StoreRuns:
    """What the driver and the plain program gave."""

    def __init__(self, driver, folder, say):
        self.plain, self.transitions = [], {callers: [] for callers in CALLERS}
        for number in range(ROUNDS):
            say(f"transitions, round {number + 1} of {ROUNDS}")
            self.plain.append(_plain_changes(folder))
            for callers in CALLERS if number % 2 == 0 else reversed(CALLERS):
                took = driver.run("transitions", TRANSITION_JOBS, callers)
                self.transitions[callers].append(took["transitions"] / took["seconds"])
        say(f"a graph of {DRAIN_JOBS} jobs")
        self.drain = driver.run("drain", DRAIN_JOBS, DRAIN_SLOTS)
        if self.drain["unsuccessful"]:
            raise CannotMeasure(f"jobs of the drained graph did not succeed: {self.drain}")
        say("graphs are submitted")
        self.submits = [driver.run("submit", nodes) for nodes in SUBMITS]
        say("lists and plans")
        self.lists = [driver.run("list", jobs) for jobs in LISTS]
        self.plans = [driver.run("plan", jobs) for jobs in LISTS]


def _plain_changes(folder):
    """Changes a second: a state and an event for each, in a transaction of their own, on the same disk with the same settings."""
    path = os.path.join(folder, "plain.db")
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "CREATE TABLE job (ordinal INTEGER PRIMARY KEY, state TEXT NOT NULL, at_ms INTEGER NOT NULL);"
            "CREATE TABLE event (ordinal INTEGER PRIMARY KEY, job INTEGER NOT NULL, at_ms INTEGER NOT NULL, name TEXT NOT NULL);")
        database.execute("BEGIN")
        database.executemany("INSERT INTO job VALUES (?, 'ready', 1)", ((number,) for number in range(PLAIN_CHANGES)))
        database.execute("COMMIT")
        started = time.perf_counter()
        for number in range(PLAIN_CHANGES):
            database.execute("BEGIN IMMEDIATE")
            database.execute("UPDATE job SET state = 'leased', at_ms = 2 WHERE ordinal = ?", (number,))
            database.execute("INSERT INTO event (job, at_ms, name) VALUES (?, 2, 'leased')", (number,))
            database.execute("COMMIT")
        return PLAIN_CHANGES / (time.perf_counter() - started)
    finally:
        database.close()
        for end in ("", "-wal", "-shm"):
            if os.path.exists(path + end):
                os.remove(path + end)


class Daemon:
    """`caisson serve` of a data folder of its own, and the verbs that talk to it."""

    def __init__(self, program, settings):
        self.program, self.settings, self.process = program, settings, None
        self.environment = dict(program.environment, CAISSON_AUTOSTART="0")

    def start(self):
        """Seconds from its start until it has answered."""
        words = [self.program.path, "serve", "--idle-exit", "never"]
        for setting in self.settings:
            words += ["--set", setting]
        started = time.perf_counter()
        self.process = subprocess.Popen(
            words, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not self._answers():
            if self.process.poll() is not None or time.perf_counter() - started > WAIT_SECONDS:
                raise CannotMeasure("the daemon did not come up.")
            time.sleep(0.002)
        return time.perf_counter() - started

    def _answers(self):
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(os.path.join(self.program.home, "control.sock"))
                connection.sendall(b"GET /health HTTP/1.1\r\nHost: caisson\r\nConnection: close\r\n\r\n")
                return connection.recv(12).startswith(b"HTTP/1.1 ")
            except OSError:
                return False

    def end(self, how=signal.SIGTERM):
        process, self.process = self.process, None
        if process and process.poll() is None:
            process.send_signal(how)
            try:
                process.wait(WAIT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def verb(self, *words, given=None, accepted=(0,)):
        done = subprocess.run(
            [self.program.path, *words], env=self.environment, input=given, capture_output=True, timeout=WAIT_SECONDS, check=False)
        if done.returncode not in accepted:
            raise CannotMeasure(f"caisson {words[0]} ended with {done.returncode}: {done.stderr[:500].decode(errors='replace')}")
        return done.stdout.decode()

    def submit(self, jobs, command, *flags):
        """The seconds that it took, and the id."""
        defaults = {"image": "shell", "limits": {"cpus": 0.25, "memory": "32MiB", "work": "8MiB", "tmp": "4MiB", "run": "1h", "queue": "1d", "total": "1d"}}
        document = {"kind": "graph", "name": "bench", "defaults": defaults, "jobs": {f"n{number}": {"command": command} for number in range(jobs)}}
        given = json.dumps(document).encode()
        started = time.perf_counter()
        root = self.verb("submit", "-f", "-", *flags, given=given).strip()
        return time.perf_counter() - started, root

    def query(self, sql, *arguments):
        """Asks the database beside the daemon."""
        path = os.path.join(self.program.home, "caisson.db")
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return database.execute(sql, arguments).fetchall()
        finally:
            database.close()

    def until(self, what, sql, *arguments, count):
        """Waits until the database has so many."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            found = self.query(sql, *arguments)[0][0]
            if found >= count:
                return
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise CannotMeasure(f"{what}: {found} of {count}")
            time.sleep(0.05)

    def usage(self):
        """Its processor time in seconds, how often each of its threads was woken, and its memory in MiB."""
        ticks, wakes = 0, {}
        root = f"/proc/{self.process.pid}"
        with open(f"{root}/stat") as file:
            words = file.read().rpartition(")")[2].split()
            ticks = int(words[11]) + int(words[12])
        for task in os.listdir(f"{root}/task"):
            with open(f"{root}/task/{task}/status") as file:
                wakes[task] = sum(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt"))
        with open(f"{root}/status") as file:
            memory = next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024
        return ticks / os.sysconf("SC_CLK_TCK"), wakes, memory


class DaemonRuns:
    """What a daemon gave, from an empty one to one that holds hundreds of thousands of jobs."""

    def __init__(self, program, docker, running, pairs, say):
        self.running = running
        self.daemon = Daemon(program, ["slots=" + str(max(running, CLAIM_SLOTS)), "cpu_overcommit=64"])
        try:
            self._measure(program, docker, pairs, say)
        finally:
            self.daemon.end(signal.SIGKILL)

    def _measure(self, program, docker, pairs, say):
        daemon = self.daemon
        say("a daemon starts")
        self.starts = []
        for _ in range(STARTS):
            self.starts.append(daemon.start() * 1000)
            daemon.end()
        daemon.start()
        # Brings the cell into the engine, and pages in what the first of everything needs.
        daemon.verb("run", "--image", "shell", "--", "true")
        say(f"an idle daemon: {IDLE_SECONDS} s")
        self.idle_empty = self._idle()

        say(f"one job beside `docker run`: {pairs} pairs")
        self.ours, self.theirs = [], []
        for number in range(pairs):
            sides = [(self.ours, self._run_one), (self.theirs, docker.measure)]
            for series, measure in sides if number % 2 == 0 else reversed(sides):
                series.append(measure())

        self._claims(say)

        say("graphs are submitted to the daemon, and pages of lists read")
        self.pages = {0: self._pages()}
        self.submits = {}
        daemon.verb("queue", "pause", "parked")
        for nodes in SUBMITS:
            self.submits[nodes], _ = daemon.submit(nodes, ["true"], "--queue", "parked")
        self.pages[sum(SUBMITS)] = self._pages()
        self.resident_full = daemon.usage()[2]

        say(f"recovery of {self.running} running jobs")
        self.recovery = self._recover(say)

    def _run_one(self):
        started = time.perf_counter()
        self.daemon.verb("run", "--image", "shell", "--", "/bin/true")
        return (time.perf_counter() - started) * 1000

    def _idle(self):
        before, began = self.daemon.usage(), time.perf_counter()
        time.sleep(IDLE_SECONDS)
        after, seconds = self.daemon.usage(), time.perf_counter() - began
        # Threads come and go: one that is gone takes its count along.
        wakes = sum(count - before[1].get(task, 0) for task, count in after[1].items())
        return {"cpu": (after[0] - before[0]) / seconds * 100, "wakes": wakes / seconds, "memory": after[2]}

    def _pages(self):
        """Milliseconds that whole `caisson list` processes take."""
        times = []
        for _ in range(PAGES):
            started = time.perf_counter()
            self.daemon.verb("list")
            times.append((time.perf_counter() - started) * 1000)
        return times

    def _claims(self, say):
        """A hundred jobs of a queue, with and without ten thousand that wait behind them, in turns."""
        daemon = self.daemon
        self.claims = {0: [], BACKLOG: []}
        self.handovers = {0: [], BACKLOG: []}
        for number in range(CLAIM_ROUNDS):
            for behind in (0, BACKLOG) if number % 2 == 0 else (BACKLOG, 0):
                say(f"{CLAIMS} jobs with {behind} behind them")
                queue = f"claims-{number}-{behind}"
                daemon.verb("queue", "set", queue, "--limit", str(CLAIM_SLOTS))
                daemon.verb("queue", "pause", queue)
                _, root = daemon.submit(CLAIMS + behind, ["true"], "--queue", queue)
                root = daemon.query("SELECT ordinal FROM job WHERE id = ?", root)[0][0]
                daemon.verb("queue", "resume", queue)
                daemon.until("jobs that have ended", "SELECT count(*) FROM event WHERE root = ? AND name = 'removed'", root, count=CLAIMS)
                daemon.verb("queue", "drain", queue)
                # Those of the first hundred: at the end, without others behind them, slots stay empty.
                claimed = daemon.query(
                    """
                    SELECT leased.at_ms, working.at_ms - leased.at_ms FROM event AS leased
                    JOIN event AS working ON working.job = leased.job AND working.name = 'working'
                    WHERE leased.root = ? AND leased.name = 'leased' ORDER BY leased.ordinal LIMIT ?
                    """, root, CLAIMS)
                removed = [row[0] for row in daemon.query(
                    "SELECT at_ms FROM event WHERE root = ? AND name = 'removed' ORDER BY ordinal", root)]
                self.claims[behind] += [took for _, took in claimed]
                # The n-th place that becomes free is taken by the n-th claim after those that found all of them free.
                for (leased, _), free in zip(claimed[CLAIM_SLOTS:], removed):
                    self.handovers[behind].append(max(0, leased - free))
                if behind:
                    daemon.verb("cancel", daemon.query("SELECT id FROM job WHERE ordinal = ?", root)[0][0], "--tree", "--yes")

    def _recover(self, say):
        daemon = self.daemon
        _, root = daemon.submit(self.running, ["sleep", "600"])
        ordinal = daemon.query("SELECT ordinal FROM job WHERE id = ?", root)[0][0]
        count = "SELECT count(DISTINCT job) FROM event WHERE root = ? AND name = ?"
        daemon.until("jobs that run", count, ordinal, "working", count=self.running)
        daemon.end(signal.SIGKILL)
        began = time.time()
        ready = daemon.start()
        daemon.until("adopted jobs", count, ordinal, "adopted", count=self.running)
        last = daemon.query("SELECT max(at_ms) FROM event WHERE root = ? AND name = 'adopted'", ordinal)[0][0]
        again = daemon.query("SELECT count(*) FROM job WHERE root = ? AND attempts > 1", ordinal)[0][0]
        say("they are cancelled")
        daemon.verb("cancel", root, "--tree", "--grace", "0s", "--yes")
        daemon.until("jobs that are gone", count, ordinal, "removed", count=self.running)
        return {"ready": ready, "adopted": last / 1000 - began, "again": again}

