"""What a rule is, and what it says of a tree."""

from dataclasses import dataclass, field
from typing import Callable


@dataclass(frozen=True, order=True)
class Finding:
    """One place that breaks a rule, and what to do about it; line 0 stands for the file as a whole."""

    path: str
    line: int
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}" if self.line else f"{self.path}: {self.text}"


@dataclass
class Look:
    """What a rule has seen: how many files, what breaks the rule, and what is only worth a word."""

    files: int = 0
    findings: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    def found(self, path, line, text):
        self.findings.append(Finding(path, line, text))

    def noted(self, path, line, text):
        self.notes.append(Finding(path, line, text))


@dataclass(frozen=True)
class Rule:
    name: str
    # One line: what has to hold.
    says: str
    look: Callable  # of a Tree, answers a Look

    def run(self, tree):
        """Looks; a rule that has nothing to look at is broken itself, and says so."""
        look = self.look(tree)
        if not look.files:
            look.found("(nothing)", 0, "the rule looked at no file at all: mend the rule, or bring back what it is about")
        return look


class Allowed:
    """The files that may do what a rule forbids, each with its reason; an entry ending in "/" stands for a folder."""

    def __init__(self, reasons=None):
        self.reasons = dict(reasons or {})
        self.used = set()
        for path, reason in self.reasons.items():
            if len(reason.split()) < 3:
                raise ValueError(f"{path} may break a rule, but no reason is given")

    def entry(self, path):
        for entry in self.reasons:
            if path == entry or (entry.endswith("/") and path.startswith(entry)):
                return entry
        return None

    def takes(self, path):
        """Whether the file may; remembers that the entry was of use."""
        entry = self.entry(path)
        if entry:
            self.used.add(entry)
        return entry is not None

    def start(self):
        self.used.clear()

    def report_unused(self, look):
        for entry in self.reasons:
            if entry not in self.used:
                look.found(entry, 0, "may break this rule, but no longer does: take it off the list in Scripts/check.d")
