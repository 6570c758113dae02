"""What is asked of the daemon in every run: a small graph of all kinds of jobs, and what people do with it.

Each step can be done again until its answer has come: the daemon may be killed under it.
"""

import http.client
import json
import os
import subprocess
import time

from ledger import API, ask
from life import Stuck

# What all of it takes at most, kills included; an undisturbed run takes seconds.
STORY_SECONDS = 240
MARK = 'echo "ran:{name}:$(cat /proc/sys/kernel/random/uuid)"; : "ledger:{name};"; '
DEFAULTS = {"image": "shell", "limits": {"memory": "48MiB", "work": "16MiB", "tmp": "1MiB", "run": "10m", "grace": "1s"}}


def _job(name, script, **more):
    return {"command": ["sh", "-c", MARK.format(name=name) + script], **more}


GRAPH = {
    "kind": "graph", "name": "story", "idempotency_key": "story", "defaults": DEFAULTS,
    "jobs": {
        "doomed": _job("doomed", "trap 'exit 9' TERM; sleep 600 & wait", priority=10),
        "pay": _job("pay", "sleep 1; echo 1 > result.json", effect="once", priority=9),
        "gen": _job("gen", "echo '[10,20,30]' > result.json", artifacts=["nothing.txt"]),
        "each": _job("each", "cp item.json result.json", each={"from": "gen"}),
        "sum": _job("sum", "cp all.json result.json", files={"all.json": {"from": "each", "result": True}}),
        "again": _job("again", "echo 2 > result.json", effect="once", needs=["gen"]),
        "sync": _job("sync", "exit 3", effect="idempotent", retry={"attempts": 2, "base": "50ms", "cap": "1s"}),
        "alarm": _job("alarm", "true", needs={"sync": "fail"}),
        "ask": {"approval": "Go on?", "needs": ["gen"]},
        "after": _job("after", "echo 3 > result.json", needs=["ask"]),
        "large": _job("large", "seq 150000; seq 150000 >&2; seq 150000 > out.txt", artifacts=["out.txt"]),
        "mourn": _job("mourn", "true", needs={"doomed": "any"}),
        "barred": _job("barred", "true", needs=["doomed"]),
        "lost": _job("lost", "true", files={"x": {"from": "gen", "artifact": "nothing.txt"}}),
        "lost-seen": _job("lost-seen", "true", needs={"lost": "fail"}),
        "late": _job("late", "true", delay="1s"),
        "when": _job("when", "true", needs={"gen": {"when": "result[1] == 20"}}),
        "unless": _job("unless", "true", needs={"gen": {"when": "result[1] == 21"}}),
    },
}
SINGLE = {
    "kind": "job", **DEFAULTS, "idempotency_key": "single", "hold": True,
    **_job("single", "cat in.txt; exit 4", retry={"attempts": 2, "base": "50ms", "cap": "1s"}),
    "files": {"in.txt": {"content": "an input\n"}},
}
CHAFF = {"kind": "job", **DEFAULTS, "idempotency_key": "chaff", **_job("chaff", "echo chaff")}


def burst(count):
    """A list of jobs that end at once, each with a status of its own."""
    return {
        "kind": "list", "name": "burst", "idempotency_key": "burst", "defaults": DEFAULTS,
        "jobs": [{**_job(f"code-{number}", f"exit {number % 200}"), "name": f"code-{number}"} for number in range(count)]}


