"""Large outputs, and many jobs at once: whole processes, ours and `docker run`'s, in pairs that take turns at going first."""

import os
import subprocess
import time

from errors import CannotMeasure

MIB = 1 << 20
STREAM_BYTES = 100 * MIB
STREAM_COMMAND = ["/bin/dd", "if=/dev/zero", "bs=64k", f"count={STREAM_BYTES >> 16}"]
CROWD = 8
WARM_UPS = 1
PAIRS = 10
TIMEOUT_SECONDS = 300


class Processes:
    """Runs commands beside each other, each with its stdout in a file of its own."""

    def __init__(self, folder):
        self.folder = folder

    def measure(self, commands):
        """The milliseconds from the first start to the last end. `commands`: pairs of words and environment."""
        running = []
        started = time.perf_counter()
        try:
            for number, (command, environment) in enumerate(commands):
                with open(self.path(number), "wb") as out, open(self.path(number) + ".err", "wb") as err:
                    running.append(
                        subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err))
            for number, process in enumerate(running):
                if process.wait(TIMEOUT_SECONDS) != 0:
                    with open(self.path(number) + ".err", errors="replace") as err:
                        raise CannotMeasure(f"{commands[number][0][0]} ended with {process.returncode}: {err.read(500)}")
            return (time.perf_counter() - started) * 1000
        finally:
            for process in running:
                if process.poll() is None:
                    process.kill()
                    process.wait()

    def path(self, number):
        return os.path.join(self.folder, f"stdout-{number}")


class OutputRuns:
    """For each round: a job that writes, and one that does nothing, of each side; then eight of these at once."""

    def __init__(self, programs, docker, folder):
        # One data folder holds one running job, so many at once take as many folders.
        self.programs, self.docker, self.processes = programs, docker, Processes(folder)
        self.ours, self.ours_idle, self.ours_crowd = [], [], []
        self.theirs, self.theirs_idle, self.theirs_crowd = [], [], []

    def measure(self):
        ours, theirs = self._ours, self._theirs
        for number in range(WARM_UPS + PAIRS):
            sides = [(ours, self.ours, self.ours_idle, self.ours_crowd)]
            sides.append((theirs, self.theirs, self.theirs_idle, self.theirs_crowd))
            if number % 2:
                sides.reverse()
            results = [(lists, self._stream(side), self._idle(side)) for side, *lists in sides]
            crowds = [self._crowd(side) for side, *_ in sides]
            if number < WARM_UPS:
                continue
            for (lists, stream, idle), crowd in zip(results, crowds):
                for series, value in zip(lists, (stream, idle, crowd)):
                    series.append(value)

    def _stream(self, side):
        took = self.processes.measure([side(0, STREAM_COMMAND)])
        size = os.path.getsize(self.processes.path(0))
        if size != STREAM_BYTES:
            raise CannotMeasure(f"{size} bytes of {STREAM_BYTES} came out.")
        return took

    def _idle(self, side):
        return self.processes.measure([side(0, ["/bin/true"])])

    def _crowd(self, side):
        return self.processes.measure([side(number, ["/bin/true"]) for number in range(CROWD)])

    def _ours(self, number, command):
        return self.programs[number].run_command(command), self.programs[number].environment

    def _theirs(self, _, command):
        return self.docker.run_command(command), self.docker.environment

    @staticmethod
    def net(streams, idles):
        """What the writing adds to a job that does nothing, round by round."""
        return [stream - idle for stream, idle in zip(streams, idles)]
