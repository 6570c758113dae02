"""What breaks each rule, for the test of the rules; and what looks like it and must not be found."""

import contextlib
import os
import re
from dataclasses import dataclass
from typing import Callable

MODEL = "Sources/Model/Model.swift"
TEST = "Tests/ModelTests/Samples.swift"
ARCHITECTURE = "Docs/Architecture.md"
SECURITY = "Docs/Security.md"
CONTROLS = "Scripts/controls.d/controls.toml"


@dataclass(frozen=True)
class Plant:
    """A change to one file; the finding has to name `at`, which is that file unless said otherwise."""

    path: str
    change: Callable  # of the file's text, or of "" if there is none; None takes the file away
    at: str = ""

    @property
    def place(self):
        return self.at or self.path

    @contextlib.contextmanager
    def put_into(self, folder):
        """Changes the file, and puts things back afterwards."""
        file = os.path.join(folder, self.path)
        before = None
        if os.path.exists(file):
            with open(file, encoding="utf-8") as old:
                before = old.read()
        _put(file, self.change(before or ""))
        try:
            yield
        finally:
            _put(file, before)


def _put(file, text):
    if text is None:
        os.remove(file)
        return
    is_new = not os.path.exists(file)
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, "w", encoding="utf-8") as new:
        new.write(text)
    if is_new and "." not in os.path.basename(file):
        os.chmod(file, 0o755)  # a script


def add(text, path=MODEL, at=""):
    return Plant(path, lambda old: old + text + "\n", at)


def write(path, text, at=""):
    return Plant(path, lambda _: text, at)


def replace(path, old, new, at=""):
    """Puts `new` where the pattern `old` is met first."""

    def change(text):
        changed = re.sub(old, new, text, count=1, flags=re.MULTILINE)
        if changed == text:
            raise LookupError(f"{path} no longer holds {old!r}: mend Scripts/check.d/plants.py")
        return changed

    return Plant(path, change, at)


def remove(path, at=""):
    return Plant(path, lambda _: None, at)


def copy(of, path, at):
    """What stands in another file, with a comment of its own."""

    def change(_):
        with open(os.path.join(os.path.dirname(__file__), "../..", of), encoding="utf-8") as file:
            return "// mine\n" + file.read()

    return Plant(path, change, at)


def body(statement, path=MODEL):
    """A function that does this; in a file of its own beside `path`."""
    text = f"enum Planted {{\n    static func plant() {{\n        {statement}\n    }}\n}}\n"
    return write(f"{os.path.dirname(path)}/Planted.swift", text)


