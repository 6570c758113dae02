"""Runs our own program and finds out what a job took."""

import ctypes
import ctypes.util
import json
import os
import select
import signal
import sqlite3
import struct
import subprocess
import time
from datetime import datetime

from errors import CannotMeasure

IN_CLOSE_WRITE, IN_CREATE, IN_DELETE = 0x8, 0x100, 0x200
IN_CLOEXEC, IN_NONBLOCK = 0o2000000, 0o4000
RUN_TIMEOUT_SECONDS = 120
# In their order, which a JSON object does not have.
PHASES = ["lease", "create", "verify", "start", "attest", "work", "collect"]

libc = ctypes.CDLL(ctypes.util.find_library("c") or "libc.so.6", use_errno=True)


class Job:
    """What one `caisson run` came to; times in milliseconds.

    - `wall`: the whole process, from its fork to its end.
    - `before`: from its fork to `created_at` of the stored job.
    - `stamped`: from `created_at` to `finished_at`. The second stamp is taken before the outcome is written.
    - `committed`: from `created_at` to the moment when the outcome was committed, seen from outside (`SpoolWatch`).
    - `removed`: from `created_at` to the moment when the container was gone and the store knew it.
    - `after`: from `removed` to the end of the process.
    """

    def __init__(self, view, started, ended, watch):
        created = datetime.fromisoformat(view["created_at"]).timestamp()
        finished = datetime.fromisoformat(view["finished_at"]).timestamp()
        self.wall = (ended - started) * 1000
        self.before = (created - started) * 1000
        self.stamped = (finished - created) * 1000
        self.committed = (watch.committed_at - created) * 1000
        self.removed = (watch.removed_at - created) * 1000
        self.after = (ended - watch.removed_at) * 1000
        self.phases = view["attempts"][0]["phases_ms"]
        if set(self.phases) != set(PHASES):
            raise CannotMeasure(f"a job has the phases {sorted(self.phases)}, not {', '.join(PHASES)}.")


class SpoolWatch:
    """Tells when a job's outcome was committed and its container removed, without touching its process or its database.

    The attempt's spools are closed right after the commit and before the container is removed; their folder is deleted right
    after the commit of the removal. The kernel's notices of both are what we see; they add one system call of the program's and
    our own waking up.
    """

    def __init__(self, spools):
        self.fd = libc.inotify_init1(IN_CLOEXEC | IN_NONBLOCK)
        if self.fd < 0:
            raise CannotMeasure(f"no inotify: {os.strerror(ctypes.get_errno())}")
        self.spools = spools
        self.committed_at = self.removed_at = None
        self._watch(spools, IN_CREATE | IN_DELETE)

    def _watch(self, path, events):
        if libc.inotify_add_watch(self.fd, os.fsencode(path), events) < 0:
            raise CannotMeasure(f"a spool cannot be watched: {os.strerror(ctypes.get_errno())}")

    def take(self):
        """Reads what has happened."""
        now = time.time()
        try:
            events = os.read(self.fd, 65536)
        except BlockingIOError:
            return
        while events:
            _, mask, _, length = struct.unpack_from("iIII", events)
            name = events[16:16 + length].rstrip(b"\0")
            events = events[16 + length:]
            if mask & IN_CREATE:
                self._watch(os.path.join(self.spools, os.fsdecode(name)), IN_CLOSE_WRITE)
            elif mask & IN_CLOSE_WRITE and self.committed_at is None:
                self.committed_at = now
            elif mask & IN_DELETE:
                self.removed_at = now

    def close(self):
        os.close(self.fd)


class Program:
    """The release build, with a data folder of its own."""

    def __init__(self, folder, home, docker_host):
        self.path = os.path.join(folder, "caisson")
        self.cell = os.path.join(folder, "caisson-cell")
        for path in (self.path, self.cell):
            if not os.access(path, os.X_OK):
                raise CannotMeasure(f"{os.path.basename(path)} is not built.")
        self.home = home
        self.environment = {"PATH": os.environ.get("PATH", ""), "CAISSON_HOME": home, "DOCKER_HOST": docker_host}
        self.running = None

    # What `--image shell` stands for.
    shell_image = "caisson/shell:local"

    def run_command(self, arguments, image="shell"):
        """The words of `caisson run`."""
        return [self.path, "run", "--image", image, "--timeout", "120s", "--", *arguments]

    def start(self, arguments, **streams):
        """Starts `caisson run` of the shell image; `end` must follow."""
        self.running = subprocess.Popen(self.run_command(arguments), stdin=subprocess.DEVNULL, env=self.environment, **streams)
        return self.running

    def end(self):
        """Cancels a job that still runs."""
        process, self.running = self.running, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def stop(self):
        """Ends the daemon that the first of the verbs has started, if one still has the data folder."""
        try:
            with open(os.path.join(self.home, "lock")) as file:
                handle = os.pidfd_open(int(file.read()))
        except (OSError, ValueError):
            return
        try:
            signal.pidfd_send_signal(handle, signal.SIGTERM)
            poller = select.poll()
            poller.register(handle, select.POLLIN)
            if not poller.poll(RUN_TIMEOUT_SECONDS * 1000):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        finally:
            os.close(handle)

    def measure(self, arguments):
        """Runs a job that must succeed, and times it."""
        spools = os.path.join(self.home, "spool")
        watch = SpoolWatch(spools) if os.path.isdir(spools) else None
        words_path = self.home + ".words"
        with open(words_path, "wb") as words:
            # The wall clock, as it is what the job's own times are.
            started = time.time()
            process = self.start(arguments, stdout=subprocess.DEVNULL, stderr=words)
            self._wait(process, watch)
            ended = time.time()
        status = process.wait()
        self.running = None
        if watch:
            watch.take()
            watch.close()
        if status != 0:
            with open(words_path, errors="replace") as words:
                raise CannotMeasure(f"caisson run ended with {status}: {words.read(1000).strip()}")
        if watch is None:
            return None
        if watch.committed_at is None or watch.removed_at is None:
            raise CannotMeasure("no spool was closed and deleted: the moment of the commit cannot be seen.")
        return Job(self.show("@latest"), started, ended, watch)

    @staticmethod
    def _wait(process, watch):
        """Returns when the process has ended, taking the watch's events as they come."""
        handle = os.pidfd_open(process.pid)
        try:
            poller = select.poll()
            poller.register(handle, select.POLLIN)
            if watch:
                poller.register(watch.fd, select.POLLIN)
            while True:
                ready = [fd for fd, _ in poller.poll(RUN_TIMEOUT_SECONDS * 1000)]
                if not ready:
                    raise CannotMeasure(f"caisson run did not end within {RUN_TIMEOUT_SECONDS} s.")
                if handle in ready:
                    return
                watch.take()
        finally:
            os.close(handle)

    def show(self, job):
        return json.loads(subprocess.check_output([self.path, "show", job, "-o", "json"], env=self.environment))

    @property
    def installation(self):
        """The installation's id; None before there is one. To be asked when no daemon has the data folder."""
        path = os.path.join(self.home, "caisson.db")
        if not os.path.exists(path):
            return None
        database = sqlite3.connect(path)
        try:
            return database.execute("SELECT id FROM installation").fetchone()[0]
        finally:
            database.close()
