"""Makes the tables out of what was measured."""

import os
import platform
import time
from statistics import median

import cell
import cold
import posture as posture_part
import program
import queue_runs as queue
from outputs import CROWD, STREAM_BYTES, OutputRuns
from series import Ratio, percentile
from tables import Table, Words

MIB = 1 << 20


def machine(engine, home, loads, pairs, warm_ups=cold.WARM_UPS, name="machine"):
    info, version = engine.info(), engine.version()
    cores = os.cpu_count()
    facts = [
        f"{cores} core{'s' if cores != 1 else ''} ({platform.machine()}), {info['MemTotal'] / (1 << 30):.0f} GiB of memory, "
        f"Linux {'.'.join(platform.release().split('.')[:2])}",
        f"Docker Engine {version['Version'].split('+')[0]} (API {version['ApiVersion']}), {info['Driver']}, "
        f"cgroup v{info.get('CgroupVersion', '?')}",
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, release build; data folder on {_file_system(home)}",
        f"{pairs} pairs after {warm_ups} warm-up pairs; load average {loads[0]:.1f} before, {loads[1]:.1f} after",
    ]
    return Words(name, facts)


def _file_system(path):
    """The kind of the file system that holds `path`: a tmpfs would make every commit look free."""
    best = ("", "an unknown file system")
    with open("/proc/self/mountinfo") as file:
        for line in file:
            words = line.split()
            point, kind = words[4], words[words.index("-") + 1]
            if os.path.commonpath([point, path]) == point and len(point) >= len(best[0]):
                best = (point, kind)
    return best[1]


def times(runs):
    """How long each side took."""
    table = Table("times", ["milliseconds", "p50", "p90"])
    _series(table, "caisson: submit → result committed", [job.committed for job in runs.ours])
    _series(table, "caisson: submit → container removed", [job.removed for job in runs.ours])
    _series(table, "bare client: create … remove", runs.bare_totals)
    _series(table, "bare client: create … end of `true`", runs.bare_until_end)
    _series(table, "whole `caisson run`", [job.wall for job in runs.ours])
    if runs.docker:
        _series(table, "whole `docker run --rm` (orientation)", runs.docker)
    return table


def ratios(runs):
    """The first is the one that has a budget; the others say what it hides."""
    table = Table("ratios", ["ratio of medians", "", "95 % interval", "budget"])
    committed, removed, walls = ([getattr(job, name) for job in runs.ours] for name in ("committed", "removed", "wall"))
    _ratio(table, "submit → result committed / bare create … remove", committed, runs.bare_totals, "≤ 1.10")
    _ratio(table, "submit → container removed / bare create … remove", removed, runs.bare_totals)
    _ratio(table, "submit → result committed / bare create … end of `true`", committed, runs.bare_until_end)
    _ratio(table, "whole `caisson run` / bare create … remove", walls, runs.bare_totals)
    if runs.docker:
        _ratio(table, "whole `caisson run` / whole `docker run --rm` (orientation)", walls, runs.docker)
    return table


def phases(runs):
    """The whole of `caisson run`, piece by piece."""
    table = Table("phases", ["`caisson run`", "p50 ms", "p90 ms"])
    _series(table, "before the submit: process, store, recovery, image", [job.before for job in runs.ours])
    for name in program.PHASES:
        _series(table, name, [job.phases[name] for job in runs.ours])
    _series(table, "first and last commit", [job.committed - sum(job.phases.values()) for job in runs.ours])
    _series(table, "result committed → container removed", [job.removed - job.committed for job in runs.ours])
    _series(table, "after the removal: closing down", [job.after for job in runs.ours])
    return table


def bare_phases(runs):
    table = Table("bare", ["bare client", "p50 ms", "p90 ms"])
    for name in cold.BareJob.PHASES:
        _series(table, name, [phases[name] for phases in runs.bare])
    return table


