"""Which target imports what: the package, the table in the architecture, and the files say the same."""

import functools
import json
import re
import shutil
import subprocess
import tempfile

from rule import Look, Rule
from tree import matches

ARCHITECTURE = "Docs/Architecture.md"
# Modules of the toolchain and the system that any target may import.
SYSTEM = {"Swift", "Foundation", "FoundationEssentials", "Glibc", "Dispatch", "CDispatch", "Synchronization"}
TEST_SYSTEM = SYSTEM | {"Testing"}
# Modules that are not called like the product that they come with.
PRODUCTS = {"CYaml": "Yams"}
# Values, rules and the cell: without Foundation they stay small, and cannot do I/O by accident.
NO_FOUNDATION = {
    "Model", "CellWire", "Cell", "Conditions", "Ports", "Filters", "CurlHTTP", "caisson", "caisson-cell"}

_IMPORT = (
    r"(?m)^(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:package|public|internal|private|fileprivate)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?\w+")


class Target:
    def __init__(self, described):
        self.name = described["name"]
        self.kind = described["type"]
        folder = "Tests" if self.kind == "test" else "Sources"
        self.folder = (described.get("path") or f"{folder}/{self.name}") + "/"
        self.dependencies = set()
        for dependency in described["dependencies"]:
            (value,) = dependency.values()
            self.dependencies.add(value[0])

    @property
    def is_for_tests(self):
        return self.folder.startswith("Tests/")


def targets(tree):
    """The package's targets by name, as the package manager reads them."""
    if not tree.exists("Package.swift"):
        return {}
    return {target["name"]: Target(target) for target in json.loads(_dump(tree.text("Package.swift")))["targets"]}


@functools.lru_cache
def _dump(manifest):
    # In a folder of its own: nothing but the manifest is read, and no build that is under way is waited for.
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/Package.swift", "w", encoding="utf-8") as file:
            file.write(manifest)
        return subprocess.run(
            [shutil.which("swift") or "swift", "package", "--package-path", folder, "dump-package"],
            check=True, capture_output=True, text=True).stdout


def table(tree):
    """The rows of the architecture's table: (line, layer, target, what it imports)."""
    if not tree.exists(ARCHITECTURE):
        return
    is_section = is_block = False
    layer = None
    for number, line in enumerate(tree.lines(ARCHITECTURE), 1):
        if line.startswith("## "):
            is_section = line == "## Targets"
        elif is_section and line.startswith("```"):
            is_block = not is_block
        elif is_section and is_block and line.strip():
            if line[0] != " ":
                layer = line.split()[0]
            row = re.sub(r"\([^)]*\)", "", line[15:])
            name, bar, imports = row.partition("─")
            if bar:
                yield number, layer, name.strip(), set(re.findall(r"[\w-]+", imports.strip("─")))
            else:
                for each in row.split():
                    yield number, layer, each, set()


def _targets(tree):
    look = Look()
    declared, rows = targets(tree), list(table(tree))
    look.files = min(len(declared), len(rows))
    layers = {}
    for line, layer, name, imports in rows:
        if name in layers:
            look.found(ARCHITECTURE, line, f"{name} stands in the table twice")
        layers[name] = layer
        if name not in declared:
            look.found(ARCHITECTURE, line, f"{name} is no target of Package.swift: take it out of the table")
        elif imports != declared[name].dependencies:
            extra = ", ".join(sorted(imports - declared[name].dependencies)) or "nothing"
            lacking = ", ".join(sorted(declared[name].dependencies - imports)) or "nothing"
            look.found(ARCHITECTURE, line, f"{name}: the table has too much: {extra}; it lacks: {lacking}")
    for name, target in declared.items():
        if target.kind == "test":
            continue
        if name not in layers:
            look.found(ARCHITECTURE, 0, f"{name} is a target of Package.swift and lacks a row in the table of targets")
            continue
        for other in sorted(target.dependencies & set(layers)):
            if layers[name].isdigit() and layers[other] > layers[name]:
                look.found("Package.swift", 0, f"{name} (layer {layers[name]}) must not import {other} (layer {layers[other]})")
    return look


def _duties(tree):
    """Every Swift library has its row: what it does, what it must not."""
    look = Look()
    text = tree.text(ARCHITECTURE) if tree.exists(ARCHITECTURE) else ""
    for name, target in targets(tree).items():
        if target.kind in ("test", "executable", "system") or target.is_for_tests:
            continue
        look.files += 1
        if f"\n| `{name}` | " not in text:
            look.found(ARCHITECTURE, 0, f"{name} lacks a row in the table of what each target does and must not do")
    return look


def imports(tree, target):
    """(path, line, module) for each import in the target's files."""
    for path in tree.under(target.folder, ending=".swift"):
        for line, words in matches(_IMPORT, tree.code(path)):
            module = words.split()[-1]
            yield path, line, PRODUCTS.get(module, module)


def _imports(tree):
    look = Look()
    for target in targets(tree).values():
        allowed = target.dependencies | (TEST_SYSTEM if target.is_for_tests else SYSTEM)
        look.files += len(tree.under(target.folder, ending=".swift"))
        for path, line, module in imports(tree, target):
            if module not in allowed:
                look.found(path, line, f"{target.name} imports {module}, which its row in Package.swift does not name")
    return look


def _unused(tree):
    look = Look()
    for target in targets(tree).values():
        files = tree.under(target.folder, ending=".swift")
        if not files:
            continue  # C, or a system library
        look.files += len(files)
        used = {module for _, _, module in imports(tree, target)}
        for name in sorted(target.dependencies - used):
            look.found("Package.swift", 0, f"{target.name} names {name} and imports it nowhere: take it out")
    return look


def _foundation(tree):
    look = Look()
    for name, target in targets(tree).items():
        if name not in NO_FOUNDATION:
            continue
        look.files += len(tree.under(target.folder, ending=".swift"))
        for path, line, module in imports(tree, target):
            if module.startswith("Foundation"):
                look.found(path, line, f"{name} is built without {module}: do it in plain Swift, or in another target")
    return look


def _strays(tree):
    """Every Swift file belongs to a target."""
    look = Look()
    folders = tuple(target.folder for target in targets(tree).values())
    for path in tree.under("Sources/", "Tests/", "Profiles/", ending=".swift"):
        look.files += 1
        if not path.startswith(folders or ("no target at all",)):
            look.found(path, 0, "belongs to no target of Package.swift")
    return look


RULES = [
    Rule("targets", "the architecture's table of targets is what Package.swift says, and no layer looks up", _targets),
    Rule("duties", "the architecture says of every target what it does and must not do", _duties),
    Rule("imports", "a file imports what its target declares, and nothing else", _imports),
    Rule("unused-imports", "what a target declares it imports", _unused),
    Rule("no-foundation", "values, rules and the cell do without Foundation", _foundation),
    Rule("strays", "every Swift file belongs to a target", _strays),
]
