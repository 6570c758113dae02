"""What no code may say, but for the listed files: one regular expression each."""

import re
from dataclasses import dataclass

from rule import Allowed, Look, Rule
from tree import matches

SOURCES, TESTS = "Sources/", "Tests/"


@dataclass(frozen=True)
class Ban:
    name: str
    says: str
    # Looked for in code alone: comments and the text of literals do not count.
    pattern: str
    remedy: str
    places: tuple
    may: Allowed = Allowed()
    # A comment on the line, or on those directly above, that makes it right.
    excuse: str = ""

    def rule(self):
        return Rule(self.name, self.says, self.look)

    def look(self, tree):
        look = Look()
        self.may.start()
        for path in tree.under(*self.places, ending=".swift"):
            look.files += 1
            for line, words in matches(self.pattern, tree.code(path)):
                if self.excuse and is_excused(tree.lines(path), line, self.excuse):
                    continue
                if not self.may.takes(path):
                    look.found(path, line, f"`{words}`: {self.remedy}")
        if look.files:
            self.may.report_unused(look)
        return look


def is_excused(lines, line, excuse):
    """Whether the line (counted from 1), the next one, or the comment directly above holds the excuse.

    The next line counts only as a comment of its own, as in a `catch` that holds nothing else.
    """
    if excuse in lines[line - 1]:
        return True
    if line < len(lines) and lines[line].lstrip().startswith("//") and excuse in lines[line]:
        return True
    above = line - 2
    while above >= 0 and lines[above].lstrip().startswith(("//", "@")):
        if excuse in lines[above]:
            return True
        above -= 1
    return False


