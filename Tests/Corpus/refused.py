"""What no profile lets a job do, called by number so that nothing stands between. Argument: the profile's name.

Each check prints one line: "ok NAME", or "NO NAME: what happened".
"""
import ctypes
import errno
import os
import subprocess
import sys
import threading

libc = ctypes.CDLL(None, use_errno=True)


def call(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) for a in arguments])
    return "allowed" if result >= 0 else errno.errorcode[ctypes.get_errno()]


def check(name, got, wanted="EPERM"):
    print(f"ok {name}" if got == wanted else f"NO {name}: {got}, wanted {wanted}", flush=True)


def attempt(action):
    try:
        action()
        return "allowed"
    except OSError as error:
        return errno.errorcode[error.errno]


own, _, variant = sys.argv[1].partition("+")
loopback = "allowed" if variant == "services" else "EPERM"
for family, number in [("INET", 2), ("INET6", 10)]:
    check(f"stream socket AF_{family}", call(41, number, 1, 0), loopback)
    for kind, arguments in [
        ("a datagram", (2, 0)), ("a raw", (3, 1)), ("a multipath", (1, 262)), ("an SCTP", (1, 132)),
    ]:
        check(f"{kind} socket AF_{family}", call(41, number, *arguments))
    check(f"socketpair AF_{family}", call(53, number, 1, 0, 0))
for family, number in [("NETLINK", 16), ("PACKET", 17), ("ALG", 38), ("VSOCK", 40)]:
    check(f"socket AF_{family}", call(41, number, 1, 0))
    check(f"socketpair AF_{family}", call(53, number, 1, 0, 0))
for name, number, arguments in [
    ("mount", 165, ()), ("umount2", 166, ()), ("pivot_root", 155, ()), ("chroot", 161, ()), ("ptrace", 101, (16, 1)),
    ("process_vm_readv", 310, (1,)), ("bpf", 321, ()), ("keyctl", 250, ()), ("add_key", 248, ()),
    ("userfaultfd", 323, ()), ("io_uring_setup", 425, (8,)), ("io_uring_enter", 426, ()),
    ("io_uring_register", 427, ()), ("perf_event_open", 298, ()), ("memfd_create", 319, (0,)),
    ("memfd_secret", 447, ()), ("execveat", 322, ()), ("unshare", 272, (0x10000000,)), ("setns", 308, ()),
    ("open_by_handle_at", 304, ()), ("name_to_handle_at", 303, ()), ("fsopen", 430, ()), ("move_mount", 429, ()),
    ("seccomp", 317, ()),
    ("sethostname", 170, ()), ("settimeofday", 164, ()), ("syslog", 103, ()), ("shmget", 29, ()),
    ("msgget", 68, ()), ("semget", 64, ()), ("mq_open", 240, ()), ("vmsplice", 278, ()), ("tee", 276, ()),
    ("personality", 135, (0xFFFFFFFF,)), ("clone a user namespace", 56, (0x10000011,)),
    ("clone a network namespace", 56, (0x40000011,)), ("clone a mount namespace", 56, (0x00020011,)),
    ("ioctl TIOCSTI", 16, (0, 0x5412)), ("ioctl TIOCSTI with a high bit", 16, (0, 0x100005412)),
    ("mknod of a device", 133, (0, 0o020644, 0)), ("prlimit64 of process 1", 302, (1, 7)), ("prlimit64 of core dumps", 302, (0, 4)),
    ("setpriority of process 1", 141, (0, 1, 5)), ("sched_setaffinity of process 1", 203, (1, 8)),
    ("prctl PR_SET_DUMPABLE", 157, (4, 0)), ("setuid of root", 105, (0,)), ("setresuid of root", 117, (0, 0, 0)),
]:
    check(name, call(number, *arguments))
check("clone3", call(435, 0, 0), "ENOSYS")
check("setuid of its own", call(105, 65532), "allowed")
check("getuid", call(102), "allowed")

thread = threading.Thread(target=lambda: None)
thread.start()
thread.join()
print("ok a thread")

if own == "strict":
    check("fork", attempt(os.fork))
    check("vfork", call(58))
    check("a program", attempt(lambda: subprocess.run(["true"])))
    check("posix_spawn", attempt(lambda: os.posix_spawn("/bin/true", ["true"], {})))
    check("a signal to process 1", attempt(lambda: os.kill(1, 0)))
if own not in ("python", "node"):
    check("a Unix socket", call(41, 1, 1, 0), "EAFNOSUPPORT")
    check("a pair of sockets", call(53, 1, 1, 0, 0))
print("done")
