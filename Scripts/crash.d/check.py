"""Judges what a run has left by the invariants I1 to I14, trusting none of what it judges: see Scripts/crash.

    python3 check.py HOME LEDGER [--engine SOCKET] [--same-as RESULTS]

HOME is a data folder whose daemon has ended. The exit status is 1 if an invariant does not hold.
"""

import argparse
import fcntl
import hashlib
import json
import os
import re
import sys
from collections import Counter, defaultdict

from evidence import TERMINAL, Evidence

# An answer that takes longer hangs; a wait for a job's end is cut by its asker after 2 s.
ANSWER_SECONDS = 15
# What an idle daemon holds open: its files, the engine, the socket, and threads' pipes.
IDLE_DESCRIPTORS = 64
FAILED = {"failed", "timed_out", "oom_killed", "denied", "errored"}


def _terminal_events(evidence):
    ends = defaultdict(list)
    for event in evidence.events:
        if event["state"] in TERMINAL:
            ends[event["job"]].append(event)
    return ends


def one_end(evidence):
    """I1: every job that was accepted has come to exactly one final state."""
    ends = _terminal_events(evidence)
    for job in evidence.jobs.values():
        if job["state"] not in TERMINAL or job["finished_at_ms"] is None:
            yield f"{job['id']} is {job['state']}"
        elif [event["state"] for event in ends[job["ordinal"]]] != [job["state"]]:
            yield f"{job['id']} is {job['state']}, and ended as {[event['state'] for event in ends[job['ordinal']]]}"
        # A fan-out that was skipped or could not be read has never had children: what is open are its own needs.
        is_over = job["finished_at_ms"] is not None and (job["kind"] == "graph" or job["kind"] == "map" and job["state"] in ("succeeded", "failed"))
        if is_over and job["open_needs"]:
            yield f"{job['id']} has ended before {job['open_needs']} of its children"
    for job in evidence.jobs.values():
        parent = evidence.jobs.get(job["parent"])
        if job["finished_at_ms"] is None and parent and parent["finished_at_ms"] is not None:
            yield f"{job['id']} goes on under {parent['id']}, which has ended"
    outcomes = Counter(row["job_id"] for row in evidence.bare_attempts if row["outcome"] in ("succeeded", "cancelled"))
    for job, count in outcomes.items():
        if count > 1:
            yield f"{job} has {count} outcomes"


def nothing_lost(evidence):
    """I2: whatever was answered with an id is there, with all of its jobs."""
    for note in evidence.notes("accepted"):
        root = evidence.by_id.get(note["root"])
        if root is None:
            yield f"{note['root']} was accepted, and is gone"
            continue
        jobs = note["document"].get("jobs", {})
        wanted = set(jobs) if isinstance(jobs, dict) else {job["name"] for job in jobs if "name" in job}
        names = {job["name"] for job in evidence.jobs.values() if job["root"] == root["ordinal"]}
        if wanted - names:
            yield f"{note['root']} lacks {sorted(wanted - names)[:5]}"
    for event in evidence.strays:
        yield f"event {event['ordinal']} is of a job that is gone"
    if evidence.integrity != "ok":
        yield f"the database is not sound: {evidence.integrity}"
    for table in sorted(set(evidence.dangling)):
        yield f"rows of {table} name others that are gone"
    for job in evidence.retired:
        if job in evidence.by_id or any(row["job_id"] == job for row in evidence.bare_attempts):
            yield f"{job} is not kept, and is still there"
    for digest, row in evidence.blobs.items():
        if evidence.retired and b"ran:chaff:" in (row["content"] or b""):
            yield f"the output of a job that is not kept is left: {digest}"


def one_at_a_time(evidence):
    """I3: at most one running container for each job, and one start for each attempt."""
    starts, running = Counter(), defaultdict(list)
    names = {container: attempt for container, attempt in evidence.attempt_by_container().items()}
    spans = {}
    for event in evidence.engine_events:
        attempt = names.get(event["container"])
        if attempt is None:
            continue
        if event["action"] == "start":
            starts[attempt] += 1
            spans[event["container"]] = [event["ns"], None]
        elif event["action"] == "die" and event["container"] in spans:
            spans[event["container"]][1] = event["ns"]
    for attempt, count in starts.items():
        if count > 1:
            yield f"attempt {attempt[0]}.{attempt[1]} was started {count} times"
    for container, (begin, end) in spans.items():
        running[names[container][0]].append((begin, end if end is not None else float("inf")))
    for job, times in running.items():
        times.sort()
        for (_, end), (begin, _) in zip(times, times[1:]):
            if begin < end:
                yield f"two containers of {job} ran at once"
    known = {(row["job_id"], row["number"]) for row in evidence.bare_attempts}
    for attempt in starts:
        if attempt not in known:
            yield f"a container was started for {attempt[0]}.{attempt[1]}, which is no attempt"


