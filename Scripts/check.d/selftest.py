"""Breaks each rule in a copy of the files, and expects that this rule, and no other, says so."""

import os
import shutil
import tempfile

from plants import INNOCENTS, PLANTS
from tree import Tree

# Looks at every file with another program: only where it is meant itself.
SLOW = {"format"}


def run(tree, rules):
    """Prints what each plant came to; whether all were seen, and nothing else was."""
    mistakes = [f"{rule.name}: nothing breaks it in plants.py" for rule in rules if rule.name not in PLANTS]
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(tree, folder, rules)
        for rule in rules:
            plants = PLANTS.get(rule.name, [])
            wrong = [f"{rule.name}: {plant.path}: {what}" for plant in plants if (what := _try(copy, plant, rule))]
            print(f"{'FAIL' if wrong else 'ok':4} {rule.name:18} {len(plants)} violations planted")
            mistakes += wrong
        for number, plant in enumerate(INNOCENTS, 1):
            for name, news in copy.news(plant, without=SLOW).items():
                mistakes.append(f"{name}: it minds innocent {number}: {news[0]}")
    mistakes += _blind(rules)
    for mistake in mistakes:
        print(f"FAIL {mistake}")
    return not mistakes


def _try(copy, plant, rule):
    """What went wrong with this plant, or None."""
    news = copy.news(plant, without=SLOW - {rule.name})
    found = news.pop(rule.name, [])
    if not any(finding.path == plant.place for finding in found):
        return f"planted, and not found at {plant.place}: {[str(finding) for finding in found]}"
    for name, others in news.items():
        return f"{name} minds it too: {others[0]}"
    return None


def _blind(rules):
    """Every rule has to fail where there is nothing to look at."""
    with tempfile.TemporaryDirectory() as folder:
        nothing = Tree(folder)
        return [f"{rule.name}: it is content with no file at all" for rule in rules if not rule.run(nothing).findings]


class Copy:
    """The files of a tree in a folder of its own, where plants are put and taken away again."""

    def __init__(self, tree, folder, rules):
        (self.folder, self.rules) = (folder, rules)
        for path in tree.paths:
            target = os.path.join(folder, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(tree.file(path), target)
        self.clean = self._look(set())

    def _look(self, without):
        tree = Tree(self.folder)
        looks = {rule.name: rule.run(tree) for rule in self.rules if rule.name not in without}
        return {name: {*look.findings, *look.notes} for name, look in looks.items()}

    def news(self, plant, without):
        """What each rule says with the plant that it does not say without, by the rule's name."""
        with plant.put_into(self.folder):
            looks = self._look(without)
        news = {name: sorted(seen - self.clean[name]) for name, seen in looks.items()}
        return {name: findings for name, findings in news.items() if findings}
