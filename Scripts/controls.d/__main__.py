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
    unknown = set(ids) - {entry.id for entry in controls}
    if unknown:
        raise control.Stale(f"there is no {', '.join(sorted(unknown))}: see --list")
    return [entry for entry in controls if not ids or entry.id in ids]


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
    rows, started = [], time.monotonic()
    tests = sorted({test for entry in controls for test in entry.tests})
    try:
        worktree.sync()
        suite.build()
        for entry in controls:
            began = time.monotonic()
            verdict, words = without(entry, worktree, suite, cells)
            rows.append((entry, verdict))
            print(f"{verdict:6} {time.monotonic() - began:5.0f} s  {entry.id:24} {words[:150]}", flush=True)
        suite.build()
        whole, words = suite.run(tests)
        cells.note(suite.cell)
    except NotBuilt as error:
        # With all controls in it.
        sys.exit(f"controls: the code as it is cannot be built: {error}")
    finally:
        worktree.sync()
        cells.remove()
    print_table(rows)
    not_held = [entry.id for entry, verdict in rows if verdict != "red"]
    print(f"\n{len(rows) - len(not_held)} of {len(rows)} controls are held: without them their tests turn red. "
          f"With all of them in their places these are {whole} ({len(tests)}){words and ': ' + words[:300]}.")
    print(f"controls: {time.monotonic() - started:.0f} s")
    if not_held:
        print(f"controls: not held: {', '.join(not_held)}")
    return 1 if not_held or whole != "green" else 0


def without(entry, worktree, suite, cells):
    """The verdict on one control: `red` if each of its tests fails without it."""
    try:
        text = worktree.text(entry.file)
        changed = entry.without(text)
    except (OSError, control.Stale) as error:
        return "STALE", str(error)
    worktree.write(entry.file, changed)
    try:
        suite.build()
        for test in entry.tests:
            verdict, words = suite.run([test])
            if verdict != "red":
                return verdict, test
        return verdict, words
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