def nothing_left(evidence):
    """I4: no container is left, and no attempt that says that it has one."""
    for name in evidence.containers:
        yield f"{name} is left in the engine"
    gone = {event["container"] for event in evidence.engine_events if event["action"] == "destroy"}
    for event in evidence.engine_events:
        if event["action"] == "create" and event["container"] not in gone:
            yield f"{event['name']} was made, and never removed"
    rows = {(row["job_id"], row["number"]) for row in evidence.attempts}
    for row in evidence.bare_attempts:
        if row["state"] not in ("removed", "lost"):
            yield f"attempt {row['job_id']}.{row['number']} is {row['state']}"
        if (row["job_id"], row["number"]) not in rows:
            yield f"attempt {row['job_id']}.{row['number']} has no sandbox"
    for row in evidence.attempts:
        if row["removed_at_ms"] is None:
            yield f"the sandbox of {row['job_id']}.{row['number']} is not noted as removed"
    live = {row["job_id"] for row in evidence.bare_attempts if row["state"] in ("creating", "verified", "working")}
    for job in evidence.jobs.values():
        if job["state"] in ("leased", "running", "stopping", "finalizing") and job["id"] not in live:
            yield f"{job['id']} is {job['state']} without an attempt"


def ends_stay(evidence):
    """I5: what has ended does not change."""
    for note in evidence.notes("ended"):
        for known, state, at, reason, message in note["jobs"]:
            job = evidence.by_id.get(known)
            if job is None:
                yield f"{known} was {state}, and is gone"
            elif [job["state"], job["finished_at_ms"], job["reason"], job["message"]] != [state, at, reason, message]:
                yield f"{known} was {state} ({reason}), and is {job['state']} ({job['reason']})"
    over = set()
    for event in evidence.events:
        if event["job"] in over and event["state"] is not None:
            yield f"{evidence.jobs[event['job']]['id']} went to {event['state']} after its end"
        if event["state"] in TERMINAL:
            over.add(event["job"])


def events_in_order(evidence):
    """I6: events are numbered without gaps, and every move is one that there is."""
    numbers, states = defaultdict(int), {}
    for event in evidence.events:
        numbers[event["root"]] += 1
        if event["sequence"] != numbers[event["root"]]:
            yield f"event {event['ordinal']} has number {event['sequence']} in place of {numbers[event['root']]}"
            numbers[event["root"]] = event["sequence"]
        if event["state"] is None:
            continue
        before = states.get(event["job"])
        job = evidence.jobs[event["job"]]["id"]
        if before is not None and before != event["state"] and (before, event["state"]) not in evidence.moves:
            yield f"{job} went from {before} to {event['state']} ({event['name']})"
        # How it began is not told but of roots; it cannot have begun with a sandbox.
        if before is None and event["state"] in ("running", "stopping", "finalizing"):
            yield f"{job} begins as {event['state']}"
        states[event["job"]] = event["state"]
    for ordinal, state in states.items():
        if evidence.jobs[ordinal]["state"] != state:
            yield f"{evidence.jobs[ordinal]['id']} is {evidence.jobs[ordinal]['state']}, and its events say {state}"


