"""A cold job of `true`: ours, the bare client's, and `docker run`'s, one after the other."""

import json
import os
import shutil
import subprocess
import time

from errors import CannotMeasure

WARM_UPS = 3
OUR_LABELS = "org.caisson."
BENCH_LABELS = "caisson-bench."


class BareJob:
    """The same create body, with the command in the entry point's place."""

    PHASES = ["create", "wait opened", "start", "run", "remove"]

    def __init__(self, engine, posture, run_id):
        self.engine = engine
        self.name = f"caisson-bench-{run_id}"
        self.label = f"{BENCH_LABELS}run={run_id}"
        # What the engine shows of a container is a superset of what create takes; it ignores the rest.
        self.body = dict(posture["Config"], HostConfig=posture["HostConfig"], Entrypoint=["/bin/true"], Cmd=[])
        # As many labels, but none that would make the container look like ours; one of them is replaced by the bench's own.
        labels = {name.replace(OUR_LABELS, BENCH_LABELS, 1): value for name, value in self.body["Labels"].items()}
        labels.pop(BENCH_LABELS + "installation", None)
        self.body["Labels"] = labels | {BENCH_LABELS + "run": run_id}
        self.encoded = json.dumps(self.body).encode()
        self.count = 0

    def measure(self):
        """The phases in milliseconds."""
        self.count += 1
        laps = [time.perf_counter()]

        def lap():
            laps.append(time.perf_counter())

        container = self.engine.create(f"{self.name}-{self.count}", self.encoded)
        lap()
        wait = self.engine.open_wait(container)
        lap()
        self.engine.start(container)
        lap()
        ending = json.loads(wait.read())
        lap()
        self.engine.remove(container)
        lap()
        if ending["StatusCode"] != 0:
            raise CannotMeasure(f"the bare client's /bin/true ended with {ending}.")
        return {name: (end - begin) * 1000 for name, begin, end in zip(self.PHASES, laps, laps[1:])}


class DockerRun:
    """`docker run --rm` of the same job, as far as its flags go."""

    def __init__(self, body, label, docker_host, folder):
        host = body["HostConfig"]
        seccomp = os.path.join(folder, "seccomp.json")
        security = []
        for option in host["SecurityOpt"]:
            if option.startswith("seccomp="):
                with open(seccomp, "w") as file:
                    file.write(option.removeprefix("seccomp="))
                option = f"seccomp={seccomp}"
            security += ["--security-opt", option]
        cell = host["Mounts"][0]
        self.command = [
            "docker", "run", "--rm", "--interactive", "--pull", "never", "--label", label,
            "--network", "none", "--ipc", host["IpcMode"], "--cgroupns", host["CgroupnsMode"], "--read-only",
            "--cap-drop", "ALL", *security, "--user", body["User"], "--hostname", body["Hostname"],
            "--workdir", body["WorkingDir"], "--no-healthcheck", "--log-driver", "none", "--stop-signal", body["StopSignal"],
            "--memory", str(host["Memory"]), "--memory-swap", str(host["MemorySwap"]),
            "--cpus", str(host["NanoCpus"] / 1e9), "--pids-limit", str(host["PidsLimit"]),
            "--oom-score-adj", str(host["OomScoreAdj"]), "--shm-size", str(host["ShmSize"]),
            "--mount", f"type=volume,source={cell['Source']},target={cell['Target']},readonly,volume-nocopy",
        ]
        for limit in host["Ulimits"]:
            self.command += ["--ulimit", f"{limit['Name']}={limit['Soft']}:{limit['Hard']}"]
        for path, options in host["Tmpfs"].items():
            self.command += ["--tmpfs", f"{path}:{options}"]
        self.command += ["--entrypoint", "/bin/true", body["Image"]]
        self.environment = dict(os.environ, DOCKER_HOST=docker_host, DOCKER_API_VERSION="1.41")

    def run_command(self, words):
        """The same job with another command."""
        entry = self.command.index("--entrypoint")
        return [*self.command[:entry + 1], words[0], self.command[entry + 2], *words[1:]]

    @staticmethod
    def is_there():
        return shutil.which("docker") is not None

    def measure(self):
        """The whole process in milliseconds."""
        started = time.perf_counter()
        done = subprocess.run(
            self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, check=False)
        wall = (time.perf_counter() - started) * 1000
        if done.returncode != 0:
            raise CannotMeasure(f"docker run ended with {done.returncode}: {done.stderr[:500].decode(errors='replace')}")
        return wall


class ColdRuns:
    """What the rounds gave: for each round our job, the bare client's phases, and `docker run` where there is one."""

    def __init__(self):
        self.ours, self.bare, self.docker = [], [], []

    def measure(self, program, bare, docker, pairs):
        for number in range(WARM_UPS + pairs):
            sides = [lambda: program.measure(["true"]), bare.measure]
            if number % 2:
                results = [side() for side in reversed(sides)][::-1]
            else:
                results = [side() for side in sides]
            cli = docker.measure() if docker else None
            if number < WARM_UPS:
                continue
            self.ours.append(results[0])
            self.bare.append(results[1])
            if docker:
                self.docker.append(cli)

    @property
    def bare_totals(self):
        return [sum(phases.values()) for phases in self.bare]

    @property
    def bare_until_end(self):
        """Without the removal."""
        return [sum(phases.values()) - phases["remove"] for phases in self.bare]
