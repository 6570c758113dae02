"""Measures and reports: see Scripts/bench."""

import argparse
import os
import secrets
import signal
import subprocess
import sys
import tempfile

import cell
import report
import tables
from cold import BENCH_LABELS, OUR_LABELS, BareJob, ColdRuns, DockerRun
from engine import Engine
from errors import CannotMeasure
from outputs import CROWD, OutputRuns
from posture import WARM_UPS, CallsImage, PostureRuns
from program import Program
from queue_runs import DaemonRuns, Driver, StoreRuns


def main():
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--repo", required=True)
    parser.add_argument("--part", choices=["cold", "posture", "queue"], required=True)
    parser.add_argument("--pairs", type=int, required=True)
    parser.add_argument("--running", type=int, required=True)
    parser.add_argument("--update-docs", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    docker_host = os.environ["DOCKER_HOST"]
    engine = Engine(docker_host)
    # Not /tmp, which may lie in memory, where a commit costs nothing.
    with tempfile.TemporaryDirectory(prefix="caisson-bench-", dir="/var/tmp") as folder:
        home = os.path.join(folder, "home")
        build = os.path.join(options.repo, ".build/release")
        # One for each job that runs at the same time: a data folder holds one running job.
        programs = [Program(build, f"{home}-{number}" if number else home, docker_host) for number in range(CROWD)]
        run_id = secrets.token_hex(4)
        measure = {"cold": measure_cold, "posture": measure_posture, "queue": measure_queue}[options.part]
        try:
            parts = measure(programs, engine, docker_host, folder, run_id, options)
        finally:
            clean_up(programs, engine, run_id)
    for part in parts:
        print(f"\n{part.text()}")
    if options.update_docs:
        tables.update(os.path.join(options.repo, "Docs/Benchmarks.md"), parts)


def measure_cold(programs, engine, docker_host, folder, run_id, options):
    program, pairs = programs[0], options.pairs
    load_before = os.getloadavg()[0]
    # Brings the cell into the engine, which only the first job of an installation has to wait for.
    say("a first job")
    program.measure(["true"])
    posture = program.show("@latest")["attempts"][0]["posture"]

    say("the cell's start")
    starts = cell.start_times(program.cell)

    say("the cell's memory")
    quiet, busy = cell.memory(program, engine)

    say(f"cold jobs: {pairs} pairs")
    bare = BareJob(engine, posture, run_id)
    docker = DockerRun(bare.body, bare.label, docker_host, folder) if DockerRun.is_there() else None
    if not docker:
        say("there is no docker command: `docker run` is left out")
    runs = ColdRuns()
    runs.measure(program, bare, docker, pairs)

    outputs = None
    if docker:
        say("large outputs, and eight jobs at once")
        for other in programs[1:]:
            other.measure(["true"])
        outputs = OutputRuns(programs, docker, folder)
        outputs.measure()

    return [
        report.machine(engine, program.home, (load_before, os.getloadavg()[0]), pairs),
        report.ratios(runs), report.times(runs), report.phases(runs), report.bare_phases(runs),
        report.cells(starts, quiet, busy),
    ] + ([report.outputs(outputs)] if outputs else [])


def measure_posture(programs, engine, docker_host, folder, run_id, options):
    program, pairs = programs[0], options.pairs
    load_before = os.getloadavg()[0]
    if not DockerRun.is_there():
        raise CannotMeasure("there is no docker command.")
    calls = CallsImage(engine, folder, run_id)
    say("a first job")
    subprocess.run(
        program.run_command([calls.PROGRAM, "refused"], image=calls.reference), env=program.environment, check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    attempt = program.show("@latest")["attempts"][0]
    bare = BareJob(engine, attempt["posture"], run_id)
    outer = DockerRun(bare.body, bare.label, docker_host, folder)
    say(f"the full posture: {pairs} rounds")
    runs = PostureRuns()
    runs.measure(program, calls, outer, pairs)
    machine = report.machine(
        engine, program.home, (load_before, os.getloadavg()[0]), pairs, WARM_UPS, "posture-machine")
    machine.lines.append(
        f"Landlock ABI {attempt['attestation']['landlock_abi']} in the kernel, {attempt['tool_posture']['landlock_abi']} in force")
    return [machine, report.posture(runs), report.posture_times(runs)]


def measure_queue(programs, engine, docker_host, folder, run_id, options):
    program = programs[0]
    load_before = os.getloadavg()[0]
    if not DockerRun.is_there():
        raise CannotMeasure("there is no docker command.")
    say("a first job")
    program.measure(["true"])
    bare = BareJob(engine, program.show("@latest")["attempts"][0]["posture"], run_id)
    docker = DockerRun(bare.body, bare.label, docker_host, folder)
    store = StoreRuns(Driver(os.path.join(options.repo, ".build/release"), folder), folder, say)
    program.stop()
    runs = DaemonRuns(program, docker, options.running, options.pairs, say)
    machine = report.machine(
        engine, program.home, (load_before, os.getloadavg()[0]), options.pairs, 0, "queue-machine")
    return [
        machine, report.store(store), report.scale(store), report.graphs(store, runs), report.daemon(runs), report.one_job(runs),
    ]


def clean_up(programs, engine, run_id):
    """Removes every container that the run made, and the volumes that our program made for it."""
    for program in programs:
        program.end()
        program.stop()
    installations = [program.installation for program in programs]
    # A call may have been broken off in its middle.
    engine.reconnect()
    engine.remove_all(f"{BENCH_LABELS}run={run_id}")
    engine.remove_image(CallsImage.name(run_id))
    for installation in installations:
        if installation:
            engine.remove_all(f"{OUR_LABELS}installation={installation}")


def say(words):
    print(f"bench: {words}", file=sys.stderr, flush=True)


try:
    main()
except CannotMeasure as error:
    say(f"cannot measure: {error}")
    sys.exit(1)
except KeyboardInterrupt:
    sys.exit(130)
