"""The list of what an image is made of: Debian packages and wheels, each with its version and digest.

    packages.py scan ARCHIVES DEBS          reads downloaded packages: what they are, and which files they hold
    packages.py list ROOT DEBS              prints those that have a file in ROOT, one a line, sorted
"""
import hashlib
import json
import os
import subprocess
import tarfile

from refusal import Refusal, run

# Folders of the root that are links into /usr.
MERGED = ("bin/", "sbin/", "lib/", "lib64/")


def digest(path):
    """`sha256:` and the digest of a file."""
    with open(path, "rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def paths(deb):
    """The files and links of a package, without a / in front, as they lie under a merged /usr."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as process:
        with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
            names = [member.name.removeprefix("./") for member in tar if not member.isdir()]
    if process.returncode != 0:
        raise Refusal(f"{os.path.basename(deb)} cannot be read")
    return [f"usr/{name}" if name.startswith(MERGED) else name for name in names]


def scan(archives, debs):
    with open(debs, "w", encoding="utf-8") as out:
        for name in sorted(os.listdir(archives)):
            if not name.endswith(".deb"):
                continue
            deb = os.path.join(archives, name)
            form = "${Package} ${Version} ${Architecture}"
            words = subprocess.run(
                ["dpkg-deb", "--show", f"--showformat={form}", deb], check=True, capture_output=True, text=True)
            line = f"debian {words.stdout} {digest(deb)}"
            out.write(json.dumps([line, paths(deb)]) + "\n")


def used(root, debs):
    """The lines of the packages of which something is left in `root`."""
    with open(debs, encoding="utf-8") as file:
        for line, names in map(json.loads, file):
            if any(os.path.lexists(os.path.join(root, name)) for name in names):
                yield line


def main(verb, place, debs):
    if verb == "scan":
        scan(place, debs)
    else:
        for line in sorted(used(place, debs)):
            print(line)


if __name__ == "__main__":
    run(main)
