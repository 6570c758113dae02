"""Bombs of memory, files, descriptors, pipes and output: python3 resources.py NAME."""
import fcntl
import os
import signal
import sys
import threading
import time

from bomb import armed, call, fork, hold, main


def memory():
    """A gigabyte, piece by piece, beside children that do the same."""
    for _ in range(3):
        if fork() == 0:
            kept = []
            while True:
                kept.append(bytearray(1 << 20))
    armed()
    kept = []
    while True:
        kept.append(bytearray(1 << 22))


def full_folders():
    """/work and /tmp, to the last byte."""
    for folder in ("/work", "/tmp"):
        file = os.open(f"{folder}/fill", os.O_WRONLY | os.O_CREAT)
        try:
            while True:
                os.write(file, bytes(1 << 16))
        except OSError:
            pass
    armed()
    hold()
    os._exit(7)


def inodes():
    """Empty files in /work and /tmp, and second names of them, until there is no room for one more."""
    for folder in ("/work", "/tmp"):
        try:
            for number in range(3000):
                os.close(os.open(f"{folder}/file{number}", os.O_CREAT | os.O_WRONLY))
            for number in range(3000):
                os.link(f"{folder}/file{number}", f"{folder}/link{number}")
        except OSError:
            pass
    armed()
    hold()
    os._exit(7)


def tiny_files():
    """Tries to make a hundred thousand files, deep down among them, and leaves what there is room for."""
    made = 0
    for folder in range(100):
        try:
            os.mkdir(f"out{folder}")
            for number in range(1000):
                with open(f"out{folder}/{number}", "w") as file:
                    file.write("x")
                made += 1
        except OSError:
            pass
    armed()
    hold()
    sys.exit(0 if 1024 < made < 5000 else 3)


def deep_folders():
    """Folders in folders, deeper than a path may be long."""
    depth = 0
    try:
        while True:
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
            depth += 1
    except OSError:
        pass
    armed()
    hold()
    sys.exit(0 if depth > 1000 else 3)


def sparse():
    """Files that are large and take no room: one that may be, one that is too large to be kept, one that may not be at all."""
    with open("kept", "wb") as file:
        file.truncate(32 << 20)
    with open("larger", "wb") as file:
        file.truncate(200 << 20)
    armed()
    hold()
    try:
        with open("huge", "wb") as file:
            file.truncate(1 << 40)
    except OSError as error:
        sys.exit(0 if error.errno == 27 else 3)
    sys.exit(4)


def descriptors():
    """As many descriptors as every one of sixty processes may have."""
    for _ in range(60):
        if fork() == 0:
            break
    else:
        time.sleep(0)
    kept = []
    try:
        while True:
            kept.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
    if os.getpid() == LEADER:
        armed()
        hold()
        os._exit(7)
    while True:
        time.sleep(3600)


def pipes():
    """Pipes as large as they may be, full: what the kernel lets one user have of them, all jobs together."""
    large, pages = [], 0
    try:
        while True:
            large.append(os.pipe())
            try:
                size = fcntl.fcntl(large[-1][1], 1031, 1 << 20)
            except OSError:
                size = fcntl.fcntl(large[-1][1], 1032)
            os.set_blocking(large[-1][1], False)
            try:
                # No more than a quarter of what the job has of memory.
                while pages < (64 << 20):
                    pages += os.write(large[-1][1], bytes(1 << 16))
            except BlockingIOError:
                pass
    except OSError:
        pass
    armed()
    hold()
    os._exit(7)


def pipe_race():
    """Writers and readers of pipes by the dozen, as fast as they can."""
    for _ in range(25):
        ends = os.pipe()
        if fork() == 0:
            while True:
                os.read(ends[0], 1 << 16)
        if fork() == 0:
            while True:
                os.write(ends[1], bytes(1 << 16))
        os.close(ends[0])
        os.close(ends[1])
    armed()
    while True:
        time.sleep(3600)


def inotify():
    """Asks for what tells of changed files, from eight threads: a user may have only so many, all jobs together."""
    def flood():
        while True:
            call(294, 0)
            call(253)
    for _ in range(8):
        threading.Thread(target=flood).start()
    armed()


def pending():
    """Signals that stay pending: what the kernel lets one user have of them, all jobs together. Then it tells process 1 to end.

    When there is no room left to note who has sent a signal, it comes without a sender, as one from outside does.
    """
    real_time = 40
    signal.pthread_sigmask(signal.SIG_BLOCK, [real_time])

    def fill():
        # As long as anybody else of this user is sent signals and takes them, there may be room again.
        while (state := pending_signals())[0] < state[1]:
            for _ in range(state[1] - state[0]):
                os.kill(os.getpid(), real_time)

    fill()
    armed()
    hold()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        fill()
        call(234, 1, 1, number)
    os._exit(0)


def pending_signals():
    """How many there are of this user, and how many there may be."""
    for line in open("/proc/self/status"):
        if line.startswith("SigQ:"):
            return [int(number) for number in line.split()[1].split("/")]


def output():
    """So many megabytes on stdout and stderr, then more on both for ever if the number is 0."""
    megabytes = int(sys.argv[2])
    armed()
    block = bytes(1 << 20)
    written = 0
    while not megabytes or written < megabytes:
        for stream in (1, 2):
            rest = memoryview(block)
            while rest:
                rest = rest[os.write(stream, rest):]
        written += 1


LEADER = os.getpid()
if __name__ == "__main__":
    main({
        "memory": memory, "full": full_folders, "inodes": inodes, "tiny": tiny_files, "deep": deep_folders, "sparse": sparse,
        "descriptors": descriptors, "pipes": pipes, "pipe-race": pipe_race, "inotify": inotify, "pending": pending,
        "output": output,
    })
