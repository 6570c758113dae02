"""What the profile "python" promises of CPython's standard library.

Each check prints one line: "ok NAME", or "NO NAME: what happened". Arguments: only the checks of these names.
"""
import os
import sys
import time
import traceback

CHECKS = []


def check(f):
    CHECKS.append(f)
    return f


@check
def json_():
    import json
    assert json.loads(json.dumps({"a": [1, 2.5, None, True, "ü"]})) == {"a": [1, 2.5, None, True, "ü"]}


@check
def sqlite3_():
    import sqlite3
    for mode in ("delete", "wal"):
        with sqlite3.connect(f"/work/{mode}.db", timeout=1) as db:
            db.execute(f"pragma journal_mode={mode}")
            db.execute("create table t(x)")
            db.executemany("insert into t values (?)", [(i,) for i in range(1000)])
            db.commit()
            assert db.execute("select sum(x) from t").fetchone() == (499500,)
            db.execute("vacuum")


@check
def subprocess_():
    import subprocess
    assert subprocess.run(["cat"], input=b"x" * 100000, capture_output=True, check=True).stdout == b"x" * 100000
    assert subprocess.check_output("echo $((6 * 7)) | cat", shell=True) == b"42\n"
    assert subprocess.run(["sh", "-c", "exit 3"]).returncode == 3
    try:
        subprocess.run(["sleep", "60"], timeout=0.1)
        raise AssertionError("no timeout")
    except subprocess.TimeoutExpired:
        pass
    p = subprocess.Popen(["sleep", "60"], start_new_session=True, stdin=subprocess.DEVNULL)
    p.terminate()
    assert p.wait() == -15
    command = ["sh", "-c", "echo out; echo err >&2"]
    out = subprocess.run(command, capture_output=True, text=True, cwd="/tmp", env={"PATH": os.environ["PATH"]})
    assert (out.stdout, out.stderr) == ("out\n", "err\n")
    assert os.system("exit 2") == 512
    assert os.popen("echo hi").read() == "hi\n"


@check
def fork_():
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(w, b"child")
        os._exit(5)
    assert os.waitpid(pid, 0)[1] >> 8 == 5
    assert os.read(r, 9) == b"child"
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 4"], os.environ)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 4


@check
def threading_():
    import threading, queue
    q, results = queue.Queue(), []
    lock, ready = threading.Lock(), threading.Event()
    def work():
        ready.wait()
        while (n := q.get()) is not None:
            with lock:
                results.append(n * n)
    threads = [threading.Thread(target=work) for _ in range(8)]
    for t in threads: t.start()
    ready.set()
    for n in range(1000): q.put(n)
    for t in threads: q.put(None)
    for t in threads: t.join()
    assert sum(results) == sum(n * n for n in range(1000))
    fired = threading.Event()
    threading.Timer(0.01, fired.set).start()
    assert fired.wait(10)
    assert threading.get_native_id() > 0


@check
def asyncio_():
    import asyncio
    async def serve(reader, writer):
        writer.write((await reader.readline()).upper())
        await writer.drain()
        writer.close()
    async def main():
        assert await asyncio.gather(*[asyncio.sleep(0.001, n) for n in range(20)]) == list(range(20))
        assert await asyncio.to_thread(lambda: 42) == 42
        p = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
        assert (await p.communicate(b"hello"))[0] == b"hello"
        p = await asyncio.create_subprocess_shell("exit 6")
        assert await p.wait() == 6
        server = await asyncio.start_unix_server(serve, "/tmp/s")
        reader, writer = await asyncio.open_unix_connection("/tmp/s")
        writer.write(b"ping\n")
        assert await reader.readline() == b"PING\n"
        writer.close()
        server.close()
        await server.wait_closed()
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        loop.add_signal_handler(10, done.set_result, True)
        os.kill(os.getpid(), 10)
        assert await asyncio.wait_for(done, 10)
    asyncio.run(main())


@check
def futures_():
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda n: n + 1, range(100))) == list(range(1, 101))


@check
def multiprocessing_process():
    import multiprocessing as mp
    for kind in ("fork", "spawn", "forkserver"):
        context = mp.get_context(kind)
        here, there = context.Pipe()
        p = context.Process(target=send, args=(there, kind))
        p.start()
        assert here.recv() == kind
        p.join()
        assert p.exitcode == 0


def send(pipe, word):
    pipe.send(word)


@check
def decimal_fractions():
    from decimal import Decimal, getcontext
    getcontext().prec = 50
    assert str(Decimal(2).sqrt())[:12] == "1.4142135623"
    import math, random, statistics, fractions
    assert fractions.Fraction(1, 3) + fractions.Fraction(1, 6) == fractions.Fraction(1, 2)
    assert statistics.mean([1, 2, 3]) == 2
    assert 0 <= random.SystemRandom().random() < 1
    assert random.Random(1).random() == 0.13436424411240122


