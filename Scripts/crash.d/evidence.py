"""What a run has left: the database, the files beside it, what the engine has, and the ledger. Read alone."""

import os
import re
import shutil
import sqlite3
import tempfile

from ledger import API, ask, read

TERMINAL = {"succeeded", "failed", "timed_out", "oom_killed", "cancelled", "skipped", "denied", "errored"}


class Evidence:
    """All of it, in lists of plain rows."""

    def __init__(self, home, ledger, engine, repo):
        self.home = home
        self.ledger = read(ledger)
        self._read_database()
        self._forget_retired()
        self.moves = _moves(os.path.join(repo, "Docs", "StateMachine.md"))
        label = f"org.caisson.installation={self.installation}"
        containers = _list(engine, f'/containers/json?all=1&filters={{"label":["{label}"]}}')
        self.containers = [container["Names"][0] for container in containers]
        volumes = _list(engine, "/volumes")["Volumes"] or []
        self.volumes = [volume["Name"] for volume in volumes if (volume["Labels"] or {}).get("org.caisson.installation") == self.installation]

    def _read_database(self):
        # A copy: SQLite has to open the log beside it, and nobody but the daemon may do that to the original.
        folder = tempfile.mkdtemp()
        try:
            for name in os.listdir(self.home):
                if name.startswith("caisson.db"):
                    shutil.copy(os.path.join(self.home, name), folder)
            database = sqlite3.connect(f"file:{folder}/caisson.db", uri=True)
            database.row_factory = sqlite3.Row
            database.execute("PRAGMA query_only = ON")
            self.integrity = database.execute("PRAGMA integrity_check").fetchone()[0]
            self.dangling = [row["table"] for row in database.execute("PRAGMA foreign_key_check").fetchall()]
            self.installation = database.execute("SELECT id FROM installation").fetchone()[0]
            rows = lambda query: [dict(row) for row in database.execute(query)]  # noqa: E731
            self.jobs = {row["ordinal"]: row for row in rows(
                "SELECT job.*, coalesce(effect, 'pure') AS effect FROM job LEFT JOIN spec ON spec.ordinal = job.spec")}
            self.events = rows("SELECT * FROM event ORDER BY ordinal")
            self.attempts = rows("SELECT * FROM attempt JOIN sandbox ON sandbox.job_id = attempt.job_id AND sandbox.attempt = number")
            self.bare_attempts = rows("SELECT job_id, number, state, outcome, record FROM attempt")
            self.edges = rows("SELECT * FROM job_edge")
            self.keys = rows("SELECT * FROM idempotency")
            self.cell_volumes = [row["name"] for row in rows("SELECT name FROM cell_volume")]
            self.blobs = {row["digest"]: row for row in rows("SELECT digest, size_bytes, content FROM blob")}
            database.close()
        finally:
            shutil.rmtree(folder)
        # What belongs to no job is told once, and not looked at further.
        known = set(self.jobs)
        self.strays = [event for event in self.events if event["job"] not in known]
        self.events = [event for event in self.events if event["job"] in known]
        self.edges = [edge for edge in self.edges if {edge["parent"], edge["child"]} <= known]
        self.by_id = {job["id"]: job for job in self.jobs.values()}

    def _forget_retired(self):
        """Takes out of the ledger what it tells of jobs that are not kept any more; whether anything is left of them is another question."""
        self.retired = {note["root"] for note in self.notes("retired")}
        gone = {container for container, (job, _) in self.attempt_by_container().items() if job in self.retired}
        self.ledger = [line for line in self.ledger if line.get("container") not in gone
                       and not (line["kind"] == "accepted" and line["root"] in self.retired)]
        for note in self.notes("ended"):
            note["jobs"] = [job for job in note["jobs"] if job[0] not in self.retired]

    def notes(self, *kinds):
        return [line for line in self.ledger if line["kind"] in kinds]

    @property
    def engine_events(self):
        return [line for line in self.notes("engine") if line["installation"] == self.installation]

    @property
    def is_disturbed(self):
        """Whether somebody did something to the engine or its containers beside killing daemons."""
        return bool(self.notes("chaos"))

    def attempt_of(self, name):
        """Job and number of an attempt by its container's name; `None` for the carrier of a cell."""
        found = re.fullmatch(rf"/?caisson-{self.installation}-([0-9a-z]{{12}})-(\d+)", name or "")
        return (found[1], int(found[2])) if found else None

    def attempt_by_container(self):
        """Job and number of the attempt of each container that the engine has told of."""
        return {event["container"]: attempt for event in self.engine_events
                if event["action"] == "create" and (attempt := self.attempt_of(event["name"]))}

    def content(self, digest):
        blob = self.blobs.get(digest)
        if blob is None:
            return None
        if blob["content"] is not None:
            return blob["content"]
        with open(self.blob_path(digest), "rb") as file:
            return file.read()

    def blob_path(self, digest):
        word = digest.partition(":")[2]
        return os.path.join(self.home, "blobs", word[:2], word)


def _list(engine, target):
    status, body = ask(engine, "GET", API + target.replace('"', "%22"))
    if status != 200:
        raise OSError(f"the engine answers {status} to {target}")
    return body


def _moves(page):
    """Every move that there is, from the page's table of jobs."""
    with open(page, encoding="utf-8") as file:
        rows = [[cell.strip().strip("`") for cell in line.strip().strip("|").split("|")] for line in file if line.startswith("|")]
    head = next(index for index, row in enumerate(rows) if row[0] == "" and "pending" in row)
    states, moves = rows[head][1:], set()
    for row in rows[head + 2:head + 2 + len(states)]:
        moves |= {(row[0], to) for to, calls in zip(states, row[1:]) if calls != "–"}
    if len(moves) < 40 or not TERMINAL <= set(states):
        raise ValueError(f"{page} has no table of moves any more")
    return moves
