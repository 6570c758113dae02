"""What the cell itself needs: time to start, and memory."""

import ctypes
import os
import select
import signal
import struct
import subprocess
import time

import wire
from errors import CannotMeasure
from program import libc

CLONE_NEWNS, CLONE_NEWPID = 0x20000, 0x20000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 0x4000, 0x40000
PR_SET_PDEATHSIG = 1
START_TIMEOUT_SECONDS = 10
START_WARM_UPS, STARTS = 5, 50
MEMORY_SAMPLES = 5
OUTPUT_BYTES = 8 << 20


# MARK: Start

def start_times(cell):
    """Milliseconds from just before exec to the first WELCOME in our hands."""
    times = [_start(cell) for _ in range(START_WARM_UPS + STARTS)]
    return times[START_WARM_UPS:]


def _start(cell):
    """Starts one cell as process 1 of a PID namespace of its own, as which alone it may run: it kills all that it can see."""
    down, up, notes = os.pipe(), os.pipe(), os.pipe()
    opening = wire.hello()
    # Fits into the pipe, so that it lies there when the cell comes up.
    os.write(down[1], opening)
    helper = os.fork()
    if helper == 0:
        _be_helper(cell, down[0], up[1], notes[1])
    for fd in (down[0], up[1], notes[1]):
        os.close(fd)
    try:
        welcomed_at = _await_welcome(up[0])
        note = os.read(notes[0], 4096)
        if welcomed_at is None:
            words = note[8:].decode(errors="replace") or "it said nothing"
            raise CannotMeasure(f"the cell did not answer in its PID namespace: {words}")
        os.write(down[1], wire.bye())
        return (welcomed_at - struct.unpack("q", note[:8])[0]) / 1e6
    except BaseException:
        # Its death takes the cell with it.
        os.kill(helper, signal.SIGKILL)
        raise
    finally:
        for fd in (down[1], up[0], notes[0]):
            os.close(fd)
        os.waitpid(helper, 0)


def _await_welcome(fd):
    """The monotonic clock in nanoseconds when the first frame was there; None if the other side ended first."""
    content = b""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        if not select.select([fd], [], [], max(0, deadline - time.monotonic()))[0]:
            raise CannotMeasure(f"the cell did not answer within {START_TIMEOUT_SECONDS} s.")
        piece = os.read(fd, 65536)
        now = time.monotonic_ns()
        if not piece:
            return None
        content += piece
        try:
            kind = wire.first_frame(content)
        except ValueError as error:
            raise CannotMeasure(f"the cell's answer is {error}.") from error
        if kind == wire.WELCOME:
            return now
        if kind is not None:
            raise CannotMeasure(f"the cell's first frame is of kind {kind}, not WELCOME.")


def _be_helper(cell, stdin, stdout, notes):
    """In a forked process: makes the namespaces, forks process 1 of them, and waits for it."""
    try:
        _check(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")
        _check(libc.unshare(CLONE_NEWPID | CLONE_NEWNS), "unshare")
        _check(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "mount /")
        child = os.fork()
        if child == 0:
            _be_cell(cell, stdin, stdout, notes)
        for fd in (stdin, stdout, notes):
            os.close(fd)
        os.waitpid(child, 0)
    except BaseException as error:
        os.write(notes, bytes(8) + str(error).encode())
    finally:
        os._exit(0)


def _be_cell(cell, stdin, stdout, notes):
    try:
        if os.getpid() != 1:
            raise OSError("not process 1 of a PID namespace: not started")
        _check(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")
        _check(libc.mount(b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, None), "mount /proc")
        os.dup2(stdin, 0)
        os.dup2(stdout, 1)
        os.write(notes, struct.pack("q", time.monotonic_ns()))
        os.execve(cell, [cell, "serve"], {"PATH": "/usr/bin:/bin"})
    except BaseException as error:
        os.write(notes, bytes(8) + str(error).encode())
    finally:
        os._exit(127)


def _check(result, what):
    if result != 0:
        raise OSError(f"{what}: {os.strerror(ctypes.get_errno())}")


# MARK: Memory

class CellMemory:
    """What process 1 of a container holds, in bytes."""

    def __init__(self, pid):
        try:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                rollup = _kilobytes(file)
            with open(f"/proc/{pid}/status") as file:
                status = _kilobytes(file)
        except OSError as error:
            raise CannotMeasure(f"the cell's memory cannot be read: {error.strerror}") from error
        self.rss, self.pss, self.peak = rollup["Rss"], rollup["Pss"], status["VmHWM"]
        self.anonymous = rollup["Anonymous"]


def _kilobytes(file):
    values = {}
    for line in file:
        words = line.split()
        if len(words) == 3 and words[2] == "kB":
            values[words[0].rstrip(":")] = int(words[1]) * 1024
    return values


def memory(program, engine):
    """Samples while a tool sleeps: of cells that have passed no output, and of cells that have passed much."""
    quiet = [_sample(program, engine, "echo ready >&2; exec sleep 100") for _ in range(MEMORY_SAMPLES)]
    script = f"head -c {OUTPUT_BYTES} /dev/zero; echo ready >&2; exec sleep 100"
    busy = [_sample(program, engine, script) for _ in range(MEMORY_SAMPLES)]
    return quiet, busy


def _sample(program, engine, script):
    process = program.start(["sh", "-c", script], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    words = []
    try:
        # The tool's own line, passed through: it runs, and the cell has done what it had to do.
        for line in process.stderr:
            if line == b"ready\n":
                break
            words.append(line.decode(errors="replace"))
        else:
            raise CannotMeasure(f"the sleeping job did not come up: {''.join(words)[:1000]}")
        container = program.show("@latest")["attempts"][0]["container_id"]
        return CellMemory(engine.inspect(container)["State"]["Pid"])
    finally:
        program.end()
        process.stderr.close()
