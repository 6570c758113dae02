"""Bombs of processes, threads and time: python3 processes.py NAME."""
import os
import signal
import threading
import time

from bomb import armed, call, fork, hold, main


LEADER = os.getpid()


def ignore_all():
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)


def fork_bomb():
    """Every process forks as fast as it can, and so do its children."""
    while True:
        if fork() is None and os.getpid() == LEADER:
            armed()
            break
    while True:
        fork()


def fork_and_hide():
    """The same, and none of them can be asked to end; each also leaves its session."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True:
        pid = fork()
        if pid == 0:
            os.setsid()
        elif pid is None and os.getpid() == LEADER:
            armed()
            break
    while True:
        if fork() == 0:
            os.setsid()


def threads():
    """As many threads as there may be, all of them awake again and again, and one more tried for ever."""
    def stir():
        while True:
            time.sleep(0.001)
    told = False
    while True:
        try:
            threading.Thread(target=stir).start()
        except RuntimeError:
            if not told:
                told = True
                armed()
            time.sleep(0.001)


def threads_without_a_head():
    """The first thread ends, and the process goes on without it."""
    def rest():
        armed()
        while True:
            time.sleep(60)
    threading.Thread(target=rest).start()
    call(60, 0)


def zombies():
    """Children that end and are never waited for fill all places."""
    while (pid := fork()) is not None:
        if pid == 0:
            os._exit(0)
    armed()
    hold()
    os._exit(7)


def orphans():
    """More children of children that end than there are places: whoever does not reap them runs out."""
    armed()
    for _ in range(300):
        pid = os.fork()
        if pid == 0:
            if fork() == 0:
                os._exit(0)
            os._exit(0)
        os.waitpid(pid, 0)
    hold()


def spin():
    armed()
    while True:
        pass


def unseen_spin():
    """Work of children that nobody waits for, so that it is charged to no parent."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    armed()
    for _ in range(8):
        pid = os.fork()
        if pid == 0:
            while time.process_time() < 0.05:
                pass
            os._exit(0)
        while os.path.exists(f"/proc/{pid}"):
            time.sleep(0.005)


def sleep():
    armed()
    while True:
        time.sleep(3600)


def ignored_term():
    """A tree that ignores whatever can be ignored."""
    ignore_all()
    for _ in range(20):
        if fork() == 0:
            break
    else:
        armed()
    while True:
        time.sleep(3600)


def stopped():
    """Stops itself and everything else in the sandbox."""
    for _ in range(10):
        if fork() == 0:
            while True:
                time.sleep(3600)
    armed()
    os.kill(-1, signal.SIGSTOP)
    os.kill(os.getpid(), signal.SIGSTOP)
    while True:
        time.sleep(3600)


def daemon():
    """Daemons in sessions of their own, deaf, with all streams kept open, that put another one in their place again and again."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    armed()
    hold()
    for _ in range(10):
        if fork() == 0:
            os.setsid()
            while True:
                time.sleep(0.001)
                if fork():
                    os._exit(0)
    os._exit(0)


def closed():
    """Closes all its streams and goes on."""
    armed()
    os.closerange(0, 256)
    while True:
        time.sleep(3600)


def signals():
    """Signals to everybody, process 1 included, from everybody."""
    ignore_all()
    for _ in range(30):
        if fork() == 0:
            while True:
                for number in (15, 17, 2, 1, 18, 10, 40):
                    os.kill(1, number)
                    os.kill(-1, number)
    armed()
    while True:
        time.sleep(3600)


def timers():
    """Timers that ring as often as the kernel has them ring, in every process."""
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.signal(signal.SIGVTALRM, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_IGN)
    for _ in range(40):
        if fork() == 0:
            break
    else:
        armed()
    for which in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
        signal.setitimer(which, 0.000001, 0.000001)
    while True:
        time.sleep(0.001)


main({
    "fork": fork_bomb, "fork-deaf": fork_and_hide, "threads": threads, "headless": threads_without_a_head,
    "zombies": zombies, "orphans": orphans, "spin": spin, "unseen": unseen_spin, "sleep": sleep, "term": ignored_term,
    "stopped": stopped, "daemon": daemon, "closed": closed, "signals": signals, "timers": timers,
})
