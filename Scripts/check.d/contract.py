"""Security.md and the controls: every claim names tests that exist, and every control that can be taken out still has its place."""

import os
import re
import sys
import tomllib

from rule import Look, Rule

# The table is read as the script reads it.
sys.path.append(os.path.join(os.path.dirname(__file__), "../controls.d"))
import control  # noqa: E402

PAGE = "Docs/Security.md"
LEAST_CONTROLS = 20

_CLAIM = re.compile(r"\| (C\d+) \|")
# In back quotes, as in `ModelTests.LimitsTests/bound`; the part before the dot is a folder of Tests/.
_TEST = re.compile(r"`(?:(\w+)\.)?(\w+(?:Tests|Contract))/([\w/]+)`")
_PLACE = re.compile(
    r"@Test\b|\b(?:struct|class|enum|actor|extension)\s+(?!func\b)(?P<type>[\w.]+)|\bfunc\s+(?P<function>\w+)|[{}]")


def _claims(tree):
    """The tests that each row of the contract names."""
    if not tree.exists(PAGE):
        return {}
    rows = [line for line in tree.lines(PAGE) if _CLAIM.match(line)]
    return {_CLAIM.match(row)[1]: {f"{m[1]}.{m[2]}/{m[3]}" for m in _TEST.finditer(row)} for row in rows}


def _contract(tree):
    """The tests that the page names are there, every claim has one, and no number is given twice."""
    look = Look()
    if not tree.exists(PAGE):
        return look
    look.files = 1
    tests = {test for path in tree.under("Tests/", ending=".swift") for test in tests_in(path, tree.code(path))}
    seen = set()
    for number, line in enumerate(tree.lines(PAGE), 1):
        named = list(_TEST.finditer(line))
        for match in named:
            if match[0].strip("`") not in tests:
                look.found(PAGE, number, f"names {match[0]}, which is no test: it is called TARGET.SUITE/FUNCTION")
        if claim := _CLAIM.match(line):
            if not named:
                look.found(PAGE, number, f"{claim[1]} names no test: a claim that no test holds is none")
            if claim[1] in seen:
                look.found(PAGE, number, f"{claim[1]} is there twice: a number is never given again")
            seen.add(claim[1])
    return look


def tests_in(path, code):
    """The tests of a file's code, as TARGET.SUITE/FUNCTION."""
    target = path.split("/")[1]
    stack, pending, is_test = [], None, False
    for match in _PLACE.finditer(code):
        if match["type"]:
            pending = match["type"]
        elif match["function"]:
            if is_test:
                yield f"{target}.{'/'.join([*filter(None, stack), match['function']])}"
            pending, is_test = None, False
        elif match[0] == "{":
            stack.append(pending)
            pending = None
        elif match[0] == "}":
            if stack:
                stack.pop()
        else:
            is_test = True


def _controls(tree):
    """Each control that Scripts/controls takes out has its place in the code, and its tests stand with its claim."""
    look = Look()
    if not tree.exists(control.TABLE):
        return look
    try:
        controls = control.parse(tree.text(control.TABLE))
    except (control.Stale, tomllib.TOMLDecodeError) as error:
        look.files = 1
        look.found(control.TABLE, 0, str(error))
        return look
    claims = _claims(tree)
    for entry in controls:
        look.files += 1
        if entry.claim not in claims:
            look.found(control.TABLE, 0, f"{entry.id}: {PAGE} has no claim {entry.claim}")
        elif missing := set(entry.tests) - claims[entry.claim]:
            look.found(control.TABLE, 0, f"{entry.id}: {entry.claim} in {PAGE} does not name {', '.join(sorted(missing))}")
        try:
            entry.without(tree.text(entry.file))
        except (OSError, control.Stale) as error:
            look.found(control.TABLE, 0, f"{entry.id}: {error}")
    if controls and len(controls) < LEAST_CONTROLS:
        look.found(control.TABLE, 0, f"has {len(controls)} controls; {LEAST_CONTROLS} is the least")
    return look


RULES = [
    Rule("contract", "every claim of the contract names tests, and they are there", _contract),
    Rule("controls", "every control that can be taken out has its place, and its tests stand with its claim", _controls),
]
