"""Unpacks wheels into a root: files are copied, nothing of a package is run.

    wheels.py WHEELS ROOT CAP_MIB [DIGEST…]     prints `pypi NAME VERSION sha256:…` for each, sorted

A DIGEST that none of the wheels has is an error. Programs get the image's own interpreter; their names go to usr/local/bin.
Source: the binary distribution format and the entry points specification, packaging.python.org.
"""
import configparser
import os
import re
import zipfile

from packages import digest
from refusal import Refusal, run

PREFIX = "usr/local"
INTERPRETER = "/usr/bin/python3"
WRAPPER = "#!{interpreter}\nimport sys\nfrom {module} import {first}\nsys.exit({function}())\n"


def site(root):
    """The folder for packages of the image's interpreter, relative to the root."""
    try:
        name = os.path.basename(os.readlink(root + INTERPRETER))
    except OSError as error:
        raise Refusal(f"pypi needs {INTERPRETER} in the image: say `from python`") from error
    if not re.fullmatch(r"python3\.[0-9]+", name):
        raise Refusal(f"{INTERPRETER} leads to {name}, which is no python3.N")
    return f"{PREFIX}/lib/{name}/dist-packages"


def place(name, folder):
    """Where a member of a wheel goes, relative to the root; `None` for what does not belong into an image."""
    parts = name.split("/")
    if name.startswith("/") or "\\" in name or ".." in parts or "" in parts[:-1] or "." in parts:
        raise Refusal(f"a wheel holds the path {name!r}")
    if not parts[0].endswith(".data"):
        return f"{folder}/{name}"
    kind, rest = parts[1], "/".join(parts[2:])
    target = {"purelib": folder, "platlib": folder, "scripts": f"{PREFIX}/bin", "data": PREFIX}.get(kind)
    return f"{target}/{rest}" if target and rest else None


class Root:
    """A root that wheels are unpacked into; no file is written twice."""

    def __init__(self, path):
        self.path = path

    def write(self, name, content, is_program):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        try:
            with open(path, "xb") as file:
                file.write(content)
        except FileExistsError as error:
            raise Refusal(f"two packages hold /{name}") from error
        os.chmod(path, 0o755 if is_program else 0o644)


def programs(text):
    """The console scripts of an entry_points.txt: (name, content)."""
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str
    parser.read_string(text)
    for name, value in sorted(parser.items("console_scripts") if parser.has_section("console_scripts") else []):
        found = re.fullmatch(r"([\w.]+)\s*:\s*([\w.]+)\s*(\[.*\])?", value)
        if not found or not re.fullmatch(r"[\w][\w.-]*", name):
            raise Refusal(f"a wheel has the entry point {name} = {value}")
        module, function = found[1], found[2]
        yield name, WRAPPER.format(
            interpreter=INTERPRETER, module=module, first=function.split(".")[0], function=function).encode()


def unpack(wheel, root, folder, cap_bytes):
    with zipfile.ZipFile(wheel) as archive:
        if sum(info.file_size for info in archive.infolist()) > cap_bytes:
            raise Refusal(f"{os.path.basename(wheel)} alone is larger than the image's cap")
        for info in archive.infolist():
            target = place(info.filename, folder)
            if target is None or info.is_dir():
                continue
            content = archive.read(info)
            is_program = bool(info.external_attr >> 16 & 0o111)
            if target.startswith(f"{PREFIX}/bin/"):
                content = re.sub(rb"\A#!pythonw?\b[^\n]*", b"#!" + INTERPRETER.encode(), content)
                is_program = True
            root.write(target, content, is_program)
            if re.fullmatch(r"[^/]+\.dist-info/entry_points\.txt", info.filename):
                for name, text in programs(content.decode()):
                    root.write(f"{PREFIX}/bin/{name}", text, True)


def main(wheels, root, cap_mib, *wanted):
    folder, lines, digests = site(root), [], set()
    for name in sorted(os.listdir(wheels)):
        wheel = os.path.join(wheels, name)
        # The file's name holds the package's name and version, as the format says.
        parts = name.removesuffix(".whl").split("-")
        if not name.endswith(".whl") or len(parts) not in (5, 6):
            raise Refusal(f"{name} is not the name of a wheel")
        digests.add(digest(wheel))
        lines.append(f"pypi {parts[0].lower().replace('_', '-')} {parts[1]} {digest(wheel)}")
        unpack(wheel, Root(root), folder, int(cap_mib) << 20)
    missing = set(wanted) - digests
    if missing:
        raise Refusal(f"no wheel that was downloaded has the digest {', '.join(sorted(missing))}: did it change?")
    for line in sorted(lines):
        print(line)


if __name__ == "__main__":
    run(main)