PLANTS = {
    "targets": [
        replace(ARCHITECTURE, "^1 values       Model ", "1 values       Mode  "),
        replace(ARCHITECTURE, r"\| GRDB Crypto", "| GRDB"),
        replace(ARCHITECTURE, "(Hardening ─+) Model", r"\1 CCurl Model"),
        replace(ARCHITECTURE, "^3 seams", "5 seams", at="Package.swift"),
    ],
    "duties": [replace(ARCHITECTURE, r"^\| `Filters` \|", "| `Filter` |")],
    "imports": [add("import Ports"), add("@testable import Hardening", TEST), add("package import struct Crypto.SHA256")],
    "unused-imports": [remove("Sources/BlobFiles/BlobDigest.swift", at="Package.swift")],
    "no-foundation": [add("import Foundation"), add("internal import FoundationEssentials")],
    "strays": [write("Sources/Nowhere/Nowhere.swift", "struct Nowhere {}\n")],
    "clock": [
        body("_ = ContinuousClock()"), body("_ = SuspendingClock.now"), body("_ = Date()"),
        body("try await Task.sleep(for: .seconds(1))"), body('_ = "at \\(Date()) o\'clock"'),
        remove("Sources/CurlHTTP/Deadlines.swift"),
    ],
    "waiting": [body("try await Task.sleep(for: .seconds(1))", TEST)],
    "random": [
        body("_ = Int.random(in: 0..<(3 + 4))"), body("_ = UUID()"), body("_ = [1].shuffled()", TEST),
        body("var generator = SystemRandomNumberGenerator()"),
    ],
    "try-optional": [body("_ = try? read()"), body("try? read()  // no reason is given", TEST)],
    "empty-catch": [
        body("do { try read() } catch {}"),
        body("do { try read() } catch let error as ModelError {\n            // nothing\n        }", TEST),
    ],
    "unstructured-task": [
        body("Task { await read() }"), body("_ = Task.detached { await read() }"),
        body("_ = Task(priority: .high) { await read() }"), body("Task.immediate { await read() }"),
    ],
    "print": [body('print("x")'), body("debugPrint(1)", TEST), body("_ = [1].map { print($0) }")],
    "blocking": [
        body("_ = DispatchSemaphore(value: 0)"), body("NSLock().lock()", TEST), body("sleep(1)"), body("usleep(1)"),
        body("process.waitUntilExit()", TEST),
    ],
    "traps": [
        body('fatalError("no")'), body("precondition(true)"), body("preconditionFailure()", TEST), body("assert(true)"),
        body("_ = try! read()"), body("_ = value as! Int", TEST),
    ],
    "singletons": [write("Sources/Model/Planted.swift", "struct Planted {\n    static let shared = Planted()\n}\n")],
    "curl": [body("curl_easy_init()"), body("_ = CURLOPT_URL", TEST)],
    "seccomp": [body("seccomp_init(0)"), body("_ = SCMP_ACT_KILL", TEST)],
    "test-style": [
        write("Tests/ModelTests/Planted.swift", "struct Planted {\n    func testAll() {}\n}\n"),
        write("Tests/ModelTests/Planted.swift", "@Suite(.enabled(if: false)) struct Planted {}\n"),
        write("Tests/ModelTests/Planted.swift", "@Test(.disabled()) func planted() {}\n"),
    ],
    "unchecked": [
        write("Sources/Model/Planted.swift", "final class Planted: @unchecked Sendable {}\n"),
        write("Sources/Model/Planted.swift", "// Safe because: one too many.\nnonisolated(unsafe) var planted = 1\n"),
    ],
    "format": [write("Sources/Model/Planted.swift", "enum Planted   {}\n"), body("_ = value!")],
    "lines": [
        write("Sources/Model/Planted.swift", "// line\n" * 501),
        write("Tests/ModelTests/Planted.swift", "// line\n" * 701),
    ],
    "functions": [body("\n".join(["read()"] * 51))],
    "file-names": [
        write("Sources/Model/StringUtils.swift", "struct StringUtils {}\n"),
        write("Tests/ModelTests/TestHelpers.swift", "struct TestHelpers {}\n"),
        write("Sources/Model/Extensions.swift", "struct Extensions {}\n"),
    ],
    "main-type": [write("Sources/Model/Planted.swift", "struct Other {}\n")],
    "copies": [copy("Tests/TestSupport/SeededGenerator.swift", "Tests/ModelTests/Planted.swift", "Tests/TestSupport/SeededGenerator.swift")],
    "links": [add("[more](Nowhere.md)", "README.md"), add("[more](../Nowhere.md#part)", ARCHITECTURE)],
    "named-files": [
        add("see `Model/Nowhere.swift`", "README.md"), add("see `Nowhere*.swift`", ARCHITECTURE),
        add("see `Scripts/nowhere`", "README.md"),
    ],
    "decisions": [
        write("Docs/Decisions/0099-far-away.md", "# 99. Far away\n"),
        write("Docs/Decisions/0001-twice.md", "# 1. Twice\n"),
        write("Docs/Decisions/notes.md", "# Notes\n"),
        replace("Docs/Decisions/0001-frame-key.md", "# 1. ", "# "),
        add("line\n" * 60, "Docs/Decisions/0001-frame-key.md"),
    ],
    "changelog": [
        replace("Docs/Changelog.md", "## Unreleased", "## 1.0"), add("### Done", "Docs/Changelog.md"),
    ],
    "folders": [write("Extra/read.me", "\n", at="README.md")],
    "scripts": [
        write("Scripts/planted", "#!/bin/bash\n# Does nothing.\nset -euo pipefail\n"),
        replace("Scripts/demo", "set -euo pipefail\n", ""),
        replace("Scripts/engine", "# Makes sure", "Makes sure"),
    ],
    "script-parts": [
        write("Scripts/bench.d/planted.py", "pass\n"), write("Scripts/lost.d/planted.py", "pass\n"),
    ],
    "contract": [
        replace(SECURITY, "`HardeningTests.ContainerPlanTests/filler`", "`HardeningTests.ContainerPlanTests/nowhere`"),
        replace(SECURITY, "`HardeningTests.ContainerPlanTests/filler`", "`ModelTests.ContainerPlanTests/filler`"),
        replace(SECURITY, "`HardeningTests.ContainerPlanTests/filler`", "`ContainerPlanTests/filler`"),
        # A function of a suite that is no test.
        add("`IntegrationTests.ReadbackTests/checkRefusal`", SECURITY),
        add("| C32 | It is said again. | words | `ModelTests.LimitsTests/bound` |", SECURITY),
        add("| C999 | It is so. | words | none |", SECURITY),
        # A test that became none.
        replace("Tests/HardeningTests/PostureReadbackTests.swift", r"@Test\(\"any network but[^\n]*\n", "", at=SECURITY),
    ],
    "controls": [
        replace("Sources/Commands/TextTable.swift", r"\[\.control, \.format,", "[.format, .control,", at=CONTROLS),
        add("// status.st_mode & 0o077 == 0", "Sources/SQLiteStore/DataFolder.swift", at=CONTROLS),
        replace(CONTROLS, 'claim = "C1"', 'claim = "C999"'),
        replace(CONTROLS, 'claim = "C41"', 'claim = "C42"'),
        replace(CONTROLS, 'id = "network-mode"', 'id = "network-disabled"'),
        replace(CONTROLS, r'tests = \["HardeningTests.ContainerPlanTests/control"\]', "tests = []"),
        replace(CONTROLS, 'file = "Sources/Hardening', 'file = "Sources/Nowhere'),
        replace(CONTROLS, r"^replace = .*$", "replaces = ''"),
        Plant(CONTROLS, lambda old: "[[control]]".join(old.split("[[control]]")[:11]).rstrip() + "\n"),
    ],
    "spaces": [
        add("a line with a space ", "README.md"), Plant("Docs/Changelog.md", lambda old: old + "no line feed"),
        add("# a tab\t", "Scripts/demo"),
    ],
    "words": [
        add("see /home/" + "somebody", "README.md"), add("// TO" + "DO: later"), add("# /root/" + "thing", "Scripts/demo"),
    ],
}

# No rule may say a word about these.
INNOCENTS = [
    add('// print("x"), try? and Date() in a comment; /* Task { */ too'),
    add("/* NSLock, /* fatalError() */ Date() */"),
    body('_ = "print(1) try? Task { } Date() \\"UUID()\\""'),
    body('_ = """\n        try? print("Date()") // no comment\n        """'),
    body('_ = #"try? "quoted" \\(Date())"#'),
    body("try? read()  // ignored: it is the test of an excuse"),
    body("do { try read() } catch {\n            // ignored: it is the test of an excuse\n        }"),
    body("_ = Int.random(in: 0..<(3 + 4), using: &generator)"),
    body("group.addTask { await read() }\n    _ = Task.isCancelled\n    output.print(1)\n    try await clock.sleep(for: limit)"),
    add("[web](https://example.org/Nowhere.md) and `[x](y)` and `JobStore.lease`", "README.md"),
]