BANS = [
    Ban(
        "clock", "time is handed in: `any Clock<Duration>` to wait, `WallClock` for the calendar",
        r"\bDate\(\)|\bDate\.now\b|\b(?:Continuous|Suspending)Clock\b|\bTask\s*\.\s*sleep\b"
        r"|\bDispatchTime\.now\b|\bclock_gettime\b|\bCFAbsoluteTime",
        "take a clock through the initialiser; the real ones are made in Daemon", (SOURCES,),
        Allowed({
            "Sources/Daemon/": "the one place where real clocks are made",
            "Sources/CurlHTTP/Deadlines.swift": "its waits are the kernel's, which no handed-in clock could end",
        })),
    Ban(
        "waiting", "a test waits for what it waits for, never for a while",
        r"\bTask\s*\.\s*sleep\b|(?<![.\w])(?<!func )(?:u|nano)?sleep\(|\basyncAfter\b",
        "wait for a signal, or poll with a deadline as CommandFixture.eventually does", (TESTS,),
        Allowed({
            "Tests/IntegrationTests/CommandFixture.swift": "polls another process, with a deadline, and says what it saw",
            "Tests/CurlHTTPTests/MisbehavingServerTests.swift": "a server that drips, on a thread of its own",
        })),
    Ban(
        "random", "randomness takes a generator, ids an `IDSource`",
        r"\.random\((?![^()]*(?:\([^()]*\)[^()]*)*\busing:)|\bUUID\(\)|\bSystemRandomNumberGenerator\b"
        r"|\barc4random|\.shuffled\(\)|\.randomElement\(\)",
        "pass a generator, or take an IDSource through the initialiser", (SOURCES, TESTS),
        Allowed({
            "Sources/Daemon/": "the one place where real randomness is made",
            "Sources/Commands/OutputFolder.swift": "a file's name until it is whole, in a folder that others may write to",
            "Tests/TestSupport/SeededIDs.swift": "two runs of the suite may share an engine",
            "Tests/TestSupport/TemporaryFolder.swift": "two runs of the suite may be under way at once",
            "Tests/IntegrationTests/CommandFixture.swift": "two runs of the suite may be under way at once",
            "Tests/Simulation/SimulationFolder.swift": "two runs of a seed may be under way at once",
        })),
    Ban(
        "try-optional", "no error is dropped without a reason",
        r"\btry\?", "handle it, or write `// ignored: REASON` on the line", (SOURCES, TESTS), excuse="// ignored:"),
    Ban(
        "empty-catch", "no error is dropped without a reason",
        r"\bcatch\b[^{}\n]*\{\s*\}", "handle it, or write `// ignored: REASON` in it", (SOURCES, TESTS),
        excuse="// ignored:"),
    Ban(
        "unstructured-task", "tasks have a parent that waits for them",
        r"(?<![.\w])Task\s*(?:\.\s*(?:detached|immediate|immediateDetached)\s*)?(?:\([^()]*\))?\s*\{",
        "use a task group; only clean-up that must survive cancellation may stand alone", (SOURCES,),
        Allowed({
            "Sources/DockerEngine/CellVolume.swift": "one filling that all who ask wait for: it outlives the first of them",
        })),
    Ban(
        "print", "what people read goes through `Output`, the rest to the log",
        r"(?<![.\w])(?<!func )(?:print|debugPrint|dump|NSLog|puts|fputs)\(", "use Output or the logger", (SOURCES, TESTS),
        Allowed({
            "Tests/IntegrationTests/EngineKind.swift": "the runner does not tell of single cases that are skipped",
        })),
    Ban(
        "blocking", "nothing blocks a thread of Swift's pool",
        r"\bDispatchSemaphore\b|\bDispatchGroup\b|\bNS(?:Recursive|Condition)?Lock\b|\bNSCondition\b|\bos_unfair_lock\b"
        r"|\bpthread_mutex_\w+|(?<![.\w])(?<!func )(?:u|nano)?sleep\(|\.waitUntilExit\(",
        "use a Mutex, a continuation, or a queue of its own", (SOURCES, TESTS),
        Allowed({
            "Tests/CurlHTTPTests/MisbehavingServerTests.swift": "a server that drips, on a thread of its own",
            "Tests/TestSupport/TestCertificates.swift": "the process has closed its output: it is over",
            "Tests/IntegrationTests/TLSFront.swift": "the process ends when its input does",
        })),
    Ban(
        "traps", "a trap is for a broken invariant of ours, never for input, files, peers or the kernel",
        r"\bfatalError\b|\bprecondition(?:Failure)?\(|(?<![.\w#])assert(?:ionFailure)?\(|\btry!|\bas!|\bunowned\(unsafe\)",
        "throw an error with a code", (SOURCES, TESTS),
        Allowed({
            "Tests/Simulation/": "without the built-in profile, or an answer that was told of, no simulation can go on",
            "Tests/CurlHTTPTests/Gate.swift": "without its pipe the test itself cannot go on",
            "Tests/CurlHTTPTests/OpenSSL.swift": "without the library that libcurl uses the test itself cannot go on",
            "Tests/CurlHTTPTests/TLSTests.swift": "its certificates are made by the tests themselves",
            "Tests/TestSupport/Threads.swift": "without its thread the test itself cannot go on",
            "Tests/IntegrationTests/TestEngine.swift": "the default address is a literal of ours",
            "Tests/IntegrationTests/EngineProxy.swift": "the lengths are literals of the tests",
        })),
    Ban(
        "singletons", "parts get what they need through their initialisers",
        r"\bstatic\s+(?:let|var)\s+(?:shared|default|current)\b", "hand it in", (SOURCES,)),
    Ban(
        "curl", "libcurl is spoken in CurlHTTP alone",
        r"\b(?:caisson_)?curl_\w+|\bCURL\w*_\w+|\bCURL\b", "give CurlHTTP a Swift call for it", (SOURCES, TESTS),
        Allowed({"Sources/CurlHTTP/": "this is the target for it"})),
    Ban(
        "seccomp", "libseccomp is spoken in Filters alone",
        r"\b(?:caisson_)?seccomp_\w+\(|\bSCMP_\w+|\bscmp_\w+", "give Filters a Swift call for it", (SOURCES, TESTS),
        Allowed({
            "Sources/Filters/": "this is the target for it",
            "Tests/FiltersTests/": "compares our filters with what the library says of system calls",
        })),
    Ban(
        "test-style", "every test is named for what it shows, and runs",
        r"\bfunc test(?:[A-Z]\w*)?\(|\.enabled\(if:\s*false\b|\.disabled\(|\.disabled\b",
        "name the behaviour; a known bug is `withKnownIssue`", (TESTS,)),
]

_UNCHECKED = r"@unchecked\s+Sendable\b|\bnonisolated\(unsafe\)|@preconcurrency\b"
# How many there are; a change may lower this number, never raise it.
RECORDED_UNCHECKED = 4
# A simulation runs on one thread, whose executor alone runs its tasks: what they share is not counted, but says so where it stands.
ONE_THREAD = "Tests/Simulation/"


def _unchecked(tree):
    look = Look()
    places = []
    for path in tree.under(SOURCES, TESTS, ending=".swift"):
        look.files += 1
        for line, words in matches(_UNCHECKED, tree.code(path)):
            if not path.startswith(ONE_THREAD):
                places.append((path, line))
            if not is_excused(tree.lines(path), line, "// Safe because:"):
                look.found(path, line, f"`{words}`: write `// Safe because: REASON` above it, or use a Mutex")
    if len(places) > RECORDED_UNCHECKED:
        for path, line in places:
            look.found(path, line, f"there are {len(places)} of these, at most {RECORDED_UNCHECKED} may be: use a Mutex")
    elif look.files and len(places) < RECORDED_UNCHECKED:
        look.found(
            "Scripts/check.d/bans.py", 0, f"RECORDED_UNCHECKED is {RECORDED_UNCHECKED}: lower it to {len(places)}")
    return look


RULES = [ban.rule() for ban in BANS] + [
    Rule("unchecked", "what the compiler is told to believe says why, and does not grow in number", _unchecked)]
