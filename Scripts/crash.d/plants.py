"""Breaks each invariant in copies of what a sound run has left, and expects that the checker says so."""

import contextlib
import fcntl
import json
import os
import shutil
import socket
import sqlite3
import tempfile

from check import INVARIANTS, differences, judge, results
from evidence import Evidence
from ledger import API, ask, read
from life import CANARY


class Copy:
    """What a run has left, once more, to be spoilt."""

    def __init__(self, run, place, folder):
        self.home, self._ledger, self._place = f"{folder}/home", f"{folder}/ledger", place
        shutil.copytree(run.home, self.home)
        self.lines = read(f"{run.folder}/ledger")
        self.installation = run.evidence.installation

    def sql(self, *statements):
        """Against all rules: triggers, checks and references do not hold here."""
        database = sqlite3.connect(f"{self.home}/caisson.db", isolation_level=None)
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("PRAGMA ignore_check_constraints = ON")
        for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        changed = sum(database.execute(statement).rowcount for statement in statements)
        database.close()
        if changed < 1:
            raise LookupError(f"nothing is changed by {statements}")

    def one(self, query):
        database = sqlite3.connect(f"{self.home}/caisson.db")
        try:
            return database.execute(query).fetchone()[0]
        finally:
            database.close()

    def write(self, path, text="x"):
        full = os.path.join(self.home, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "a", encoding="utf-8") as file:
            file.write(text)

    def note(self, kind, **fields):
        self.lines.append({"kind": kind, "at": 0, **fields})

    def first(self, kind, **fields):
        return next(line for line in self.lines if line["kind"] == kind and all(line.get(key) == value for key, value in fields.items()))

    def container(self, name):
        """One of those in which the tool of this name was at work."""
        return self.first("order", name=name)["container"]

    def event(self, action, container):
        return self.first("engine", action=action, container=container)

    def life_of_another(self, name, container):
        """A container that was made for the next attempt of a job, as the engine tells of it."""
        job = self.one(f"SELECT id FROM job WHERE name = '{name}'")
        for action in ("create", "destroy"):
            self.note("engine", action=action, container=container, installation=self.installation, exit=None, ns=1,
                      name=f"caisson-{self.installation}-{job}-9")

    def evidence(self):
        with open(self._ledger, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in self.lines)
        return Evidence(self.home, self._ledger, self._place.engine, self._place.repo)


def _event_of(name):
    return f"(SELECT ordinal FROM job WHERE name = '{name}')"


def _sql(*statements):
    return lambda copy: copy.sql(*statements)


def _two_final_states(copy):
    copy.sql(
        "INSERT INTO event (root, sequence, job, at_ms, name, state) SELECT root, (SELECT max(sequence) + 1 FROM event AS e WHERE "
        f"e.root = event.root), job, at_ms, 'finished', 'failed' FROM event WHERE job = {_event_of('gen')} LIMIT 1")


def _ran_at_once(copy):
    ours = [line for line in copy.lines if line["kind"] == "order" and line["name"] == "sync"]
    first, second = ours[0]["container"], ours[-1]["container"]
    copy.event("start", second)["ns"] = copy.event("die", first)["ns"] - 1


def _sent_twice(name):
    def plant(copy):
        copy.life_of_another(name, "planted")
        copy.note("order", container="planted", name=name)
    return plant


def _unlisted_blob(copy):
    digest = "ab" * 32
    copy.write(f"blobs/ab/{digest}")


def _spoilt_blob(copy):
    digest = copy.one("SELECT digest FROM blob WHERE content IS NULL").partition(":")[2]
    copy.write(f"blobs/{digest[:2]}/{digest}")


def _socket(copy):
    with contextlib.chdir(copy.home), socket.socket(socket.AF_UNIX) as listener:
        listener.bind("control.sock")


