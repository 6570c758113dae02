"""Builds the copy and runs single tests in it."""

import os
import re
import signal
import subprocess

BUILD_LIMIT = 3600  # seconds
# One test may take this long without a control, and all of them with everything in its place.
TEST_LIMIT, TESTS_LIMIT = 600, 1800


class NotBuilt(Exception):
    """The words of the compiler."""


class Suite:
    def __init__(self, folder):
        self.folder = folder

    def build(self):
        try:
            done = self._swift(["build", "--build-tests"], BUILD_LIMIT)
        except subprocess.TimeoutExpired as error:
            raise NotBuilt(f"it took more than {BUILD_LIMIT} s") from error
        if done.returncode:
            errors = [line for line in done.stdout.splitlines() if "error:" in line]
            raise NotBuilt((errors or done.stdout.splitlines()[-1:] or ["no words"])[0])

    def run(self, tests):
        """Runs them together: the verdict `red`, `green`, or why it is neither; and the first words of a failure."""
        filters = [word for test in tests for word in ("--filter", f"^{re.escape(test)}\\(")]
        limit = TEST_LIMIT if len(tests) == 1 else TESTS_LIMIT
        try:
            done = self._swift(["test", "--skip-build", *filters], limit)
        except subprocess.TimeoutExpired:
            return f"more than {limit} s", ""
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
        """Runs it in a session of its own: what it has started ends with it, whatever happens here."""
        with subprocess.Popen(
            ["swift", *arguments], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate(timeout=limit)
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        return subprocess.CompletedProcess(arguments, process.returncode, output)

    @property
    def cell(self):
        """The cell that was built: each one becomes an image of the engine."""
        return os.path.join(self.folder, ".build/debug/caisson-cell")


def _first_words(output):
    """What the first issue says, in one line that a terminal can be shown."""
    lines = output.splitlines()
    for number, line in enumerate(lines):
        if match := re.search(r"recorded an issue.*?: (?:Expectation failed|Issue recorded|Caught error)(.*)", line):
            words = match[1].lstrip(": ") or "".join(lines[number + 1:number + 2]).lstrip("↳ ")
            return "".join(c if c.isprintable() else "·" for c in " ".join(words.split()))
    return ""
