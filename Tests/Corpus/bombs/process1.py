"""Everything that one might do to process 1 or to its word, once: python3 process1.py. What was not refused stands in the result."""
import ctypes
import fcntl
import glob
import json
import os
import signal
import struct
import sys

from bomb import armed, call, hold, libc, tried

done = {}


def check(name, got):
    """Notes what was not refused."""
    if got == "done":
        done[name] = got


def calls():
    limit = ctypes.create_string_buffer(struct.pack("QQ", 0, 0))
    mask = ctypes.create_string_buffer(b"\x01" + bytes(127))
    parameter = ctypes.create_string_buffer(struct.pack("i", 0))
    local = ctypes.create_string_buffer(64)
    vector = ctypes.create_string_buffer(struct.pack("QQ", ctypes.addressof(local), 8))
    for resource in range(16):
        check(f"prlimit {resource}", call(302, 1, resource, limit, 0))
    for which in range(3):
        check(f"setpriority {which}", call(141, which, 1, 19))
        check(f"ioprio_set {which}", call(251, which, 1, 3 << 13))
    check("sched_setaffinity", call(203, 1, 128, mask))
    check("sched_setscheduler", call(144, 1, 5, parameter))
    check("sched_setparam", call(142, 1, parameter))
    check("sched_setattr", call(314, 1, local, 0))
    for name, number in [
        ("ATTACH", 16), ("SEIZE", 0x4206), ("PEEKDATA", 2), ("POKEDATA", 5), ("INTERRUPT", 0x4207), ("KILL", 8),
    ]:
        check(f"ptrace {name}", call(101, number, 1, 0, 0))
    check("process_vm_readv", call(310, 1, vector, 1, vector, 1, 0))
    check("process_vm_writev", call(311, 1, vector, 1, vector, 1, 0))
    check("kcmp", call(312, 1, os.getpid(), 0, 0, 0))
    check("get_robust_list", call(274, 1, local, local))
    check("migrate_pages", call(256, 1, 1, local, local))
    check("move_pages", call(279, 1, 0, local, local, local, 0))
    check("setpgid", call(109, 1, 1))
    process = libc.syscall(434, 1, 0)
    check("pidfd_open", "done" if process >= 0 else "EPERM")
    for number, name in [(438, "pidfd_getfd"), (424, "pidfd_send_signal"), (440, "process_madvise"), (448, "process_mrelease")]:
        check(name, call(number, max(process, 0), 0, 0, 0))


def write(path):
    file = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    try:
        os.write(file, b"0")
    finally:
        os.close(file)


def files():
    for path in sorted(glob.glob("/proc/1/*") + glob.glob("/proc/1/task/1/*") + glob.glob("/proc/1/attr/*")):
        if os.path.isdir(path) and not os.path.islink(path):
            if os.path.basename(path) in ("fd", "fdinfo", "ns", "map_files"):
                check(f"list {path}", tried(lambda: os.listdir(path)))
            continue
        check(f"write {path}", tried(lambda: write(path)))
    for path in ("fd/0", "fd/1", "fd/2", "fd/3", "mem", "maps", "environ", "auxv", "exe", "cwd", "root", "io", "stack", "syscall"):
        check(f"open /proc/1/{path}", tried(lambda: os.close(os.open(f"/proc/1/{path}", os.O_RDONLY | os.O_NONBLOCK))))
        check(f"follow /proc/1/{path}", tried(lambda: os.readlink(f"/proc/1/{path}")))
    for path in glob.glob("/proc/sys/kernel/*") + glob.glob("/sys/fs/cgroup/*/*") + glob.glob("/sys/fs/cgroup/*"):
        if not os.path.isdir(path):
            check(f"write {path}", tried(lambda: os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))))


def signals():
    """Process 1 may be sent whatever there is: none of it may be obeyed, so nothing is noted here."""
    for number in range(1, 65):
        call(62, 1, number)
        call(234, 1, 1, number)
        call(129, 1, number, ctypes.create_string_buffer(struct.pack("iii", number, 0, 0) + bytes(116)))
    # A signal in the name of a pipe, which is sent by the kernel.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
        ends = os.pipe()
        try:
            fcntl.fcntl(ends[0], fcntl.F_SETOWN, 1)
            fcntl.fcntl(ends[0], fcntl.F_SETSIG, number)
            fcntl.fcntl(ends[0], fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
            os.write(ends[1], b"x")
        except OSError:
            pass
    # A parent-death signal cannot be aimed at another process; a group's can.
    call(62, -1, signal.SIGTERM) if signal.signal(signal.SIGTERM, signal.SIG_IGN) is not None else None


def forged():
    """The words of a cell, as well as they can be known, on every way out that there is."""
    frame = b"CSN1" + bytes(64) + b'{"cause":"ended","exit_code":0}'
    for path in ("/dev/stdout", "/dev/stderr", "/proc/self/fd/1", "/dev/console", "/dev/tty", "/dev/ptmx", "/dev/pts/0"):
        try:
            out = os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
            os.write(out, frame)
            os.close(out)
        except OSError:
            pass


armed()
hold()
calls()
files()
signals()
forged()
with open("result.json", "w") as file:
    json.dump(done, file)
