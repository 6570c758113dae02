"""Builds the copy and runs single tests in it."""

import os
import re
import subprocess

BUILD_LIMIT, TEST_LIMIT = 3600, 600  # seconds


class NotBuilt(Exception):
    """The words of the compiler."""


class Suite:
    def __init__(self, folder):
        self.folder = folder

    def build(self):
        done = self._swift(["build", "--build-tests"], BUILD_LIMIT)
        if done.returncode:
            errors = [line for line in done.stdout.splitlines() if "error:" in line]
            raise NotBuilt((errors or done.stdout.splitlines()[-1:] or ["no words"])[0])

    def run(self, tests):
        """Runs them together: the verdict `red`, `green`, or why it is neither; and the first words of a failure."""
        filters = [word for test in tests for word in ("--filter", f"^{re.escape(test)}\\(")]
        try:
            done = self._swift(["test", "--skip-build", *filters], TEST_LIMIT)
        except subprocess.TimeoutExpired:
            return f"took more than {TEST_LIMIT} s", ""
        end = re.search(r"Test run with (\d+) tests? .*(passed|failed)", done.stdout)
        if not end:
            return "the tests ended without a word", ""
        # A test that was renamed is not run, and a run of nothing is green.
        if int(end[1]) != len(tests):
            return f"{end[1]} tests were run, not {len(tests)}", ""
        if (done.returncode == 0) != (end[2] == "passed"):
            return f"exit status {done.returncode}, though the tests {end[2]}", ""
        return ("green", "") if end[2] == "passed" else ("red", _first_words(done.stdout))

    def _swift(self, arguments, limit):
        return subprocess.run(
            ["swift", *arguments], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", timeout=limit, check=False)

    @property
    def cell(self):
        """The cell that was built: each one becomes an image of the engine."""
        return os.path.join(self.folder, ".build/debug/caisson-cell")


def _first_words(output):
    """What the first issue says, in one line."""
    lines = output.splitlines()
    for number, line in enumerate(lines):
        if match := re.search(r"recorded an issue.*?: (Expectation failed|Issue recorded|Caught error)(.*)", line):
            rest = lines[number + 1][2:] if match[2] == "" and number + 1 < len(lines) else match[2].lstrip(": ")
            return " ".join(rest.split())
    return ""
