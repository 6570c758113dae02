"""Stands between a daemon and the engine: names each call, tells the ledger of it, and can do something just before or after one.

What goes to a cell and comes back is searched for the marks of the story's tools: an order with a mark has gone out to a container, or a tool
has answered from within one. So the ledger knows which tool may have run where, whatever the daemon writes down.
"""

import os
import re
import select
import socket
import threading

BLOCK = 65536
# The longest mark, with its name and what tells one run from another.
MARK_BYTES = 160
ORDER = re.compile(rb"ledger:([a-z0-9-]+);")
RAN = re.compile(rb"ran:([a-z0-9-]+):([0-9a-f-]{36})")


def calls_in_sources(repo):
    """The engine calls of the product, as its sources name them: the closed list of what may pass here."""
    folder = os.path.join(repo, "Sources", "DockerEngine")
    named = set()
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            named |= set(re.findall(r'"((?:GET|POST|DELETE|PUT) /[^"\\]*)"', file.read()))
    return {call.partition("?")[0] for call in named}


def call_of(method, target):
    """A request as the sources name it, and the container, image or volume that it is about."""
    path = re.sub(r"\A/v[0-9.]+/", "/", target.partition("?")[0])
    found = re.fullmatch(r"/(containers|images|volumes)/(.+?)(?:/(json|start|attach|wait|kill))?", path)
    if not found or found[2] in ("json", "create", "load"):
        return f"{method} {path}", None
    group, name, act = found.groups()
    word = "{id}" if group == "containers" else "{name}"
    return f"{method} /{group}/{word}" + (f"/{act}" if act else ""), name


class Tap:
    """Listens at `path` for as long as it is not closed."""

    def __init__(self, path, engine, ledger):
        self.path, self._engine, self._ledger = path, engine, ledger
        self._armed = None
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(128)
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, point, passage, act):
        """Has `act(thing)` done when `point`, as in "after POST /containers/create", is passed for the `passage`th time from now on."""
        with self._lock:
            self._armed = [point, passage, act]

    def close(self):
        self._listener.close()
        os.unlink(self.path)

    def _accept(self):
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _passed(self, point, thing):
        act = None
        with self._lock:
            self._ledger.note("passed", point=point)
            if self._armed and self._armed[0] == point:
                self._armed[1] -= 1
                if self._armed[1] == 0:
                    act, self._armed = self._armed[2], None
        if act:
            act(thing)

    def _serve(self, client):
        engine = socket.socket(socket.AF_UNIX)
        try:
            engine.connect(self._engine)
            _Exchange(client, engine, self._passed, self._ledger).run()
        except OSError:
            pass  # one of the two is gone
        finally:
            client.close()
            engine.close()


class _Exchange:
    """One connection: requests one after another, or one stream."""

    def __init__(self, client, engine, passed, ledger):
        self._client, self._engine, self._passed, self._ledger = client, engine, passed, ledger
        self._call = self._thing = None
        self._body_left = 0
        self._is_answered = True
        self._is_stream = False
        # What was seen last in each direction, for marks that come in two pieces.
        self._tails = {True: b"", False: b""}

    def run(self):
        head = b""
        while True:
            ready = select.select([self._client, self._engine], [], [])[0]
            if self._engine in ready:
                data = self._engine.recv(BLOCK)
                if not data:
                    return
                self._answer(data)
                self._client.sendall(data)
            if self._client in ready:
                data = self._client.recv(BLOCK)
                if not data:
                    return
                if self._is_stream:
                    self._search(data, isUp=True)
                elif self._body_left > 0:
                    self._body_left -= len(data)
                else:
                    head += data
                    if b"\r\n\r\n" not in head:
                        continue
                    data, head = head, b""
                    self._request(data)
                self._engine.sendall(data)

    def _request(self, data):
        head, _, body = data.partition(b"\r\n\r\n")
        method, target = head.split(b" ", 2)[:2]
        length = re.search(rb"(?im)^content-length: *(\d+)", head)
        if re.search(rb"(?im)^transfer-encoding:", head):
            self._ledger.note("fault", what=f"a body of unknown length: {head[:200]!r}")
        self._body_left = int(length[1]) - len(body) if length else 0
        self._call, self._thing = call_of(method.decode(), target.decode())
        self._is_answered = False
        self._passed(f"before {self._call}", self._thing)

    def _answer(self, data):
        if self._is_stream:
            self._search(data, isUp=False)
        elif not self._is_answered and not data.startswith(b"HTTP/1.1 100"):
            self._is_answered = True
            status = int(data[9:12])
            self._ledger.note("call", call=self._call, thing=self._thing, status=status)
            self._passed(f"after {self._call}", self._thing)
            if status == 101:
                self._is_stream = True
                self._search(data, isUp=False)

    def _search(self, data, isUp):
        whole = self._tails[isUp] + data
        self._tails[isUp] = whole[-MARK_BYTES:]
        # A mark that the last piece ended with is told twice: who reads the ledger counts containers, not lines.
        for found in (ORDER if isUp else RAN).finditer(whole):
            name = found[1].decode()
            if isUp:
                self._ledger.note("order", container=self._thing, name=name)
            else:
                self._ledger.note("ran", container=self._thing, name=name, run=found[2].decode())
            # Not on the list of calls: where the tool is at work.
            self._passed("order" if isUp else "output", self._thing)

