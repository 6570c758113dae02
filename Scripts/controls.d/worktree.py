"""The copy of the files in which controls are taken out; its build stays from one run to the next."""

import os
import subprocess

# By this a folder is known to be ours: nothing is written into another one.
MARK = ".caisson-controls"


class NotACopy(Exception):
    """The folder holds something else, or is the repository."""


class Worktree:
    def __init__(self, repo, folder):
        self.repo, self.folder = repo, os.path.realpath(folder)
        mark = os.path.join(self.folder, MARK)
        if os.path.isdir(self.folder) and os.listdir(self.folder) and not os.path.exists(mark):
            raise NotACopy(f"{folder} is no copy that Scripts/controls has made: name another folder, or an empty one")
        os.makedirs(self.folder, exist_ok=True)
        open(mark, "w", encoding="utf-8").close()

    def sync(self):
        """Makes the copy equal to the repository; a file that is equal keeps its time, so that it is not built again."""
        listed = subprocess.run(
            ["git", "-C", self.repo, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True, text=True).stdout
        # Which versions of the packages: else the copy could be built of others.
        paths = {*filter(None, listed.split("\0")), "Package.resolved"}
        paths = {path for path in paths if os.path.lexists(os.path.join(self.repo, path))}
        for path in paths:
            self._put(path)
        for path in self._files() - paths:
            os.remove(os.path.join(self.folder, path))

    def _put(self, path):
        source, target = os.path.join(self.repo, path), os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.islink(source):
            if not os.path.islink(target) or os.readlink(target) != os.readlink(source):
                if os.path.lexists(target):
                    os.remove(target)
                os.symlink(os.readlink(source), target)
            return
        with open(source, "rb") as file:
            wanted = file.read()
        if os.path.exists(target):
            with open(target, "rb") as file:
                if file.read() == wanted:
                    return
        with open(target, "wb") as file:
            file.write(wanted)
        os.chmod(target, os.stat(source).st_mode & 0o777)

    def _files(self):
        found = set()
        for folder, folders, names in os.walk(self.folder):
            # Builds, and git's own.
            folders[:] = [name for name in folders if not name.startswith(".build") and name not in (".git", ".swiftpm")]
            found |= {os.path.relpath(os.path.join(folder, name), self.folder) for name in names}
        return {path for path in found if path not in (MARK, ".git")}

    def text(self, path):
        with open(os.path.join(self.folder, path), encoding="utf-8") as file:
            return file.read()

    def write(self, path, text):
        with open(os.path.join(self.folder, path), "w", encoding="utf-8") as file:
            file.write(text)
