"""Documents and scripts: what they name exists, and what exists is named."""

import os
import re

from rule import Look, Rule
from tree import glob_to_pattern, matches

README, CHANGELOG, DECISIONS = "README.md", "Docs/Changelog.md", "Docs/Decisions/"
MAX_DECISION_LINES = 60
FOLDERS = ("Sources", "Tests", "Scripts", "Docs", "Images", "Profiles")
SECTIONS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def _documents(tree):
    return [path for path in tree.paths if path == README or (path.startswith("Docs/") and path.endswith(".md"))]


def _links(tree):
    """Relative links lead to something."""
    look = Look()
    for path in _documents(tree):
        look.files += 1
        for number, line in enumerate(tree.lines(path), 1):
            for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", line)):
                if re.match(r"[a-z]+:|#", target):
                    continue
                place = os.path.normpath(os.path.join(os.path.dirname(path), target.partition("#")[0]))
                if not tree.exists(place):
                    look.found(path, number, f"links to {target}, which is not there")
    return look


_NAMED = re.compile(r"`([\w.*+/-]+)`")
_SOURCE_FILE = re.compile(r".+\.(?:swift|md|py|c|h)\Z")


def _named_files(tree):
    """A file of ours that a document names is there.

    Named by its path from the top, from Sources/, from the document's folder, or by its name alone; `*` stands for anything.
    """
    look = Look()
    known = set(tree.paths)
    for path in tree.paths:
        while path := os.path.dirname(path):
            known.add(path)
    targets = {path.split("/")[1] for path in tree.under("Sources/") if path.count("/") > 1}
    for path in _documents(tree):
        look.files += 1
        # A decision tells of its own time, and is never edited.
        if path.startswith(DECISIONS):
            continue
        for number, line in enumerate(tree.lines(path), 1):
            for name in _NAMED.findall(line):
                first, slash, _ = name.partition("/")
                if not (slash and first in FOLDERS or slash and first in targets or _SOURCE_FILE.match(name)):
                    continue
                # NAME stands for anything, as in a path of the README's commands.
                if not _is_known(name.rstrip("/").replace("NAME", "*"), path, known):
                    look.found(path, number, f"names {name}, which is not there")
    return look


def _is_known(name, document, known):
    for place in ("", "Sources/", os.path.dirname(document) + "/"):
        pattern = glob_to_pattern(os.path.normpath(place + name))
        if any(pattern.match(path) for path in known):
            return True
    pattern = glob_to_pattern(name)
    return "/" not in name and any(pattern.match(os.path.basename(path)) for path in known)


def _decisions(tree):
    look = Look()
    paths = tree.under(DECISIONS)
    for position, path in enumerate(paths, 1):
        look.files += 1
        match = re.fullmatch(r"(\d{4})-[a-z0-9-]+\.md", os.path.basename(path))
        if not match:
            look.found(path, 0, "is not named NNNN-title.md")
            continue
        if int(match[1]) != position:
            look.found(path, 0, f"is number {int(match[1])}, but the {position}. file: numbers go up by one, none twice")
        lines = tree.lines(path)
        if not lines[0].startswith(f"# {int(match[1])}. "):
            look.found(path, 1, f"begins with its number and title: `# {int(match[1])}. …`")
        if len(lines) - 1 > MAX_DECISION_LINES:
            look.found(path, 0, f"has {len(lines) - 1} lines; {MAX_DECISION_LINES} is the most")
    return look


def _changelog(tree):
    look = Look()
    if not tree.exists(CHANGELOG):
        return look
    look.files = 1
    headings = [(number, line) for number, line in enumerate(tree.lines(CHANGELOG), 1) if line.startswith("##")]
    if not headings or headings[0][1] != "## Unreleased":
        look.found(CHANGELOG, headings[0][0] if headings else 0, "the first part is `## Unreleased`")
    for number, line in headings:
        if line.startswith("### ") and line[4:] not in SECTIONS:
            look.found(CHANGELOG, number, f"`{line}` is none of {', '.join(sorted(SECTIONS))}")
    return look


def _folders(tree):
    """The README tells of every folder at the top."""
    look = Look()
    text = tree.text(README) if tree.exists(README) else ""
    for folder in sorted({path.partition("/")[0] for path in tree.paths if "/" in path}):
        if folder.startswith("."):
            continue
        look.files += 1
        if f"\n| `{folder}/` |" not in text:
            look.found(README, 0, f"lacks a row for {folder}/ in the table of folders")
    return look


