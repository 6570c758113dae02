"""Refuses an image's layer that breaks a promise: what is checked is the archive that goes to the engine.

    check.py LAYER.tar CAP_MIB [pip]        `pip` allows pip, for an image that asks for it by name
"""
import re
import tarfile

from refusal import Refusal, run

MANAGER = re.compile(r"(?:.*/)?s?bin/(?:apt|aptitude|dpkg|rpm|yum|dnf|apk|snap)(?:[-.0-9].*)?|(?:.*/)?s?bin/[a-z]*apt-get")
PIP = re.compile(r"(?:.*/)?s?bin/pip[-.0-9]*|.*/(?:dist|site)-packages/pip/.*|.*/ensurepip/.*")
# Mounts of a sandbox: a mount over a folder takes that folder's mode, and a link in its place leads elsewhere.
MOUNTS = ("work", "tmp", "proc", "sys", "dev", ".caisson")
MOST_SHOWN = 10


def faults(member, allow_pip):
    """Everything that is wrong with one member, as `what` and `path`."""
    name = member.name.removeprefix("./")
    if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
        yield "a device, FIFO or socket"
    if member.mode & 0o7000:
        yield "setuid, setgid or sticky"
    if member.mode & 0o002 and not member.issym():
        yield "writable by everybody"
    if (member.uid, member.gid) != (0, 0):
        yield "not owned by root"
    if any(key.startswith(("SCHILY.xattr.", "LIBARCHIVE.xattr.")) for key in member.pax_headers):
        yield "extended attributes, such as file capabilities"
    if MANAGER.fullmatch(name) or (PIP.fullmatch(name) and not allow_pip):
        yield "a package manager"
    if name in MOUNTS:
        yield "in the place of a mount"
    if member.name.startswith("/") or ".." in member.name.split("/"):
        yield "outside of the image"


def check(layer, cap_mib, allow_pip):
    found, size = {}, 0
    with tarfile.open(layer, "r:") as tar:
        for member in tar:
            size += member.size
            for fault in faults(member, allow_pip):
                found.setdefault(fault, []).append("/" + member.name.removeprefix("./"))
    lines = [f"{fault}: {' '.join(paths[:MOST_SHOWN])}{' …' if len(paths) > MOST_SHOWN else ''}"
             for fault, paths in sorted(found.items())]
    if size > cap_mib << 20:
        lines.append(f"{size} bytes of files, more than its cap of {cap_mib} MiB; if that is right, raise cap_mib")
    if lines:
        raise Refusal("\nimages: ".join(lines))


def main(layer, cap_mib, *allowed):
    check(layer, int(cap_mib), "pip" in allowed)


if __name__ == "__main__":
    run(main)
