"""What happened, written down by those who are not tested: submissions, what went to the engine and came back, and the engine's own events."""

import http.client
import json
import socket
import threading
import time


class Ledger:
    """Lines of JSON in the order in which they were written; may be used from any thread."""

    def __init__(self, path):
        self._file = open(path, "a", encoding="utf-8")
        self._lock = threading.Lock()

    def note(self, kind, **fields):
        line = json.dumps({"kind": kind, "at": round(time.monotonic(), 6), **fields}, sort_keys=True)
        with self._lock:
            if not self._file.closed:
                self._file.write(line + "\n")
                self._file.flush()

    def close(self):
        with self._lock:
            self._file.close()


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


class Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path, timeout=30):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def ask(path, method, target, body=None, timeout=30, kind="application/json"):
    """Status and decoded body of one request; `body` is sent as JSON unless it is bytes."""
    connection = Connection(path, timeout)
    try:
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection.request(method, target, raw, {"Content-Type": kind} if raw is not None else {})
        answer = connection.getresponse()
        text = answer.read()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text
    finally:
        connection.close()


# What docker calls its version of the API that everything here speaks.
API = "/v1.41"


class EngineEvents:
    """Writes down what the engine tells of containers with our labels, as it happens."""

    def __init__(self, engine, ledger):
        self._connection = Connection(engine, timeout=None)
        query = 'filters={"type":["container"],"label":["org.caisson.installation"]}'
        # From a moment ago: nothing is lost between the request and its first line.
        self._connection.request("GET", f"{API}/events?since={int(time.time()) - 1}&{query}".replace('"', "%22"))
        self._answer = self._connection.getresponse()
        self._ledger = ledger
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            while line := self._answer.readline():
                event = json.loads(line)
                about = event["Actor"]["Attributes"]
                self._ledger.note(
                    "engine", action=event["Action"], container=event["Actor"]["ID"], name=about.get("name"),
                    installation=about.get("org.caisson.installation"), exit=about.get("exitCode"), ns=event["timeNano"])
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass  # the engine went away, or we did

    def close(self):
        try:
            self._connection.sock.shutdown(socket.SHUT_RDWR)
        except (OSError, AttributeError):
            pass
        self._thread.join(5)
