"""One run of the story: daemons that are killed where it is wanted, and what they have left, judged."""

import contextlib
import os
import shutil
import tempfile
import time
from collections import Counter

from check import differences, judge, results
from evidence import Evidence
from ledger import API, EngineEvents, Ledger, ask, read
from life import Life, Stuck
from story import Refused, Story
from tap import Tap

# The engine's last words on a container may come after the daemon's.
WORDS_SECONDS = 10


class Place:
    """Where everything is: the sources, the programs, the engine's socket, a folder for runs."""

    def __init__(self, repo, programs, engine, folder):
        self.repo, self.programs, self.engine, self.folder = repo, programs, engine, folder


class Run:
    """What one run came to."""

    def __init__(self, place, plan=(), chaos=None, tell=Story.tell):
        """`plan` as `Life` takes it, with True in place of a tap; `chaos`: a point, its passage, and what is done to the container then."""
        self._place, self._plan, self._chaos, self._tell = place, plan, chaos, tell
        self.folder = tempfile.mkdtemp(prefix="run-", dir=place.folder)
        self.home, self._ledger_path = f"{self.folder}/home", f"{self.folder}/ledger"
        self.problems, self.kills, self.seconds, self.results = [], 0, 0.0, {}
        self.evidence = None

    def go(self, same_as=None):
        """Does it all, and gives itself."""
        started = time.monotonic()
        ledger = Ledger(self._ledger_path)
        with contextlib.ExitStack() as stack:
            stack.callback(ledger.close)
            events = EngineEvents(self._place.engine, ledger)
            stack.callback(events.close)
            tap = Tap(f"{self.folder}/e.sock", self._place.engine, ledger)
            stack.callback(tap.close)
            if self._chaos:
                point, passage, what = self._chaos
                tap.arm(point, passage, lambda thing: self._disturb(ledger, what, thing))
            plan = [step and (step[0], step[1], tap if step[2] else None) for step in self._plan]
            life = Life(self._place.programs, self.home, tap.path, ledger, plan)
            stack.callback(life.abandon)
            try:
                story = Story(life, self._place.programs, ledger, self._place.engine)
                self._tell(story)
                story.settle()
                life.stop()
            except (Stuck, Refused, OSError) as error:
                self.problems.append(f"{type(error).__name__}: {error}")
                life.abandon()
            self.kills = life.kills
            self._await_words()
        self._judge(same_as)
        self._clear()
        self.seconds = time.monotonic() - started
        return self

    def _disturb(self, ledger, what, container):
        if what == "kill":
            status, _ = ask(self._place.engine, "POST", f"{API}/containers/{container}/kill")
        else:
            status, _ = ask(self._place.engine, "DELETE", f"{API}/containers/{container}?force=1&v=1")
        ledger.note("chaos", what=what, container=container, status=status)

    def _await_words(self):
        deadline = time.monotonic() + WORDS_SECONDS
        while time.monotonic() < deadline:
            told = [line for line in read(self._ledger_path) if line["kind"] == "engine"]
            made = {line["container"] for line in told if line["action"] == "create" and line["installation"] == self._installation()}
            if made <= {line["container"] for line in told if line["action"] == "destroy"}:
                return
            time.sleep(0.05)

    def _installation(self):
        # Of the containers that went through our tap: others use the engine, too.
        if not hasattr(self, "_own"):
            calls = {line["thing"] for line in read(self._ledger_path) if line["kind"] == "call" and line.get("thing")}
            for line in read(self._ledger_path):
                if line["kind"] == "engine" and line["container"] in calls:
                    self._own = line["installation"]
        return getattr(self, "_own", None)

    def _judge(self, same_as):
        if not os.path.exists(f"{self.home}/caisson.db"):
            self.problems.append("there is no database")
            return
        self.evidence = Evidence(self.home, self._ledger_path, self._place.engine, self._place.repo)
        for number, broken in judge(self.evidence).items():
            self.problems += [f"{number}: {line}" for line in broken[:5]]
        self.results = results(self.evidence)
        if same_as is not None:
            self.problems += [f"other than undisturbed: {line}" for line in differences(same_as, self.results)]

    def _clear(self):
        """Takes what this run has made out of the engine; the folder stays if something was wrong."""
        if self.evidence:
            engine = self._place.engine
            for name in self.evidence.containers:
                ask(engine, "DELETE", f"{API}/containers{name}?force=1&v=1")
            for name in self.evidence.volumes:
                ask(engine, "DELETE", f"{API}/volumes/{name}")

    def forget(self):
        shutil.rmtree(self.folder)

    def passages(self, daemon=0):
        """How often each point was passed from the start of the daemon of this number on."""
        counts = Counter()
        for name in os.listdir(self.folder):
            if name.startswith("home.passed.") and int(name.rpartition(".")[2]) >= daemon:
                with open(f"{self.folder}/{name}", encoding="utf-8") as file:
                    counts.update(line.strip() for line in file)
        started = -1
        for line in read(self._ledger_path):
            if line["kind"] == "daemon" and line["act"] == "start":
                started += 1
            elif line["kind"] == "passed" and started >= daemon:
                counts[line["point"]] += 1
        return counts