@check
def compression():
    import zlib, gzip, bz2, lzma, zipfile, tarfile
    data = os.urandom(1000) + b"a" * 100000
    for m in (zlib, gzip, bz2, lzma):
        assert m.decompress(m.compress(data)) == data
    with zipfile.ZipFile("/work/z.zip", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("a/b.txt", data)
    with zipfile.ZipFile("/work/z.zip") as z:
        z.extractall("/work/unzipped")
    with tarfile.open("/work/t.tgz", "w:gz") as t:
        t.add("/work/unzipped", "x")
    with tarfile.open("/work/t.tgz") as t:
        t.extractall("/work/untarred")
    assert open("/work/untarred/x/a/b.txt", "rb").read() == data


@check
def hashing():
    import hashlib, hmac, secrets, uuid, ssl
    assert hashlib.sha256(b"abc").hexdigest().startswith("ba7816bf")
    assert hashlib.scrypt(b"p", salt=b"s", n=2, r=8, p=1)
    assert hmac.new(b"k", b"m", "sha512").hexdigest()
    assert secrets.token_bytes(16) != secrets.token_bytes(16)
    assert uuid.uuid4() != uuid.uuid1()
    ssl.create_default_context()


@check
def tempfile_shutil():
    import tempfile, shutil, pathlib, filecmp
    with tempfile.TemporaryDirectory() as d:
        p = pathlib.Path(d)
        (p / "a/b").mkdir(parents=True)
        (p / "a/b/f").write_bytes(os.urandom(200000))
        os.symlink("f", p / "a/b/link")
        shutil.copytree(p / "a", p / "c", symlinks=True)
        assert filecmp.cmp(p / "a/b/f", p / "c/b/f", shallow=False)
        shutil.move(p / "c", p / "d")
        shutil.rmtree(p / "d")
        assert sorted(x.name for x in p.rglob("*")) == ["a", "b", "f", "link"]
        shutil.make_archive(str(p / "x"), "zip", p / "a")
        assert shutil.disk_usage("/work").total > 0
    with tempfile.TemporaryFile() as f: f.write(b"x")
    with tempfile.NamedTemporaryFile() as f: assert os.path.exists(f.name)
    with tempfile.SpooledTemporaryFile(10) as f: f.write(b"x" * 100)


@check
def os_files():
    os.chdir("/work")
    fd = os.open("f", os.O_RDWR | os.O_CREAT, 0o600)
    os.write(fd, b"0123456789")
    os.pwrite(fd, b"X", 3)
    assert os.pread(fd, 4, 1) == b"12X4"
    os.lseek(fd, 0, os.SEEK_SET)
    assert os.readv(fd, [bytearray(2), bytearray(3)]) == 5
    os.writev(fd, [b"a", b"b"])
    os.ftruncate(fd, 4)
    os.fsync(fd)
    os.fdatasync(fd)
    os.fchmod(fd, 0o640)
    assert os.fstat(fd).st_mode & 0o777 == 0o640
    other = os.dup(fd)
    os.dup2(other, 50)
    os.dup2(other, 51, inheritable=False)
    os.close(50)
    os.close(51)
    os.close(other)
    assert os.get_inheritable(fd) is False
    os.set_inheritable(fd, True)
    os.set_blocking(fd, False)
    os.close(fd)
    os.chmod("f", 0o600)
    os.utime("f", (1, 2))
    assert os.stat("f").st_mtime == 2
    os.rename("f", "g")
    os.replace("g", "h")
    os.link("h", "i")
    os.symlink("h", "j")
    assert os.readlink("j") == "h"
    os.truncate(os.open("h", os.O_WRONLY), 3)
    os.mkdir("d")
    os.makedirs("d/e/f")
    os.mkfifo("p")
    os.remove("p")
    os.rmdir("d/e/f")
    assert os.access("h", os.R_OK) and not os.access("h", os.X_OK)
    assert {e.name for e in os.scandir("d")} == {"e"} and os.listdir("d") == ["e"]
    d = os.open("d", os.O_RDONLY)
    os.mkdir("k", dir_fd=d)
    os.rmdir("k", dir_fd=d)
    assert os.stat("e", dir_fd=d).st_nlink == 2
    os.open("q", os.O_CREAT | os.O_WRONLY, dir_fd=d)
    os.rename("q", "r", src_dir_fd=d, dst_dir_fd=d)
    os.symlink("r", "s", dir_fd=d)
    assert os.readlink("s", dir_fd=d) == "r"
    os.unlink("s", dir_fd=d)
    os.chmod("r", 0o600, dir_fd=d)
    os.fchdir(d)
    assert os.getcwd() == "/work/d"
    os.chdir("/work")
    os.close(d)
    os.statvfs("/work")
    os.umask(0o022)
    list(os.walk("/work"))


@check
def os_process():
    assert os.getuid() == os.geteuid() == os.getgid() == os.getegid() == 65532
    os.getgroups()
    os.getppid()
    os.getpgid(0)
    os.getpgrp()
    os.uname()
    os.getloadavg()
    assert os.cpu_count() >= 1 and len(os.sched_getaffinity(0)) >= 1
    os.sched_setaffinity(0, os.sched_getaffinity(0))
    os.sched_yield()
    assert os.nice(0) == 0 and os.nice(1) == 1 and os.getpriority(os.PRIO_PROCESS, 0) == 1
    import resource, platform, getpass
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0
    platform.platform()
    getpass.getuser()
    os.path.expanduser("~root")
    assert len(os.getrandom(8)) == 8
    assert not os.isatty(0)


@check
def signals():
    import signal
    seen = []
    signal.signal(signal.SIGUSR1, lambda *a: seen.append(a[0]))
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR1)
    import threading
    signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
    assert len(seen) == 3
    signal.signal(signal.SIGALRM, lambda *a: seen.append("alarm"))
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    signal.pause()
    signal.alarm(100)
    assert signal.alarm(0) == 100
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    os.kill(os.getpid(), signal.SIGUSR2)
    assert signal.sigwait({signal.SIGUSR2}) == signal.SIGUSR2
    os.kill(os.getpid(), signal.SIGUSR2)
    assert signal.sigtimedwait({signal.SIGUSR2}, 1).si_signo == signal.SIGUSR2
    import faulthandler
    faulthandler.enable()
    faulthandler.dump_traceback(open("/dev/null", "w"))


