"""Every point at which a daemon can be killed, and how a run comes to it."""

import os
import subprocess
import zlib
from collections import Counter

from tap import calls_in_sources

# Points that no run passes, each for its reason; one that is passed after all has to go from here.
EXCUSED = {
    "store.setLending": "nothing asks for it yet: no job adds children to itself",
    "GET /info": "`caisson doctor` asks it, which is no daemon",
    "GET /images/json": "`caisson image list` asks it, which is no daemon",
}
# Kills after which the next daemon has all kinds of things to recover: a sandbox that was only just started; a volume that nobody uses; a
# sandbox that is surely at work.
LEADS = [("after store.markWorking", 4, False), ("before store.setCellVolume", 1, False), ("after store.cancel", 1, False)]
# What only a daemon does that follows on one which has ended in order, as the story has it at its end.
LAST = ("store.retire", "store.checkpoint")


class Points:
    """All of them, with how often they are passed in a run that nobody disturbs, and after each kill of `LEADS`."""

    def __init__(self, place):
        driver = os.path.join(place.programs, "crash-driver")
        listed = subprocess.run([driver, "points"], capture_output=True, text=True, check=True, timeout=60).stdout.split("\n")
        self.ports = [line for line in listed if line]
        self.calls = [f"{side} {call}" for call in sorted(calls_in_sources(place.repo)) for side in ("before", "after")]
        # Of each measured run, the kills before it and how often each point was passed after them.
        self.measured = []

    @property
    def all(self):
        return self.ports + self.calls

    def mistakes(self):
        """Points that nothing passes, and what passes without being a point."""
        passed = sum((counts for _, counts in self.measured), Counter())
        for point in self.all:
            is_excused = point.partition(" ")[2] in EXCUSED
            if not passed[point] and not is_excused:
                yield f"nothing passes {point}: have the story do it, or say in points.py why it cannot"
            if passed[point] and is_excused:
                yield f"{point} is passed: take it off the list in points.py"
        for point in set(passed) - set(self.all) - {"order", "output"}:
            yield f"{point} is passed, and is no call that the sources name"

    def measure_last(self, counts):
        """How often the last daemon of a run that nobody disturbs passes what it alone does."""
        own = Counter({point: count for point, count in counts.items() if point.partition(" ")[2] in LAST})
        self.measured.insert(0, ([("none", 1, False)], own))

    def plan(self, point, seed):
        """The daemons of a run that is killed at `point`; `None` if nothing passes it. The passage follows from the seed."""
        is_call = point in self.calls
        for before, counts in self.measured:
            if count := counts[point]:
                # In the first half: runs differ a little.
                passage = 1 + zlib.crc32(f"{seed} {point}".encode()) % max(1, count // 2)
                return [*before, (point, passage, is_call)]
        return None