def cells(starts, quiet, busy):
    table = Table("cell", ["the cell", "p50", "p90", "budget"])
    table.add("start: exec → first WELCOME, ms", f"{median(starts):.2f}", f"{percentile(starts, 0.9):.2f}", "< 5")
    for what, samples in (("tool sleeps", quiet), (f"after {cell.OUTPUT_BYTES // MIB} MiB of output", busy)):
        for name, budget in (("rss", "< 6"), ("pss", "< 6"), ("anonymous", "")):
            values = [getattr(sample, name) / MIB for sample in samples]
            word = {"rss": "Rss", "pss": "Pss", "anonymous": "anonymous part"}[name]
            table.add(f"memory, {what}: {word}, MiB", f"{median(values):.2f}", f"{percentile(values, 0.9):.2f}", budget)
    return table


def outputs(runs):
    """Throughput is theirs over ours: more is better for us. The others are ours over theirs."""
    table = Table("outputs", ["ratio of medians", "", "95 % interval", "budget"])
    mib = STREAM_BYTES // MIB
    ours, theirs = OutputRuns.net(runs.ours, runs.ours_idle), OutputRuns.net(runs.theirs, runs.theirs_idle)
    _ratio(table, f"{mib} MiB of stdout into a file, whole process: our throughput / `docker run`'s", runs.theirs, runs.ours, "≥ 0.50")
    _ratio(table, "the same, without what a job that writes nothing takes", theirs, ours)
    _ratio(table, "one job of `true`, whole process: ours / `docker run`'s", runs.ours_idle, runs.theirs_idle, "< 1")
    _ratio(table, f"{CROWD} jobs of `true` at once: ours / `docker run`'s", runs.ours_crowd, runs.theirs_crowd, "< 1")
    table.add("MiB/s, ours", f"{mib * 1000 / median(ours):.0f}", "", "")
    table.add("MiB/s, `docker run`'s", f"{mib * 1000 / median(theirs):.0f}", "", "")
    return table


def posture(runs):
    """All of it beside nothing of it; then the walls within the container beside the outer list alone."""
    table = Table("posture", ["ratio of medians", "", "95 % interval", "budget"])
    _ratio(table, "start → first byte of output: `caisson run` / plain `docker run --rm`", runs.our_starts, runs.plain_starts, "≤ 1.00")
    _ratio(table, "whole process: `caisson run` / plain `docker run --rm`", runs.our_ends, runs.plain_ends, "≤ 1.00")
    for key, what in (("spin_wall", "time"), ("spin_cpu", "CPU time")):
        ours, plain = ([answer[key] for answer in answers] for answers in (runs.ours, runs.plain))
        _ratio(table, f"{what} of a tool that computes: in a job / in plain `docker run`", ours, plain, "≤ 1.03")
    for key, words in posture_part.ALLOWED.items():
        ours, outer = ([answer[key] for answer in answers] for answers in (runs.ours, runs.outer))
        _ratio(table, f"{words}: in a job / under the outer list alone", ours, outer, "≤ 1.05")
    return table


def posture_times(runs):
    """The median over the rounds of each round's own median."""
    table = Table("posture-times", ["microseconds", "in a job", "outer list alone", "plain `docker run`", "budget"])
    for key, words in posture_part.ALLOWED.items():
        columns = [median(answer[key] for answer in answers) / 1000 for answers in (runs.ours, runs.outer, runs.plain)]
        table.add(words, *(f"{value:.2f}" for value in columns), "")
    for key, budget in (("refused_p50", "≤ 10"), ("refused_p99", "")):
        value = median(answer[key] for answer in runs.ours) / 1000
        table.add(f"a refused call, {key.removeprefix('refused_')} of a round", f"{value:.2f}", "", "", budget)
    return table


def store(runs):
    """The store and the scheduler without an engine; the ratios beside the plain program."""
    table = Table("store", ["transitions, each durable when it is answered", "a second", "times a plain program", "budget"])
    plain = median(runs.plain)
    table.add("a plain program: a transaction of its own for each", f"{plain:,.0f}", "1.0", "")
    for callers, rates in runs.transitions.items():
        who = "1 caller" if callers == 1 else f"{callers} callers"
        # The budget is for as many as write at once when a daemon is busy.
        table.add(f"the store, {who}", f"{median(rates):,.0f}", f"{median(rates) / plain:.1f}", "≥ 10,000" if callers == max(runs.transitions) else "")
    drain = runs.drain
    table.add(
        f"a graph of {drain['jobs']:,.0f} jobs with {queue.DRAIN_SLOTS} slots, planned and run to its end", f"{drain['transitions'] / drain['seconds']:,.0f}",
        f"{drain['transitions'] / drain['seconds'] / plain:.1f}", "≥ 10,000")
    return table


