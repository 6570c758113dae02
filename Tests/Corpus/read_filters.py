"""Reads the seccomp filters of a process back from the kernel. Runs on the host, as root. Argument: the process's id.

Prints a JSON array of them as base64, 8 bytes an instruction, the oldest first.

Source: ptrace(2), PTRACE_SECCOMP_GET_FILTER; it needs CAP_SYS_ADMIN and a stopped process.
"""
import base64
import ctypes
import json
import os
import sys

GET_FILTER, ATTACH, DETACH = 0x420C, 16, 17
WAIT_ALL = 0x40000000
MOST_FILTERS = 32

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, pid, address=None, data=None):
    ctypes.set_errno(0)
    result = libc.ptrace(request, pid, address, data)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"ptrace {request:#x}: {os.strerror(ctypes.get_errno())}")
    return result


def read(pid):
    found = []
    while len(found) < MOST_FILTERS:
        try:
            count = ptrace(GET_FILTER, pid, len(found))
        except FileNotFoundError:
            return found
        instructions = ctypes.create_string_buffer(count * 8)
        ptrace(GET_FILTER, pid, len(found), instructions)
        found.append(base64.b64encode(instructions.raw).decode())
    raise SystemExit(f"more than {MOST_FILTERS} filters")


pid = int(sys.argv[1])
ptrace(ATTACH, pid)
os.waitpid(pid, WAIT_ALL)
try:
    print(json.dumps(read(pid)))
finally:
    ptrace(DETACH, pid)