# For each invariant: what is planted, and how.
PLANTS = {
    "I1": [
        ("a job that never ended", _sql("UPDATE job SET state = 'ready', finished_at_ms = NULL WHERE name = 'late'")),
        ("an ended child of a graph that has not", _sql("UPDATE job SET state = 'waiting', finished_at_ms = NULL WHERE name = 'story'")),
        ("two final states", _two_final_states),
        ("two outcomes", _sql(
            "INSERT INTO attempt (job_id, number, state, profile_digest, created_at_ms, finished_at_ms, outcome) SELECT job_id, 9, "
            "'removed', profile_digest, created_at_ms, finished_at_ms, outcome FROM attempt WHERE outcome = 'succeeded' LIMIT 1")),
    ],
    "I2": [
        ("a job without its name", _sql("UPDATE job SET name = 'other' WHERE name = 'when'")),
        ("a job that is gone", _sql("DELETE FROM job WHERE name = 'when'")),
        ("a job that is not kept, and is there", lambda copy: copy.note("retired", root=copy.one("SELECT id FROM job WHERE name = 'gen'"))),
        ("the output of one that is not kept", _sql("UPDATE blob SET content = CAST('ran:chaff:' AS BLOB) WHERE content IS NOT NULL")),
        ("a row that names another that is gone", _sql("DELETE FROM spec")),
        ("a submission that is gone", lambda copy: copy.note("accepted", root="zzzzzzzzzzzz", key="gone", document={})),
    ],
    "I3": [
        ("an attempt that was started twice", lambda copy: copy.note(**copy.event("start", copy.container("gen")) | {"at": 0})),
        ("two containers of a job at once", _ran_at_once),
    ],
    "I4": [
        ("an attempt that says that it works", _sql("UPDATE attempt SET state = 'working' WHERE state = 'removed'")),
        ("a running job without an attempt", _sql("UPDATE job SET state = 'running', finished_at_ms = NULL WHERE name = 'ask'")),
        ("a sandbox that was not removed", _sql("UPDATE sandbox SET removed_at_ms = NULL")),
        ("a container that was never removed", lambda copy: copy.lines.remove(copy.event("destroy", copy.container("gen")))),
    ],
    "I5": [
        ("a final state that was another before", lambda copy: copy.note(
            "ended", jobs=[[copy.one("SELECT id FROM job WHERE name = 'gen'"), "failed", 1, "x", "y"]])),
        ("a move after the end", _two_final_states),
    ],
    "I6": [
        ("a gap in the events", _sql(f"DELETE FROM event WHERE job = {_event_of('gen')} AND name = 'verified'")),
        ("a move that there is not", _sql(f"UPDATE event SET state = 'pending' WHERE job = {_event_of('gen')} AND name = 'working'")),
        ("a state that no event tells of", _sql("UPDATE job SET state = 'failed' WHERE name = 'gen'")),
    ],
    "I7": [
        ("a child before its parent", _sql(
            f"INSERT INTO job_edge (parent, child, outcome) VALUES ({_event_of('mourn')}, {_event_of('gen')}, 'any')")),
        ("a child of a parent that ended otherwise", _sql(
            f"UPDATE job_edge SET outcome = 'fail' WHERE parent = {_event_of('gen')} AND child = {_event_of('again')}")),
        ("a start before the parent's end", lambda copy: copy.event("start", copy.container("again")).update(ns=1)),
        ("a begin after the cancel", _sql(
            f"UPDATE event SET name = 'cancel_requested' WHERE job = {_event_of('again')} AND name = 'ready'")),
    ],
    "I8": [
        ("a once job that was sent out twice", _sent_twice("pay")),
        ("a pure job that was sent out without a record", _sent_twice("gen")),
        ("a tool that ran twice in its container", lambda copy: copy.note(
            "ran", container=copy.container("gen"), name="gen", run="0" * 36)),
        ("an output that never was", _sql(
            "UPDATE attempt SET stdout_digest = (SELECT stdout_digest FROM attempt JOIN job ON job.id = job_id WHERE name = 'late') "
            "WHERE job_id = (SELECT id FROM job WHERE name = 'gen')")),
    ],
    "I9": [
        ("two jobs for one key", lambda copy: copy.first("repeated").update(again="zzzzzzzzzzzz")),
        ("something else that was accepted", lambda copy: copy.first("conflict").update(status=0)),
        ("a key of another job", _sql("UPDATE idempotency SET root = 1 WHERE key = 'story'")),
        ("a job that nobody asked for", _sql("UPDATE job SET parent = NULL WHERE name = 'late'")),
    ],
    "I10": [
        ("a stream that is left", lambda copy: copy.write("spool/x.1/stdout")),
        ("a half-made blob", lambda copy: copy.write("blobs/incoming/x")),
        ("a blob that no row names", _unlisted_blob),
        ("a blob with other bytes", _spoilt_blob),
        ("a row without its file", _sql("INSERT INTO blob (digest, size_bytes) VALUES ('sha256:" + "0" * 64 + "', 1)")),
        ("a socket", _socket),
        ("descriptors that are never closed", lambda copy: copy.first("idle").update(descriptors=500)),
    ],
    "I12": [("the canary in the log", lambda copy: copy.write("daemon.log", CANARY))],
    "I13": [
        ("an answer that took too long", lambda copy: copy.note("answer", what="GET /x", seconds=99.0, status=200)),
        ("an answer of a fault of ours", lambda copy: copy.note("answer", what="GET /x", seconds=0.1, status=500)),
    ],
    "I14": [
        ("a run without an end", lambda copy: copy.lines.remove(copy.first("drained"))),
        ("a fault on the way", lambda copy: copy.note("fault", what="planted")),
    ],
    "same": [("another result", _sql("UPDATE job SET reason = 'other' WHERE name = 'gen'"))],
}