def scale(runs):
    """What grows with the number of jobs, and what must not."""
    table = Table("scale", ["the store, with so many jobs", *(f"{jobs:,}" for jobs in queue.LISTS), "budget"])
    for name, words, budget in (
        ("all p95_ms", "`list`, first page of 50, p95 ms", "≤ 20"), ("failed p95_ms", "… of those that have failed, p95 ms", "≤ 20"),
        ("running p95_ms", "… of those that run, p95 ms", "≤ 20"), ("roots p95_ms", "… of roots, p95 ms", "≤ 20"),
        ("no match p50_ms", "… of a name that none has, p50 ms", ""),
    ):
        table.add(words, *(f"{found[name]:.2f}" for found in runs.lists), budget)
    table.add("what there is to plan with, p50 ms", *(f"{found['p50_ms']:.2f}" for found in runs.plans), "")
    table.add("what there is to plan with, p99 ms", *(f"{found['p99_ms']:.2f}" for found in runs.plans), "")
    return table


def graphs(store_runs, daemon_runs):
    table = Table("graphs", ["a graph is submitted, seconds", *(f"{nodes:,} nodes" for nodes in queue.SUBMITS)])
    table.add("checked and stored", *(f"{found['seconds']:.2f}" for found in store_runs.submits))
    table.add("whole `caisson submit -f`, through the daemon", *(f"{daemon_runs.submits[nodes]:.2f}" for nodes in queue.SUBMITS))
    table.add("peak memory of the first, MiB", *(f"{found['peak_mib']:.0f}" for found in store_runs.submits))
    drain = store_runs.drain
    table.add(f"a graph of {drain['jobs']:,.0f} jobs to its end (budget ≤ 60)", f"{drain['seconds']:.1f}", "", "")
    table.add("the most memory that took, MiB (budget < 200)", f"{drain['peak_mib']:.0f}", "", "")
    return table


def daemon(runs):
    table = Table("daemon", ["the daemon", "p50", "p99", "budget"])

    def row(words, values, budget=""):
        table.add(words, f"{median(values):.1f}", f"{percentile(values, 0.99):.1f}", budget)

    row("start → first answer, ms", runs.starts)
    idle = runs.idle_empty
    table.add("idle: processor, % of a core", f"{idle['cpu']:.2f}", "", "< 0.5")
    table.add("idle: woken, times a second", f"{idle['wakes']:.1f}", "", "")
    table.add("idle: memory, MiB", f"{idle['memory']:.0f}", "", "< 60")
    jobs = max(runs.pages)
    table.add(f"memory with {jobs:,} jobs that wait, MiB", f"{runs.resident_full:.0f}", "", "")
    row("whole `caisson list`, empty, ms", runs.pages[0])
    row(f"whole `caisson list`, {jobs:,} jobs, ms", runs.pages[jobs])
    for behind in runs.claims:
        row(f"claim committed → tool runs, {behind:,} behind, ms", runs.claims[behind])
    for behind in runs.handovers:
        row(f"place is free → next claim committed, {behind:,} behind, ms", runs.handovers[behind])
    recovery = runs.recovery
    table.add(f"SIGKILL with {runs.running} running jobs: start → all adopted, s", f"{recovery['adopted']:.2f}", "", "≤ 5")
    table.add("… of these run again", f"{recovery['again']}", "", "0")
    return table


def one_job(runs):
    table = Table("one-job", ["ratio of medians", "", "95 % interval", "budget"])
    _ratio(table, "whole `caisson run` with a daemon / whole `docker run --rm`", runs.ours, runs.theirs)
    table.add("whole `caisson run` with a daemon, p50 ms", f"{median(runs.ours):.1f}", "", "")
    table.add("whole `docker run --rm`, p50 ms", f"{median(runs.theirs):.1f}", "", "")
    return table


def _series(table, name, values):
    table.add(name, f"{median(values):.1f}", f"{percentile(values, 0.9):.1f}")


def _ratio(table, name, above, below, budget=""):
    ratio = Ratio(above, below)
    table.add(name, f"{ratio.value:.3f}", f"{ratio.low:.3f} … {ratio.high:.3f}", budget)