class Refused(Exception):
    """The daemon has answered with an error."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status = status


class Story:
    def __init__(self, life, programs, ledger, engine, limit=STORY_SECONDS):
        self._life, self._ledger, self._engine = life, ledger, engine
        self._program = os.path.join(programs, "caisson")
        self._deadline = time.monotonic() + limit

    # MARK: Asking

    def _until(self, what, step):
        """Does `step` until it gives something, whatever becomes of the daemon meanwhile."""
        while True:
            if time.monotonic() > self._deadline:
                raise Stuck(f"{what}: no end of it")
            self._life.ensure()
            begun = time.monotonic()
            try:
                value = step()
            except (OSError, http.client.HTTPException) as error:
                # Killed under the request, or on its way out.
                self._ledger.note("answer", what=what, seconds=time.monotonic() - begun, error=type(error).__name__)
                time.sleep(0.02)
                continue
            if value is not None:
                return value
            time.sleep(0.03)

    def _ask(self, method, target, body=None, kind="application/json"):
        begun = time.monotonic()
        status, answer = ask(self._life.socket, method, target, body, kind=kind)
        self._ledger.note("answer", what=f"{method} {target.partition('?')[0]}", seconds=time.monotonic() - begun, status=status)
        if status == 503:
            raise ConnectionError("it stops")
        if status >= 400:
            raise Refused(status, answer)
        return answer

    def _act(self, target, body=None, done=(409,), kind="application/json"):
        """An act that may have been done already: an answer of a status in `done` then says so."""
        def step():
            try:
                return self._ask("POST", target, body or {}, kind)
            except Refused as refused:
                if refused.status not in done:
                    raise
                return {}
        return self._until(target, step)

    def submit(self, document):
        """The id under which it was accepted."""
        def step():
            done = self._submit(document)
            if done.returncode == 0:
                return done.stdout.strip()
            if done.returncode == 6 or not self._life.is_running:
                raise ConnectionError(done.stderr)
            raise Refused(done.returncode, done.stderr)
        root = self._until("submit", step)
        self._ledger.note("accepted", root=root, key=document["idempotency_key"], document=document)
        return root

    def _submit(self, document):
        return subprocess.run(
            [self._program, "submit", "-f", "-"], input=json.dumps(document), env=self._life.environment,
            capture_output=True, text=True, timeout=120, check=False)

    def refuse(self, document):
        """Hands in something else under a key that is taken."""
        def step():
            done = self._submit(document)
            if done.returncode == 6 or not self._life.is_running:
                raise ConnectionError(done.stderr)
            return done.returncode
        self._ledger.note("conflict", key=document["idempotency_key"], status=self._until("conflict", step))

    def jobs(self, root):
        """The jobs of a root by name; members of a fan-out and older generations left out."""
        listed = self._until("jobs", lambda: self._ask("GET", f"/jobs?limit=10000&filter=root%3D{root}"))["jobs"]
        named = {}
        for job in sorted(listed, key=lambda job: job["generation"]):
            if job.get("name"):
                named[job["name"]] = job
        return named

    def wait(self, job):
        def step():
            seen = self._ask("GET", f"/jobs/{job}/wait?timeout_ms=2000")
            return seen if seen.get("finished_at") else None
        return self._until(f"the end of {job}", step)

    def until_state(self, root, name, states):
        """The job once it is in one of these states, or has ended."""
        def step():
            job = self.jobs(root)[name]
            return job if job["state"] in states or job.get("finished_at") else None
        return self._until(f"{name} in {states}", step)

    # MARK: Telling

    def tell(self):
        """All of it, to the end."""
        self._act("/queues/default/default", {"limit": 12, "weight": 2})
        self._image()
        chaff = self.submit(CHAFF)
        self.wait(chaff)
        single = self.submit(SINGLE)
        self._act(f"/jobs/{single}/priority", {"priority": 5})
        self._act(f"/jobs/{single}/hold", {"reason": "again"})
        root = self.submit(GRAPH)
        self._ledger.note("repeated", key="story", first=root, again=self.submit(GRAPH))
        self.refuse({**GRAPH, "name": "another story"})
        self._act(f"/jobs/{single}/release")
        asked = self.until_state(root, "ask", {"waiting"})
        self._act(f"/jobs/{asked['id']}/approve", {"reason": "fine"})
        self.wait(self.jobs(root)["after"]["id"])
        doomed = self.until_state(root, "doomed", {"running"})
        self._act(f"/jobs/{doomed['id']}/cancel", {"reason": "enough"})
        self.wait(single)
        self.wait(self._retry(single))
        self.wait(root)
        self._act("/images/other/remove", {"from_engine": True}, done=(404,))
        self._let_go(chaff)

    def tell_burst(self, count):
        root = self.submit(burst(count))
        self.wait(root)

    def settle(self):
        """Waits until nothing is in hand and nothing in the engine, and notes what an idle daemon holds."""
        def step():
            if self._ask("GET", "/engine/containers"):
                return None
            status = self._ask("GET", "/status")
            return status if status["dispatch"]["running"] == 0 else None
        status = self._until("an idle daemon", step)
        descriptors = len(os.listdir(f"/proc/{self._life.pid}/fd"))
        self._ledger.note("idle", descriptors=descriptors, running=status["dispatch"]["running"])
        self._ledger.note("drained")

    def _retry(self, job):
        """Made again once, however often it is asked for; the new one is taken off the list of those that need a person."""
        def step():
            listed = self._ask("GET", "/jobs?limit=10000")["jobs"]
            made = [other["id"] for other in listed if other.get("retry_of") == job]
            return made[0] if made else self._ask("POST", f"/jobs/{job}/retry", {})["id"]
        made = self._until("retry", step)
        self._ledger.note("made", root=made, of=job)
        self.wait(made)
        self._act(f"/jobs/{made}/discard")
        return made

    def _let_go(self, job):
        """A daemon's first round takes away what is not kept any more."""
        self._ledger.note("retired", root=job)
        self._life.stop()
        def step():
            try:
                self._ask("GET", f"/jobs/{job}")
            except Refused as refused:
                return refused.status == 404 or None
            return None
        self._until(f"the removal of {job}", step)

    def _image(self):
        """An image under another name, loaded from an archive."""
        status, archive = ask(self._engine, "GET", f"{API}/images/get?names=caisson/shell:local")
        assert status == 200, archive

        self._act("/images/load?name=other&source=shell.tar", archive, done=(409,), kind="application/x-tar")
