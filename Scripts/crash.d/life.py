"""The daemons of one data folder, one after another: each may be killed at a point, and the next one goes on."""

import os
import shutil
import signal
import sqlite3
import subprocess
import time

from ledger import ask

# Far more than a start takes on a busy machine; what hangs has to end somewhere.
START_SECONDS = 60
STOP_SECONDS = 60
# What nobody may find in anything that is kept: it stands in the environment of every process of ours.
CANARY = "canary-7f3a9d51c2"


class Stuck(Exception):
    """Something did not come about in time."""


class Life:
    """Starts daemons in `home` as they are asked for: first those of `plan`, then ordinary ones.

    A daemon of the plan is where and when it is killed: a point, its passage, and the tap if the point is a call of the engine.
    """

    def __init__(self, programs, home, engine, ledger, plan=()):
        self.home, self.socket, self._programs, self._ledger = home, f"{home}/control.sock", programs, ledger
        self._plan = list(plan)
        self._process = None
        self.kills = 0
        self._count = 0
        self.environment = {
            **os.environ, "CAISSON_HOME": home, "DOCKER_HOST": f"unix://{engine}", "CAISSON_AUTOSTART": "0",
            "CAISSON_REAP_INTERVAL": "2s", "CAISSON_CANARY": CANARY,
            # Containers of failed jobs are stopped first; and of all roots of the story, the one that ends first is not kept.
            "CAISSON_KEEP_FAILED": "100ms", "CAISSON_RETENTION_HISTORY_COUNT": "3"}

    @property
    def is_running(self):
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self):
        return self._process.pid

    def ensure(self):
        """A daemon that listens; one that was killed is followed by the next of the plan."""
        while not self.is_running:
            self._note_end()
            point = self._plan.pop(0) if self._plan else None
            self._start(point)
            deadline = time.monotonic() + START_SECONDS
            while self.is_running and not self._answers():
                if time.monotonic() > deadline:
                    raise Stuck("the daemon does not listen")
                time.sleep(0.02)

    def _start(self, point):
        program = os.path.join(self._programs, "caisson")
        command = [program, "serve"]
        if point is not None:
            name, passage, tap = point
            if tap is not None:
                tap.arm(name, passage, lambda _: self.kill())
            else:
                driver = os.path.join(self._programs, "crash-driver")
                command = [driver, "serve", name, str(passage), f"{self.home}.passed.{self._count}"]
        self._count += 1
        self._ledger.note("daemon", act="start", point=point and point[0], passage=point and point[1])
        with open(f"{self.home}.out", "ab") as out:
            self._process = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def _note_end(self):
        if self._process is None:
            return
        status = self._process.wait()
        self._process = None
        self._ledger.note("daemon", act="end", status=status)
        if status == -signal.SIGKILL:
            self.kills += 1
            self._note_terminal()
        elif status != 0:
            raise Stuck(f"the daemon ended by itself with status {status}: see {self.home}/daemon.log")

    def _note_terminal(self):
        """What has ended by now, from a copy of the files as the kill left them: nobody else has them open."""
        copy = f"{self.home}.copy"
        os.makedirs(copy)
        for name in os.listdir(self.home):
            if name.startswith("caisson.db"):
                shutil.copy(os.path.join(self.home, name), copy)
        if os.path.exists(f"{copy}/caisson.db"):
            database = sqlite3.connect(f"{copy}/caisson.db")
            try:
                rows = database.execute(
                    "SELECT id, state, finished_at_ms, reason, message FROM job WHERE finished_at_ms IS NOT NULL").fetchall()
            except sqlite3.OperationalError:
                rows = []  # killed before there were tables
            database.close()
            self._ledger.note("ended", jobs=rows)
        shutil.rmtree(copy)

    def _answers(self):
        try:
            return ask(self.socket, "GET", "/version", timeout=5)[0] == 200
        except OSError:
            return False

    def kill(self):
        """SIGKILL, as a machine's out-of-memory killer would."""
        if self.is_running:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def stop(self):
        """An orderly end: what runs is left as it is."""
        if self.is_running:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
                raise Stuck("the daemon did not end when it was asked to") from None
        self._note_end()

    def abandon(self):
        """Ends it whatever it does."""
        if self._process is not None:
            self.kill()