def _scripts(tree):
    """A script says what it is for, can be run, stops at the first error, and somebody calls for it."""
    look = Look()
    scripts = [path for path in tree.under("Scripts/") if path.count("/") == 1]
    callers = {path: tree.text(path) for path in [README, *scripts, *tree.under(".ci/", "Docs/")] if tree.exists(path)}
    for path in scripts:
        look.files += 1
        lines = tree.lines(path)
        if not lines[0].startswith("#!") or len(lines) < 2 or not re.match(r"# \w", lines[1]):
            look.found(path, 2, "begins with `#!` and a comment that says what it does")
        if "bash" in lines[0] and "set -euo pipefail" not in lines:
            look.found(path, 0, "lacks `set -euo pipefail`")
        if not os.access(tree.file(path), os.X_OK):
            look.found(path, 0, "cannot be executed: chmod +x")
        name = re.compile(rf"`?\b{re.escape(os.path.basename(path))}\b")
        if not any(
            re.search(rf"{re.escape(path)}\b", text) or (caller == README and f"`{name.pattern[4:-2]}`" in text)
            for caller, text in callers.items() if caller != path
        ):
            look.found(path, 0, f"nobody names it: tell of it in {README}, or take it away")
    return look


def _script_parts(tree):
    """The parts of a script lie in NAME.d beside it, and each is used by another."""
    look = Look()
    for path in tree.under("Scripts/"):
        if path.count("/") == 1:
            continue
        look.files += 1
        folder = path.split("/")[1]
        if not folder.endswith(".d") or not tree.exists(f"Scripts/{folder[:-2]}"):
            look.found(path, 0, "lies in no folder NAME.d of a script NAME")
            continue
        if not path.endswith(".py"):
            continue
        module = os.path.basename(path)[: -len(".py")]
        # A part is imported by another, or started by the script; tests are found by their names.
        others = [tree.text(other) for other in tree.under(f"Scripts/{folder}/", ending=".py") if other != path]
        used = re.compile(rf"^\s*(?:import .*\b{module}\b|from {module} import)", re.M)
        is_started = f"/{module}.py" in tree.text(f"Scripts/{folder[:-2]}") or module.startswith("test_")
        if module != "__main__" and not is_started and not any(used.search(text) for text in others):
            look.found(path, 0, "neither the script nor another part uses it: take it away")
    return look


TEXT = (".swift", ".c", ".h", ".py", ".md", ".json", ".toml", ".conf", ".modulemap")


def _is_text(path):
    return path.endswith(TEXT) or re.fullmatch(r"Scripts/[^/.]+|\.ci/\w+|\.gitignore|\.swift-format", path)


def _spaces(tree):
    look = Look()
    for path in tree.paths:
        if not _is_text(path):
            continue
        look.files += 1
        text = tree.text(path)
        for line, _ in matches(r"(?m)[ \t\r]+$", text):
            look.found(path, line, "ends with white space: take it away")
        if text and not text.endswith("\n"):
            look.found(path, 0, "does not end with a line feed")
    return look


def _words(tree):
    """No file tells of one person's machine, or leaves work to others."""
    look = Look()
    here = re.escape(os.path.realpath(tree.root))
    marks = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"))
    patterns = [
        (rf"(?<![\w$}}])(?:/home/|/root/|/Users/)\w|{here}\b", "is a path of one machine: name it from the top"),
        (rf"\b(?:{marks})\b", "does it now, or in a list of what is not there yet"),
    ]
    for path in tree.paths:
        if not _is_text(path):
            continue
        look.files += 1
        for pattern, remedy in patterns:
            for line, words in matches(pattern, tree.text(path)):
                look.found(path, line, f"`{words}`: {remedy}")
    return look


RULES = [
    Rule("links", "relative links in documents lead to something", _links),
    Rule("named-files", "files that documents name are there", _named_files),
    Rule("decisions", "decisions are numbered without gaps, short, and begin with number and title", _decisions),
    Rule("changelog", "the changelog has `Unreleased` and the usual parts", _changelog),
    Rule("folders", "the README tells of every folder", _folders),
    Rule("scripts", "a script says what it does, stops at errors, and is named somewhere", _scripts),
    Rule("script-parts", "the parts of a script lie beside it, and are used", _script_parts),
    Rule("spaces", "no white space at the end of a line, a line feed at the end of a file", _spaces),
    Rule("words", "no path of one machine, no mark of work left over", _words),
]