@check
def mmap_():
    import mmap
    with open("/work/m", "w+b") as f:
        f.truncate(8192)
        with mmap.mmap(f.fileno(), 8192) as m:
            m[:5] = b"hello"
            m.flush()
            m.resize(16384)
            m.madvise(mmap.MADV_DONTNEED)
    assert open("/work/m", "rb").read(5) == b"hello"
    with mmap.mmap(-1, 1 << 20) as m: m[0] = 1


@check
def select_():
    import select, selectors, socket
    a, b = socket.socketpair()
    b.send(b"x")
    assert select.select([a], [], [], 1)[0] == [a]
    p = select.poll()
    p.register(a, select.POLLIN)
    assert p.poll(1000)
    with select.epoll() as e:
        e.register(a, select.EPOLLIN)
        assert e.poll(1)
    with selectors.DefaultSelector() as s:
        s.register(a, 1)
        assert s.select(1)
    assert a.recv(1) == b"x"
    a.settimeout(0.01)
    try:
        a.recv(1)
        raise AssertionError("no timeout")
    except TimeoutError:
        pass


@check
def sockets():
    import socket, socketserver, threading, array
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("/tmp/u")
        server.listen()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect("/tmp/u")
            peer, _ = server.accept()
            client.sendall(b"abc")
            assert peer.recv(3) == b"abc"
            peer.getsockname()
            peer.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            fd = os.open("/work/m", os.O_RDONLY)
            socket.send_fds(client, [b"f"], [fd])
            assert socket.recv_fds(peer, 1, 1)[0] == b"f"
            peer.shutdown(socket.SHUT_RDWR)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as d:
        d.bind("/tmp/d")
        d.sendto(b"x", "/tmp/d")
        assert d.recvfrom(1)[0] == b"x"


@check
def files_locks():
    import fcntl
    with open("/work/lock", "w") as f:
        fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB)


@check
def text_tools():
    import ctypes, datetime, logging, pickle, re, zoneinfo
    import xml.etree.ElementTree as ET
    assert re.sub(r"(\w+)", r"<\1>", "a b") == "<a> <b>"
    assert ET.fromstring("<a><b/></a>")[0].tag == "b"
    assert datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).utcoffset().seconds == 7200
    assert ctypes.CDLL(None).abs(-3) == 3
    assert pickle.loads(pickle.dumps({1: 2})) == {1: 2}
    logging.getLogger("x").info("y")
    time.sleep(0.001)
    time.perf_counter()
    time.monotonic()
    time.process_time()
    time.thread_time()
    time.clock_getres(time.CLOCK_REALTIME)


@check
def compiled():
    import py_compile, importlib, sys as s
    open("/work/mod.py", "w").write("X = 42\n")
    s.path.insert(0, "/work")
    assert importlib.import_module("mod").X == 42
    py_compile.compile("/work/mod.py", doraise=True)
    x = [bytearray(1 << 20) for _ in range(50)]
    del x


def main():
    failed = 0
    for f in CHECKS:
        if sys.argv[1:] and f.__name__ not in sys.argv[1:]:
            continue
        os.chdir("/work")
        try:
            f()
            print("ok", f.__name__, flush=True)
        except BaseException as error:
            failed += 1
            lines = [frame.line for frame in traceback.extract_tb(error.__traceback__) if frame.filename == __file__]
            print(f"NO {f.__name__}: {error!r} in {lines[-1]}", flush=True)
    print(f"{failed} failed" if failed else "done")


if __name__ == "__main__":
    main()
