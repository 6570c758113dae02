"""Kills daemons at every point, disturbs the engine, and judges what is left: see Scripts/crash."""

import argparse
import concurrent.futures
import os
import random
import shutil
import sys
import tempfile
import time

import plants
from points import LEADS, Points
from run import Place, Run
from story import Story

# Runs in the sample: as many as fit into a minute and a half on two cores.
SAMPLE = 6
# What is done to a container behind the daemon's back, and when: made, attached to, started, given its work, at work, being removed. What does
# not run cannot be killed.
PHASES = [
    ("remove", "after GET /containers/{id}/json"), ("remove", "before POST /containers/{id}/attach"),
    ("remove", "after POST /containers/{id}/attach"), ("remove", "before POST /containers/{id}/start"),
    ("kill", "after POST /containers/{id}/start"), ("remove", "after POST /containers/{id}/start"), ("kill", "order"),
    ("remove", "order"), ("kill", "output"), ("remove", "output"), ("remove", "before DELETE /containers/{id}")]
FEW_PHASES = PHASES[6:8]
# Kills in a row over one story, and points that a daemon of it passes at most before it is killed.
KILLS, LONGEST_LIFE = 20, 60


class Report:
    """Prints each run as it ends."""

    def __init__(self):
        self.failed, self.count, self.seconds = [], 0, []

    def add(self, name, run, wanted_kills=None):
        if wanted_kills is not None and run.kills < wanted_kills:
            run.problems.append(f"killed {run.kills} times, and not {wanted_kills}")
        self.count += 1
        self.seconds.append(run.seconds)
        print(f"{'ok' if not run.problems else 'FAILED':6} {run.seconds:5.1f} s  {name}", flush=True)
        for problem in run.problems[:12]:
            print(f"       {problem}")
        if run.problems:
            self.failed.append(name)
            print(f"       all of it is in {run.folder}")
        else:
            run.forget()

    def say(self, problem):
        print(f"FAILED {problem}")
        self.failed.append(problem)


class Campaign:
    def __init__(self, place, seed, at_once):
        self._place, self._seed, self._at_once = place, seed, at_once
        self.report = Report()
        self._points = Points(place)

    def measure(self):
        """A run that nobody disturbs, which all others are compared with, and one after a kill."""
        first = Run(self._place, [("none", 1, False)] * 2).go()
        self._points.measured.append(([], first.passages()))
        self._points.measure_last(first.passages(1))
        self.same_as = first.results
        if not first.problems:
            for problem in plants.mistakes(first, self._place):
                self.report.say(f"the checker: {problem}")
        self.report.add("undisturbed, and the checker finds what is planted", first, 0)
        with concurrent.futures.ThreadPoolExecutor(self._at_once) as pool:
            for lead, run in zip(LEADS, pool.map(lambda lead: Run(self._place, [lead, ("none", 1, False)]).go(self.same_as), LEADS)):
                self._points.measured.append(([lead], run.passages(1)))
                self.report.add(f"{lead[0]}, passage {lead[1]}", run, 1)
        for problem in self._points.mistakes():
            self.report.say(problem)

    def kill_at(self, points):
        def one(point):
            plan = self._points.plan(point, self._seed)
            return point, plan, plan and Run(self._place, plan).go(self.same_as)
        with concurrent.futures.ThreadPoolExecutor(self._at_once) as pool:
            for point, plan, run in pool.map(one, points):
                if run is not None:
                    kills = sum(name != "none" for name, _, _ in plan)
                    self.report.add(f"{point}, passage {plan[-1][1]}", run, kills)

    def sample(self):
        """Some points, evenly from all that are passed."""
        passed = [point for point in self._points.all if self._points.plan(point, self._seed)]
        self.kill_at(passed[:: max(1, len(passed) // SAMPLE)][:SAMPLE])

    def all(self):
        self.kill_at(self._points.all)

    def random(self):
        """Many kills in a row, at whatever point; what comes of it is what comes of an undisturbed run."""
        dice = random.Random(self._seed)
        plan = [("any", dice.randint(1, LONGEST_LIFE), False) for _ in range(KILLS)]
        run = Run(self._place, plan).go(self.same_as)
        self.report.add(f"{run.kills} kills at any point, seed {self._seed}", run)

    def chaos(self, phases):
        """A container is killed or removed behind the daemon's back: of all others, nothing is touched."""
        def one(number):
            what, phase = phases[number]
            return Run(self._place, [], chaos=(phase, 3 + number, what)).go()
        with concurrent.futures.ThreadPoolExecutor(self._at_once) as pool:
            for (number, (what, phase)), run in zip(enumerate(phases), pool.map(one, range(len(phases)))):
                if run.evidence and [note["status"] for note in run.evidence.notes("chaos")] != [204]:
                    run.problems.append("nothing was done to a container")
                self.report.add(f"{what} {phase}, passage {3 + number}", run, 0)

    def two(self):
        """Two installations on one engine, one of which is killed now and then."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            first = pool.submit(Run(self._place, []).go, self.same_as)
            second = pool.submit(Run(self._place, [LEADS[0], ("any", 40, False)]).go, self.same_as)
            self.report.add("an installation beside another one", first.result(), 0)
            self.report.add("another one, killed twice", second.result(), 2)

    def burst(self, count):
        """Many jobs that end at once: every exit status is right."""
        run = Run(self._place, [], tell=lambda story: story.tell_burst(count)).go()
        wrong = [number for number in range(count) if run.results.get(f"burst/code-{number}", [None] * 3)[2] != number % 200]
        if wrong:
            run.problems.append(f"{len(wrong)} of {count} have another exit status than their own, {wrong[:9]} among them")
        self.report.add(f"a burst of {count} jobs", run, 0)


def main():
    parser = argparse.ArgumentParser(prog="crash")
    parser.add_argument("--repo", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--programs", required=True)
    parser.add_argument("--engine", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=1, choices=range(1, 5))
    parser.add_argument("--burst", type=int, default=50)
    parser.add_argument("--point", action="append", default=[])
    parser.add_argument("parts", nargs="+", choices=["sample", "all", "random", "chaos", "few-chaos", "two", "burst"])
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="caisson-crash-")
    campaign = Campaign(Place(options.repo, options.programs, options.engine, folder), options.seed, options.at_once)
    print(f"seed {options.seed}")
    started = time.monotonic()
    campaign.measure()
    if options.point:
        campaign.kill_at(options.point)
    for part in options.parts:
        if part == "burst":
            campaign.burst(options.burst)
        elif part == "chaos":
            campaign.chaos(PHASES)
        elif part == "few-chaos":
            campaign.chaos(FEW_PHASES)
        elif not options.point:
            getattr(campaign, part)()
    report = campaign.report
    if not report.failed:
        shutil.rmtree(folder)
    print(f"{report.count} runs, {len(report.failed)} failed, {time.monotonic() - started:.0f} s")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
