"""What the full posture costs: beside plain `docker run` of the same image, and beside the outer list alone."""

import hashlib
import io
import json
import os
import platform
import shutil
import subprocess
import tarfile
import time

from errors import CannotMeasure

WARM_UPS = 2
TIMEOUT_SECONDS = 300
SOURCE = "calls.c"
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
# Their keys in the answer of `calls`, in words.
ALLOWED = {
    "getppid": "`getppid`: nothing is looked at", "read": "`read` of a byte of `/dev/zero`",
    "stat": "`newfstatat` of a path", "prlimit64": "`prlimit64`: the lists look at an argument",
    "open": "`openat` and `close`: Landlock looks at the path",
}


class CallsImage:
    """An image that holds one static program, made and loaded for this run alone."""

    PROGRAM = "/calls"

    def __init__(self, engine, folder, run_id):
        self.reference = self.name(run_id)
        engine.load_image(self._archive(self._compile(folder)))

    @staticmethod
    def name(run_id):
        return f"caisson-bench/calls:{run_id}"

    @staticmethod
    def _compile(folder):
        swift = shutil.which("swift")
        beside = os.path.join(os.path.dirname(os.path.realpath(swift)), "clang") if swift else ""
        compiler = beside if os.access(beside, os.X_OK) else shutil.which("clang") or shutil.which("cc")
        if not compiler:
            raise CannotMeasure("there is no C compiler, not even the toolchain's.")
        program = os.path.join(folder, "calls")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), SOURCE)
        done = subprocess.run(
            [compiler, "-O2", "-static", "-o", program, source], capture_output=True, check=False, text=True)
        if done.returncode != 0:
            raise CannotMeasure(f"{SOURCE} does not compile: {done.stderr[:1000]}")
        return program

    def _archive(self, program):
        layer = io.BytesIO()
        with tarfile.open(fileobj=layer, mode="w") as tar:
            with open(program, "rb") as file:
                self._add(tar, self.PROGRAM[1:], file.read(), 0o755)
        machine = MACHINES.get(platform.machine())
        if not machine:
            raise CannotMeasure(f"no image can be made for {platform.machine()}.")
        digest = hashlib.sha256(layer.getvalue()).hexdigest()
        configuration = {
            "architecture": machine, "os": "linux", "config": {},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        }
        manifest = [{"Config": "config.json", "RepoTags": [self.reference], "Layers": ["layer.tar"]}]
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            self._add(tar, "layer.tar", layer.getvalue())
            self._add(tar, "config.json", json.dumps(configuration).encode())
            self._add(tar, "manifest.json", json.dumps(manifest).encode())
        return archive.getvalue()

    @staticmethod
    def _add(tar, name, content, mode=0o644):
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(content), mode
        tar.addfile(entry, io.BytesIO(content))


class PostureRuns:
    """What the rounds gave, each series in their order.

    `ours`, `outer`, `plain`: the answers of `calls` in a job, under the outer list alone, and in a plain container.
    The four others are milliseconds, of `echo`: until its line is here, and until the process has ended.
    """

    def __init__(self):
        self.ours, self.outer, self.plain = [], [], []
        self.our_starts, self.our_ends, self.plain_starts, self.plain_ends = [], [], [], []

    def measure(self, program, calls, outer, pairs):
        """`outer`: a `DockerRun` of the job's own flags in the calls' image."""
        plain = PlainRun(outer)
        echo = program.run_command(["/bin/echo", "started"]), program.environment
        # `shell` is the profile that an image without one of its own gets.
        ours = program.run_command([calls.PROGRAM, "refused"], image=calls.reference), program.environment
        for number in range(WARM_UPS + pairs):
            series = [
                (self.ours, lambda: answer(*ours)),
                (self.outer, lambda: answer(outer.run_command([calls.PROGRAM]), outer.environment)),
                (self.plain, lambda: answer(*plain.run_command(calls.reference, [calls.PROGRAM]))),
                ((self.our_starts, self.our_ends), lambda: start(*echo)),
                ((self.plain_starts, self.plain_ends),
                 lambda: start(*plain.run_command(program.shell_image, ["/bin/echo", "started"]))),
            ]
            if number % 2:
                series.reverse()
            for into, side in series:
                result = side()
                if number < WARM_UPS:
                    continue
                if isinstance(into, tuple):
                    for values, value in zip(into, result):
                        values.append(value)
                else:
                    into.append(result)


class PlainRun:
    """`docker run` as people type it: the engine's own list, its own network, no limit."""

    def __init__(self, docker):
        self.environment = docker.environment
        # So that a run that was broken off can be cleaned up.
        self.label = docker.command[docker.command.index("--label") + 1]

    def run_command(self, image, words):
        # /tmp, for the image of the calls has none.
        command = ["docker", "run", "--rm", "--pull", "never", "--label", self.label, "--tmpfs", "/tmp", image, *words]
        return command, self.environment


def answer(command, environment):
    """What `calls` has measured."""
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=TIMEOUT_SECONDS)
    if done.returncode != 0:
        raise CannotMeasure(f"{command[0]} ended with {done.returncode}: {done.stderr[:500].decode(errors='replace')}")
    return json.loads(done.stdout)


def start(command, environment):
    """The milliseconds until the first byte of output is here, and until the process has ended."""
    began = time.perf_counter()
    with subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        first = os.read(process.stdout.fileno(), 1)
        seen = time.perf_counter()
        _, words = process.communicate(timeout=TIMEOUT_SECONDS)
        ended = time.perf_counter()
    if process.returncode != 0 or not first:
        raise CannotMeasure(f"{command[0]} ended with {process.returncode}: {words[:500].decode(errors='replace')}")
    return (seen - began) * 1000, (ended - began) * 1000
