"""What the bombs share. A bomb says "armed" on its stdout when it is as bad as it gets; only then does its neighbour begin."""
import ctypes
import errno
import os
import sys

libc = ctypes.CDLL(None, use_errno=True)


def armed():
    os.write(1, b"armed\n")


def hold():
    """Stays as it is until the neighbour has ended, which the end of the input tells."""
    while os.read(0, 4096):
        pass


def call(number, *arguments):
    """A system call by its number: "done", or the name of its error."""
    ctypes.set_errno(0)
    arguments = [a if isinstance(a, (bytes, ctypes.Array)) else ctypes.c_long(a) for a in arguments]
    result = libc.syscall(ctypes.c_long(number), *arguments)
    return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]


def tried(action):
    try:
        action()
        return "done"
    except OSError as error:
        return errno.errorcode[error.errno]


def fork():
    """A child's 0 or a parent's pid; None if there is no room for a child."""
    try:
        return os.fork()
    except OSError:
        return None


def main(bombs):
    bombs[sys.argv[1]]()
