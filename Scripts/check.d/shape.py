"""Sizes and names of files, and the formatter."""

import functools
import os
import re
import shutil
import subprocess
from collections import defaultdict

from rule import Look, Rule

CODE = (".swift", ".c", ".h", ".py")
WARN_LINES, MAX_LINES, MAX_TEST_LINES, MAX_FUNCTION_LINES = 300, 500, 700, 50
# Below this many lines two equal files are chance.
MIN_COPY_LINES = 8


def _is_code(path):
    return path.endswith(CODE) or re.fullmatch(r"Scripts/[^/.]+", path)


def _lines(tree):
    look = Look()
    for path in tree.under("Sources/", "Tests/", "Scripts/"):
        if not _is_code(path):
            continue
        look.files += 1
        count = tree.text(path).count("\n")
        limit = MAX_TEST_LINES if path.startswith("Tests/") else MAX_LINES
        if count > limit:
            look.found(path, 0, f"{count} lines; {limit} is the most: part it by type or aspect")
        elif count > WARN_LINES:
            look.noted(path, 0, f"{count} lines, more than {WARN_LINES}")
    return look


_FUNCTION = re.compile(r"\b(?:func\s+(?P<name>[\w]+|[^\s(]+)|init[?!]?)\s*(?:<[^{]*?>)?\s*\(")


def _functions(tree):
    look = Look()
    for path in tree.under("Sources/", "Tests/", ending=".swift"):
        look.files += 1
        for line, name, length in _long_functions(tree.code(path)):
            look.noted(path, line, f"{name} has {length} lines, more than {MAX_FUNCTION_LINES}")
    return look


@functools.lru_cache(maxsize=None)
def _long_functions(code):
    found = []
    for match in _FUNCTION.finditer(code):
        length = _body_lines(code, match.end() - 1)
        if length > MAX_FUNCTION_LINES:
            found.append((code.count("\n", 0, match.start()) + 1, match.group("name") or "init", length))
    return found


def _body_lines(code, at):
    """Lines between the braces of a function whose parameters open at `at`; 0 if it has no body."""
    at = _matching(code, at, "(", ")")
    # Effects, result and constraints stand between parameters and body; a declaration without one ends with its line.
    head = re.compile(r"\s*(?:async\b|throws\b(?:\s*\([^)]*\))?|rethrows\b|->[^{\n]*|where\b[^{]*|\n)*\s*\{").match(code, at)
    if not head:
        return 0
    end = _matching(code, head.end() - 1, "{", "}")
    return max(code.count("\n", head.end(), end) - 1, 0)


def _matching(code, at, opening, closing):
    """Where the bracket at `at` is closed, one behind it."""
    depth = 0
    for mark in re.compile(f"[{re.escape(opening + closing)}]").finditer(code, at):
        depth += 1 if mark.group() == opening else -1
        if depth == 0:
            return mark.end()
    return len(code)


_BAD_NAME = re.compile(r"(?:Utils?|Utilities|Helpers?|Common|Manager|Extensions|Misc)(?:\+\w+)?\.\w+\Z")


def _names(tree):
    look = Look()
    for path in tree.under("Sources/", "Tests/"):
        if not path.endswith(CODE):
            continue
        look.files += 1
        if _BAD_NAME.search(os.path.basename(path)):
            look.found(path, 0, "says nothing of what is in it: name it after its main type")
    return look


_DECLARATION = re.compile(r"^(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:package|public|private|fileprivate|final|indirect|distributed)\s+)*"
                          r"(?:struct|class|enum|actor|protocol|extension|typealias|func|let)\s+([\w.]+)")


def _main_type(tree):
    """A file is named after its main type, or after what it extends."""
    look = Look()
    for path in tree.under("Sources/", ending=".swift"):
        name = os.path.basename(path)[: -len(".swift")].partition("+")[0]
        folder = os.path.basename(os.path.dirname(path))
        look.files += 1
        declared = {match.group(1).split(".")[-1] for line in tree.code(path).split("\n") if (match := _DECLARATION.match(line))}
        if name in declared or name in (folder, "main") or not declared:
            continue
        look.noted(path, 0, f"declares no {name}, but {', '.join(sorted(declared))}")
    return look


@functools.lru_cache(maxsize=None)
def _bare(text):
    """The text without comments of whole lines, imports and white space."""
    return re.sub(r"(?m)^\s*(//.*)?$|^import .*$|\s+", "", text)


def _copies(tree):
    """No file stands in the sources twice."""
    look = Look()
    seen = defaultdict(list)
    for path in tree.under("Sources/", "Tests/", "Scripts/"):
        if _is_code(path):
            look.files += 1
            text = tree.text(path)
            if text.count("\n") >= MIN_COPY_LINES:
                seen[_bare(text)].append(path)
    for paths in seen.values():
        for path in paths[1:]:
            look.found(path, 0, f"is a copy of {paths[0]}: keep one, in a target that both may import")
    return look


_LINT = re.compile(r"(?P<path>.+?):(?P<line>\d+):\d+: (?:error|warning): (?P<text>.*)")


def _format(tree):
    look = Look()
    paths = [path for path in tree.under("Sources/", "Tests/", "Package.swift", "Profiles/") if path.endswith(".swift")]
    look.files = len(paths)
    if not paths:
        return look
    swift = shutil.which("swift") or "swift"
    done = subprocess.run(
        [swift, "format", "lint", "--strict", "--parallel", "--configuration", tree.file(".swift-format"), *paths],
        cwd=tree.root, capture_output=True, text=True)
    for line in done.stderr.splitlines():
        if match := _LINT.match(line):
            path = os.path.relpath(os.path.join(tree.root, match["path"]), tree.root)
            look.found(path, int(match["line"]), f"{match['text']} (`swift format -i FILE` mends most)")
    if done.returncode and not look.findings:
        look.found("swift format", 0, done.stderr.strip() or f"ended with status {done.returncode}")
    return look


RULES = [
    Rule("format", "`swift format lint --strict` has nothing to say", _format),
    Rule("lines", f"a file has at most {MAX_LINES} lines, a test {MAX_TEST_LINES}; above {WARN_LINES} it is noted", _lines),
    Rule("functions", f"functions above {MAX_FUNCTION_LINES} lines are noted", _functions),
    Rule("file-names", "a file's name says what is in it", _names),
    Rule("main-type", "a file that is not named after a type of its own is noted", _main_type),
    Rule("copies", "no code stands in two files", _copies),
]
