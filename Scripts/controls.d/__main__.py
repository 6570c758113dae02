"""Takes controls out of a copy of the code, one after another: see Scripts/controls."""

import argparse
import os
import sys
import time

import control
from leftovers import Cells
from suite import NotBuilt, Suite
from worktree import NotACopy, Worktree


def main():
    parser = argparse.ArgumentParser(prog="controls")
    parser.add_argument("--repo", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--list", action="store_true", help="what there is, without building")
    parser.add_argument("--copy", metavar="FOLDER", help="where the copy is (default .build-controls)")
    parser.add_argument("ids", nargs="*", metavar="ID")
    options = parser.parse_args()
    try:
        controls = chosen(control.parse(read(options.repo, control.TABLE)), options.ids)
        if options.list:
            return 0 if show(controls, options.repo) else 1
        worktree = Worktree(options.repo, options.copy or os.path.join(options.repo, ".build-controls"))
        return run(controls, worktree, Suite(worktree.folder), Cells(os.environ["DOCKER_HOST"]))
    except (control.Stale, NotACopy) as error:
        sys.exit(f"controls: {error}")


def read(repo, path):
    with open(os.path.join(repo, path), encoding="utf-8") as file:
        return file.read()


def chosen(controls, ids):
    unknown = set(ids) - {control.id for control in controls}
    if unknown:
        raise control.Stale(f"there is no {', '.join(sorted(unknown))}: see --list")
    return [control for control in controls if not ids or control.id in ids]


def show(controls, repo):
    """Prints all; whether each still has its place in the code."""
    is_fine = True
    for entry in controls:
        print(f"{entry.id:24} {entry.claim:4} {entry.file}  {', '.join(entry.tests)}")
        try:
            entry.without(read(repo, entry.file))
        except (OSError, control.Stale) as error:
            print(f"  STALE: {error}")
            is_fine = False
    print(f"{len(controls)} controls")
    return is_fine


def run(controls, worktree, suite, cells):
    """Takes out each, then runs all of their tests on the code as it is; the exit status."""
    worktree.sync()
    rows, started = [], time.monotonic()
    try:
        for entry in controls:
            began = time.monotonic()
            verdict, words = without(entry, worktree, suite, cells)
            rows.append((entry, verdict))
            print(f"{verdict:6} {time.monotonic() - began:5.0f} s  {entry.id:24} {words[:150]}", flush=True)
        worktree.sync()
        suite.build()
        tests = sorted({test for entry in controls for test in entry.tests})
        whole, words = suite.run(tests)
        cells.note(suite.cell)
    except NotBuilt as error:
        # With all controls in it.
        sys.exit(f"controls: the code itself is not built: {error}")
    finally:
        worktree.sync()
        cells.remove()
    print_table(rows)
    open_ones = [entry.id for entry, verdict in rows if verdict != "red"]
    print(f"{len(rows) - len(open_ones)} of {len(rows)} controls are held by a test that turns red without them; "
          f"with all of them, their {len(tests)} tests are {whole}: {words}"[:400].rstrip(": "))
    print(f"controls: {time.monotonic() - started:.0f} s")
    if open_ones:
        print(f"controls: not held: {', '.join(open_ones)}")
    return 1 if open_ones or whole != "green" else 0


def without(entry, worktree, suite, cells):
    """The verdict on one control: `red` if each of its tests fails without it."""
    text = worktree.text(entry.file)
    try:
        worktree.write(entry.file, entry.without(text))
        suite.build()
        for test in entry.tests:
            verdict, words = suite.run([test])
            if verdict != "red":
                return verdict, f"{test}"
        return verdict, words
    except control.Stale as error:
        return "STALE", str(error)
    except NotBuilt as error:
        return "NOT BUILT", str(error)
    finally:
        worktree.write(entry.file, text)
        if any(test.startswith("IntegrationTests.") for test in entry.tests):
            cells.note(suite.cell)


def print_table(rows):
    print(f"\n{'control':24} {'claim':5} {'verdict':8} {'file':44} test")
    for entry, verdict in rows:
        print(f"{entry.id:24} {entry.claim:5} {verdict:8} {entry.file:44} {', '.join(entry.tests)}")


sys.exit(main())
