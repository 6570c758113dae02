"""Checks the repository by its rules: see Scripts/check."""

import argparse
import sys
import time

import bans
import contract
import documents
import layers
import selftest
import shape
from tree import Tree

RULES = [*layers.RULES, *bans.RULES, *shape.RULES, *documents.RULES, *contract.RULES]


def main():
    parser = argparse.ArgumentParser(prog="check")
    parser.add_argument("--repo", required=True)
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("rules", nargs="*")
    options = parser.parse_args()
    rules = [rule for rule in RULES if not options.rules or rule.name in options.rules]
    unknown = set(options.rules) - {rule.name for rule in RULES}
    if unknown:
        sys.exit(f"check: no such rule: {', '.join(sorted(unknown))}; there are {', '.join(rule.name for rule in RULES)}")
    started = time.monotonic()
    tree = Tree(options.repo)
    is_fine = selftest.run(tree, rules) if options.self_test else check(tree, rules)
    print(f"check: {len(rules)} rules in {time.monotonic() - started:.1f} s")
    sys.exit(0 if is_fine else 1)


def check(tree, rules):
    """Prints what each rule has looked at, and every finding; whether there is none."""
    broken = []
    for rule in rules:
        look = rule.run(tree)
        print(f"{'FAIL' if look.findings else 'ok':4} {rule.name:18} {look.files:4} files   {rule.says}")
        for finding in sorted(look.findings):
            print(f"     {finding}")
        for note in sorted(look.notes):
            print(f"     note: {note}")
        if look.findings:
            broken.append(rule.name)
    if broken:
        print(f"check: broken: {', '.join(broken)}")
    return not broken


main()
