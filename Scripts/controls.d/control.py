"""One control as Scripts/controls.d/controls.toml has it, and how it is taken out."""

import tomllib
from dataclasses import dataclass


class Stale(Exception):
    """An entry that no longer fits the code."""


@dataclass(frozen=True)
class Control:
    id: str
    # The claim of Docs/Security.md that it holds.
    claim: str
    file: str
    # Stands in the file exactly once, and becomes `replace`: the file as it would be without the control.
    find: str
    replace: str
    # Each of these turns red, as MODULE.SUITE/FUNCTION.
    tests: tuple

    def without(self, text):
        """The file's text without the control."""
        count = text.count(self.find)
        if count != 1:
            raise Stale(f"{self.file} holds {self.find!r} {count} times, not once: mend controls.toml")
        return text.replace(self.find, self.replace)


# Where they are, from the top.
TABLE = "Scripts/controls.d/controls.toml"


def parse(text):
    """All controls, in the order of the table.

    Raises Stale for two of one id, an entry with other keys, and one that takes nothing out.
    """
    controls = []
    for entry in tomllib.loads(text).get("control", []):
        try:
            control = Control(**{**entry, "tests": tuple(entry["tests"])})
        except (KeyError, TypeError) as error:
            raise Stale(f"{entry.get('id', 'an entry without an id')}: {error}") from error
        if control.find == control.replace or not control.tests:
            raise Stale(f"{control.id}: it takes nothing out, or names no test")
        controls.append(control)
    ids = [control.id for control in controls]
    if len(set(ids)) < len(ids):
        raise Stale(f"two entries have the id {max(ids, key=ids.count)}")
    return controls
