"""Reads an image's folder, and those it is `from`, into one list of directives.

    conf.py IMAGES FOLDER       prints `DIRECTIVE<tab>VALUE`, one a line, the oldest ancestor's first; `folder` is each folder

IMAGES is where a bare name after `from` is looked for. Every mistake is told, with its file and line.
"""
import os
import re

from refusal import Refusal, run

MAX_GENERATIONS = 8
MAX_LINES = 10_000
CAP_MIB = range(1, 4097)
PATH = r"(?!/)(?!(?:.*/)?\.\.(?:/|$))[\x21-\x7e]+"
# Each directive: what its value must match, and how to say that.
DIRECTIVES = {
    "from": (r"[\x21-\x7e]+", "the name of an image here, or a folder"),
    "cap_mib": (r"[0-9]{1,4}", f"a whole number of MiB, {CAP_MIB[0]} to {CAP_MIB[-1]}"),
    "package": (r"[a-z0-9][a-z0-9+.-]+", "the name of a Debian package"),
    "pypi": (
        r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?==[A-Za-z0-9][A-Za-z0-9.+!_-]*( +sha256:[0-9a-f]{64})?",
        "NAME==VERSION, and after it sha256:DIGEST of the wheel if you want to name it: a version is never guessed",
    ),
    "keep": (PATH, "a path without a / in front and without .."),
    "drop": (PATH, "a path without a / in front and without .."),
    "compile": (PATH, "a path without a / in front and without .."),
    "env": (r"[A-Za-z_][A-Za-z0-9_]*=[\x20-\x7e]*", "KEY=VALUE in plain ASCII"),
}


def lines(folder):
    """The directives of one folder's image.conf: (directive, value, place)."""
    path = os.path.join(folder, "image.conf")
    try:
        with open(path, encoding="utf-8") as file:
            text = [line.strip() for line in file.readlines(1 << 20)]
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{path} cannot be read: {error}") from error
    if len(text) > MAX_LINES:
        raise Refusal(f"{path} has more than {MAX_LINES} lines")
    found, mistakes = [], []
    for number, line in enumerate(text, 1):
        if not line or line.startswith("#"):
            continue
        key, _, value = line.partition(" ") if "\t" not in line else line.replace("\t", " ").partition(" ")
        value = value.strip()
        pattern, expected = DIRECTIVES.get(key, (None, None))
        place = f"{path}:{number}"
        if pattern is None:
            mistakes.append(f"{place}: there is no directive {key}; there are {', '.join(sorted(DIRECTIVES))}")
        elif not re.fullmatch(pattern, value) or (key == "cap_mib" and int(value) not in CAP_MIB):
            mistakes.append(f"{place}: {key} {value}: it must be {expected}")
        elif key in ("from", "cap_mib") and any(other == key for other, _, _ in found):
            mistakes.append(f"{place}: {key} stands there twice")
        else:
            found.append((key, value, place))
    if mistakes:
        raise Refusal("\nimages: ".join(mistakes))
    return found


def ancestor(images, folder, name, place):
    """The folder that `from NAME` means: a path, relative to the image's own folder, if there is a / in it."""
    path = os.path.join(folder, name) if "/" in name else os.path.join(images, name)
    if not os.path.isfile(os.path.join(path, "image.conf")):
        raise Refusal(f"{place}: from {name}: there is no {os.path.join(path, 'image.conf')}")
    return os.path.realpath(path)


def read(images, folder):
    """All directives of `folder`, after those of its ancestors."""
    chain, folders = [], []
    folder = os.path.realpath(folder)
    while folder:
        if folder in folders:
            raise Refusal(f"{folder} is from itself")
        if len(folders) == MAX_GENERATIONS:
            raise Refusal(f"{folders[0]} has more than {MAX_GENERATIONS} generations")
        folders.append(folder)
        found = lines(folder)
        chain.insert(0, [("folder", folder)] + [(key, value) for key, value, _ in found if key != "from"])
        parent = next(((value, place) for key, value, place in found if key == "from"), None)
        folder = ancestor(images, folder, *parent) if parent else None
    directives = [directive for part in chain for directive in part]
    caps = [directive for directive in directives if directive[0] == "cap_mib"]
    if not caps:
        raise Refusal(f"{folders[0]}/image.conf: cap_mib is missing: how large may the image become?")
    # The youngest cap counts, as the youngest value of a variable does when it is packed.
    return [directive for directive in directives if directive[0] != "cap_mib"] + caps[-1:]


def main(images, folder):
    for key, value in read(images, folder):
        print(f"{key}\t{value}")


if __name__ == "__main__":
    run(main)