def mistakes(run, place):
    """Plants all of it, and tells what was not found."""
    for number, check in INVARIANTS.items():
        if callable(check) and number not in PLANTS:
            yield f"{number}: nothing breaks it in plants.py"
    for number, plants in PLANTS.items():
        for what, plant in plants:
            if not _found(number, plant, run, place):
                yield f"{number}: {what}: planted, and not found"
    with tempfile.TemporaryDirectory() as folder:
        for number, broken in judge(Copy(run, place, folder).evidence()).items():
            if broken:
                yield f"{number}: nothing is planted, and this is found: {broken[0]}"
    yield from _in_engine(run, place)
    yield from _held_lock(run, place)


def _found(number, plant, run, place, around=contextlib.nullcontext):
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(run, place, folder)
        plant(copy)
        with around(copy):
            evidence = copy.evidence()
            if number == "same":
                return bool(differences(run.results, results(evidence)))
            return bool(judge(evidence)[number])


def _in_engine(run, place):
    """A container and a volume that really are there."""
    installation = run.evidence.installation
    labels = {"org.caisson.installation": installation}
    name = f"caisson-{installation}-planted"
    status, made = ask(
        place.engine, "POST", f"{API}/containers/create?name={name}",
        {"Image": "caisson/shell:local", "Cmd": ["true"], "NetworkDisabled": True, "Labels": labels})
    if status != 201:
        yield f"I4: a container cannot be planted: {made}"
        return
    ask(place.engine, "POST", f"{API}/volumes/create", {"Name": name, "Labels": labels})
    try:
        for number, what in (("I4", "container"), ("I10", "volume")):
            if not _found(number, lambda copy: None, run, place):
                yield f"{number}: a {what} in the engine: planted, and not found"
    finally:
        ask(place.engine, "DELETE", f"{API}/containers/{name}?force=1&v=1")
        ask(place.engine, "DELETE", f"{API}/volumes/{name}")


def _held_lock(run, place):
    @contextlib.contextmanager
    def held(copy):
        with open(f"{copy.home}/lock", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    if not _found("I10", lambda copy: None, run, place, held):
        yield "I10: a lock that is held: planted, and not found"
