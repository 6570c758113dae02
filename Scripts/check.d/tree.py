"""The files that the rules look at."""

import functools
import os
import re
import subprocess

import swift


class Tree:
    """A copy of the repository's files: those that git knows or would take up, or all of a folder without git."""

    def __init__(self, root):
        self.root = root
        self.paths = sorted(self._list())
        self.text = functools.cache(self._text)

    def _list(self):
        if os.path.exists(os.path.join(self.root, ".git")):
            listed = subprocess.run(
                ["git", "-C", self.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                check=True, capture_output=True, text=True).stdout
            paths = [path for path in listed.split("\0") if path]
        else:
            paths = [
                os.path.relpath(os.path.join(folder, name), self.root)
                for folder, _, names in os.walk(self.root) for name in names]
        # A link of an image's root file system points into that image; a file that was removed is not there any more.
        return [path for path in set(paths) if os.path.isfile(self.file(path)) and not os.path.islink(self.file(path))]

    def file(self, path):
        return os.path.join(self.root, path)

    def exists(self, path):
        return os.path.exists(self.file(path))

    def _text(self, path):
        with open(self.file(path), encoding="utf-8", errors="replace", newline="") as file:
            return file.read()

    def lines(self, path):
        return self.text(path).split("\n")

    def code(self, path):
        """A Swift file without comments and without the text of its string literals."""
        return _code(self.text(path))

    def under(self, *folders, ending=""):
        """The files in these folders, such as "Sources/", that end so."""
        return [path for path in self.paths if path.startswith(folders) and path.endswith(ending)]


@functools.lru_cache(maxsize=None)
def _code(text):
    return swift.code(text)


@functools.lru_cache(maxsize=None)
def matches(pattern, text):
    """The line, from 1, and the words of each match."""
    return [
        (text.count("\n", 0, match.start()) + 1, " ".join(match.group().split()))
        for match in re.finditer(pattern, text)]


def glob_to_pattern(glob):
    """`*` stands for anything but a slash."""
    return re.compile("[^/]*".join(re.escape(part) for part in glob.split("*")) + r"\Z")