def order_of_needs(evidence):
    """I7: nothing begins before what it needs has ended as it needs it, and nothing after its cancel."""
    begins, ends, cancels = {}, {}, {}
    for event in evidence.events:
        if event["state"] in ("leased", "running") or event["name"] in ("expanded", "approved"):
            begins.setdefault(event["job"], event)
        if event["state"] in TERMINAL:
            ends.setdefault(event["job"], event)
        if event["name"] == "cancel_requested":
            cancels[event["job"]] = event
        if event["state"] == "leased" and event["job"] in cancels:
            yield f"{evidence.jobs[event['job']]['id']} was begun after its cancel"
    starts = defaultdict(list)
    names = evidence.attempt_by_container()
    for event in evidence.engine_events:
        if event["action"] == "start" and event["container"] in names:
            starts[names[event["container"]][0]].append(event["ns"] // 1_000_000)
    for edge in evidence.edges:
        parent, child = evidence.jobs[edge["parent"]], evidence.jobs[edge["child"]]
        begin, end = begins.get(edge["child"]), ends.get(edge["parent"])
        if begin is None:
            if starts[child["id"]]:
                yield f"{child['id']} has a container that was started, and never began"
            continue
        if end is None or end["ordinal"] > begin["ordinal"]:
            yield f"{child['id']} began before {parent['id']}, which it needs, had ended"
        elif not _is_met(edge, parent["state"]):
            yield f"{child['id']} began, although {parent['id']} is {parent['state']} and not {edge['outcome']}"
        elif starts[child["id"]] and min(starts[child["id"]]) < parent["finished_at_ms"]:
            yield f"the engine started {child['id']} before {parent['id']} had ended"


def _is_met(edge, state):
    outcome = edge["outcome"]
    if outcome == "ok":
        return state == "succeeded"
    if outcome == "fail":
        return state in FAILED
    if outcome == "skipped":
        return state == "skipped"
    return outcome == "any" or edge["is_met"] == 1


def effects_once(evidence):
    """I8: no tool whose effect is `once` has run twice, no other one more often than its attempts say, and no output is invented."""
    attempts, orders, runs = evidence.attempt_by_container(), defaultdict(set), defaultdict(set)
    for note in evidence.notes("order"):
        if note["container"] in attempts:
            orders[attempts[note["container"]][0]].add(note["container"])
        else:
            yield f"{note['name']} was sent to {note['container']}, which is no container of an attempt"
    for note in evidence.notes("ran"):
        runs[note["container"]].add(note["run"])
    for container, seen in runs.items():
        if len(seen) > 1:
            yield f"the tool in {container[:12]} ran {len(seen)} times"
    records = Counter(row["job_id"] for row in evidence.bare_attempts if row["record"] is not None)
    for job, containers in orders.items():
        effect = evidence.by_id[job]["effect"] if job in evidence.by_id else "once"
        if effect == "once" and len(containers) > 1:
            yield f"{job}, which may run once, was sent to {len(containers)} containers"
        elif not evidence.is_disturbed and len(containers) > records[job]:
            yield f"{job} was sent to {len(containers)} containers, and has {records[job]} records"
    yield from _invented(evidence, attempts, runs)


def _invented(evidence, attempts, runs):
    seen = defaultdict(set)
    for container, attempt in attempts.items():
        seen[attempt] |= runs[container]
    for row in evidence.attempts:
        if row["record"] is None or row["stdout_digest"] is None:
            continue
        told = re.findall(rb"ran:[a-z0-9-]+:([0-9a-f-]{36})", evidence.content(row["stdout_digest"]) or b"")
        if len(told) != 1:
            yield f"{row['job_id']}.{row['number']} has the output of {len(told)} runs"
        elif told[0].decode() not in seen[(row["job_id"], row["number"])]:
            yield f"the output of {row['job_id']}.{row['number']} never came from its container"


def one_for_a_key(evidence):
    """I9: what is handed in again under its key is the same job, and something else under it is refused."""
    for note in evidence.notes("repeated"):
        if note["first"] != note["again"]:
            yield f"{note['key']} is {note['first']}, and then {note['again']}"
    for note in evidence.notes("conflict"):
        if note["status"] != 4:
            yield f"something else under {note['key']} ended with status {note['status']}"
    roots = {row["key"]: evidence.jobs[row["root"]]["id"] for row in evidence.keys if row["root"] in evidence.jobs}
    wanted = {note["key"]: note["root"] for note in evidence.notes("accepted")}
    for key, root in wanted.items():
        if roots.get(key) != root:
            yield f"{key} was accepted as {root}, and is {roots.get(key)}"
    made = {note["root"] for note in evidence.notes("made")} | set(wanted.values())
    for job in evidence.jobs.values():
        if job["parent"] is None and job["id"] not in made:
            yield f"{job['id']} was never asked for"


def nothing_held(evidence):
    """I10: when all is over, nothing is held: files, volumes, the socket, the lock, descriptors."""
    for path, what in (("spool", "a stream"), ("blobs/incoming", "a half-made blob")):
        folder = os.path.join(evidence.home, path)
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            yield f"{what} is left: {path}/{name}"
    if os.path.exists(os.path.join(evidence.home, "control.sock")):
        yield "the socket is left"
    with open(os.path.join(evidence.home, "lock"), encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield "somebody holds the lock"
    for name in set(evidence.volumes) - set(evidence.cell_volumes):
        yield f"volume {name} is left"
    files = {}
    for folder, _, names in os.walk(os.path.join(evidence.home, "blobs")):
        files.update({f"sha256:{name}": os.path.join(folder, name) for name in names if "incoming" not in folder})
    for digest, path in files.items():
        if digest not in evidence.blobs:
            yield f"a file that no row names: {digest}"
        with open(path, "rb") as file:
            if f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}" != digest:
                yield f"a file that is not what its name says: {digest}"
    for digest, row in evidence.blobs.items():
        if row["content"] is None and digest not in files:
            yield f"a row without its file: {digest}"
    for note in evidence.notes("idle"):
        if note["descriptors"] > IDLE_DESCRIPTORS or note["running"] != 0:
            yield f"idle, with {note['descriptors']} descriptors and {note['running']} jobs in hand"


def no_canary(evidence):
    """I12: nothing of the processes' own environment is in anything that is kept."""
    from life import CANARY

    for folder, _, names in os.walk(evidence.home):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    if CANARY.encode() in file.read():
                        yield f"{os.path.relpath(path, evidence.home)} holds it"


def answers_come(evidence):
    """I13: every request is answered or cut in time, and never by a fault of ours."""
    answers = evidence.notes("answer")
    for note in answers:
        if note["seconds"] > ANSWER_SECONDS:
            yield f"{note['what']} took {note['seconds']:.1f} s"
        if note.get("status", 0) >= 500 and note["status"] != 503:
            yield f"{note['what']} was answered with {note['status']}"
    if not answers:
        yield "nobody asked"


def all_drained(evidence):
    """I14: once nobody is killed any more, everything comes to its end."""
    drained = evidence.notes("drained")
    if not drained:
        yield "it was not over in time"
    for note in evidence.notes("fault"):
        yield note["what"]
    for job in evidence.jobs.values():
        if job["finished_at_ms"] is None and job["attention"] is None:
            yield f"{job['id']} is {job['state']} for ever"


# In the order of their numbers; what is not checked has a reason instead.
INVARIANTS = {
    "I1": one_end, "I2": nothing_lost, "I3": one_at_a_time, "I4": nothing_left, "I5": ends_stay, "I6": events_in_order,
    "I7": order_of_needs, "I8": effects_once, "I9": one_for_a_key, "I10": nothing_held,
    "I11": "not applicable: there is no audit log yet",
    "I12": no_canary, "I13": answers_come, "I14": all_drained,
}
# What of an invariant is not looked at, although the rest of it is.
LIMITS = {
    "I6": "times of events are calendar times, which may go back: only their order is checked",
    "I12": "there are no secrets yet: the canary stands in the environment of daemon and clients",
    "I13": "whether answers come at all, and how late at most; not how fast they usually are",
}


def results(evidence):
    """What came of each job by its name, without what differs from run to run."""
    roots = {note["root"]: note["key"] for note in evidence.notes("accepted")}
    roots |= {note["root"]: f"{roots.get(note['of'], '?')} again" for note in evidence.notes("made")}
    last = {}
    for row in sorted(evidence.attempts, key=lambda row: row["number"]):
        if row["record"] is not None:
            last[row["job_id"]] = (json.loads(row["record"]).get("exit_code"), row["result_digest"])
    told = {}
    for job in evidence.jobs.values():
        root = evidence.jobs[job["root"]]["id"]
        name = roots.get(root, root) + (f"/{job['name']}" if job["parent"] is not None else "")
        exit_code, digest = last.get(job["id"], (None, None))
        told[name] = [job["state"], job["reason"], exit_code, digest or job["result_digest"]]
    return told


def judge(evidence):
    """What breaks each invariant, by its number."""
    return {number: list(check(evidence)) for number, check in INVARIANTS.items() if callable(check)}


def differences(wanted, found):
    """Where two tables of results are not the same."""
    return [f"{name}: {wanted.get(name)} and {found.get(name)}" for name in sorted(wanted | found) if wanted.get(name) != found.get(name)]


def main():
    parser = argparse.ArgumentParser(prog="check")
    parser.add_argument("home")
    parser.add_argument("ledger")
    parser.add_argument("--engine", default="/var/run/docker.sock")
    parser.add_argument("--same-as", metavar="RESULTS", help="a file with the results of a run that nobody disturbed")
    options = parser.parse_args()
    repo = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    evidence = Evidence(options.home, options.ledger, options.engine, repo)
    broken = judge(evidence)
    if options.same_as:
        with open(options.same_as, encoding="utf-8") as file:
            broken["same"] = differences(json.load(file), results(evidence))
    for number, check in INVARIANTS.items():
        if not callable(check):
            print(f"{number:5} {check}")
    for number, found in broken.items():
        print(f"{number:5} {'ok' if not found else 'BROKEN'}" + (f" ({LIMITS[number]})" if number in LIMITS else ""))
        for line in found[:20]:
            print(f"      {line}")
    return 1 if any(broken.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
